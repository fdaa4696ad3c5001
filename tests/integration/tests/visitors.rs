//! A thousand visitors at once, each with a cart, an answer about consent, a history and a name of their own: nobody gets
//! a byte of another's, whatever was kept, and in whatever order they came.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use orilla_integration::{Answer, Shop};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const VISITORS: usize = 1_000;
/// What each asks for, if the machine is quick enough.
const REQUESTS: usize = 12;
/// Nobody asks for more after this time; what was asked for by then is enough to see a mix-up.
const PATIENCE: Duration = Duration::from_secs(40);
/// Products that are looked at.
const PRODUCTS: usize = 40;
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
/// What every name has, and nothing else in the shop.
const MARK: &str = "Marinero-";

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap()
    }
}

/// What visitors are made of.
struct Stock {
    /// Handles and ids of products.
    products: Vec<(String, i64)>,
    /// Ids of variants.
    variants: Vec<i64>,
}

impl Stock {
    fn of(shop: &Shop) -> Stock {
        let list = shop.get("/api/v1/products?limit=50").expect(200).json();
        let handles =
            list["products"].as_array().unwrap().iter().map(|product| product["handle"].as_str().unwrap());
        let agreed = [("cookie", "__Host-consent=1.01"), ("user-agent", BROWSER)];
        let mut stock = Stock { products: Vec::new(), variants: Vec::new() };
        for handle in handles.take(PRODUCTS) {
            // The note of what was looked at says the id.
            let page = shop.get_with(&format!("/en/p/{handle}"), &agreed).expect(200);
            let id = page
                .header("set-cookie")
                .strip_prefix("__Host-viewed=1.")
                .unwrap()
                .split(';')
                .next()
                .unwrap();
            stock.products.push((handle.to_owned(), id.parse().unwrap()));
            let product = shop.get(&format!("/api/v1/products/{handle}")).expect(200).json();
            let variants = product["variants"].as_array().unwrap();
            stock.variants.extend(variants.iter().map(|variant| variant["id"].as_i64().unwrap()));
        }
        assert!(stock.products.len() == PRODUCTS && stock.variants.len() > 20);
        stock
    }
}

struct Visitor {
    number: usize,
    shop: Shop,
    stock: Arc<Stock>,
    dice: Dice,
    cookies: BTreeMap<String, String>,
    pieces: usize,
    consent: Option<(bool, bool)>,
    viewed: Vec<i64>,
}

impl Visitor {
    fn new(number: usize, url: &str, stock: Arc<Stock>, seed: u64) -> Visitor {
        let mut visitor = Visitor {
            number,
            shop: Shop::behind(url),
            dice: Dice(seed.wrapping_add(number as u64)),
            cookies: BTreeMap::new(),
            // Everybody's number of pieces is another; every seventh has none.
            pieces: if number.is_multiple_of(7) { 0 } else { number },
            consent: [
                None,
                Some((false, false)),
                Some((true, false)),
                Some((false, true)),
                Some((true, true)),
            ][number % 5],
            // So is everybody's pair of products.
            viewed: vec![
                stock.products[number % PRODUCTS].1,
                stock.products[(number % PRODUCTS + 1 + number / PRODUCTS) % PRODUCTS].1,
            ],
            stock,
        };
        let lines: Vec<String> = (0..visitor.pieces.div_ceil(99))
            .map(|line| format!("{}x{}", visitor.stock.variants[line], (visitor.pieces - line * 99).min(99)))
            .collect();
        if !lines.is_empty() {
            visitor.cookies.insert("__Host-cart".into(), format!("1.{}", lines.join("-")));
        }
        if let Some((statistics, personalisation)) = visitor.consent {
            let value = format!("1.{}{}", u8::from(statistics), u8::from(personalisation));
            visitor.cookies.insert("__Host-consent".into(), value);
        }
        // Kept by the browser whatever was answered: only who has agreed is shown it.
        let viewed: Vec<_> = visitor.viewed.iter().map(ToString::to_string).collect();
        visitor.cookies.insert("__Host-viewed".into(), format!("1.{}", viewed.join("-")));
        visitor
    }

    fn name(&self) -> String {
        format!("{MARK}{:04}", self.number)
    }

    fn agrees(&self) -> bool {
        self.consent.is_some_and(|(_, personalisation)| personalisation)
    }

