//! Rollouts on the real clock: the Durable Object's alarm drives them, and what visitors do decides.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use orilla_integration::{Shop, product, unique};
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A page that reads the flag `card-layout`, and what stands in it for those who have the new value.
const PAGE: &str = "/en/c/wear";
const ROWS: &str = "class=\"grid rows\"";
/// What the shop promises.
const BOUND: Duration = Duration::from_secs(5);
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
/// How long anything may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);

/// Somebody who has agreed to be counted.
struct Visitor {
    cookies: String,
}

impl Visitor {
    fn new(shop: &Shop) -> Self {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("user-agent", BROWSER)];
        let agreed = shop.post("/fn/consent", &headers, b"to=/en&answer=all").expect(303);
        Visitor { cookies: agreed.cookies().join("; ") }
    }

    fn headers(&self) -> [(&'static str, &str); 2] {
        [("cookie", self.cookies.as_str()), ("user-agent", BROWSER)]
    }

    /// Whether a list shows rows.
    fn has_rows(&self, shop: &Shop) -> bool {
        shop.get_with(PAGE, &self.headers()).expect(200).text().contains(ROWS)
    }

    fn order(&self, shop: &Shop, variant: i64) {
        let lines = json!([{ "variant": variant, "quantity": 1 }]);
        let cart = json!({ "lines": lines, "country": "ES", "shipping": "standard" });
        let json_headers = [("content-type", "application/json")];
        let quote =
            shop.post("/api/v1/cart/quote", &json_headers, cart.to_string().as_bytes()).expect(200).json();
        let form = format!(
            "key={}&seen={}&cart=1.{variant}x1&intent=place&email=ada%40example.com&name=Ada&address1=Calle+7\
             &city=C%C3%A1diz&postcode=11001&country=ES&shipping=standard&payment=on_delivery",
            unique("order-of-a-shopper"),
            quote["fingerprint"].as_str().unwrap(),
        );
        let own = self.headers();
        let headers = [
            own[0],
            own[1],
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        // Tests that ran before may have used up what one address may order in a minute.
        until("the order is placed", || {
            let answer = shop.post("/en/checkout", &headers, form.as_bytes());
            assert!(matches!(answer.status, 303 | 429), "{}", answer.text());
            answer.status == 303
        });
    }
}

/// The flags as the team has them.
fn flags(shop: &Shop) -> Value {
    shop.get_with("/studio/api/flags", &[("authorization", &shop.bearer())]).expect(200).json()
}

/// Puts a flag into the document. Others save flags at the same time.
fn save_flag(shop: &Shop, flag: &str, definition: &Value) {
    until("the flag is saved", || {
        let mut current = flags(shop);
        current["document"]["features"][flag] = definition.clone();
        let body = json!({ "version": current["version"], "document": current["document"], "publish": true });
        let (bearer, key) = (shop.bearer(), unique("flags"));
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let answer = shop.put_with("/studio/api/flags", &headers, body.to_string().as_bytes());
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text());
        answer.status == 200
    });
}

/// A flag with a rule that nobody gets yet.
fn definition(old: &Value, new: &Value) -> Value {
    let rules = json!([{ "id": "go", "force": new, "coverage": 0, "hashVersion": 2 }]);
    json!({ "defaultValue": old, "rules": rules })
}

/// Starts a rollout by the form of the Studio; answers its address.
fn start(shop: &Shop, flag: &str, fields: &str) -> String {
    let form = format!("key={}&place={flag}%2Fgo&latency=&{fields}", unique("rollout"));
    let bearer = shop.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let answer = shop.post("/studio/rollouts", &headers, form.as_bytes()).expect(303);
    answer.header("location").split('?').next().unwrap().to_owned()
}

fn page(shop: &Shop, rollout: &str) -> String {
    let bearer = shop.bearer();
    let headers = [("authorization", bearer.as_str()), ("accept-language", "en")];
    shop.get_with(rollout, &headers).expect(200).text()
}

/// Waits until something holds.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_rollout_goes_to_everybody_by_itself() {
    let shop = Shop::default();
    let flag = unique("goes");
    save_flag(&shop, &flag, &definition(&json!(false), &json!(true)));
    let rollout =
        start(&shop, &flag, "steps=10+50+100&lasts=1&unit=second&least=0&errors=10&conversion=&quiet=600");
    until("it is complete", || page(&shop, &rollout).contains("Everybody has the new value."));
    let text = page(&shop, &rollout);
    assert!(text.contains("enough people were seen: on to 50\u{a0}%"), "{text}");
    // Also who is nobody to the shop: the rule has no coverage any more.
    until("the flag follows", || {
        flags(&shop)["document"]["features"][&flag]["rules"][0].get("coverage").is_none()
    });
}

