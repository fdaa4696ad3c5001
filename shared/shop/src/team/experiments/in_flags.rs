//! Experiments in the document of flags (GrowthBook's format): a rule with `variations` is one.

use orilla_events::Device;
use orilla_experiments::{PARTS, Reweighed, Variation};
use orilla_flags::names;
use serde_json::{Map, Value, json};

/// The field of a rule that names its contextual bandit.
const BANDIT: &str = "contextualBanditRef";
/// The field of the document that has them.
const BANDITS: &str = "contextualBandits";

/// An experiment as a flag's rule has it.
#[derive(Clone, Debug, PartialEq)]
pub struct InFlags {
    /// The flag.
    pub flag: String,
    /// The experiment: the rule's `key`, or the flag's name.
    pub key: String,
    /// Its variations; the first is the control.
    pub variations: Vec<Variation>,
    /// Whether the rule is switched on.
    pub is_on: bool,
}

/// All experiments of a document, by flag, in the order of the rules.
pub fn in_flags(document: &Value) -> Vec<InFlags> {
    let features = document.get("features").and_then(Value::as_object);
    let rules = features.into_iter().flatten().flat_map(|(flag, feature)| {
        let rules = feature.get("rules").and_then(Value::as_array).into_iter().flatten();
        rules.map(move |rule| (flag, rule))
    });
    rules.filter_map(|(flag, rule)| one(flag, rule.as_object()?)).collect()
}

fn one(flag: &str, rule: &Map<String, Value>) -> Option<InFlags> {
    let values = rule.get("variations")?.as_array()?;
    let list = |name: &str| rule.get(name).and_then(Value::as_array);
    let equal = 1.0 / values.len().max(1) as f64;
    let variation = |(at, value): (usize, &Value)| {
        let meta = list("meta").and_then(|meta| meta.get(at));
        let said = |name: &str| meta.and_then(|meta| meta.get(name)).and_then(Value::as_str);
        let name = said("name").or(said("key")).map_or_else(|| short(value), str::to_owned);
        let weight = match list("ranges") {
            Some(ranges) => part(ranges, at),
            None => list("weights").and_then(|weights| weights.get(at)).and_then(Value::as_f64),
        };
        let key = said("key").map_or_else(|| at.to_string(), str::to_owned);
        Variation { key, name, weight: weight.unwrap_or(equal) }
    };
    Some(InFlags {
        flag: flag.to_owned(),
        key: name_of(flag, rule).to_owned(),
        variations: values.iter().enumerate().map(variation).collect(),
        is_on: rule.get("enabled") != Some(&Value::Bool(false)),
    })
}

/// The part of a variation of all whom `ranges` of buckets let in.
fn part(ranges: &[Value], at: usize) -> Option<f64> {
    let wide = |range: &Value| Some(range.get(1)?.as_f64()? - range.get(0)?.as_f64()?);
    let all: f64 = ranges.iter().filter_map(wide).sum();
    ranges.get(at).and_then(wide).filter(|_| all > 0.0).map(|width| width / all)
}

pub(super) fn name_of<'r>(flag: &'r str, rule: &'r Map<String, Value>) -> &'r str {
    rule.get("key").and_then(Value::as_str).filter(|key| !key.is_empty()).unwrap_or(flag)
}

/// A value as a name.
fn short(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(40).collect()
}

/// Gives a variation of an experiment to everybody: it becomes the flag's value, and the rule is switched off. Doing it
/// twice is doing it once.
///
/// # Errors
/// What is missing, in words.
pub fn ship(document: &mut Value, flag: &str, key: &str, variation: usize) -> Result<(), String> {
    let feature = feature_mut(document, flag)?;
    let rule = rule_mut(feature, flag, key)?;
    let values = rule.get("variations").and_then(Value::as_array);
    let value = values.and_then(|values| values.get(variation)).cloned();
    let value = value.ok_or_else(|| format!("the experiment \"{key}\" has no variation {variation}"))?;
    rule.insert("enabled".to_owned(), Value::Bool(false));
    feature.insert("defaultValue".to_owned(), value);
    Ok(())
}

/// The shares of an experiment that is switched on, in parts of the whole; none if it is not there, or has no weights.
fn shares_of(document: &Value, flag: &str, key: &str) -> Option<Vec<u32>> {
    let rules = document.get("features")?.get(flag)?.get("rules")?.as_array()?;
    let mut rules = rules.iter().filter_map(Value::as_object);
    let rule = rules.find(|rule| name_of(flag, rule) == key && rule.contains_key("variations"))?;
    let weights = rule.get("weights")?.as_array()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded, and clamped to the whole"
    )]
    let part = |weight: f64| (weight * f64::from(PARTS)).round().clamp(0.0, f64::from(PARTS)) as u32;
    weights.iter().map(|weight| weight.as_f64().map(part)).collect()
}

/// What flags call a kind of device.
fn device_type(device: Device) -> &'static str {
    match device {
        Device::Phone => "mobile",
        Device::Tablet => "tablet",
        Device::Desktop => "desktop",
    }
}

