//! Experiments that send a visitor to another address.

use crate::definition::{Experiment, Flags};
use crate::evaluation::Assignment;
use crate::url::with_query_of;
use crate::visitor::Visitor;
use serde_json::Value;

/// The redirect experiment that a visitor is in.
#[derive(Clone, Debug)]
pub struct Redirect<'e> {
    /// Where the experiment puts the visitor.
    pub assignment: Assignment<'e>,
    /// Where the variation leads, as it is written; `None` for the variation that stays.
    pub target: Option<&'e str>,
    /// Where to send the visitor: the target, with the query of the page if the experiment keeps it.
    pub url: Option<String>,
}

impl Flags {
    /// The first redirect experiment that runs at the visitor's address and has the visitor in it. There is never a
    /// second: two redirects would lead in circles.
    pub fn redirect<'e>(&'e self, visitor: &'e Visitor<'e>, now: i64) -> Option<Redirect<'e>> {
        let redirects = self.experiments.iter().filter(|experiment| experiment.is_redirect());
        let assignment = redirects
            .map(|experiment| self.run(experiment, visitor, now))
            .find(|assignment| assignment.is_in)?;
        let target = target_of(assignment.variation_value());
        let url = target.map(|target| {
            if assignment.experiment.persists_query {
                with_query_of(visitor.url, target)
            } else {
                target.to_owned()
            }
        });
        Some(Redirect { assignment, target, url })
    }
}

impl Experiment {
    fn is_redirect(&self) -> bool {
        !self.is_manual
            && self.url_targets.is_some()
            && self.variations.iter().any(|variation| target_of(variation).is_some())
    }
}

fn target_of(variation: &Value) -> Option<&str> {
    variation.get("urlRedirect").and_then(Value::as_str)
}
