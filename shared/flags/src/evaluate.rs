//! From a flag and a visitor to a value.

use crate::condition::{Groups, Subject};
use crate::definition::{Action, Feature, Flags, Force, Parent, Part, Rollout, Rule};
use crate::evaluation::{Assignment, ErrorCode, Evaluation, Exposure, Reason, RolledOut, Source};
use crate::visitor::Visitor;
use serde_json::Value;

/// How many flags may stand behind one another, each the prerequisite of the one before.
pub(crate) const MAX_PREREQUISITE_DEPTH: u8 = 16;

/// How many prerequisites one evaluation looks at. Beyond it, it counts as a cycle.
const MAX_PREREQUISITES: u32 = 256;

impl Flags {
    /// The value of the flag `key` for `visitor` at `now`, in milliseconds since 1970 (UTC).
    ///
    /// It never fails: an unknown flag has the value null, and the reason says why.
    pub fn evaluate<'e>(&'e self, key: &'e str, visitor: &'e Visitor<'e>, now: i64) -> Evaluation<'e> {
        let mut run = Run::new(self, visitor, now);
        let outcome = run.feature(key, None);
        Evaluation {
            key,
            value: outcome.value,
            source: outcome.source,
            reason: outcome.reason,
            error: match outcome.source {
                Source::UnknownFeature => Some(ErrorCode::FlagNotFound),
                Source::CyclicPrerequisite => Some(ErrorCode::General),
                _ => None,
            },
            rule_id: outcome.rule_id,
            assignment: run.assignment,
            missing_attribute: run.missing_attribute,
            passed: run.passed,
            rollouts: run.rollouts,
        }
    }

    /// The keys of all flags, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.features.keys().map(|key| &**key)
    }

    /// The flags with a rule whose coverage a rollout drives: evaluations of others have nothing to tell of one, unless
    /// these are their prerequisites.
    pub fn rolling(&self) -> impl Iterator<Item = &str> {
        let is_driven = |rule: &Rule| {
            let part = match &rule.action {
                Action::Force(force) => force.rollout.as_ref().map(|rollout| rollout.part),
                Action::Experiment(_) | Action::Nothing => None,
            };
            rule.driver.is_some() && matches!(part, Some(Part::UpTo(_)))
        };
        let features = self.features.iter();
        features.filter(move |(_, feature)| feature.rules.iter().any(is_driven)).map(|(key, _)| &**key)
    }

    /// The attributes that experiments make buckets from: where [`crate::StickyBuckets`] has to look.
    pub fn sticky_attributes(&self) -> Vec<&str> {
        let rules = self.features.values().flat_map(|feature| &feature.rules);
        let experiments = rules.filter_map(|rule| match &rule.action {
            Action::Experiment(experiment) => Some(&**experiment),
            Action::Force(_) | Action::Nothing => None,
        });
        let mut names: Vec<&str> = experiments
            .chain(&self.experiments)
            .flat_map(|experiment| [Some(&*experiment.attribute), experiment.fallback.as_deref()])
            .flatten()
            .collect();
        orilla_sorting::sort(&mut names);
        names.dedup();
        names
    }
}

/// The flags that led here, each a prerequisite of the one before.
pub(crate) struct Chain<'c> {
    key: &'c str,
    above: Option<&'c Chain<'c>>,
    depth: u8,
}

impl Chain<'_> {
    fn contains(&self, key: &str) -> bool {
        self.key == key || self.above.is_some_and(|above| above.contains(key))
    }
}

struct Outcome<'e> {
    value: &'e Value,
    source: Source,
    reason: Reason,
    rule_id: &'e str,
}

impl<'e> Outcome<'e> {
    fn plain(value: &'e Value, source: Source, reason: Reason) -> Self {
        Outcome { value, source, reason, rule_id: "" }
    }
}

/// What becomes of a flag after one of its rules.
enum Step<'e> {
    Done(Outcome<'e>),
    NextRule,
}

/// Whether prerequisites let a rule pass.
pub(crate) enum Gate {
    Open,
    /// This rule does not count.
    Closed,
    /// The whole flag is held back.
    FlagClosed,
    Cyclic,
}

/// One evaluation.
pub(crate) struct Run<'e> {
    pub(crate) flags: &'e Flags,
    pub(crate) visitor: &'e Visitor<'e>,
    pub(crate) now: i64,
    pub(crate) groups: Groups<'e>,
    /// What decided, if an experiment did. It is kept here, since it is large and few flags have one.
    assignment: Option<Assignment<'e>>,
    missing_attribute: Option<&'e str>,
    passed: Vec<Exposure<'e>>,
    rollouts: Vec<RolledOut<'e>>,
    prerequisites: u32,
}

impl<'e> Run<'e> {
    pub(crate) fn new(flags: &'e Flags, visitor: &'e Visitor<'e>, now: i64) -> Self {
        Run {
            flags,
            visitor,
            now,
            groups: Groups::new(&flags.groups),
            assignment: None,
            missing_attribute: None,
            passed: Vec::new(),
            rollouts: Vec::new(),
            prerequisites: 0,
        }
    }

