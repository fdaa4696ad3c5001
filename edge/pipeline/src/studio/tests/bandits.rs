//! A bandit in the team's hands: weeks of it, on the test's clock.

use super::experiments::{PAGE, act, current_flags, form, shop};
use super::{check_refused, hidden, signed_in};
use crate::testing::Shop;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;
const BANDIT: &str = "&bandit=on&burn_in=3&every=2&least=10";

/// What the rollups have of a day: people of each variation, and orders.
fn came(shop: &Shop, arms: [(u32, u32); 2]) {
    let at = shop.host().clock.now() / 1_000;
    for (variation, (units, orders)) in arms.into_iter().enumerate() {
        shop.execute(&format!(
            "INSERT INTO unit_rollups VALUES ('cards', 'day', date({at}, 'unixepoch'), '{variation}', {units});
             INSERT INTO metric_rollups VALUES ('cards', 'day', date({at}, 'unixepoch'), '{variation}', 'conversion',
               {orders}, {orders}, 0, 0, 0, 0, 0, 0, 0)"
        ));
    }
}

/// The shares that visitors get.
fn weights(document: &Value) -> Value {
    document["features"]["card-layout"]["rules"][0]["weights"].clone()
}

fn published(shop: &Shop) -> Value {
    let answer = shop.anonymous().get(&format!("/api/v1/features/{}", crate::testing::CLIENT_KEY));
    weights(&answer.json())
}

fn updates(shop: &Shop) -> Vec<Value> {
    shop.read(
        "SELECT json_object('at', e.value ->> 'at', 'parts', json(e.value -> 'parts'), 'why', e.value ->> 'why') AS doc
         FROM experiments, json_each(document, '$.log') e WHERE e.value ->> 'type' = 'reweighed' ORDER BY e.key",
    )
}

/// Starts a bandit a minute after midnight.
fn begun(more: &str) -> Shop {
    let shop = shop();
    let staff = signed_in(&shop);
    act(&staff, &form("0", &format!("&intent=save{BANDIT}{more}")), "save");
    assert!(staff.get(PAGE).text().contains("name=\"bandit\" checked"), "the plan is in the form");
    act(&staff, "version=1&intent=start", "start");
    let late = shop.host().clock.now().rem_euclid(DAY);
    shop.wait(DAY - late + 60_000);
    shop
}

