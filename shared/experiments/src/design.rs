//! What an experiment asks, written down before it starts.

use crate::bandit::{BanditForm, BanditPlan};
use crate::fault::{Fault, Problem, filled, number, tidy};
use crate::metric::{Metric, MetricKey, MetricKind};
use serde::{Deserialize, Serialize};

/// A variation, and the part of the visitors that it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variation {
    /// Its key, as exposures name it.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// Its weight; those of all variations are compared with each other.
    pub weight: f64,
}

/// An experiment's design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// What it is called.
    pub name: String,
    /// What is expected, and why.
    pub hypothesis: String,
    /// Whom it is about, in words: the flag's rule decides.
    pub audience: String,
    /// The flag whose variations it compares.
    pub flag: String,
    /// They; the first is the control.
    pub variations: Vec<Variation>,
    /// What decides.
    pub primary: MetricKey,
    /// What explains.
    pub secondary: Vec<MetricKey>,
    /// What must not get worse.
    pub guardrails: Vec<MetricKey>,
    /// The primary metric today: a share from 0 to 1, or a mean or a quantile in the metric's unit.
    pub baseline: f64,
    /// The standard deviation of the values; a share needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// The uplift that would matter, as a part of the baseline: 0.1 is 10 %.
    pub effect: f64,
    /// Visitors a day who come into the experiment; those whom the primary metric counts, if it does not count all.
    pub traffic: f64,
    /// How its shares follow what is learned, if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandit: Option<BanditPlan>,
}

/// A design, as it was typed. Shares and effects are in per cent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of Design, as texts")]
pub struct DesignForm {
    pub name: String,
    pub hypothesis: String,
    pub audience: String,
    pub primary: String,
    pub secondary: Vec<String>,
    pub guardrails: Vec<String>,
    pub baseline: String,
    pub deviation: String,
    pub effect: String,
    pub traffic: String,
    pub bandit: BanditForm,
}

impl DesignForm {
    /// The form of a design whose primary metric is of this kind.
    pub fn of(design: &Design, kind: MetricKind) -> Self {
        let scale = scale(kind);
        let text = |number: f64| {
            let text = format!("{number:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        DesignForm {
            name: design.name.clone(),
            hypothesis: design.hypothesis.clone(),
            audience: design.audience.clone(),
            primary: design.primary.to_string(),
            secondary: design.secondary.iter().map(ToString::to_string).collect(),
            guardrails: design.guardrails.iter().map(ToString::to_string).collect(),
            baseline: text(design.baseline * scale),
            deviation: design.deviation.map(|deviation| text(deviation * scale)).unwrap_or_default(),
            effect: text(design.effect * 100.0),
            traffic: text(design.traffic),
            bandit: BanditForm::of(design.bandit.as_ref()),
        }
    }

    /// Checks what was typed, for a flag with these variations and a shop with these metrics.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(
        &self,
        flag: &str,
        variations: &[Variation],
        metric_of: impl Fn(&MetricKey) -> Option<Metric>,
    ) -> Result<Design, Vec<Fault>> {
        let mut faults = Vec::new();
        let known = |text: &str, field| {
            let key = MetricKey::parse(text).ok().filter(|key| metric_of(key).is_some());
            key.ok_or(Fault { field, problem: Problem::Unknown })
        };
        let name = keep(filled(&self.name, 100, "name"), &mut faults);
        let hypothesis = keep(filled(&self.hypothesis, 1_000, "hypothesis"), &mut faults);
        let audience = keep(tidy(&self.audience, 300, "audience"), &mut faults);
        let primary = keep(known(&self.primary, "primary"), &mut faults);
        let mut list = |texts: &[String], field| -> Vec<MetricKey> {
            texts.iter().filter_map(|text| keep(known(text, field), &mut faults)).collect()
        };
        let (secondary, guardrails) =
            (list(&self.secondary, "secondary"), list(&self.guardrails, "guardrails"));
        let mut seen: Vec<&MetricKey> = primary.iter().collect();
        for (key, field) in secondary
            .iter()
            .map(|key| (key, "secondary"))
            .chain(guardrails.iter().map(|key| (key, "guardrails")))
        {
            if seen.contains(&key) {
                faults.push(Fault { field, problem: Problem::Twice });
            }
            seen.push(key);
        }
        let kind = primary.as_ref().and_then(&metric_of).map_or(MetricKind::Share, |metric| metric.kind);
        let is_share = kind == MetricKind::Share;
        let most = if is_share { 100 } else { 1_000_000_000 };
        let baseline = keep(positive(&self.baseline, "baseline", most), &mut faults);
        if is_share && baseline.is_some_and(|baseline| baseline >= 100.0) {
            faults.push(Fault { field: "baseline", problem: Problem::OutOfRange(0, 99) });
        }
        let deviation = (!is_share)
            .then(|| keep(positive(&self.deviation, "deviation", 1_000_000_000), &mut faults))
            .flatten();
        let effect = keep(positive(&self.effect, "effect", 1_000), &mut faults);
        let traffic = keep(positive(&self.traffic, "traffic", 100_000_000), &mut faults);
        let bandit = match self.bandit.check(variations.len()) {
            Ok(bandit) => bandit,
            Err(wrong) => {
                faults.extend(wrong);
                None
            }
        };
        if bandit.is_some() {
            // Nothing is known of how to weigh anything but a mean over all visitors by probabilities.
            let is_other = |key: &MetricKey| metric_of(key).is_some_and(|metric| !metric.is_per_visitor());
            let chosen = [
                ("primary", primary.as_slice()),
                ("secondary", secondary.as_slice()),
                ("guardrails", guardrails.as_slice()),
            ];
            let others = chosen.into_iter().filter(|(_, keys)| keys.iter().any(is_other));
            faults.extend(others.map(|(field, _)| Fault { field, problem: Problem::NotPerVisitor }));
            if variations.iter().any(|variation| variation.weight <= 0.0) {
                faults.push(Fault { field: "least", problem: Problem::NoShare });
            }
        }
        let scale = scale(kind);
        match (name, hypothesis, audience, primary, baseline, effect, traffic) {
            (
                Some(name),
                Some(hypothesis),
                Some(audience),
                Some(primary),
                Some(baseline),
                Some(effect),
                Some(traffic),
            ) if faults.is_empty() => Ok(Design {
                name,
                hypothesis,
                audience,
                flag: flag.to_owned(),
                variations: variations.to_vec(),
                primary,
                secondary,
                guardrails,
                baseline: baseline / scale,
                deviation: deviation.map(|deviation| deviation / scale),
                effect: effect / 100.0,
                traffic,
                bandit,
            }),
            _ => Err(faults),
        }
    }
}

/// What a typed number is of the metric's own unit: per cent of a share, whole units of money.
fn scale(kind: MetricKind) -> f64 {
    match kind {
        MetricKind::Share => 100.0,
        MetricKind::Count => 1.0,
        // Minor units; a currency without them is rare enough to type them as they are.
        MetricKind::Revenue | MetricKind::RevenuePerEvent | MetricKind::RevenueQuantile => 0.01,
    }
}

fn positive(text: &str, field: &'static str, most: i64) -> Result<f64, Fault> {
    let number = number(text, field, 0, most)?;
    if number > 0.0 { Ok(number) } else { Err(Fault { field, problem: Problem::OutOfRange(0, most) }) }
}

fn keep<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}
