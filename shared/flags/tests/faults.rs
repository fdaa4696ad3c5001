//! What is refused at publish, and where the fault is said to be.

use orilla_flags::Flags;
use serde_json::{Value, json};

#[track_caller]
fn check(document: Value, expected: &[(&str, &str)]) {
    let faults = Flags::compile(&document.to_string()).err().unwrap_or_default();
    let found: Vec<_> = faults.iter().map(|fault| (fault.path.as_str(), fault.message.as_str())).collect();
    let is_as_expected = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|((path, message), (at, part))| path == at && message.contains(part));
    assert!(is_as_expected, "expected {expected:#?}\nfound {found:#?}");
}

/// A fault in one rule of a boolean flag.
#[track_caller]
fn check_rule(rule: Value, path: &str, message: &str) {
    let path = format!("/features/f/rules/0{path}");
    check(json!({"features": {"f": {"defaultValue": false, "rules": [rule]}}}), &[(&path, message)]);
}

#[test]
fn documents() {
    check(json!({}), &[]);
    check(json!([]), &[("", "must be an object")]);
    check(json!({"feature": {}}), &[("/feature", "not a field")]);
    check(json!({"features": {"a/b": 3}}), &[("/features/a~1b", "must be an object")]);
    check(json!({"features": {"f": {"default": 3}}}), &[("/features/f/default", "not a field")]);
    check(json!({"features": {"f": {"rules": {}}}}), &[("/features/f/rules", "must be a list")]);
    check(json!({"features": {"f": {"holdout": "h"}}}), &[("/features/f/holdout", "names no holdout")]);
    let faults = Flags::compile("{").err().unwrap_or_default();
    assert!(faults.len() == 1 && faults[0].message.contains("not JSON"), "{faults:?}");
}

#[test]
fn rules() {
    check_rule(json!({}), "", "needs a value");
    check_rule(json!({"force": 3}), "/force", "is a number, but the flag's default is a boolean");
    check_rule(json!({"variations": [true, "no"]}), "/variations/1", "is a string");
    check_rule(json!({"variations": [true]}), "", "at least two");
    check_rule(json!({"variations": [true, false], "weights": [0.5, 0.6]}), "/weights", "sum to 1");
    check_rule(json!({"variations": [true, false], "meta": [{}]}), "/meta", "one per variation");
    check_rule(json!({"variations": [true, false], "ranges": [[0, 1]]}), "/ranges", "one per variation");
    check_rule(json!({"force": true, "coverage": 1.5}), "/coverage", "between 0 and 1");
    check_rule(json!({"force": true, "coverage": "half"}), "/coverage", "must be a number");
    check_rule(json!({"force": true, "coverage": 1, "hashVersion": 3}), "/hashVersion", "1 or 2");
    check_rule(json!({"force": true, "layer": "l"}), "/layer", "names no layer");
    check_rule(json!({"force": true, "colour": "red"}), "/colour", "not a field");
    check_rule(json!({"force": true, "schedule": {"start": "soon"}}), "/schedule/start", "must be a time");
    check_rule(json!({"force": true, "schedule": {"start": 5, "end": 5}}), "/schedule/end", "later");
    check_rule(json!({"force": true, "filters": [{"seed": "s"}]}), "/filters/0", "needs");
    check_rule(
        json!({"force": true, "parentConditions": [{"id": "g"}]}),
        "/parentConditions/0/id",
        "no flag",
    );
}

#[test]
fn conditions() {
    let check_condition = |condition: Value, path: &str, message: &str| {
        check_rule(json!({"force": true, "condition": condition}), &format!("/condition{path}"), message);
    };
    check_condition(json!([]), "", "must be an object");
    check_condition(json!({"$or": {}}), "/$or", "must be a list");
    check_condition(json!({"$xor": []}), "/$xor", "not an operator");
    check_condition(json!({"a": {"$regx": "x"}}), "/a/$regx", "not a known operator");
    check_condition(json!({"a": {"$in": 3}}), "/a/$in", "must be a list");
    check_condition(json!({"a": {"$regex": "("}}), "/a/$regex", "regular expression");
    check_condition(json!({"a": {"$gt": 1, "b": 2}}), "/a", "mixes");
    check_condition(json!({"a": {"$inGroup": "g"}}), "/a/$inGroup", "names no saved group");
    check_condition(json!({"a": {"$type": "text"}}), "/a/$type", "must be one of");
    check_condition(
        json!({"$and": [{"a": 1}, {"$savedGroup": {"id": "g"}}]}),
        "/$and/1/$savedGroup",
        "needs",
    );
    let deep = (0..40).fold(json!({"a": 1}), |inner, _| json!({"$not": inner}));
    check_condition(deep, &"/$not".repeat(33), "nested");
}

