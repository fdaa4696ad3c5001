//! Evaluations in the JSON of GrowthBook's SDKs: for its tracking calls, and for people who ask why.

use crate::evaluation::{Assignment, Evaluation};
use serde_json::{Map, Value, json};

impl Evaluation<'_> {
    /// GrowthBook's `FeatureResult`.
    pub fn report(&self) -> Value {
        let mut report = json!({
            "value": self.value,
            "on": self.is_on(),
            "off": !self.is_on(),
            "source": self.source.name(),
            "ruleId": self.rule_id,
        });
        if let (Some(assignment), Some(map)) = (&self.assignment, report.as_object_mut()) {
            map.insert("experiment".into(), assignment.experiment_report());
            map.insert("experimentResult".into(), assignment.report());
        }
        report
    }
}

impl Assignment<'_> {
    /// GrowthBook's `Result` of an experiment.
    pub fn report(&self) -> Value {
        let mut report = json!({
            "key": self.variation_key(),
            "inExperiment": self.is_in,
            "hashUsed": self.is_hash_used,
            "variationId": self.variation,
            "value": self.variation_value(),
            "hashAttribute": self.attribute,
            "hashValue": self.value.map_or_else(|| "".into(), |value| value.json()),
            "stickyBucketUsed": self.is_sticky,
            "featureId": self.feature,
        });
        let Some(map) = report.as_object_mut() else { return report };
        if let Some(bucket) = self.bucket {
            map.insert("bucket".into(), bucket.into());
        }
        if let Some(meta) = self.experiment.meta.get(self.variation) {
            if let Some(name) = meta.name.as_deref() {
                map.insert("name".into(), name.into());
            }
            if meta.is_passthrough {
                map.insert("passthrough".into(), true.into());
            }
        }
        map.extend(self.bandit_report());
        report
    }

    /// GrowthBook's `Experiment`, with the weights of the visitor's leaf if it is a contextual bandit.
    pub fn experiment_report(&self) -> Value {
        let mut report = self.experiment.reported.clone();
        if let Some(leaf) = self.leaf
            && (leaf.id != -1 || report.contains_key("weights"))
        {
            report.insert("weights".into(), leaf.weights.clone());
        }
        let bandit = self.bandit_report();
        if !bandit.is_empty() {
            report.insert("contextualBandit".into(), bandit.into());
        }
        report.into()
    }

    /// What a contextual bandit has to learn from: the leaf and its weights.
    fn bandit_report(&self) -> Map<String, Value> {
        let mut report = Map::new();
        let (Some(leaf), Some(bandit)) = (self.leaf, &self.experiment.bandit) else { return report };
        if self.is_in && self.is_hash_used {
            report.insert("leafId".into(), leaf.id.clone());
            report.insert("variationWeights".into(), leaf.weights.clone());
            report.extend(bandit.version.clone().map(|version| ("banditVersion".into(), version)));
        }
        report
    }
}