    fn send(&self, path: &str, form: Option<&str>) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (cookies, address) =
            (cookies.join("; "), format!("10.{}.{}.7", self.number / 250, self.number % 250));
        let mut headers = vec![
            ("cookie", cookies.as_str()),
            ("user-agent", BROWSER),
            ("accept", "text/html"),
            ("sec-fetch-site", "same-origin"),
            ("cf-connecting-ip", address.as_str()),
        ];
        match form {
            None => self.shop.get_with(path, &headers),
            Some(form) => {
                headers.push(("content-type", "application/x-www-form-urlencoded"));
                self.shop.post(path, &headers, form.as_bytes())
            }
        }
    }

    /// Does something, and looks closely at what comes back.
    fn act(&mut self) {
        match self.dice.below(16) {
            0 => self.answer_question(),
            1 => self.begin_checkout(),
            2 => self.look_at_cart(),
            3..=7 => {
                let (handle, id) = self.stock.products[self.dice.below(PRODUCTS)].clone();
                let locale = ["en", "es", "pt"][self.dice.below(3)];
                self.look(&format!("/{locale}/p/{handle}"), Some(id));
            }
            8 => self.look("/en/privacy", None),
            other => self.look(
                ["/en", "/es", "/en/search", "/en/search?sort=price", "/en/about", "/pt", "/en"][other - 9],
                None,
            ),
        }
    }

    fn look(&mut self, path: &str, product: Option<i64>) {
        let answer = self.send(path, None);
        let text = self.check(path, &answer, 200);
        let asks = self.consent.is_none() && !path.ends_with("/privacy");
        assert_eq!(text.contains("class=\"consent\""), asks, "{self:?} {path}: the question");
        let expected = self.expected(path, product);
        assert_eq!(recent(&text), expected, "{self:?} {path}: what was looked at");
        let notes = self.agrees() && product.is_some_and(|id| self.viewed.first() != Some(&id));
        let set = answer.header("set-cookie");
        if notes {
            let id = product.unwrap();
            self.viewed.retain(|other| *other != id);
            self.viewed.insert(0, id);
            self.viewed.truncate(8);
            let ids: Vec<_> = self.viewed.iter().map(ToString::to_string).collect();
            let value = format!("1.{}", ids.join("-"));
            assert!(set.starts_with(&format!("__Host-viewed={value};")), "{self:?} {path}: {set}");
            self.cookies.insert("__Host-viewed".into(), value);
        } else {
            assert_eq!(set, "", "{self:?} {path}");
        }
        let answered_form = path.ends_with("/privacy") && self.consent.is_some();
        if answered_form {
            let (statistics, personalisation) = self.consent.unwrap();
            let checked = usize::from(statistics) + usize::from(personalisation);
            assert_eq!(text.matches(" checked").count(), checked, "{self:?} {path}: the form");
        }
        // Who is counted is told apart by a page with an experiment, and nobody else.
        let is_counted = text.contains("id=\"exposures\"");
        let has_experiment = product.is_some() || path.starts_with("/en/search");
        let may_be_counted = self.consent.is_some_and(|(statistics, _)| statistics) && has_experiment;
        assert!(!is_counted || may_be_counted, "{self:?} {path}: exposures of somebody else");
        let is_own = self.pieces > 0 || !expected.is_empty() || notes || answered_form || is_counted;
        let kept_by = if is_own { "private, no-store" } else { "private, no-cache" };
        assert_eq!(answer.header("cache-control"), kept_by, "{self:?} {path}");
        // What nobody else gets is "not modified" for nobody.
        if !is_own {
            let tag = answer.header("etag").to_owned();
            assert!(!tag.is_empty(), "{self:?} {path}");
        }
    }

    /// The products that the page shows as looked at: none on pages that don't.
    fn expected(&self, path: &str, product: Option<i64>) -> Vec<String> {
        let shows = product.is_some() || ["/en", "/es", "/pt"].contains(&path);
        if !self.agrees() || !shows {
            return Vec::new();
        }
        let others = self.viewed.iter().filter(|id| Some(**id) != product).take(4);
        let handle = |id: &i64| self.stock.products.iter().find(|(_, known)| known == id).unwrap().0.clone();
        others.map(handle).collect()
    }

    fn look_at_cart(&mut self) {
        let answer = self.send("/en/cart", None);
        self.check("/en/cart", &answer, 200);
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }

    /// Types a name, and has the form shown again.
    fn begin_checkout(&mut self) {
        if self.pieces == 0 {
            return;
        }
        let cart = self.cookies["__Host-cart"].clone();
        let name = self.name();
        let form = format!("intent=update&name={name}&email={name}@example.com&country=ES&cart={cart}");
        let answer = self.send("/en/checkout", Some(&form));
        let text = self.check("/en/checkout", &answer, 200);
        assert!(text.contains(&name), "{self:?}: the name is in the form");
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }

    fn answer_question(&mut self) {
        let (answer, consent) = [
            ("answer=all", (true, true)),
            ("answer=needed", (false, false)),
            ("answer=chosen&statistics=yes", (true, false)),
            ("answer=chosen&personalisation=yes", (false, true)),
        ][self.dice.below(4)];
        let answered = self.send("/fn/consent", Some(&format!("{answer}&to=/en/about")));
        self.check("/fn/consent", &answered, 303);
        self.consent = Some(consent);
        for cookie in answered.headers("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if !consent.1 {
            self.viewed.clear();
        }
    }

    /// What holds for every answer: it counts the visitor's own pieces, and has no name but the visitor's own.
    fn check(&self, path: &str, answer: &Answer, status: u16) -> String {
        let text = answer.text();
        assert_eq!(answer.status, status, "{self:?} {path}: {text}");
        if status == 200 {
            let link =
                text.split("class=\"cart-link\"").nth(1).unwrap_or_else(|| panic!("{self:?} {path}: {text}"));
            let count = link.split("class=\"count\">").nth(1).and_then(|rest| rest.split('<').next());
            assert_eq!(count, Some(self.pieces.to_string().as_str()), "{self:?} {path}: the cart");
        }
        let said = answer.all_headers();
        for text in [&text, &said] {
            for other in text.split(MARK).skip(1) {
                assert!(
                    other.starts_with(&format!("{:04}", self.number)),
                    "{self:?} {path} names {other:.4}"
                );
            }
        }
        text
    }
}

