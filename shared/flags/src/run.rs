//! From an experiment and a visitor to a variation.

use crate::condition::Subject;
use crate::definition::{Experiment, Filter, Flags, Leaf};
use crate::evaluate::{Chain, Gate, Run};
use crate::evaluation::Assignment;
use crate::hash::choose_variation;
use crate::url::{is_targeted, query_override};
use crate::visitor::Visitor;

/// What the stored assignments say.
enum Kept {
    Nothing,
    Variation(usize),
    /// The visitor was in a version of the experiment that may not be mixed with this one.
    Blocked,
}

impl Flags {
    /// The experiments that belong to no flag, such as redirects.
    pub fn experiments(&self) -> &[Experiment] {
        &self.experiments
    }

    /// Runs an experiment that belongs to no flag.
    pub fn run<'e>(
        &'e self,
        experiment: &'e Experiment,
        visitor: &'e Visitor<'e>,
        now: i64,
    ) -> Assignment<'e> {
        Run::new(self, visitor, now).experiment(experiment, None, None)
    }

    /// Where a holdout puts the visitor: variation 0 is held out, 1 is not. `None` if there is no such holdout.
    pub fn holdout<'e>(&'e self, name: &str, visitor: &'e Visitor<'e>, now: i64) -> Option<Assignment<'e>> {
        self.holdouts.get(name).map(|holdout| self.run(holdout, visitor, now))
    }
}

impl<'e> Run<'e> {
    /// Where `experiment` puts the visitor.
    pub(crate) fn experiment(
        &mut self,
        experiment: &'e Experiment,
        feature: Option<&'e str>,
        chain: Option<&Chain<'_>>,
    ) -> Assignment<'e> {
        let visitor = self.visitor;
        let sticky = visitor.sticky.filter(|_| !experiment.is_sticky_disabled);
        let unit =
            visitor.unit(&experiment.attribute, experiment.fallback.as_deref().filter(|_| sticky.is_some()));
        let out = Assignment {
            experiment,
            feature,
            variation: 0,
            is_in: false,
            is_hash_used: false,
            attribute: unit.attribute,
            value: unit.value,
            bucket: None,
            is_sticky: false,
            leaf: self.leaf(experiment),
        };
        let count = experiment.variations.len();
        let forced = |variation: Option<usize>| match variation.filter(|index| *index < count) {
            Some(variation) => Assignment { variation, is_in: true, ..out },
            None => out,
        };

        if count < 2 || visitor.is_excluded {
            return out;
        }
        if experiment.url_targets.as_ref().is_some_and(|targets| !is_targeted(visitor.url, targets)) {
            return out;
        }
        if !visitor.url.is_empty()
            && let Some(variation) = query_override(&experiment.key, visitor.url, count)
        {
            return forced(Some(variation));
        }
        if let Some((_, variation)) =
            visitor.forced_variations.iter().find(|(key, _)| *key == &*experiment.key)
        {
            return forced(Some(*variation));
        }
        if experiment.is_inactive || !experiment.schedule.contains(self.now) {
            return out;
        }
        let Some(value) = unit.value else {
            self.note_missing(unit.attribute, chain);
            return out;
        };
        let text = value.text();
        let kept = self.kept(experiment);
        if !matches!(kept, Kept::Variation(_)) && !self.is_admitted(experiment, &text, chain) {
            return out;
        }
        let Some(bucket) = experiment.seed.as_ref().map(|seed| seed.bucket(&text)) else { return out };
        let variation = match kept {
            Kept::Variation(variation) => Some(variation),
            Kept::Blocked => return Assignment { is_sticky: true, ..out },
            Kept::Nothing => {
                choose_variation(bucket, out.leaf.map_or(&experiment.ranges, |leaf| &leaf.ranges))
            }
        };
        let Some(variation) = variation.filter(|index| *index < count) else { return out };
        if let Some(variation) = experiment.force {
            return forced(variation);
        }
        if visitor.is_qa || experiment.is_stopped {
            return out;
        }
        Assignment {
            variation,
            is_in: true,
            is_hash_used: true,
            bucket: Some(bucket),
            is_sticky: matches!(kept, Kept::Variation(_)),
            ..out
        }
    }

    /// The leaf of a contextual bandit: the first whose condition holds.
    fn leaf(&self, experiment: &'e Experiment) -> Option<&'e Leaf> {
        let bandit = experiment.bandit.as_ref()?;
        let subject = Subject::Visitor(self.visitor);
        let leaf = bandit.leaves.iter().find(|leaf| leaf.condition.holds(subject, &self.groups));
        Some(leaf.unwrap_or(&bandit.fallback))
    }

    /// Whether the filters, the condition and the prerequisites of an experiment let the visitor in.
    fn is_admitted(&mut self, experiment: &'e Experiment, value: &str, chain: Option<&Chain<'_>>) -> bool {
        let is_kept_apart = match (&experiment.filters, &experiment.namespace) {
            (Some(filters), _) => self.is_filtered_out(filters),
            (None, Some(namespace)) => !namespace.contains(value),
            (None, None) => false,
        };
        !is_kept_apart
            && experiment.condition.holds(Subject::Visitor(self.visitor), &self.groups)
            && matches!(self.prerequisites(&experiment.parents, chain), Gate::Open)
    }

    /// Whether a filter keeps the visitor out.
    pub(crate) fn is_filtered_out(&self, filters: &'e [Filter]) -> bool {
        filters.iter().any(|filter| {
            let Some(value) = self.visitor.unit(&filter.attribute, None).value else { return true };
            let Some(seed) = &filter.seed else { return true };
            choose_variation(seed.bucket(&value.text()), &filter.ranges).is_none()
        })
    }

    fn kept(&self, experiment: &'e Experiment) -> Kept {
        let Some(buckets) = self.visitor.sticky.filter(|_| !experiment.is_sticky_disabled) else {
            return Kept::Nothing;
        };
        let attributes = [Some(&*experiment.attribute), experiment.fallback.as_deref()];
        let texts = attributes.map(|attribute| {
            let unit = self.visitor.unit(attribute?, None);
            Some((unit.attribute, unit.value?.text()))
        });
        let people: Vec<(&str, &str)> =
            texts.iter().flatten().map(|(attribute, value)| (*attribute, &**value)).collect();
        let assigned = |version| buckets.assigned(&people, &experiment.key, version);
        if buckets.has_earlier_than(&people, &experiment.key, experiment.min_bucket_version) {
            return Kept::Blocked;
        }
        let Some(key) = assigned(experiment.bucket_version) else { return Kept::Nothing };
        (0..experiment.variations.len())
            .find(|index| experiment.variation_key(*index) == key)
            .map_or(Kept::Nothing, Kept::Variation)
    }
}
