//! What an evaluation answers.

use crate::definition::{Experiment, Leaf};
use crate::visitor::UnitValue;
use serde_json::Value;
use std::borrow::Cow;

/// Why a flag has its value, in the words of OpenFeature's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The flag has no rules, or its value was set for this visitor by hand.
    Static,
    /// No rule matched.
    Default,
    /// A rule matched the visitor's attributes.
    TargetingMatch,
    /// The visitor's bucket decided: a percentage rollout, an experiment or a holdout.
    Split,
    /// For hosts that keep answers: the value is an earlier answer. No evaluation says so itself.
    Cached,
    /// The flag is switched off, or outside its schedule.
    Disabled,
    /// The value is the caller's default, because of an error.
    Error,
}

impl Reason {
    /// The code: `TARGETING_MATCH`.
    pub const fn code(self) -> &'static str {
        match self {
            Reason::Static => "STATIC",
            Reason::Default => "DEFAULT",
            Reason::TargetingMatch => "TARGETING_MATCH",
            Reason::Split => "SPLIT",
            Reason::Cached => "CACHED",
            Reason::Disabled => "DISABLED",
            Reason::Error => "ERROR",
        }
    }
}

/// What went wrong, in the words of OpenFeature's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// There is no flag with this key.
    FlagNotFound,
    /// The flag's value is of another type.
    TypeMismatch,
    /// The attribute that buckets are made from is missing.
    TargetingKeyMissing,
    /// The flag depends on itself, or on too many others.
    General,
}

impl ErrorCode {
    /// The code: `FLAG_NOT_FOUND`.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorCode::FlagNotFound => "FLAG_NOT_FOUND",
            ErrorCode::TypeMismatch => "TYPE_MISMATCH",
            ErrorCode::TargetingKeyMissing => "TARGETING_KEY_MISSING",
            ErrorCode::General => "GENERAL",
        }
    }
}

/// Which part of a definition gave the value: GrowthBook's word for the reason, with two more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// There is no such flag.
    UnknownFeature,
    /// The flag's default value.
    DefaultValue,
    /// A rule that gives a value.
    Force,
    /// A value that was set for this visitor by hand.
    Override,
    /// A variation of an experiment.
    Experiment,
    /// A flag that this one depends on holds it back.
    Prerequisite,
    /// The flag depends on itself, or on too many others.
    CyclicPrerequisite,
    /// The flag is switched off, or outside its schedule.
    Disabled,
    /// The visitor is held out.
    Holdout,
}

impl Source {
    /// The name: `defaultValue`.
    pub const fn name(self) -> &'static str {
        match self {
            Source::UnknownFeature => "unknownFeature",
            Source::DefaultValue => "defaultValue",
            Source::Force => "force",
            Source::Override => "override",
            Source::Experiment => "experiment",
            Source::Prerequisite => "prerequisite",
            Source::CyclicPrerequisite => "cyclicPrerequisite",
            Source::Disabled => "disabled",
            Source::Holdout => "holdout",
        }
    }
}

/// The answer about one flag for one visitor.
#[derive(Clone, Debug)]
pub struct Evaluation<'e> {
    /// The flag.
    pub key: &'e str,
    /// Its value; null if the definition has none to give.
    pub value: &'e Value,
    /// Which part of the definition gave the value.
    pub source: Source,
    /// Why.
    pub reason: Reason,
    /// What went wrong, if the reason is an error.
    pub error: Option<ErrorCode>,
    /// The id of the rule that matched; empty if none did, or if it has none.
    pub rule_id: &'e str,
    /// The variation, if an experiment or a holdout gave the value.
    pub assignment: Option<Assignment<'e>>,
    /// An attribute that a rule would have made a bucket from, if the visitor had it.
    pub missing_attribute: Option<&'e str>,
    /// Experiments that the visitor took part in on the way: prerequisites, and holdouts that let the visitor pass.
    pub(crate) passed: Vec<Exposure<'e>>,
    /// Rollouts on the way, of this flag and its prerequisites, and whether the visitor is in.
    pub rollouts: Vec<RolledOut<'e>>,
}