#[test]
fn a_rollout_without_visitors_waits() {
    let shop = Shop::default();
    let flag = unique("waits");
    save_flag(&shop, &flag, &definition(&json!(false), &json!(true)));
    let rollout =
        start(&shop, &flag, "steps=10+100&lasts=600&unit=second&least=1&errors=10&conversion=&quiet=1");
    until("it waits", || page(&shop, &rollout).contains("It waits at 10\u{a0}%: nobody comes."));
    assert_eq!(flags(&shop)["document"]["features"][&flag]["rules"][0]["coverage"], 0.1);
}

/// A rollout of rows on lists that loses orders, as it takes itself back.
struct Losing {
    rollout: String,
    /// Who had the new value.
    with: Vec<Visitor>,
    /// What the flag was before.
    before: Value,
}

impl Losing {
    /// Starts it, and lets enough people who don't have the new value buy.
    fn start(shop: &Shop) -> Self {
        let before = flags(shop)["document"]["features"]["card-layout"].clone();
        let handle = unique("rollout");
        shop.put(&[product(&handle, 1000, 500)]);
        let variant = shop.product(&handle)["variants"][0]["id"].as_i64().unwrap();
        save_flag(shop, "card-layout", &definition(&json!("grid"), &json!("rows")));
        // Half of the people, and more of them than come: it would stay so for ever.
        let rollout = start(
            shop,
            "card-layout",
            "steps=50+100&lasts=10&unit=second&least=100000&errors=&conversion=5&quiet=600",
        );
        until("half of the people get it", || {
            page(shop, &rollout).contains("The flag was published with 50")
        });
        // From then on it is what every instance goes by; before, the list's own experiment shows rows to some.
        std::thread::sleep(BOUND);
        let (mut with, mut without) = (Vec::new(), Vec::new());
        // Enough of both, whatever chance does: with few of one group, orders of the other alone prove nothing.
        for person in std::iter::repeat_with(|| Visitor::new(shop)) {
            let group = if person.has_rows(shop) { &mut with } else { &mut without };
            group.push(person);
            if with.len().min(without.len()) >= 30 {
                break;
            }
        }
        // Nobody with the new value buys.
        without.iter().take(24).for_each(|person| person.order(shop, variant));
        Losing { rollout, with, before }
    }

    /// Waits until it is taken back, and answers when that was published, since 1970. What a visitor does brings no
    /// decision forward: the alarm comes by itself.
    fn taken_back(&self, shop: &Shop) -> Duration {
        until("it is taken back", || page(shop, &self.rollout).contains("Taken back: People who order"));
        let (bearer, mut published) = (shop.bearer(), None);
        until("that is published", || {
            let headers = [("authorization", bearer.as_str())];
            let list = shop.get_with("/studio/api/publications?limit=20", &headers).expect(200).json();
            let list = list["publications"].as_array().unwrap().clone();
            let found = list.iter().find(|one| one["note"].as_str().unwrap().contains("is rolled back"));
            published = found.map(|one| Duration::from_millis(one["at"].as_u64().unwrap()));
            published.is_some()
        });
        published.unwrap()
    }
}

/// Now, since 1970.
#[expect(clippy::disallowed_methods, reason = "a test on this machine")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

#[test]
fn a_rollout_that_loses_orders_takes_itself_back_everywhere() {
    let shop = Shop::default();
    let losing = Losing::start(&shop);
    let at = losing.taken_back(&shop);
    until("everybody sees the old value", || losing.with.iter().all(|person| !person.has_rows(&shop)));
    let seen_at = now();
    // The time that asking everybody takes is on top of it.
    assert!(seen_at - at <= BOUND + Duration::from_secs(5), "{:?}", seen_at - at);
    let rule = flags(&shop)["document"]["features"]["card-layout"]["rules"][0].clone();
    assert_eq!(rule["coverage"], 0.0);
    assert!(page(&shop, &losing.rollout).contains("rolled back"));
    save_flag(&shop, "card-layout", &losing.before);
}

#[test]
fn a_rollback_is_seen_by_another_instance_within_five_seconds() {
    let [one, two] = Shop::twins();
    let losing = Losing::start(&one);
    until("the other instance shows rows", || losing.with.iter().all(|person| person.has_rows(&two)));
    let at = losing.taken_back(&one);
    // Whoever asks later than the bound sees it; nobody has to have asked before.
    std::thread::sleep((at + BOUND).saturating_sub(now()));
    for (name, shop) in [("one", &one), ("two", &two)] {
        let late = losing.with.iter().filter(|person| person.has_rows(shop)).count();
        assert_eq!(late, 0, "of {} people at {name}", losing.with.len());
    }
    save_flag(&one, "card-layout", &losing.before);
}
