//! The conformance suite of GrowthBook's SDKs: one test per case, under the case's own name.
//!
//! `growthbook/cases.json` comes from GrowthBook (MIT licence; see the notice beside it).

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "it is a test")]

use libtest_mimic::{Arguments, Failed, Trial};
use orilla_flags::hash::{self, HashVersion, Namespace, Range};
use orilla_flags::{Flags, StickyBuckets, Visitor, decrypt, query_override};
use serde_json::{Map, Value, json};

/// Cases need no clock: none has a schedule.
const NOW: i64 = 1_795_766_400_000;

type Outcome = Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let suite: Map<String, Value> =
        serde_json::from_str(include_str!("growthbook/cases.json")).expect("the suite is JSON");
    let mut trials = Vec::new();
    for (section, cases) in suite {
        let check: fn(&[Value]) -> Outcome = match section.as_str() {
            "specVersion" => continue,
            "evalCondition" => condition,
            "hash" => hash,
            "getBucketRange" => bucket_range,
            "feature" => feature,
            "run" => run,
            "chooseVariation" => choose_variation,
            "getQueryStringOverride" => query_string_override,
            "inNamespace" => in_namespace,
            "getEqualWeights" => equal_weights,
            "decrypt" => decryption,
            "stickyBucket" => sticky_bucket,
            "urlRedirect" => url_redirect,
            "contextualBandit" => feature,
            _ => panic!("the suite has a section that is not run: {section}"),
        };
        for (index, case) in cases.as_array().expect("a section is a list").iter().cloned().enumerate() {
            let case = case.as_array().expect("a case is a list").clone();
            let name = case.first().and_then(Value::as_str).unwrap_or_default();
            // Some sections have no names, and some names occur twice: the index keeps them apart.
            let name = format!("{section}::{index:03} {name}");
            trials.push(Trial::test(name, move || check(&case)));
        }
    }
    assert_eq!(trials.len(), 517, "the suite has 517 cases");
    libtest_mimic::run(&arguments, trials).exit();
}

fn condition(case: &[Value]) -> Outcome {
    let groups = case.get(4).cloned().unwrap_or_else(|| json!({}));
    let flags = payload(json!({
        "features": {"case": {"defaultValue": false, "rules": [{"condition": case[1], "force": true}]}},
        "savedGroups": groups,
    }));
    let attributes = object(&case[2]);
    same(flags.evaluate("case", &Visitor::from_json(&attributes), NOW).value.clone(), &case[3])
}

fn hash(case: &[Value]) -> Outcome {
    let (seed, value, version) = (text(&case[0]), text(&case[1]), number(&case[2]));
    let bucket = HashVersion::from_number(version).map(|version| hash::bucket(seed, value, version));
    same(json!(bucket), &case[3])
}

fn bucket_range(case: &[Value]) -> Outcome {
    let (count, coverage) = (number(&case[1][0]) as usize, number(&case[1][1]));
    let weights = case[1][2].as_array().map(|weights| weights.iter().map(number).collect::<Vec<_>>());
    let ranges = hash::bucket_ranges(count, coverage, weights.as_deref());
    close(
        ranges.iter().flat_map(|range| [range.start, range.end]),
        case[2].as_array().into_iter().flatten().flat_map(|range| [number(&range[0]), number(&range[1])]),
    )
}

fn choose_variation(case: &[Value]) -> Outcome {
    let ranges: Vec<Range> = case[2].as_array().into_iter().flatten().map(range).collect();
    let chosen = hash::choose_variation(number(&case[1]), &ranges).map_or(-1, |index| index as i64);
    same(json!(chosen), &case[3])
}

fn query_string_override(case: &[Value]) -> Outcome {
    same(json!(query_override(text(&case[1]), text(&case[2]), number(&case[3]) as usize)), &case[4])
}

fn in_namespace(case: &[Value]) -> Outcome {
    let namespace = Namespace::new(text(&case[2][0]), Range::new(number(&case[2][1]), number(&case[2][2])));
    same(json!(namespace.contains(text(&case[1]))), &case[3])
}

fn equal_weights(case: &[Value]) -> Outcome {
    let count = case[0].as_i64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    close(hash::equal_weights(count), case[1].as_array().into_iter().flatten().map(number))
}

fn decryption(case: &[Value]) -> Outcome {
    same(json!(decrypt(text(&case[1]), text(&case[2])).ok()), &case[3])
}

fn feature(case: &[Value]) -> Outcome {
    let context = Context::new(&case[1]);
    let (flags, forced) = (context.flags(json!([])), context.forced());
    let visitor = context.visitor(&forced);
    same(flags.evaluate(text(&case[2]), &visitor, NOW).report(), &case[3])
}