    fn feature(&mut self, key: &'e str, above: Option<&Chain<'_>>) -> Outcome<'e> {
        let depth = above.map_or(0, |chain| chain.depth + 1);
        if depth > MAX_PREREQUISITE_DEPTH || above.is_some_and(|chain| chain.contains(key)) {
            return Outcome::plain(&Value::Null, Source::CyclicPrerequisite, Reason::Error);
        }
        if let Some((_, value)) = self.visitor.forced_values.iter().find(|(forced, _)| *forced == key) {
            return Outcome::plain(value, Source::Override, Reason::Static);
        }
        let Some(feature) = self.flags.features.get(key) else {
            return Outcome::plain(&Value::Null, Source::UnknownFeature, Reason::Error);
        };
        if feature.is_disabled || !feature.schedule.contains(self.now) {
            return Outcome::plain(&feature.default, Source::Disabled, Reason::Disabled);
        }
        let chain = Chain { key, above, depth };
        if let Some(holdout) = feature.holdout.as_deref()
            && let Some(outcome) = self.hold_out(key, holdout, feature, &chain)
        {
            return outcome;
        }
        for rule in &feature.rules {
            if let Step::Done(outcome) = self.rule(key, rule, &chain) {
                return outcome;
            }
        }
        let reason = if feature.rules.is_empty() { Reason::Static } else { Reason::Default };
        Outcome::plain(&feature.default, Source::DefaultValue, reason)
    }

    fn hold_out(
        &mut self,
        key: &'e str,
        holdout: &str,
        feature: &'e Feature,
        chain: &Chain<'_>,
    ) -> Option<Outcome<'e>> {
        let holdout = self.flags.holdouts.get(holdout)?;
        let assignment = self.experiment(holdout, Some(key), Some(chain));
        if assignment.is_in && assignment.variation == 0 {
            self.assignment = Some(assignment);
            return Some(Outcome::plain(&feature.default, Source::Holdout, Reason::Split));
        }
        self.passed.extend(assignment.exposure());
        None
    }

    fn rule(&mut self, key: &'e str, rule: &'e Rule, chain: &Chain<'_>) -> Step<'e> {
        if !rule.schedule.contains(self.now) {
            return Step::NextRule;
        }
        match self.prerequisites(&rule.parents, Some(chain)) {
            Gate::Open => {}
            Gate::Closed => return Step::NextRule,
            Gate::FlagClosed => {
                return Step::Done(Outcome::plain(&Value::Null, Source::Prerequisite, Reason::Default));
            }
            Gate::Cyclic => {
                return Step::Done(Outcome::plain(&Value::Null, Source::CyclicPrerequisite, Reason::Error));
            }
        }
        if self.is_filtered_out(&rule.filters) {
            return Step::NextRule;
        }
        match &rule.action {
            Action::Nothing => Step::NextRule,
            Action::Force(force) => self.force(rule, force, chain),
            Action::Experiment(experiment) => {
                let assignment = self.experiment(experiment, Some(key), Some(chain));
                if !assignment.is_in {
                    return Step::NextRule;
                }
                if experiment.meta.get(assignment.variation).is_some_and(|meta| meta.is_passthrough) {
                    self.passed.extend(assignment.exposure());
                    return Step::NextRule;
                }
                let reason = if assignment.is_hash_used { Reason::Split } else { Reason::TargetingMatch };
                let value = assignment.variation_value();
                self.assignment = Some(assignment);
                Step::Done(Outcome { value, source: Source::Experiment, reason, rule_id: &rule.id })
            }
        }
    }

    fn force(&mut self, rule: &'e Rule, force: &'e Force, chain: &Chain<'_>) -> Step<'e> {
        if !force.condition.holds(Subject::Visitor(self.visitor), &self.groups) {
            return Step::NextRule;
        }
        let reason = match &force.rollout {
            None => Reason::TargetingMatch,
            Some(rollout) => {
                if !self.is_rolled_out(rule, rollout, Some(chain)) {
                    return Step::NextRule;
                }
                Reason::Split
            }
        };
        Step::Done(Outcome { value: &force.value, source: Source::Force, reason, rule_id: &rule.id })
    }

    fn is_rolled_out(&mut self, rule: &'e Rule, rollout: &'e Rollout, chain: Option<&Chain<'_>>) -> bool {
        if let Part::Nobody = rollout.part {
            return false;
        }
        let fallback = rollout.fallback.as_deref().filter(|_| self.visitor.sticky.is_some());
        let unit = self.visitor.unit(&rollout.attribute, fallback);
        let Some(value) = unit.value else {
            self.note_missing(unit.attribute, chain);
            return false;
        };
        let Some(seed) = &rollout.seed else { return false };
        let bucket = seed.bucket(&value.text());
        let is_in = match rollout.part {
            Part::UpTo(coverage) => bucket <= coverage,
            Part::In(range) => range.contains(bucket),
            Part::Nobody => false,
        };
        if let (Some(name), Part::UpTo(coverage)) = (rule.driver.as_deref(), rollout.part)
            && !self.rollouts.iter().any(|known| known.name == name)
        {
            self.rollouts.push(RolledOut { name, coverage, is_in, value });
        }
        is_in
    }

    /// Remembers that the flag itself, not one of its prerequisites, could not make a bucket.
    pub(crate) fn note_missing(&mut self, attribute: &'e str, chain: Option<&Chain<'_>>) {
        if chain.is_none_or(|chain| chain.above.is_none()) {
            self.missing_attribute.get_or_insert(attribute);
        }
    }

    /// Whether all `parents` have the values that are asked for.
    pub(crate) fn prerequisites(&mut self, parents: &'e [Parent], chain: Option<&Chain<'_>>) -> Gate {
        for parent in parents {
            self.prerequisites += 1;
            if self.prerequisites > MAX_PREREQUISITES {
                return Gate::Cyclic;
            }
            let outcome = self.feature(&parent.feature, chain);
            let assignment = self.assignment.take();
            if outcome.source == Source::CyclicPrerequisite {
                return Gate::Cyclic;
            }
            self.passed.extend(assignment.as_ref().and_then(Assignment::exposure));
            if !parent.condition.holds(Subject::Prerequisite(outcome.value), &self.groups) {
                return if parent.is_gate { Gate::FlagClosed } else { Gate::Closed };
            }
        }
        Gate::Open
    }
}
