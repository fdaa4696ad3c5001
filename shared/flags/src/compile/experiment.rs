//! Experiments: those of rules, and those that stand alone.

use super::{Names, schedule};
use crate::attribute::Attribute;
use crate::condition::{Condition, compile};
use crate::definition::{Bandit, Experiment, Filter, Leaf, Meta, Parent};
use crate::fault::At;
use crate::hash::{HashVersion, Namespace, Range, Seed, are_weights_usable, bucket_ranges, equal_weights};
use crate::json::Object;
use crate::url::UrlTarget;
use crate::visitor::names::ID;
use serde_json::{Map, Value};

/// The fields that GrowthBook's tracking calls report of an experiment.
const REPORTED_FIELDS: [&str; 16] = [
    "coverage",
    "weights",
    "hashAttribute",
    "fallbackAttribute",
    "disableStickyBucketing",
    "bucketVersion",
    "minBucketVersion",
    "namespace",
    "meta",
    "ranges",
    "name",
    "phase",
    "seed",
    "hashVersion",
    "filters",
    "condition",
];

const STANDALONE_FIELDS: [&str; 31] = [
    "key",
    "variations",
    "ranges",
    "meta",
    "filters",
    "seed",
    "name",
    "phase",
    "urlPatterns",
    "weights",
    "condition",
    "parentConditions",
    "coverage",
    "namespace",
    "force",
    "hashAttribute",
    "fallbackAttribute",
    "hashVersion",
    "disableStickyBucketing",
    "bucketVersion",
    "minBucketVersion",
    "active",
    "persistQueryString",
    "status",
    "changeId",
    "manual",
    "schedule",
    "layer",
    "description",
    "contextualBanditRef",
    "contextualVariations",
];

/// An experiment that belongs to no flag, such as a redirect. `None` if it can't be run at all.
pub(crate) fn standalone(value: &Value, at: &At<'_>, names: &Names<'_>) -> Option<Experiment> {
    let object = Object::read(value, at)?;
    object.allow_only(&STANDALONE_FIELDS);
    let (Some(key), Some(variations)) = (object.text("key"), object.list("variations")) else {
        at.fault("needs a \"key\" and \"variations\"");
        return None;
    };
    let mut compiled = experiment(key, variations, &object, names);
    if let Some(layer) = object.text("layer") {
        match names.layers.filter(layer, key) {
            Some(filter) => compiled.filters.get_or_insert_default().push(filter),
            None => object.refuse("layer", format!("names no layer that has a range for \"{key}\"")),
        }
    }
    compiled.parents = parents(&object, names);
    compiled.url_targets = object.list("urlPatterns").map(|patterns| {
        let at = at.key("urlPatterns");
        patterns
            .iter()
            .enumerate()
            .map(|(index, pattern)| UrlTarget::compile(pattern, &at.index(index)))
            .collect()
    });
    compiled.force = object.map.get("force").map(|value| {
        let index = value.as_u64().and_then(|index| usize::try_from(index).ok());
        if index.is_none_or(|index| index >= variations.len()) {
            at.key("force").fault("must be the index of a variation");
        }
        index
    });
    let status = object.text("status");
    compiled.is_inactive = object.flag("active") == Some(false) || status == Some("draft");
    compiled.is_stopped = status == Some("stopped");
    compiled.persists_query = object.flag("persistQueryString") == Some(true);
    compiled.is_manual = object.flag("manual") == Some(true);
    compiled.schedule = schedule(&object);
    (!object.is_broken()).then_some(compiled)
}