fn run(case: &[Value]) -> Outcome {
    let context = Context::new(&case[1]);
    let (flags, forced) = (context.flags(json!([case[2]])), context.forced());
    let visitor = context.visitor(&forced);
    let experiment = flags.experiments().first().ok_or("the experiment was refused")?;
    let result = flags.run(experiment, &visitor, NOW);
    same(json!([result.variation_value(), result.is_in, result.is_hash_used]), &json!(case[3..=5]))
}

fn sticky_bucket(case: &[Value]) -> Outcome {
    let context = Context::new(&case[1]);
    let flags = context.flags(json!([]));
    // As a host does: it loads only what belongs to the attributes of this visitor.
    let stored: StickyBuckets = serde_json::from_value(case[2].clone())?;
    let mine = stored.documents().iter().filter(|document| {
        let attributes = flags.sticky_attributes();
        attributes.contains(&document.attribute_name.as_str())
            && context.attributes.get(&document.attribute_name).and_then(Value::as_str)
                == Some(&document.attribute_value)
    });
    let mut buckets = StickyBuckets::new(mine.cloned().collect());
    let before = buckets.clone();
    let visitor = context.visitor(&[]).sticky(&before);
    let evaluation = flags.evaluate(text(&case[3]), &visitor, NOW);
    let result = evaluation.assignment.as_ref().map(|assignment| assignment.report());
    same(json!(result), &case[4])?;
    for exposure in evaluation.exposures() {
        buckets.record(&exposure);
    }
    let documents = buckets.documents().iter().map(|document| {
        (format!("{}||{}", document.attribute_name, document.attribute_value), json!(document))
    });
    same(Value::Object(documents.collect()), &case[5])
}

fn url_redirect(case: &[Value]) -> Outcome {
    let context = Context::new(&case[1]);
    let flags = context.flags(case[1]["experiments"].clone());
    let visitor = context.visitor(&[]);
    let redirects = flags.redirect(&visitor, NOW).into_iter().map(|redirect| {
        json!({
            "inExperiment": redirect.assignment.is_in,
            "urlRedirect": redirect.target,
            "urlWithParams": redirect.url,
        })
    });
    same(redirects.collect(), &case[2])
}

/// The context of a case: what a GrowthBook instance is made with.
struct Context {
    json: Value,
    attributes: Map<String, Value>,
}

impl Context {
    fn new(json: &Value) -> Self {
        Context { json: json.clone(), attributes: object(&json["attributes"]) }
    }

    fn flags(&self, experiments: Value) -> Flags {
        payload(json!({
            "features": object(&self.json["features"]),
            "savedGroups": object(&self.json["savedGroups"]),
            "contextualBandits": object(&self.json["contextualBandits"]),
            "experiments": experiments,
        }))
    }

    fn forced(&self) -> Vec<(&str, usize)> {
        let forced = self.json["forcedVariations"].as_object().into_iter().flatten();
        forced.map(|(key, index)| (key.as_str(), number(index) as usize)).collect()
    }

    fn visitor<'a>(&'a self, forced: &'a [(&'a str, usize)]) -> Visitor<'a> {
        let visitor = Visitor::from_json(&self.attributes)
            .at_url(self.json["url"].as_str().unwrap_or_default())
            .qa(self.json["qaMode"] == true)
            .force_variations(forced);
        if self.json["enabled"] == false { visitor.without_experiments() } else { visitor }
    }
}

fn payload(document: Value) -> Flags {
    Flags::from_payload(&document.to_string(), None).expect("a payload is an object")
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn range(value: &Value) -> Range {
    Range::new(number(&value[0]), number(&value[1]))
}

/// Equal, where 1 and 1.0 are one number, as they are in JavaScript.
fn same(actual: Value, expected: &Value) -> Outcome {
    if normal(&actual) == normal(expected) {
        Ok(())
    } else {
        Err(format!("expected {expected}\n  actual {actual}").into())
    }
}

fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(values) => values.iter().map(normal).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), normal(value))).collect(),
        other => other.clone(),
    }
}

/// Equal to the eight decimals that the suite is written with.
fn close(actual: impl IntoIterator<Item = f64>, expected: impl IntoIterator<Item = f64>) -> Outcome {
    let round = |number: f64| format!("{number:.8}");
    let (actual, expected): (Vec<_>, Vec<_>) =
        (actual.into_iter().map(round).collect(), expected.into_iter().map(round).collect());
    if actual == expected { Ok(()) } else { Err(format!("expected {expected:?}, actual {actual:?}").into()) }
}