/// That a visitor has come to a rule whose coverage a rollout drives (`"rollout": {"name": …}`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RolledOut<'e> {
    /// The name of the rollout.
    pub name: &'e str,
    /// The coverage, 0 to 1.
    pub coverage: f64,
    /// Whether the visitor has the rule's value.
    pub is_in: bool,
    /// Who it is: what the bucket was made from.
    pub value: UnitValue<'e>,
}

impl<'e> Evaluation<'e> {
    /// Whether the value counts as on.
    pub fn is_on(&self) -> bool {
        crate::attribute::Attribute::from(self.value).is_truthy()
    }

    /// Why a caller's default counts rather than the value, if it does: an error, or an attribute that a rule makes
    /// buckets from was missing and no other rule matched.
    pub fn failure(&self) -> Option<ErrorCode> {
        let is_missing = self.missing_attribute.is_some() && self.source == Source::DefaultValue;
        self.error.or(is_missing.then_some(ErrorCode::TargetingKeyMissing))
    }

    /// The key of the variation, if an experiment gave the value.
    pub fn variation(&self) -> Option<Cow<'e, str>> {
        self.assignment.as_ref().map(Assignment::variation_key)
    }

    /// Everything that the analysis has to know of: the exposure behind the value is the last.
    pub fn exposures(&self) -> impl Iterator<Item = Exposure<'e>> {
        self.passed.iter().copied().chain(self.assignment.as_ref().and_then(Assignment::exposure))
    }
}

/// Where an experiment puts a visitor.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'e> {
    /// The experiment.
    pub experiment: &'e Experiment,
    /// The flag that the experiment belongs to, if it does.
    pub feature: Option<&'e str>,
    /// The index of the variation; 0 for who is not in the experiment.
    pub variation: usize,
    /// Whether the visitor is in the experiment.
    pub is_in: bool,
    /// Whether the bucket decided. Forced variations are no exposures.
    pub is_hash_used: bool,
    /// The attribute that the bucket is made from.
    pub attribute: &'e str,
    /// Its value; `None` if it is missing.
    pub value: Option<UnitValue<'e>>,
    /// The bucket, 0 to 1.
    pub bucket: Option<f64>,
    /// Whether an earlier assignment was kept.
    pub is_sticky: bool,
    /// The leaf of a contextual bandit that the visitor is in.
    pub(crate) leaf: Option<&'e Leaf>,
}

impl<'e> Assignment<'e> {
    /// The value of the variation.
    pub fn variation_value(&self) -> &'e Value {
        self.experiment.variations.get(self.variation).unwrap_or(&Value::Null)
    }

    /// The key of the variation: its name in reports, or its index.
    pub fn variation_key(&self) -> Cow<'e, str> {
        self.experiment.variation_key(self.variation)
    }

    /// What the analysis has to know: `None` for who is not in, or was put in by hand.
    pub fn exposure(&self) -> Option<Exposure<'e>> {
        if !self.is_in || !self.is_hash_used {
            return None;
        }
        Some(Exposure {
            experiment: self.experiment,
            variation: self.variation,
            attribute: self.attribute,
            value: self.value?,
            bucket: self.bucket?,
            is_sticky: self.is_sticky,
        })
    }
}

/// That a visitor has met a variation of an experiment.
#[derive(Clone, Copy, Debug)]
pub struct Exposure<'e> {
    /// The experiment.
    pub experiment: &'e Experiment,
    /// The index of the variation.
    pub variation: usize,
    /// The attribute that identifies the person, such as `id`.
    pub attribute: &'e str,
    /// Its value.
    pub value: UnitValue<'e>,
    /// The bucket, 0 to 1.
    pub bucket: f64,
    /// Whether an earlier assignment was kept.
    pub is_sticky: bool,
}

impl<'e> Exposure<'e> {
    /// The key of the variation: its name in reports, or its index.
    pub fn variation_key(&self) -> Cow<'e, str> {
        self.experiment.variation_key(self.variation)
    }
}

impl Experiment {
    /// The key, by which exposures are counted.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key of a variation: the one in its `meta`, or its index.
    pub fn variation_key(&self, index: usize) -> Cow<'_, str> {
        match self.meta.get(index).and_then(|meta| meta.key.as_deref()) {
            Some(key) => key.into(),
            None => index.to_string().into(),
        }
    }
}
