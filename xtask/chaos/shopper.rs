//! A shopper with an account and several browsers, whose carts are one: they fill it without a network, and tell the shop
//! over one that loses and doubles what is sent.

use crate::Result;
use crate::dice::Dice;
use crate::shop::{Product, Sent, Shop};
use orilla_catalog::VariantId;
use orilla_orders::{Cart, Quantity};
use orilla_passkeys::testing::Authenticator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const BROWSERS: usize = 3;
/// What each shopper does. Fewer pieces than a line of a cart may have.
const STEPS: usize = 12;
/// How often something is asked until a shop that was killed is there again, and the pause in between.
const PATIENCE: u32 = 300;
const PAUSE: Duration = Duration::from_millis(250);
const CART: &str = "__Host-cart";

/// What a browser keeps.
type Cookies = BTreeMap<String, String>;

pub struct Shopper {
    device: Authenticator,
    dice: Dice,
    browsers: Vec<Cookies>,
    /// All that was put in, on any of the browsers.
    added: BTreeMap<i64, u32>,
}

impl Shopper {
    /// `seed` is from 1 on: the passkey is made of it.
    pub fn new(seed: u8, dice: Dice) -> Self {
        let browsers = vec![Cookies::new(); BROWSERS];
        Shopper { device: Authenticator::new(seed), dice, browsers, added: BTreeMap::new() }
    }

    /// Whether all browsers have the same cart in the end, with all that was put in.
    ///
    /// # Errors
    /// The shop does not come back.
    pub fn live(&mut self, shop: &Shop, products: &[Product]) -> Result<bool> {
        for at in 0..BROWSERS {
            self.sign_in(shop, at)?;
        }
        for _ in 0..STEPS {
            let at = usize::try_from(self.dice.below(BROWSERS as u64)).unwrap_or(0);
            let of = usize::try_from(self.dice.below(products.len() as u64)).unwrap_or(0);
            let pieces = u32::try_from(self.dice.below(3)).unwrap_or(0) + 1;
            if let (Some(browser), Some(product)) = (self.browsers.get_mut(at), products.get(of)) {
                put(browser, product.variant, pieces);
                *self.added.entry(product.variant).or_default() += pieces;
            }
            self.tell_over_a_bad_network(shop, at);
        }
        // Each hears of what the others have told.
        for at in (0..BROWSERS).chain(0..BROWSERS) {
            patiently(|| match self.tell(shop, at) {
                Ok(Sent { status: 200, .. }) => Ok(()),
                Ok(Sent { status, body, .. }) => Err(format!("/fn/cart answered {status} {body}")),
                Err(error) => Err(error),
            })?;
        }
        Ok(self.browsers.iter().all(|browser| lines(browser) == self.added))
    }

    /// Opens the account, or signs in to it: an answer that says that it is open may have got lost.
    fn sign_in(&mut self, shop: &Shop, at: usize) -> Result<()> {
        patiently(|| {
            if self.ceremony(shop, at, "sign-in")?.status == 200 {
                return Ok(());
            }
            match self.ceremony(shop, at, "open")? {
                Sent { status: 200, .. } => Ok(()),
                Sent { status, body, .. } => Err(format!("nobody is signed in: {status} {body}")),
            }
        })
    }

    fn ceremony(&mut self, shop: &Shop, at: usize, what: &str) -> Result<Sent> {
        let begun = self.ask(shop, at, &format!("/en/account/{what}/begin"), &json!({}))?;
        let asked: Value = serde_json::from_str(&begun.body).map_err(|error| error.to_string())?;
        let credential = match what {
            "open" => self.device.create(&asked),
            _ => self.device.get(&asked),
        };
        let finish = format!("/en/account/{what}/finish");
        self.ask(shop, at, &finish, &json!({ "credential": credential }))
    }

    fn tell_over_a_bad_network(&mut self, shop: &Shop, at: usize) {
        match self.dice.below(100) {
            0..35 => {}
            // The answer gets lost.
            35..55 => drop(self.sent(shop, at)),
            // The same arrives twice.
            55..65 => {
                self.sent(shop, at).ok();
                self.tell(shop, at).ok();
            }
            // If the shop is killed in the middle, nobody knows.
            _ => drop(self.tell(shop, at)),
        }
    }

    /// Shows the shop what is in the cart, and keeps what it answers.
    fn tell(&mut self, shop: &Shop, at: usize) -> Result<Sent> {
        let sent = self.sent(shop, at)?;
        self.keep(at, &sent);
        Ok(sent)
    }

    fn sent(&self, shop: &Shop, at: usize) -> Result<Sent> {
        let form = "application/x-www-form-urlencoded";
        shop.send("/fn/cart", form, &self.cookies(at), "locale=en")
    }

    fn ask(&mut self, shop: &Shop, at: usize, path: &str, document: &Value) -> Result<Sent> {
        let sent = shop.send(path, "application/json", &self.cookies(at), &document.to_string())?;
        self.keep(at, &sent);
        Ok(sent)
    }

    fn cookies(&self, at: usize) -> String {
        let pairs =
            self.browsers.get(at).into_iter().flatten().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, at: usize, sent: &Sent) {
        let Some(browser) = self.browsers.get_mut(at) else { return };
        for cookie in &sent.cookies {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                browser.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Until it works.
fn patiently(mut act: impl FnMut() -> Result<()>) -> Result<()> {
    let mut last = Ok(());
    for _ in 0..PATIENCE {
        last = act();
        if last.is_ok() {
            break;
        }
        std::thread::sleep(PAUSE);
    }
    last
}

fn cart(browser: &Cookies) -> Cart {
    browser.get(CART).and_then(|text| Cart::parse(text).ok()).unwrap_or_default()
}

/// What the device does without a network.
fn put(browser: &mut Cookies, variant: i64, pieces: u32) {
    let mut cart = cart(browser);
    if let Ok(pieces) = Quantity::new(pieces) {
        cart.add(VariantId(variant), pieces).ok();
    }
    browser.insert(CART.to_owned(), cart.to_string());
}

fn lines(browser: &Cookies) -> BTreeMap<i64, u32> {
    cart(browser).lines().iter().map(|line| (line.variant.0, line.quantity.get())).collect()
}