impl std::fmt::Debug for Visitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "visitor {} ({} pieces, {:?}, {:?})", self.number, self.pieces, self.consent, self.viewed)
    }
}

/// The handles in the section of what was looked at, each once.
fn recent(text: &str) -> Vec<String> {
    let Some((_, section)) = text.split_once("aria-labelledby=\"recent\"") else { return Vec::new() };
    let section = section.split("</section>").next().unwrap();
    let mut handles: Vec<String> = Vec::new();
    for link in section.split("/p/").skip(1) {
        let handle = link.split(['"', '?']).next().unwrap().to_owned();
        if !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    handles
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test on this machine")]
fn a_thousand_visitors_at_once_get_nothing_of_each_other() {
    let twins = Shop::twins();
    let stock = Arc::new(Stock::of(&twins[0]));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = std::env::var("ORILLA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(now.as_secs());
    let done = Arc::new(AtomicUsize::new(0));
    let barrier = Arc::new(Barrier::new(VISITORS));
    let start = Instant::now();
    let threads: Vec<_> = (0..VISITORS)
        .map(|number| {
            // Both instances, as a data centre has many.
            let mut visitor = Visitor::new(number, &twins[number % 2].url, stock.clone(), seed);
            let (done, barrier) = (done.clone(), barrier.clone());
            let thread = std::thread::Builder::new().stack_size(512 * 1024).name(format!("visitor {number}"));
            let act = move || {
                barrier.wait();
                for _ in 0..REQUESTS {
                    if start.elapsed() > PATIENCE {
                        break;
                    }
                    visitor.act();
                    done.fetch_add(1, Ordering::Relaxed);
                }
                visitor.cookies.get("__Host-visitor").cloned()
            };
            thread.spawn(act).unwrap()
        })
        .collect();
    let ended: Vec<_> = threads.into_iter().map(std::thread::JoinHandle::join).collect();
    let failed = ended.iter().filter(|result| result.is_err()).count();
    let ids: Vec<String> = ended.into_iter().flatten().flatten().collect();
    let (requests, elapsed) = (done.load(Ordering::Relaxed), start.elapsed());
    println!("{VISITORS} visitors, {requests} acts in {elapsed:.1?}, {} ids, seed {seed}", ids.len());
    assert_eq!(failed, 0, "of {VISITORS} visitors got something that is not theirs; ORILLA_SEED={seed}");
    assert!(requests >= VISITORS, "each has asked for something");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id is of one visitor");
}