/// What GrowthBook calls a contextual bandit: shares of their own for some visitors.
fn contexts(update: &Reweighed) -> Value {
    let devices = Device::ALL.iter().enumerate().filter_map(|(leaf, device)| {
        let parts = update.contexts.get(device.token())?;
        let condition = json!({ (names::DEVICE): device_type(*device) });
        Some(json!({ "leafId": leaf, "condition": condition, "weights": weights(parts) }))
    });
    json!({ "contexts": devices.collect::<Vec<_>>() })
}

fn weights(parts: &[u32]) -> Vec<f64> {
    parts.iter().map(|part| f64::from(*part) / f64::from(PARTS)).collect()
}

/// Whether an experiment has the shares of an update.
pub(crate) fn has_shares(document: &Value, flag: &str, key: &str, update: &Reweighed) -> bool {
    let own = document.get(BANDITS).and_then(|bandits| bandits.get(key));
    let has_contexts = match own {
        Some(own) => *own == contexts(update),
        None => update.contexts.is_empty(),
    };
    has_contexts && shares_of(document, flag, key).as_ref() == Some(&update.parts)
}

/// Gives an experiment the shares of an update. Doing it twice is doing it once.
///
/// # Errors
/// What is missing or other than these shares need, in words.
pub(crate) fn with_shares(
    document: &mut Value,
    flag: &str,
    key: &str,
    update: &Reweighed,
) -> Result<(), String> {
    let parts = &update.parts;
    let feature = feature_mut(document, flag)?;
    let rule = rule_mut(feature, flag, key)?;
    let variations = rule.get("variations").and_then(Value::as_array).map_or(0, Vec::len);
    if variations != parts.len() {
        return Err(format!("the experiment \"{key}\" has {variations} variations"));
    }
    if rule.get("enabled") == Some(&Value::Bool(false)) {
        return Err(format!("the experiment \"{key}\" is switched off"));
    }
    if rule.contains_key("ranges") {
        return Err(format!("the experiment \"{key}\" has ranges instead of weights"));
    }
    if rule.get(BANDIT).is_some_and(|own| own != key) {
        return Err(format!("the experiment \"{key}\" has a contextual bandit of its own"));
    }
    rule.insert("weights".to_owned(), json!(weights(parts)));
    if update.contexts.is_empty() {
        rule.remove(BANDIT);
    } else {
        rule.insert(BANDIT.to_owned(), json!(key));
    }
    let Some(fields) = document.as_object_mut() else { return Ok(()) };
    let bandits = fields.entry(BANDITS).or_insert_with(|| json!({}));
    let Some(bandits) = bandits.as_object_mut() else { return Err(format!("\"{BANDITS}\" is no object")) };
    if update.contexts.is_empty() {
        bandits.remove(key);
    } else {
        bandits.insert(key.to_owned(), contexts(update));
    }
    if bandits.is_empty() {
        fields.remove(BANDITS);
    }
    Ok(())
}

fn feature_mut<'d>(document: &'d mut Value, flag: &str) -> Result<&'d mut Map<String, Value>, String> {
    let feature = document.get_mut("features").and_then(|features| features.get_mut(flag));
    feature.and_then(Value::as_object_mut).ok_or_else(|| format!("there is no flag \"{flag}\""))
}

