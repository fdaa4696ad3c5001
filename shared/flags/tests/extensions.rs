//! What goes beyond GrowthBook's format: schedules, holdouts, layers, switches; and what a caller gets when something
//! is missing.
#![allow(clippy::expect_used, reason = "it is a test")]

use orilla_flags::{ErrorCode, Evaluation, Flags, Reason, Source, StickyBuckets, Visitor};
use serde_json::{Value, json};

const NOW: i64 = 1_795_766_400_000; // 2026-11-27T08:00:00Z

fn compile(document: &Value) -> Flags {
    Flags::compile(&document.to_string()).expect("a document without faults")
}

fn flag(feature: Value) -> Flags {
    compile(&json!({"features": {"flag": feature}}))
}

#[track_caller]
fn check(evaluation: &Evaluation<'_>, value: Value, source: Source, reason: Reason) {
    assert_eq!((evaluation.value, evaluation.source, evaluation.reason), (&value, source, reason));
}

#[test]
fn a_schedule_begins_at_its_start_and_ends_before_its_end() {
    let flags = flag(json!({"defaultValue": "usual", "rules": [{
        "schedule": {"start": "2026-11-27T09:00:00+01:00", "end": NOW + 1000}, "force": "sale"
    }]}));
    let visitor = Visitor::new("v");
    for (now, value) in [(NOW - 1, "usual"), (NOW, "sale"), (NOW + 999, "sale"), (NOW + 1000, "usual")] {
        assert_eq!(flags.evaluate("flag", &visitor, now).value, value, "{now}");
    }
}

#[test]
fn a_flag_outside_its_schedule_or_switched_off_has_its_default() {
    let rules = json!([{"force": true}]);
    let visitor = Visitor::new("v");
    for feature in [
        json!({"defaultValue": false, "rules": rules, "enabled": false}),
        json!({"defaultValue": false, "rules": rules, "schedule": {"start": NOW + 1}}),
        json!({"defaultValue": false, "rules": rules, "schedule": {"end": NOW}}),
    ] {
        let flags = flag(feature);
        check(&flags.evaluate("flag", &visitor, NOW), json!(false), Source::Disabled, Reason::Disabled);
    }
    let flags = flag(json!({"defaultValue": false, "rules": [{"force": true, "enabled": false}]}));
    check(&flags.evaluate("flag", &visitor, NOW), json!(false), Source::DefaultValue, Reason::Default);
}

#[test]
fn a_holdout_keeps_its_share_from_every_flag_and_counts_both_sides() {
    let feature = json!({"defaultValue": "old", "holdout": "2026", "rules": [{"force": "new"}]});
    let flags = compile(&json!({
        "features": {"a": feature, "b": feature, "c": {"defaultValue": "old", "rules": [{"force": "new"}]}},
        "holdouts": {"2026": {"share": 0.1}},
    }));
    let mut held_out = 0;
    for person in 0..10_000 {
        let id = format!("v{person}");
        let visitor = Visitor::new(&id);
        let (a, b) = (flags.evaluate("a", &visitor, NOW), flags.evaluate("b", &visitor, NOW));
        assert_eq!(a.value, b.value, "one person is held out of all or none");
        assert_eq!(flags.evaluate("c", &visitor, NOW).value, "new");
        let exposures: Vec<_> = a.exposures().collect();
        let [exposure] = exposures.as_slice() else { panic!("one exposure") };
        assert_eq!(exposure.experiment.key(), "2026");
        let is_held_out = a.value == "old";
        assert_eq!(exposure.variation_key(), if is_held_out { "holdout" } else { "general" });
        let assignment = flags.holdout("2026", &visitor, NOW).expect("it is there");
        assert_eq!(assignment.variation == 0, is_held_out);
        held_out += u32::from(is_held_out);
    }
    // Binomial(10,000, 0.1): standard deviation 30; four of them.
    assert!((880..=1120).contains(&held_out), "{held_out}");
}

#[test]
fn country_device_and_audience_decide() {
    let flags = flag(json!({"defaultValue": false, "rules": [{"id": "r", "force": true, "condition": {
        "country": {"$in": ["ES", "PT"]}, "deviceType": "mobile", "audiences": {"$in": ["returning", "club"]}
    }}]}));
    let matching = Visitor::new("v").country("ES").device("mobile").audiences(&["club"]);
    let evaluation = flags.evaluate("flag", &matching, NOW);
    check(&evaluation, json!(true), Source::Force, Reason::TargetingMatch);
    assert_eq!(evaluation.rule_id, "r");
    for other in [
        Visitor::new("v").country("FR").device("mobile").audiences(&["club"]),
        Visitor::new("v").country("ES").device("desktop").audiences(&["club"]),
        Visitor::new("v").country("ES").device("mobile").audiences(&["new"]),
        Visitor::new("v").country("ES").device("mobile"),
    ] {
        assert_eq!(flags.evaluate("flag", &other, NOW).value, false);
    }
}