#[test]
fn layers_and_holdouts() {
    let layer = |allocations: Value| json!({"layers": {"l": {"allocations": allocations}}});
    check(layer(json!({"a": [[0, 0.5]], "b": [[0.5, 1]]})), &[]);
    check(layer(json!({"a": [[0, 0.6]], "b": [[0.5, 1]]})), &[("/layers/l/allocations/b", "overlaps")]);
    check(layer(json!({"a": [[0, 1.5]]})), &[("/layers/l/allocations/a", "within 0 and 1")]);
    check(
        json!({
            "features": {"a": {"rules": [{"layer": "l", "namespace": ["n", 0, 1], "variations": [1, 2]}]}},
            "layers": {"l": {"allocations": {"a": [[0, 1]]}}},
        }),
        &[("/features/a/rules/0/namespace", "together with a layer")],
    );
    check(json!({"layers": {"l": {}}}), &[("/layers/l/allocations", "must say")]);
    check(json!({"holdouts": {"h": {"share": 2}}}), &[("/holdouts/h", "share")]);
}

#[test]
fn cycles_are_named_once_with_the_way_around() {
    let feature = |parent: &str| json!({"rules": [{"parentConditions": [{"id": parent}]}]});
    check(
        json!({"features": {"a": feature("b"), "b": feature("c"), "c": feature("a"), "d": feature("a")}}),
        &[("/features/c/rules/0/parentConditions/0/id", "a → b → c → a")],
    );
    check(
        json!({"features": {"a": feature("a")}}),
        &[("/features/a/rules/0/parentConditions/0/id", "a → a")],
    );
    let group = |id: &str| json!({"type": "condition", "condition": {"$savedGroup": {"id": id}}});
    check(
        json!({"savedGroups": {"a": group("b"), "b": group("a")}}),
        &[("/savedGroups/b/condition/$savedGroup", "a → b → a")],
    );
}

#[test]
fn chains_that_are_too_long_are_refused() {
    let mut features = serde_json::Map::new();
    for n in 0..18 {
        features.insert(
            format!("f{n:02}"),
            json!({"rules": [{"parentConditions": [{"id": format!("f{:02}", n + 1)}]}]}),
        );
    }
    features.insert("f18".into(), json!({"defaultValue": true}));
    check(
        json!({"features": features}),
        &[
            ("/features/f00/rules/0/parentConditions/0/id", "more than 16"),
            ("/features/f01/rules/0/parentConditions/0/id", "more than 16"),
        ],
    );
}

#[test]
fn experiments_and_bandits() {
    check(json!({"experiments": [{"key": "e"}]}), &[("/experiments/0", "needs")]);
    check(
        json!({"experiments": [{"key": "e", "variations": [1, 2], "urlPatterns": [{"type": "exact"}]}]}),
        &[("/experiments/0/urlPatterns/0", "simple")],
    );
    let rule = json!({"contextualVariations": [1, 2], "contextualBanditRef": "b"});
    check(
        json!({
            "features": {"f": {"defaultValue": 0, "rules": [rule, rule]}},
            "contextualBandits": {"b": {"contexts": [{"leafId": 1, "weights": [1]}]}},
        }),
        &[("/contextualBandits/b/contexts/0/weights", "one per variation")],
    );
    check(
        json!({"features": {"f": {"defaultValue": 0, "rules": [rule]}}}),
        &[("/features/f/rules/0/contextualBanditRef", "names no contextual bandit")],
    );
}