/// What experiments of both kinds have in common.
pub(super) fn experiment(
    key: &str,
    variations: &[Value],
    object: &Object<'_, '_>,
    names: &Names<'_>,
) -> Experiment {
    let count = variations.len();
    if count < 2 {
        object.at.fault("needs at least two variations");
    }
    let coverage = object.number("coverage").unwrap_or(1.0);
    if !(0.0..=1.0).contains(&coverage) {
        object.at.key("coverage").fault("must be between 0 and 1");
    }
    let weights = object.numbers("weights");
    if weights.as_ref().is_some_and(|weights| !are_weights_usable(count, weights)) {
        object.at.key("weights").fault(format!("must be {count} numbers that sum to 1, one per variation"));
    }
    let own_ranges = object.get("ranges").and_then(|value| ranges(value, "ranges", object));
    if own_ranges.as_ref().is_some_and(|ranges| ranges.len() != count) {
        object.at.key("ranges").fault(format!("must be {count} ranges, one per variation"));
    }
    let meta = meta(object);
    if !meta.is_empty() && meta.len() != count {
        object.at.key("meta").fault(format!("must have {count} entries, one per variation"));
    }
    let range_for = |weights: Option<&[f64]>| {
        own_ranges.clone().unwrap_or_else(|| bucket_ranges(count, coverage, weights))
    };
    let own_weights = weights.clone().unwrap_or_else(|| equal_weights(count));
    let bandit = object
        .text("contextualBanditRef")
        .and_then(|name| bandit(name, count, own_weights, &range_for, object, names));
    let seed = object.text("seed").filter(|seed| !seed.is_empty()).unwrap_or(key);
    let attribute = object.text("hashAttribute").filter(|name| !name.is_empty()).unwrap_or(ID);
    Experiment {
        key: key.into(),
        variations: variations.to_vec(),
        meta,
        seed: hash_version(object, 1.0).map(|version| Seed::new(seed, version)),
        attribute: attribute.into(),
        fallback: object.text("fallbackAttribute").filter(|name| !name.is_empty()).map(Into::into),
        ranges: range_for(weights.as_deref()),
        filters: filters(object),
        namespace: namespace(object),
        condition: object.get("condition").map_or_else(Condition::default, |value| {
            compile(value, &object.at.key("condition"), names.groups)
        }),
        parents: Vec::new(),
        url_targets: None,
        force: None,
        schedule: Default::default(),
        is_inactive: false,
        is_stopped: false,
        is_sticky_disabled: object.flag("disableStickyBucketing") == Some(true),
        bucket_version: object.count("bucketVersion").unwrap_or(0),
        min_bucket_version: object.count("minBucketVersion").unwrap_or(0),
        bandit,
        persists_query: false,
        is_manual: false,
        reported: reported(key, variations, object.map),
    }
}

fn reported(key: &str, variations: &[Value], map: &Map<String, Value>) -> Map<String, Value> {
    let is_reported = |field: &str, value: &Value| {
        field == "coverage" || field.ends_with("ucketVersion") || Attribute::from(value).is_truthy()
    };
    let mut reported: Map<String, Value> = REPORTED_FIELDS
        .iter()
        .filter_map(|field| Some((field.to_string(), map.get(*field)?.clone())))
        .filter(|(field, value)| is_reported(field, value))
        .collect();
    reported.insert("key".into(), key.into());
    reported.insert("variations".into(), variations.into());
    reported
}

fn bandit(
    name: &str,
    count: usize,
    own_weights: Vec<f64>,
    range_for: &dyn Fn(Option<&[f64]>) -> Vec<Range>,
    object: &Object<'_, '_>,
    names: &Names<'_>,
) -> Option<Bandit> {
    let Some(value) = names.bandits.and_then(|bandits| bandits.get(name)) else {
        object.at.key("contextualBanditRef").fault("names no contextual bandit of this document");
        return None;
    };
    let at = names.bandits_at.key(name);
    let definition = Object::read(value, &at)?;
    definition.allow_only(&["banditVersion", "contexts", "description"]);
    let at = at.key("contexts");
    let contexts = definition.list("contexts").unwrap_or(&[]);
    let leaves = contexts.iter().enumerate().filter_map(|(index, context)| {
        let at = at.index(index);
        let context = Object::read(context, &at)?;
        context.allow_only(&["leafId", "condition", "weights"]);
        let weights = context.numbers("weights").unwrap_or_default();
        if !are_weights_usable(count, &weights) {
            at.key("weights").fault(format!("must be {count} numbers that sum to 1, one per variation"));
        }
        let condition = context
            .get("condition")
            .map_or_else(Condition::default, |value| compile(value, &at.key("condition"), names.groups));
        Some(Leaf {
            id: context.get("leafId").cloned().unwrap_or(Value::Null),
            condition,
            ranges: range_for(Some(&weights)),
            weights: context.get("weights").cloned().unwrap_or(Value::Null),
        })
    });
    Some(Bandit {
        version: definition.get("banditVersion").cloned(),
        leaves: leaves.collect(),
        fallback: Leaf {
            id: Value::from(-1),
            condition: Condition::default(),
            ranges: range_for(Some(&own_weights)),
            weights: object.get("weights").cloned().unwrap_or_else(|| own_weights.into()),
        },
    })
}

