//! The key of a page in a second level.

use crate::record::Record;
use serde::{Deserialize, Serialize};

/// Which dimensions the renders of one route read: what another isolate has to know to make the key of a page that it
/// has not rendered.
///
/// A second level stores, for a route, its plan; and under route and the values that the plan asks for, page and
/// [`Record`]. So a look takes two fetches, however many dimensions there are (a key chained step by step takes one
/// per dimension). The plan is the union of what *any* render of the route read, not a trie like the memo's own: that
/// makes it small, it comes to rest after a few renders, and when two isolates write it at once, what is lost is
/// learnt again. The price: a page that read less than others of its route is stored once for each value of what it
/// did not read. A plan that lacks a dimension costs a render, and nothing worse, because who fetches a page asks its
/// record ([`Record::fits`], [`Record::check`]) before serving it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan<D> {
    dimensions: Vec<D>,
}

impl<D> Default for Plan<D> {
    fn default() -> Self {
        Plan { dimensions: Vec::new() }
    }
}

impl<D: Clone + Eq> Plan<D> {
    /// Adds what a render read. Answers whether the plan has grown: then it is to be stored, before the page.
    pub fn learn<V, R>(&mut self, record: &Record<D, V, R>) -> bool {
        let before = self.dimensions.len();
        for (dimension, _) in record.dimensions() {
            if !self.dimensions.contains(dimension) {
                self.dimensions.push(dimension.clone());
            }
        }
        self.dimensions.len() > before
    }

    /// The visitor's part of the key: each dimension of the plan with the visitor's value.
    pub fn key<V>(&self, visitor: impl Fn(&D) -> V) -> Vec<(D, V)> {
        self.dimensions.iter().map(|dimension| (dimension.clone(), visitor(dimension))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recorder;

    fn record(dimensions: &[(char, u8)]) -> Record<char, u8, ()> {
        let recorder = Recorder::new();
        dimensions.iter().for_each(|(dimension, value)| recorder.dimension(*dimension, *value));
        recorder.finish().unwrap()
    }

    #[track_caller]
    fn check(learnt: &[&[(char, u8)]], expected: &[(char, u8)]) {
        let mut plan = Plan::default();
        for dimensions in learnt {
            let before = plan.clone();
            let grown = plan.learn(&record(dimensions));
            assert_eq!(grown, plan != before);
        }
        assert_eq!(plan.key(|_| 7), expected);
        let stored = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan<char>>(&stored).unwrap(), plan);
    }

    #[test]
    fn is_the_union_of_what_was_read() {
        check(&[], &[]);
        check(&[&[]], &[]);
        check(&[&[('a', 1)], &[('a', 2)]], &[('a', 7)]);
        check(&[&[('b', 1), ('a', 1)], &[('a', 2), ('c', 1)]], &[('b', 7), ('a', 7), ('c', 7)]);
    }
}
