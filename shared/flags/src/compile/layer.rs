//! Layers and holdouts: who may be in which experiments at all.

use super::experiment::range;
use crate::condition::Condition;
use crate::definition::{Experiment, Filter, Meta};
use crate::export::{holdout_seed, layer_seed};
use crate::fault::At;
use crate::hash::{HashVersion, Range, Seed};
use crate::json::Object;
use crate::visitor::names::ID;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};

/// The layers of a document. Within a layer each person is in at most one experiment: the layer's own bucket decides
/// in which.
///
/// `{"checkout": {"hashAttribute": "id", "allocations": {"steps": [[0, 0.5]], "payment": [[0.5, 1]]}}}`
pub(crate) struct Layers(FxHashMap<Box<str>, Layer>);

struct Layer {
    seed: Seed,
    attribute: Box<str>,
    allocations: FxHashMap<Box<str>, Vec<Range>>,
}

impl Layers {
    pub(super) fn read(layers: &Map<String, Value>, at: &At<'_>) -> Self {
        let layers = layers.iter().filter_map(|(name, value)| {
            let at = at.key(name);
            let object = Object::read(value, &at)?;
            Some((name.as_str().into(), read_layer(name, &object)?))
        });
        Layers(layers.collect())
    }

    /// The filter that lets only those in whom `layer` gives to `experiment`.
    pub(super) fn filter(&self, layer: &str, experiment: &str) -> Option<Filter> {
        let layer = self.0.get(layer)?;
        let ranges = layer.allocations.get(experiment)?.clone();
        Some(Filter { seed: Some(layer.seed.clone()), attribute: layer.attribute.clone(), ranges })
    }
}

fn read_layer(name: &str, object: &Object<'_, '_>) -> Option<Layer> {
    object.allow_only(&["hashAttribute", "seed", "allocations", "description"]);
    let seed = object.text("seed").map_or_else(|| layer_seed(name), str::to_owned);
    let attribute = object.text("hashAttribute").unwrap_or(ID);
    let at = object.at.key("allocations");
    let Some(allocations) = object.object("allocations") else {
        at.fault("must say which ranges each experiment has");
        return None;
    };
    let mut taken: Vec<(Range, &str)> = Vec::new();
    let mut compiled = FxHashMap::default();
    for (experiment, value) in allocations {
        let at = at.key(experiment);
        let ranges = ranges(value, &at)?;
        for range in &ranges {
            if let Some((_, other)) =
                taken.iter().find(|(other, _)| range.start < other.end && other.start < range.end)
            {
                at.fault(format!("overlaps with the range of \"{other}\": nobody may be in two experiments"));
                return None;
            }
            taken.push((*range, experiment));
        }
        compiled.insert(experiment.as_str().into(), ranges);
    }
    if object.is_broken() {
        return None;
    }
    Some(Layer {
        seed: Seed::new(&seed, HashVersion::V2),
        attribute: attribute.into(),
        allocations: compiled,
    })
}

fn ranges(value: &Value, at: &At<'_>) -> Option<Vec<Range>> {
    let ranges = value
        .as_array()
        .and_then(|values| values.iter().map(range).collect::<Option<Vec<Range>>>())
        .filter(|ranges| ranges.iter().all(|r| 0.0 <= r.start && r.start < r.end && r.end <= 1.0));
    if ranges.is_none() {
        at.fault("must be a list of ranges within 0 and 1, such as [[0, 0.5]]");
    }
    ranges
}

/// The holdouts of a document: people who are kept from what is new, so that its effect as a whole can be measured.
/// Each is an experiment whose first variation is to be held out.
///
/// `{"2026": {"share": 0.05, "hashAttribute": "id"}}`
pub(super) fn holdouts(holdouts: &Map<String, Value>, at: &At<'_>) -> FxHashMap<Box<str>, Experiment> {
    let holdouts = holdouts.iter().filter_map(|(name, value)| {
        let at = at.key(name);
        let object = Object::read(value, &at)?;
        object.allow_only(&["share", "hashAttribute", "seed", "description"]);
        let Some(share) = object.number("share").filter(|share| (0.0..=1.0).contains(share)) else {
            at.fault("needs a \"share\": the part of the people who are held out, 0 to 1");
            return None;
        };
        let seed = object.text("seed").map_or_else(|| holdout_seed(name), str::to_owned);
        let attribute = object.text("hashAttribute").unwrap_or(ID);
        let reported = json!({"key": name, "variations": [true, false], "hashAttribute": attribute});
        Some((name.as_str().into(), holdout(name, share, &seed, attribute, reported)))
    });
    holdouts.collect()
}

fn holdout(name: &str, share: f64, seed: &str, attribute: &str, reported: Value) -> Experiment {
    let named = |key: &str| Meta { key: Some(key.into()), ..Meta::default() };
    Experiment {
        key: name.into(),
        variations: vec![Value::Bool(true), Value::Bool(false)],
        meta: vec![named("holdout"), named("general")],
        seed: Some(Seed::new(seed, HashVersion::V2)),
        attribute: attribute.into(),
        fallback: None,
        ranges: vec![Range::new(0.0, share), Range::new(share, 1.0)],
        filters: None,
        namespace: None,
        condition: Condition::default(),
        parents: Vec::new(),
        url_targets: None,
        force: None,
        schedule: Default::default(),
        is_inactive: false,
        is_stopped: false,
        is_sticky_disabled: true,
        bucket_version: 0,
        min_bucket_version: 0,
        bandit: None,
        persists_query: false,
        is_manual: false,
        reported: match reported {
            Value::Object(map) => map,
            _ => Map::new(),
        },
    }
}