/// The hash version of an object; `None`, and a fault, if there is none with this number.
pub(super) fn hash_version(object: &Object<'_, '_>, default: f64) -> Option<HashVersion> {
    let number = object.number("hashVersion").filter(|number| *number != 0.0).unwrap_or(default);
    let version = HashVersion::from_number(number);
    if version.is_none() {
        object.at.key("hashVersion").fault("must be 1 or 2");
    }
    version
}

/// Two numbers as a range.
pub(super) fn range(value: &Value) -> Option<Range> {
    match value.as_array()?.as_slice() {
        [start, end] => Some(Range::new(start.as_f64()?, end.as_f64()?)),
        _ => None,
    }
}

fn ranges(value: &Value, key: &str, object: &Object<'_, '_>) -> Option<Vec<Range>> {
    let ranges = value.as_array().and_then(|values| values.iter().map(range).collect());
    if ranges.is_none() {
        object.refuse(key, "must be a list of ranges, such as [[0, 0.5], [0.5, 1]]");
    }
    ranges
}

pub(super) fn filters(object: &Object<'_, '_>) -> Option<Vec<Filter>> {
    let at = object.at.key("filters");
    let filters = object.list("filters")?.iter().enumerate().map(|(index, value)| {
        let at = at.index(index);
        let nobody = Filter { seed: None, attribute: ID.into(), ranges: Vec::new() };
        let Some(filter) = Object::read(value, &at) else { return nobody };
        filter.allow_only(&["attribute", "seed", "hashVersion", "ranges"]);
        let (Some(seed), Some(value)) = (filter.text("seed"), filter.get("ranges")) else {
            at.fault("needs a \"seed\" and \"ranges\"");
            return nobody;
        };
        Filter {
            seed: hash_version(&filter, 2.0).map(|version| Seed::new(seed, version)),
            attribute: filter.text("attribute").filter(|name| !name.is_empty()).unwrap_or(ID).into(),
            ranges: ranges(value, "ranges", &filter).unwrap_or_default(),
        }
    });
    Some(filters.collect())
}

fn namespace(object: &Object<'_, '_>) -> Option<Namespace> {
    let value = object.get("namespace")?;
    let parsed = match value.as_array().map(Vec::as_slice) {
        Some([Value::String(id), start, end]) => {
            start.as_f64().zip(end.as_f64()).map(|(start, end)| Namespace::new(id, Range::new(start, end)))
        }
        _ => None,
    };
    if parsed.is_none() {
        object.refuse("namespace", "must be a name and two numbers, such as [\"checkout\", 0, 0.5]");
    }
    parsed
}

fn meta(object: &Object<'_, '_>) -> Vec<Meta> {
    let at = object.at.key("meta");
    let list = object.list("meta").unwrap_or(&[]);
    let meta = list.iter().enumerate().map(|(index, value)| {
        let at = at.index(index);
        let Some(meta) = Object::read(value, &at) else { return Meta::default() };
        let text = |key| meta.text(key).filter(|text| !text.is_empty()).map(Into::into);
        Meta {
            key: text("key"),
            name: text("name"),
            is_passthrough: meta.get("passthrough").is_some_and(|value| Attribute::from(value).is_truthy()),
        }
    });
    meta.collect()
}

pub(super) fn parents(object: &Object<'_, '_>, names: &Names<'_>) -> Vec<Parent> {
    let at = object.at.key("parentConditions");
    let list = object.list("parentConditions").unwrap_or(&[]);
    let parents = list.iter().enumerate().filter_map(|(index, value)| {
        let at = at.index(index);
        let parent = Object::read(value, &at);
        let Some((parent, id)) =
            parent.and_then(|parent| Some((parent.text("id")?, parent)).map(|(a, b)| (b, a)))
        else {
            object.refuse("parentConditions", "must be a list of objects with the \"id\" of a flag");
            return None;
        };
        parent.allow_only(&["id", "condition", "gate"]);
        let condition = parent
            .get("condition")
            .map_or_else(Condition::default, |value| compile(value, &at.key("condition"), names.groups));
        Some(Parent { feature: id.into(), condition, is_gate: parent.flag("gate") == Some(true) })
    });
    parents.collect()
}