#[test]
fn shares_follow_what_is_learned_on_their_days_and_once() {
    let shop = begun("");
    let mut seen = Vec::new();
    for day in 0..14 {
        came(&shop, [(500, 25), (500, 50)]);
        shop.wait(DAY);
        // The driver comes every minute, and from several places.
        for _ in 0..3 {
            shop.drive();
            shop.isolate().drive();
        }
        seen.push((day, updates(&shop).len(), published(&shop)));
    }
    let all = updates(&shop);
    // The experiment started the day before the first that counts: three days of burn-in, then every other day.
    let days: Vec<i64> = all.iter().map(|update| update["at"].as_i64().unwrap() / DAY).collect();
    assert_eq!(days.len(), 7, "{seen:?}");
    assert!(days.windows(2).all(|two| two[1] - two[0] == 2), "{days:?}");
    for update in &all {
        let parts: Vec<i64> = update["parts"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
        assert_eq!((update["why"].as_str().unwrap(), parts.iter().sum::<i64>()), ("learned", 10_000));
        assert!(parts[0] >= 999 && parts[1] > parts[0], "{parts:?}");
    }
    let last = &all[6]["parts"];
    let shares = json!([last[0].as_f64().unwrap() / 10_000.0, last[1].as_f64().unwrap() / 10_000.0]);
    assert_eq!((published(&shop), weights(&current_flags(&shop))), (shares.clone(), shares));
    let staff = signed_in(&shop);
    let page = staff.get(PAGE).text();
    assert!(page.contains("Shares follow how likely each variation is the best"), "{page}");
    assert!(page.contains("Results account for the shares"), "{page}");
    // The flags' own history tells it too.
    let history = shop.read(
        "SELECT json_object('member', member, 'reason', reason) AS doc FROM flag_versions
        WHERE member = 'bandit'",
    );
    // Where an update changed the shares: the others had nothing to publish.
    let changed = all.iter().zip(std::iter::once(&Value::Null).chain(&all));
    let changed = changed.filter(|(update, before)| update["parts"] != before["parts"]).count();
    assert_eq!(history.len(), changed);
    assert!(history[0]["reason"].as_str().unwrap().starts_with("cards: "), "{history:?}");
    // It can be stopped as any other, and nothing follows then.
    let version = hidden(&staff.get(PAGE), "version");
    act(&staff, &format!("version={version}&intent=stop"), "stop");
    shop.wait(5 * DAY);
    shop.drive();
    assert_eq!(updates(&shop).len(), 7);
}

/// A day on which phones like the first variation and desktops the second, by day and by day and device.
fn came_by_device(shop: &Shop) {
    came(shop, [(1_000, 75), (1_000, 75)]);
    let at = shop.host().clock.now() / 1_000;
    for (device, orders) in [("phone", [50, 25]), ("desktop", [25, 50])] {
        for (variation, orders) in orders.into_iter().enumerate() {
            shop.execute(&format!(
                "INSERT INTO unit_rollups
                   VALUES ('cards', 'day_device', date({at}, 'unixepoch') || ' {device}', '{variation}', 500);
                 INSERT INTO metric_rollups
                   VALUES ('cards', 'day_device', date({at}, 'unixepoch') || ' {device}', '{variation}', 'conversion',
                     {orders}, {orders}, 0, 0, 0, 0, 0, 0, 0)"
            ));
        }
    }
}

#[test]
fn each_device_gets_shares_of_its_own() {
    let shop = begun("&by_device=on");
    for _ in 0..3 {
        came_by_device(&shop);
        shop.wait(DAY);
    }
    shop.drive();
    shop.isolate().drive();
    assert_eq!(updates(&shop).len(), 1);
    // What a stock SDK gets, and what the flag's rule refers to.
    let answer = shop.anonymous().get(&format!("/api/v1/features/{}", crate::testing::CLIENT_KEY)).json();
    assert_eq!(answer["features"]["card-layout"]["rules"][0]["contextualBanditRef"], "cards");
    let contexts = answer["contextualBandits"]["cards"]["contexts"].as_array().unwrap().clone();
    let of = |device: &str| {
        let found = contexts.iter().find(|one| one["condition"]["deviceType"] == device).unwrap();
        found["weights"][1].as_f64().unwrap()
    };
    assert!(of("mobile") < 0.2 && of("desktop") > 0.8 && contexts.len() == 2, "{contexts:?}");
    // Visitors get it, by the address that apps ask.
    let bearer = format!("Bearer {}", crate::testing::CLIENT_KEY);
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let large = |device: &str| {
        let got = |id: &u32| {
            let body =
                json!({ "context": { "targetingKey": format!("v-{id}"), "deviceType": device } }).to_string();
            let path = "/ofrep/v1/evaluate/flags/card-layout";
            let answer = shop.anonymous().send("POST", path, &headers, body.as_bytes());
            answer.json()["variant"] == "1"
        };
        (0..200).filter(got).count()
    };
    assert!(large("mobile") < 60 && large("desktop") > 140, "{} {}", large("mobile"), large("desktop"));
    let page = signed_in(&shop).get(PAGE).text();
    let table =
        page.split_once("Shares now</caption>").and_then(|(_, rest)| rest.split_once("</table>")).unwrap().0;
    for text in [
        "<th scope=\"col\">Visitors with</th>",
        "<th scope=\"row\">Phone</th>",
        "<th scope=\"row\">All others</th>",
    ] {
        assert!(table.contains(text), "{text}: {table}");
    }
    assert_eq!(table.matches("<tr>").count(), 4, "{table}");
    assert!(page.contains("comes with two devices"), "{page}");
    // Over all devices there is no difference, and that is not the whole truth.
    assert!(page.contains("The change is not the same with each device"), "{page}");
}

#[test]
fn what_was_recorded_and_not_published_is_published_next_time() {
    let shop = begun("");
    came(&shop, [(500, 10), (500, 80)]);
    let before = published(&shop);
    shop.wait(3 * DAY);
    // The files can be read, as this isolate has read them, and the database takes no version of the flags.
    shop.execute(
        "CREATE TRIGGER no_flags BEFORE INSERT ON flag_versions BEGIN SELECT RAISE(ABORT, 'not now'); END",
    );
    shop.drive();
    assert_eq!((updates(&shop).len(), published(&shop)), (1, before.clone()));
    assert!(shop.logged().iter().any(|line| line.contains("\"what\":\"bandit\"") && line.contains("error")));
    // The Studio says since when visitors have them.
    let log = |shop: &Shop| {
        let log = "SELECT json(json_extract(document, '$.log')) AS doc FROM experiments";
        let log = shop.read(log).remove(0);
        let entries = log.as_array().unwrap().iter();
        entries.map(|line| line["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()[2..].join(" ")
    };
    assert!(signed_in(&shop).get(PAGE).text().contains("The shares could not be published"));
    shop.execute("DROP TRIGGER no_flags");
    shop.wait(60_000);
    for _ in 0..2 {
        shop.drive();
    }
    assert_eq!(log(&shop), "reweighed delayed published");
    assert_eq!(updates(&shop).len(), 1);
    assert_ne!(published(&shop), before);
    // Somebody sets other shares by hand: the record is what holds.
    let set = published(&shop);
    let mut document = current_flags(&shop);
    document["features"]["card-layout"]["rules"][0]["weights"] = json!([0.5, 0.5]);
    shop.publish_flags(&document.to_string());
    assert_ne!(published(&shop), set);
    shop.wait(60_000);
    shop.drive();
    assert_eq!(published(&shop), set);
}

#[test]
fn with_too_few_people_the_shares_stay_and_that_is_recorded() {
    let shop = begun("");
    came(&shop, [(50, 10), (50, 30)]);
    shop.wait(3 * DAY);
    shop.drive();
    let all = updates(&shop);
    assert_eq!((all.len(), &all[0]["why"], &all[0]["parts"]), (1, &json!("too_few"), &json!([5_000, 5_000])));
    assert!(signed_in(&shop).get(PAGE).text().contains("Shares stay"));
    // A rule that is gone is nothing to fail for.
    shop.publish_flags("{\"features\":{}}");
    shop.wait(60_000);
    shop.drive();
    assert!(!shop.logged().iter().any(|line| line.contains("\"what\":\"bandit\"") && line.contains("error")));
}

#[test]
fn what_is_wrong_with_a_plan_is_said_at_its_field() {
    let shop = shop();
    let staff = signed_in(&shop);
    let with = |from: &str, to: &str| form("0", &format!("&intent=save{BANDIT}")).replace(from, to);
    check_refused(&shop, &staff, PAGE, &with("burn_in=3", "burn_in=0"), (422, "burn_in"));
    check_refused(&shop, &staff, PAGE, &with("every=2", "every=soon"), (422, "every"));
    check_refused(&shop, &staff, PAGE, &with("least=10", "least=60"), (422, "least"));
    check_refused(&shop, &staff, PAGE, &with("primary=conversion", "primary=order-value"), (422, "primary"));
}

/// Between the design and the start somebody changes the flag: with three variations none can have 45 %, and what nobody
/// gets teaches nothing. Such a bandit would stand still for ever.
#[test]
fn a_plan_that_the_flag_no_longer_fits_does_not_start() {
    for (rule, field) in [
        (json!({ "key": "cards", "variations": ["plain", "large", "huge"] }), "45"),
        (
            json!({ "key": "cards", "variations": ["plain", "large"], "weights": [0, 1] }),
            "gives a variation to nobody",
        ),
    ] {
        let shop = shop();
        let staff = signed_in(&shop);
        act(&staff, &form("0", &format!("&intent=save{}", BANDIT.replace("least=10", "least=45"))), "save");
        let mut document = current_flags(&shop);
        document["features"]["card-layout"]["rules"] = json!([rule]);
        shop.execute(&format!(
            "INSERT INTO flag_versions (version, document, at, member, reason, changes, key)
             SELECT max(version) + 1, '{document}', max(at), 'Ada', 'other', '[]', 'other-version' FROM flag_versions"
        ));
        let answer = staff.post_form(PAGE, "version=1&intent=start");
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.text().contains(field), "{field}: {}", answer.text());
        let started = shop.read("SELECT json(count(*)) AS doc FROM experiments WHERE started_at IS NOT NULL");
        assert_eq!(started, [0]);
    }
}
