//! Definitions, compiled: what an isolate keeps of a snapshot.

use crate::condition::{Condition, Group};
use crate::hash::{Namespace, Range, Seed};
use crate::url::UrlTarget;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

/// The flags and experiments of one snapshot, ready to be evaluated. Immutable: share it between requests.
#[derive(Debug, Default)]
pub struct Flags {
    pub(crate) features: FxHashMap<Box<str>, Feature>,
    pub(crate) experiments: Vec<Experiment>,
    pub(crate) groups: Vec<Group>,
    pub(crate) holdouts: FxHashMap<Box<str>, Experiment>,
}

#[derive(Debug)]
pub(crate) struct Feature {
    pub(crate) default: Value,
    pub(crate) rules: Vec<Rule>,
    /// Kept people who get the default value: the name of a holdout.
    pub(crate) holdout: Option<Box<str>>,
    pub(crate) is_disabled: bool,
    pub(crate) schedule: Schedule,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Box<str>,
    /// The name of the rollout that drives its coverage: evaluations say who is in.
    pub(crate) driver: Option<Box<str>>,
    pub(crate) schedule: Schedule,
    pub(crate) parents: Vec<Parent>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    Force(Force),
    Experiment(Box<Experiment>),
    /// Only its prerequisites count.
    Nothing,
}

/// A value for everybody for whom the condition holds, or for a part of them.
#[derive(Debug)]
pub(crate) struct Force {
    pub(crate) value: Value,
    pub(crate) condition: Condition,
    pub(crate) rollout: Option<Rollout>,
}

/// A part of the people.
#[derive(Debug)]
pub(crate) struct Rollout {
    /// `None` if the hash version is not known: then nobody is in.
    pub(crate) seed: Option<Seed>,
    pub(crate) attribute: Box<str>,
    pub(crate) fallback: Option<Box<str>>,
    pub(crate) part: Part,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// Buckets from 0 to this one, included: raising it adds people and removes nobody.
    UpTo(f64),
    In(Range),
    Nobody,
}

/// A flag that this one depends on.
#[derive(Debug)]
pub(crate) struct Parent {
    pub(crate) feature: Box<str>,
    pub(crate) condition: Condition,
    /// Whether the whole flag is off if the condition does not hold, rather than this rule only.
    pub(crate) is_gate: bool,
}

/// Keeps experiments apart: who is in none of the ranges is out.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) seed: Option<Seed>,
    pub(crate) attribute: Box<str>,
    pub(crate) ranges: Vec<Range>,
}

/// When something counts, in milliseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    /// From this moment on.
    pub(crate) start: Option<i64>,
    /// Until just before this moment.
    pub(crate) end: Option<i64>,
    /// Malformed: never.
    pub(crate) is_never: bool,
}

impl Schedule {
    pub(crate) fn contains(&self, now: i64) -> bool {
        !self.is_never && self.start.is_none_or(|start| now >= start) && self.end.is_none_or(|end| now < end)
    }
}

/// An experiment: variations, and who gets which.
#[derive(Debug)]
pub struct Experiment {
    pub(crate) key: Box<str>,
    pub(crate) variations: Vec<Value>,
    pub(crate) meta: Vec<Meta>,
    pub(crate) seed: Option<Seed>,
    pub(crate) attribute: Box<str>,
    pub(crate) fallback: Option<Box<str>>,
    pub(crate) ranges: Vec<Range>,
    pub(crate) filters: Option<Vec<Filter>>,
    pub(crate) namespace: Option<Namespace>,
    pub(crate) condition: Condition,
    pub(crate) parents: Vec<Parent>,
    pub(crate) url_targets: Option<Vec<UrlTarget>>,
    pub(crate) force: Option<Option<usize>>,
    pub(crate) schedule: Schedule,
    pub(crate) is_inactive: bool,
    pub(crate) is_stopped: bool,
    pub(crate) is_sticky_disabled: bool,
    pub(crate) bucket_version: u32,
    pub(crate) min_bucket_version: u32,
    pub(crate) bandit: Option<Bandit>,
    pub(crate) persists_query: bool,
    pub(crate) is_manual: bool,
    /// The fields that GrowthBook's tracking calls report.
    pub(crate) reported: Map<String, Value>,
}

/// What is said of a variation.
#[derive(Debug, Default)]
pub(crate) struct Meta {
    pub(crate) key: Option<Box<str>>,
    pub(crate) name: Option<Box<str>>,
    /// Counted, but the next rule decides: for holdouts.
    pub(crate) is_passthrough: bool,
}

/// A contextual bandit: other weights for each kind of visitor.
#[derive(Debug)]
pub(crate) struct Bandit {
    pub(crate) version: Option<Value>,
    pub(crate) leaves: Vec<Leaf>,
    /// Who is in none of the leaves: the experiment's own weights.
    pub(crate) fallback: Leaf,
}

#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) id: Value,
    pub(crate) condition: Condition,
    /// The weights, as they were written.
    pub(crate) weights: Value,
    pub(crate) ranges: Vec<Range>,
}
