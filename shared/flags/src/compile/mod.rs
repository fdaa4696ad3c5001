//! From a document to compiled flags.
//!
//! One reader serves both entries. It compiles what it can and notes every fault: [`Flags::compile`] refuses a
//! document with faults, [`Flags::from_payload`] uses what is left. Where it is unclear whom a malformed rule meant, it
//! means nobody.

mod experiment;
mod graph;
mod layer;
mod rule;
mod time;

use crate::condition::{GroupNames, compile_groups};
use crate::definition::{Feature, Flags, Schedule};
use crate::fault::{At, Fault, Faults};
use crate::json::Object;
pub(crate) use experiment::standalone;
use layer::Layers;
use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

const DOCUMENT_FIELDS: [&str; 9] = [
    "features",
    "experiments",
    "savedGroups",
    "contextualBandits",
    "layers",
    "holdouts",
    "status",
    "dateUpdated",
    "version",
];

const FEATURE_FIELDS: [&str; 6] = ["defaultValue", "rules", "enabled", "schedule", "holdout", "description"];

/// What rules refer to.
pub(crate) struct Names<'c> {
    pub(crate) groups: &'c GroupNames<'c>,
    pub(crate) bandits: Option<&'c Map<String, Value>>,
    pub(crate) bandits_at: &'c At<'c>,
    pub(crate) layers: &'c Layers,
}

impl Flags {
    /// Compiles definitions that are to be published.
    ///
    /// # Errors
    /// Everything that is wrong in the document, each with its path: unknown fields, references that lead nowhere,
    /// cycles, values of a wrong type, weights that don't sum to 1, layers that overlap.
    pub fn compile(json: &str) -> Result<Flags, Vec<Fault>> {
        let document: Value = serde_json::from_str(json)
            .map_err(|error| vec![Fault { path: String::new(), message: format!("is not JSON: {error}") }])?;
        let (flags, faults) = Flags::read(&document);
        if faults.is_empty() { Ok(flags) } else { Err(faults) }
    }

    /// Compiles a document as far as it goes, and says what is wrong with the rest.
    pub fn read(document: &Value) -> (Flags, Vec<Fault>) {
        let faults = Faults::default();
        let flags = read_document(document, &At::root(&faults));
        let mut faults = faults.into_vec();
        faults.extend(graph::check(document));
        // What two rules refer to is read twice.
        let mut seen = FxHashSet::default();
        faults.retain(|fault| seen.insert(fault.clone()));
        (flags, faults)
    }
}

fn read_document(document: &Value, at: &At<'_>) -> Flags {
    let Some(document) = Object::read(document, at) else { return Flags::default() };
    document.allow_only(&DOCUMENT_FIELDS);
    let nothing = Map::new();
    let (groups, group_names) =
        compile_groups(document.object("savedGroups").unwrap_or(&nothing), &at.key("savedGroups"));
    let layers = Layers::read(document.object("layers").unwrap_or(&nothing), &at.key("layers"));
    let holdouts = layer::holdouts(document.object("holdouts").unwrap_or(&nothing), &at.key("holdouts"));
    let bandits_at = at.key("contextualBandits");
    let names = Names {
        groups: &group_names,
        bandits: document.object("contextualBandits"),
        bandits_at: &bandits_at,
        layers: &layers,
    };

    let mut flags = Flags { groups, holdouts, ..Flags::default() };
    let features_at = at.key("features");
    for (key, value) in document.object("features").unwrap_or(&nothing) {
        let at = features_at.key(key);
        if let Some(feature) = Object::read(value, &at) {
            let feature = read_feature(key, &feature, &names, &flags);
            flags.features.insert(key.as_str().into(), feature);
        }
    }
    let experiments_at = at.key("experiments");
    for (index, value) in document.list("experiments").unwrap_or(&[]).iter().enumerate() {
        let at = experiments_at.index(index);
        flags.experiments.extend(standalone(value, &at, &names));
    }
    flags
}

fn read_feature(key: &str, feature: &Object<'_, '_>, names: &Names<'_>, flags: &Flags) -> Feature {
    feature.allow_only(&FEATURE_FIELDS);
    let holdout = feature.text("holdout");
    if holdout.is_some_and(|name| !flags.holdouts.contains_key(name)) {
        feature.at.key("holdout").fault("names no holdout of this document");
    }
    let default = feature.get("defaultValue").cloned().unwrap_or(Value::Null);
    let rules_at = feature.at.key("rules");
    let rules = feature
        .list("rules")
        .unwrap_or(&[])
        .iter()
        .enumerate()
        .filter_map(|(index, value)| rule::read(key, value, &default, &rules_at.index(index), names))
        .collect();
    let schedule = schedule(feature);
    Feature {
        default,
        rules,
        holdout: holdout.map(Into::into),
        is_disabled: feature.flag("enabled") == Some(false) || feature.is_broken(),
        schedule,
    }
}

/// Whether the schedule of an object, if it has one, contains `now`.
pub(crate) fn is_scheduled(object: &Map<String, Value>, now: i64) -> bool {
    let faults = Faults::default();
    schedule(&Object::new(object, &At::root(&faults))).contains(now)
}

/// The field `schedule`: `{"start": …, "end": …}`, each a time as RFC 3339 or in milliseconds since 1970.
pub(crate) fn schedule(object: &Object<'_, '_>) -> Schedule {
    let Some(value) = object.get("schedule") else { return Schedule::default() };
    let at = object.at.key("schedule");
    let never = Schedule { is_never: true, ..Schedule::default() };
    let Some(schedule) = Object::read(value, &at) else { return never };
    schedule.allow_only(&["start", "end"]);
    let moment = |key| {
        let value = schedule.get(key)?;
        let moment = time::parse(value);
        if moment.is_none() {
            schedule.refuse(key, "must be a time, such as \"2026-11-27T00:00:00Z\"");
        }
        moment
    };
    let (start, end) = (moment("start"), moment("end"));
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        schedule.refuse("end", "must be later than the start");
    }
    if schedule.is_broken() { never } else { Schedule { start, end, is_never: false } }
}