#[test]
fn reasons_say_what_decided() {
    let visitor = Visitor::new("v");
    let plain = flag(json!({"defaultValue": 1}));
    check(&plain.evaluate("flag", &visitor, NOW), json!(1), Source::DefaultValue, Reason::Static);
    let rollout = flag(json!({"defaultValue": 1, "rules": [{"force": 2, "coverage": 1}]}));
    check(&rollout.evaluate("flag", &visitor, NOW), json!(2), Source::Force, Reason::Split);
    let test = flag(json!({"defaultValue": 1, "rules": [{"variations": [2, 2]}]}));
    check(&test.evaluate("flag", &visitor, NOW), json!(2), Source::Experiment, Reason::Split);
    let values = [("flag", json!(7))];
    let forced = Visitor::new("v").force_values(&values);
    check(&test.evaluate("flag", &forced, NOW), json!(7), Source::Override, Reason::Static);
    let forced = Visitor::new("v").force_variations(&[("flag", 1)]);
    let evaluation = test.evaluate("flag", &forced, NOW);
    check(&evaluation, json!(2), Source::Experiment, Reason::TargetingMatch);
    assert_eq!(evaluation.exposures().count(), 0, "who was put there by hand is not counted");
    assert_eq!(test.evaluate("none", &visitor, NOW).source, Source::UnknownFeature);
}

#[test]
fn a_bot_is_in_no_experiment() {
    let test = flag(json!({"defaultValue": 1, "rules": [{"variations": [2, 3]}]}));
    let bot = Visitor::new("v").without_experiments();
    let evaluation = test.evaluate("flag", &bot, NOW);
    check(&evaluation, json!(1), Source::DefaultValue, Reason::Default);
    assert_eq!(evaluation.exposures().count(), 0);
}

#[test]
fn the_caller_gets_a_default_and_an_error_code() {
    let flags = compile(&json!({"features": {
        "text": {"defaultValue": "yes"},
        "none": {},
        "users": {"defaultValue": true, "rules": [{"variations": [true, false], "hashAttribute": "userId"}]},
    }}));
    let visitor = Visitor::new("v");
    let error = |key| {
        let answer = flags.evaluate(key, &visitor, NOW).boolean(false);
        (answer.value, answer.reason, answer.error)
    };
    assert_eq!(error("unknown"), (false, Reason::Error, Some(ErrorCode::FlagNotFound)));
    assert_eq!(error("text"), (false, Reason::Error, Some(ErrorCode::TypeMismatch)));
    assert_eq!(error("users"), (false, Reason::Error, Some(ErrorCode::TargetingKeyMissing)));
    assert_eq!(error("none"), (false, Reason::Static, None));
    assert_eq!(flags.evaluate("users", &visitor, NOW).missing_attribute, Some("userId"));
    assert_eq!(flags.evaluate("text", &visitor, NOW).text("no").value, "yes");
    let object = json!({});
    assert_eq!(flags.evaluate("text", &visitor, NOW).object(&object).error, Some(ErrorCode::TypeMismatch));
    assert_eq!(flags.evaluate("text", &visitor, NOW).number(4.0).value.to_string(), "4");
}

#[test]
fn a_cycle_is_an_error_at_run_time() {
    let parent = |id: &str| json!({"defaultValue": true, "rules": [{"parentConditions": [{"id": id}], "force": false}]});
    let document = json!({"features": {"a": parent("b"), "b": parent("a")}});
    let (flags, faults) = Flags::read(&document);
    assert!(!faults.is_empty());
    let answer = flags.evaluate("a", &Visitor::new("v"), NOW).boolean(true);
    assert_eq!((answer.value, answer.error), (true, Some(ErrorCode::General)));
}

#[test]
fn people_stay_where_they_were_when_weights_change() {
    let rule = |weights: [f64; 2]| json!({"defaultValue": "-", "rules": [{"variations": ["a", "b"], "weights": weights}]});
    let (before, after) = (flag(rule([1.0, 0.0])), flag(rule([0.0, 1.0])));
    let mut buckets = StickyBuckets::default();
    {
        let empty = StickyBuckets::default();
        let visitor = Visitor::new("v").sticky(&empty);
        let evaluation = before.evaluate("flag", &visitor, NOW);
        assert_eq!(evaluation.value, "a");
        for exposure in evaluation.exposures() {
            assert!(buckets.record(&exposure));
            assert!(!buckets.record(&exposure), "twice is no news");
        }
    }
    let stored: StickyBuckets =
        serde_json::from_str(&serde_json::to_string(&buckets).expect("writes")).expect("reads");
    let visitor = Visitor::new("v").sticky(&stored);
    assert_eq!(after.evaluate("flag", &visitor, NOW).value, "a");
    assert_eq!(after.evaluate("flag", &Visitor::new("v"), NOW).value, "b");
}

