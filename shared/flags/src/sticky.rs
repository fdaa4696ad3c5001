//! Sticky bucketing: people stay in the variation that they first saw, although weights or their id change.
//!
//! Data in, data out: a host loads the buckets of a visitor, evaluates, and stores what [`StickyBuckets::record`] has
//! changed. The JSON form is that of GrowthBook's SDKs: a list of documents.

use crate::evaluation::Exposure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was assigned to one value of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StickyDocument {
    /// The attribute that identifies the person, such as `id`.
    pub attribute_name: String,
    /// Its value.
    pub attribute_value: String,
    /// The key of a variation, by `experiment__version`.
    pub assignments: BTreeMap<String, String>,
}

/// The documents of one visitor: one per attribute that identifies them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StickyBuckets {
    documents: Vec<StickyDocument>,
}

impl StickyBuckets {
    /// From documents that were stored.
    pub fn new(documents: Vec<StickyDocument>) -> Self {
        StickyBuckets { documents }
    }

    /// The documents, to be stored.
    pub fn documents(&self) -> &[StickyDocument] {
        &self.documents
    }

    /// Writes down what an exposure assigned. Returns whether that is news, and has to be stored.
    pub fn record(&mut self, exposure: &Exposure<'_>) -> bool {
        if exposure.experiment.is_sticky_disabled {
            return false;
        }
        let (attribute, value) = (exposure.attribute, exposure.value.text());
        let key = assignment_key(&exposure.experiment.key, exposure.experiment.bucket_version);
        let variation = exposure.variation_key();
        let known = self.documents.iter_mut().find(|document| document.is_of(attribute, &value));
        let document = match known {
            Some(document) => document,
            None => {
                self.documents.push(StickyDocument {
                    attribute_name: attribute.into(),
                    attribute_value: value.into(),
                    assignments: BTreeMap::new(),
                });
                match self.documents.last_mut() {
                    Some(document) => document,
                    None => return false,
                }
            }
        };
        document.assignments.insert(key, variation.to_string()).as_deref() != Some(&*variation)
    }

    /// The key of the variation that was assigned, by the first of `people` who has one.
    pub(crate) fn assigned(&self, people: &[(&str, &str)], experiment: &str, version: u32) -> Option<&str> {
        let key = assignment_key(experiment, version);
        people.iter().find_map(|(attribute, value)| {
            let document = self.documents.iter().find(|document| document.is_of(attribute, value))?;
            document.assignments.get(&key).map(String::as_str)
        })
    }

    /// Whether one of `people` was assigned in a version of the experiment before `version`.
    pub(crate) fn has_earlier_than(&self, people: &[(&str, &str)], experiment: &str, version: u32) -> bool {
        let documents = self
            .documents
            .iter()
            .filter(|document| people.iter().any(|(attribute, value)| document.is_of(attribute, value)));
        documents.flat_map(|document| document.assignments.keys()).any(|key| {
            let number = key.strip_prefix(experiment).and_then(|rest| rest.strip_prefix("__"));
            number.and_then(|number| number.parse::<u32>().ok()).is_some_and(|earlier| earlier < version)
        })
    }
}

impl StickyDocument {
    fn is_of(&self, attribute: &str, value: &str) -> bool {
        self.attribute_name == attribute && self.attribute_value == value
    }
}

fn assignment_key(experiment: &str, version: u32) -> String {
    format!("{experiment}__{version}")
}