fn rule_mut<'d>(
    feature: &'d mut Map<String, Value>,
    flag: &str,
    key: &str,
) -> Result<&'d mut Map<String, Value>, String> {
    let rules = feature.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten();
    let mut rules = rules
        .filter_map(Value::as_object_mut)
        .filter(|rule| name_of(flag, rule) == key && rule.contains_key("variations"));
    rules.next().ok_or_else(|| format!("the flag \"{flag}\" has no experiment \"{key}\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_experiments::Why;
    use orilla_flags::{Flags, Visitor};
    use serde_json::json;
    use std::collections::BTreeMap;

    fn document() -> Value {
        json!({ "features": {
            "card-layout": { "defaultValue": "plain", "rules": [
                { "force": "large", "condition": { "country": "ES" } },
                { "id": "r1", "key": "cards", "variations": ["plain", "large"], "weights": [0.2, 0.8],
                  "meta": [{ "key": "0", "name": "As it is" }, { "key": "big" }] },
            ] },
            "promise": { "rules": [{ "variations": [false, true, null], "enabled": false }] },
            "other": true,
        } })
    }

    #[test]
    fn experiments_are_found_in_the_document() {
        let found = in_flags(&document());
        let names = |experiment: &InFlags| -> Vec<(String, f64)> {
            experiment.variations.iter().map(|v| (v.name.clone(), v.weight)).collect()
        };
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].flag.as_str(), found[0].key.as_str(), found[0].is_on),
            ("card-layout", "cards", true)
        );
        assert_eq!(names(&found[0]), [("As it is".into(), 0.2), ("big".into(), 0.8)]);
        assert_eq!((found[1].key.as_str(), found[1].is_on), ("promise", false));
        assert_eq!(names(&found[1])[2].0, "null");
        let keys =
            |at: usize| found[at].variations.iter().map(|v| v.key.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!((keys(0), keys(1)), ("0 big".to_owned(), "0 1 2".to_owned()));
        let ranges = json!({ "features": { "a": { "rules": [
            { "variations": [1, 2], "ranges": [[0, 0.1], [0.5, 0.8]], "weights": [0.5, 0.5] }] } } });
        let weights: Vec<f64> = in_flags(&ranges)[0].variations.iter().map(|v| v.weight).collect();
        assert!((weights[0] - 0.25).abs() < 1e-9 && (weights[1] - 0.75).abs() < 1e-9, "{weights:?}");
        assert!(in_flags(&json!({})).is_empty() && in_flags(&json!(7)).is_empty());
    }

    fn update(parts: &[u32]) -> Reweighed {
        Reweighed { parts: parts.to_vec(), why: Why::Learned, contexts: BTreeMap::new() }
    }

    #[test]
    fn a_device_has_shares_of_its_own_and_each_visitor_gets_theirs() {
        let mut document = json!({ "features": { "card-layout": { "defaultValue": "plain", "rules": [
            { "key": "cards", "variations": ["plain", "large"], "hashVersion": 2 }] } } });
        let contexts = [("phone", vec![10_000, 0]), ("desktop", vec![0, 10_000])];
        let contexts = contexts.map(|(device, parts)| (device.to_owned(), parts)).into();
        let by_device = Reweighed { contexts, ..update(&[5_000, 5_000]) };
        for _ in 0..2 {
            with_shares(&mut document, "card-layout", "cards", &by_device).unwrap();
        }
        assert!(has_shares(&document, "card-layout", "cards", &by_device));
        assert!(!has_shares(&document, "card-layout", "cards", &update(&[5_000, 5_000])));
        let (flags, faults) = Flags::read(&document);
        assert!(faults.is_empty(), "{faults:?}");
        let share = |device: &str| {
            let large = |id: &u32| {
                let id = format!("visitor-{id}");
                let visitor = Visitor::new(&id).device(device);
                *flags.evaluate("card-layout", &visitor, 0).value == json!("large")
            };
            (0..1_000).filter(large).count()
        };
        assert_eq!((share("mobile"), share("desktop")), (0, 1_000));
        assert!((400..600).contains(&share("tablet")), "{}", share("tablet"));
        // An update without them takes them away.
        with_shares(&mut document, "card-layout", "cards", &update(&[5_000, 5_000])).unwrap();
        assert!(has_shares(&document, "card-layout", "cards", &update(&[5_000, 5_000])));
        assert!(document.get(BANDITS).is_none() && !document.to_string().contains(BANDIT));
        // A bandit that the team has made itself stays.
        document["features"]["card-layout"]["rules"][0][BANDIT] = json!("mine");
        let before = document.clone();
        assert!(with_shares(&mut document, "card-layout", "cards", &by_device).is_err());
        assert_eq!(document, before);
    }

    #[test]
    fn shares_are_set_and_read() {
        let mut weighed = document();
        assert_eq!(shares_of(&weighed, "card-layout", "cards"), Some(vec![2_000, 8_000]));
        assert_eq!(shares_of(&weighed, "promise", "promise"), None);
        for _ in 0..2 {
            with_shares(&mut weighed, "card-layout", "cards", &update(&[3_333, 6_667])).unwrap();
            assert_eq!(shares_of(&weighed, "card-layout", "cards"), Some(vec![3_333, 6_667]));
        }
        let before = weighed.clone();
        for (flag, key, parts) in [
            ("gone", "cards", &[5_000, 5_000][..]),
            ("card-layout", "gone", &[5_000, 5_000]),
            ("card-layout", "cards", &[10_000]),
            ("promise", "promise", &[3_000, 3_000, 4_000]),
        ] {
            assert!(with_shares(&mut weighed, flag, key, &update(parts)).is_err(), "{flag} {key}");
        }
        assert_eq!(weighed, before);
    }

    #[test]
    fn the_winner_becomes_the_value_of_the_flag_once() {
        let mut shipped = document();
        for _ in 0..2 {
            ship(&mut shipped, "card-layout", "cards", 1).unwrap();
            let feature = &shipped["features"]["card-layout"];
            assert_eq!(feature["defaultValue"], "large");
            assert_eq!(feature["rules"][1]["enabled"], false);
            assert_eq!(feature["rules"][0], document()["features"]["card-layout"]["rules"][0]);
        }
        let mut untouched = document();
        for (flag, key, variation) in
            [("gone", "cards", 0), ("card-layout", "gone", 0), ("card-layout", "cards", 2)]
        {
            assert!(ship(&mut untouched, flag, key, variation).is_err());
        }
        assert_eq!(untouched, document());
    }
}