#[test]
fn an_encrypted_payload_is_read_with_its_key() {
    let payload = json!({"encryptedFeatures":
        "m5ylFM6ndyOJA2OPadubkw==.Uu7ViqgKEt/dWvCyhI46q088PkAEJbnXKf3KPZjf9IEQQ+A8fojNoxw4wIbPX3aj"});
    let flags =
        Flags::from_payload(&payload.to_string(), Some("Zvwv/+uhpFDznZ6SX28Yjg==")).expect("the key fits");
    assert_eq!(flags.evaluate("feature", &Visitor::unknown(), NOW).value, true);
    assert!(Flags::from_payload(&payload.to_string(), None).is_err());
    assert!(Flags::from_payload(&payload.to_string(), Some("Zvwv/+uhpFDznZ6SX39Yjg==")).is_err());
    assert!(Flags::from_payload("[]", None).is_err());
}

#[test]
fn saved_groups_of_each_form() {
    let condition = |condition: Value| {
        let document = json!({
            "features": {"flag": {"defaultValue": false, "rules": [{"force": true, "condition": condition}]}},
            "savedGroups": {
                "bare": ["v"],
                "list": {"type": "list", "attributeKey": "id", "values": ["v"]},
                "nested": {"type": "condition", "condition": {"$savedGroup": {"id": "list"}, "country": "ES"}},
                "circle": {"type": "condition", "condition": {"$savedGroup": {"id": "circle"}}},
                "later": {"type": "of-tomorrow"},
            },
        });
        let visitor = Visitor::new("v").country("ES");
        Flags::read(&document).0.evaluate("flag", &visitor, NOW).is_on()
    };
    assert!(condition(json!({"id": {"$inGroup": "bare"}})));
    assert!(condition(json!({"id": {"$inGroup": "list"}})));
    assert!(condition(json!({"$savedGroup": {"id": "list"}})));
    assert!(condition(json!({"$savedGroup": {"id": "nested"}})));
    assert!(!condition(json!({"$savedGroup": {"id": "list", "attributeKey": "country"}})));
    assert!(
        !condition(json!({"$savedGroup": {"id": "bare", "attributeKey": "id"}})),
        "a bare list has no attribute"
    );
    assert!(!condition(json!({"$savedGroup": {"id": "circle"}})));
    assert!(!condition(json!({"id": {"$inGroup": "later"}})));
    assert!(
        !condition(json!({"id": {"$notInGroup": "later"}})),
        "a group of a form that is not known has no strangers"
    );
    assert!(condition(json!({"id": {"$notInGroup": "nowhere"}})));
}

#[test]
fn who_comes_to_a_rule_under_a_rollout_is_told() {
    let document = json!({"features": {
        "new-cart": {"defaultValue": "old", "rules": [
            {"id": "go", "condition": {"country": "ES"}, "force": "new", "coverage": 0.25, "hashVersion": 2,
             "rollout": {"name": "7", "version": 3}},
        ]},
        "after": {"defaultValue": "-", "rules": [
            {"parentConditions": [{"id": "new-cart", "condition": {"value": "new"}}], "force": "x"},
        ]},
    }});
    let flags = compile(&document);
    assert_eq!(flags.rolling().collect::<Vec<_>>(), ["new-cart"]);
    let mut inside = 0;
    for person in 0..1000 {
        let id = format!("v{person}");
        let visitor = Visitor::new(&id).country("ES");
        for key in ["new-cart", "after"] {
            let answer = flags.evaluate(key, &visitor, 0);
            let [seen] = answer.rollouts[..] else { panic!("{:?}", answer.rollouts) };
            assert_eq!((seen.name, seen.coverage, seen.value.text().as_ref()), ("7", 0.25, id.as_str()));
            assert_eq!(seen.is_in, *answer.value == json!(if key == "after" { "x" } else { "new" }));
            inside += u32::from(key == "after" && seen.is_in);
        }
    }
    assert!((200..300).contains(&inside), "{inside}");
    // Who is not meant, and who has no id, is in neither group.
    for visitor in [Visitor::new("v1").country("FR"), Visitor::unknown().country("ES")] {
        assert!(flags.evaluate("new-cart", &visitor, 0).rollouts.is_empty());
    }
    // One that is over, either way, is none.
    let done = json!({"force": true, "rollout": {"name": "7", "version": 9}});
    let undone = json!({"force": true, "coverage": 0, "rollout": {"name": "7", "version": 9}});
    assert_eq!(flag(json!({"defaultValue": false, "rules": [done, undone]})).rolling().count(), 0);
}
