//! What holds for every definition and every visitor.
#![allow(clippy::expect_used, reason = "it is a test")]

use orilla_flags::{Flags, Source, Visitor};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NOW: i64 = 1_795_766_400_000;

fn read(document: &Value) -> Flags {
    Flags::read(document).0
}

/// Keys that mean something, so that arbitrary documents reach every part of the reader.
const WORDS: [&str; 48] = [
    "features",
    "savedGroups",
    "layers",
    "holdouts",
    "experiments",
    "contextualBandits",
    "f",
    "g",
    "rules",
    "force",
    "condition",
    "variations",
    "weights",
    "coverage",
    "range",
    "ranges",
    "filters",
    "seed",
    "namespace",
    "meta",
    "key",
    "parentConditions",
    "id",
    "gate",
    "schedule",
    "start",
    "end",
    "layer",
    "holdout",
    "allocations",
    "share",
    "contextualBanditRef",
    "contextualVariations",
    "contexts",
    "type",
    "values",
    "urlPatterns",
    "pattern",
    "$in",
    "$not",
    "$or",
    "$savedGroup",
    "$elemMatch",
    "$regex",
    "$gt",
    "$all",
    "$veq",
    "hashVersion",
];

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let word = || prop::sample::select(WORDS.as_slice()).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        word().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 96, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(word(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A document whose outer shape is right, with arbitrary rules.
fn arbitrary_document() -> impl Strategy<Value = Value> {
    (arbitrary_json(), vec(arbitrary_json(), 0..4), arbitrary_json(), arbitrary_json()).prop_map(
        |(whole, rules, groups, condition)| {
            let rules: Vec<Value> = rules
                .into_iter()
                .map(|mut rule| {
                    if let Value::Object(map) = &mut rule {
                        map.entry("force").or_insert(true.into());
                        map.entry("condition").or_insert(condition.clone());
                    }
                    rule
                })
                .collect();
            json!({"features": {"f": {"rules": rules}, "g": whole}, "savedGroups": groups})
        },
    )
}

/// Whether the parent of where a fault is exists in the document: the fault itself may be a missing field.
fn leads_somewhere(document: &Value, path: &str) -> bool {
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    document.pointer(path).is_some() || document.pointer(parent).is_some()
}

proptest! {
    #[test]
    fn no_document_panics_and_faults_lead_somewhere(
        document in prop_oneof![arbitrary_json(), arbitrary_document()],
        attributes in btree_map(prop::sample::select(WORDS.as_slice()), arbitrary_json(), 0..4),
    ) {
        let (flags, faults) = Flags::read(&document);
        for fault in &faults {
            prop_assert!(leads_somewhere(&document, &fault.path), "{fault}");
        }
        let attributes: Map<String, Value> = attributes.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let visitor = Visitor::from_json(&attributes).at_url("https://example.com/a?f=1#b");
        for key in ["f", "g", "id"] {
            let (once, twice) = (flags.evaluate(key, &visitor, NOW), flags.evaluate(key, &visitor, NOW));
            prop_assert_eq!(once.report(), twice.report(), "evaluation is deterministic");
        }
        flags.redirect(&visitor, NOW);
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        prop_assert!(Flags::compile(&text).is_ok() || Flags::read(&Value::Null).1.len() == 1);
        let _ = Flags::from_payload(&text, Some(&text));
        let _ = orilla_flags::decrypt(&text, &text);
        let _ = orilla_flags::query_override("a", &text, 3);
    }

    #[test]
    fn a_rollout_only_adds_people(
        seed in "[a-z]{0,8}", id in "[a-z0-9-]{1,12}", version in 1..=2, low in 0.0..=1.0_f64, high in 0.0..=1.0_f64,
    ) {
        let (low, high) = (low.min(high), low.max(high));
        let is_in = |coverage: f64| {
            let rule = json!({"force": true, "coverage": coverage, "seed": seed, "hashVersion": version});
            let flags = read(&json!({"features": {"f": {"defaultValue": false, "rules": [rule]}}}));
            flags.evaluate("f", &Visitor::new(&id), NOW).is_on()
        };
        prop_assert!(!is_in(low) || is_in(high));
        prop_assert!(!is_in(0.0) && is_in(1.0));
    }

    #[test]
    fn more_coverage_moves_nobody_between_variations(
        id in "[a-z0-9-]{1,12}", low in 0.0..=1.0_f64, high in 0.0..=1.0_f64, cut in 0.1..0.9_f64,
    ) {
        let (low, high) = (low.min(high), low.max(high));
        let variation = |coverage: f64| {
            let rule = json!({"variations": [1, 2], "coverage": coverage, "weights": [cut, 1.0 - cut], "hashVersion": 2});
            let flags = read(&json!({"features": {"f": {"rules": [rule]}}}));
            flags.evaluate("f", &Visitor::new(&id), NOW).value.as_u64()
        };
        prop_assert!(variation(low).is_none() || variation(low) == variation(high));
        prop_assert!(variation(1.0).is_some());
    }

    #[test]
    fn a_layer_has_each_person_in_exactly_one_of_its_parts(
        name in "[a-z]{1,6}", id in "[a-z0-9-]{1,12}", first in 0.05..0.5_f64, second in 0.5..0.95_f64,
    ) {
        let feature = || json!({"defaultValue": 0, "rules": [{"layer": name, "variations": [1, 2], "hashVersion": 2}]});
        let document = json!({
            "features": {"a": feature(), "b": feature(), "c": feature()},
            "layers": {&name: {"allocations": {"a": [[0, first]], "b": [[first, second]], "c": [[second, 1]]}}},
        });
        let flags = Flags::compile(&document.to_string()).expect("no faults");
        let visitor = Visitor::new(&id);
        let taking_part = ["a", "b", "c"].iter().filter(|key| flags.evaluate(key, &visitor, NOW).is_on()).count();
        prop_assert_eq!(taking_part, 1);
    }

    #[test]
    fn cycles_are_found_if_and_only_if_there_are_any(edges in vec((0..7_usize, 0..7_usize), 0..12)) {
        let mut features = Map::new();
        for node in 0..7 {
            let parents: Vec<Value> =
                edges.iter().filter(|(from, _)| *from == node).map(|(_, to)| json!({"id": format!("f{to}")})).collect();
            let rules = json!([{"parentConditions": parents, "force": true}]);
            features.insert(format!("f{node}"), json!({"defaultValue": false, "rules": rules}));
        }
        // Warshall: what can be reached from where.
        let mut reach = [[false; 7]; 7];
        for (from, to) in &edges {
            reach[*from][*to] = true;
        }
        for via in 0..7 {
            for from in 0..7 {
                for to in 0..7 {
                    reach[from][to] |= reach[from][via] && reach[via][to];
                }
            }
        }
        let (flags, faults) = Flags::read(&json!({"features": features}));
        let has_cycle = (0..7).any(|node| reach[node][node]);
        prop_assert_eq!(has_cycle, faults.iter().any(|fault| fault.message.contains("depends on itself")), "{:?}", faults);
        for node in 0..7 {
            let meets_cycle = (0..7).any(|other| reach[other][other] && (other == node || reach[node][other]));
            let key = format!("f{node}");
            let source = flags.evaluate(&key, &Visitor::new("v"), NOW).source;
            prop_assert_eq!(meets_cycle, source == Source::CyclicPrerequisite, "{}", key);
        }
    }
}
