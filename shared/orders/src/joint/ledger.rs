//! Which browser has which copy of the cart.
//!
//! A browser keeps a plain cart in a cookie, which pages read and which a device changes without a network. What it
//! holds was once told it, as a copy with a number, and beside the cart it keeps that number ([`Held`]). The ledger has
//! all copies, so the difference between the copy and the cart is what was done in that browser since, as changes of a
//! replica that knew the copy and nothing else. An answer that got lost does no harm: the browser comes with the copy
//! from before, whose changes are known.

use super::{JointCart, LARGEST, Replica, settle};
use crate::cart::differences;
use crate::{Cart, Fingerprint};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The most browsers of a shopper whose copies are kept. Of one that is forgotten, what it adds without a network comes
/// back, and what it takes out may not.
pub const MOST_BROWSERS: usize = 8;
/// The most copies of one browser: the one that it has shown, and those whose arrival it has not shown yet.
const MOST_COPIES: usize = 4;
/// How exactly it is known when a browser was last here, in milliseconds: not every look is a change.
const SEEN_EVERY: i64 = 3_600_000;
/// What the text of [`Held`] begins with.
const VERSION: &str = "2.";

/// A browser, by a random number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BrowserId(u64);

impl BrowserId {
    /// From 8 bytes of a random source.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        BrowserId(u64::from_be_bytes(bytes))
    }
}

impl fmt::Display for BrowserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<BrowserId> for String {
    fn from(id: BrowserId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for BrowserId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        hexadecimal(&text).map(BrowserId).ok_or("a browser is 16 hexadecimal digits")
    }
}

/// 16 hexadecimal digits in lower case.
fn hexadecimal(text: &str) -> Option<u64> {
    let fits = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    u64::from_str_radix(text, 16).ok().filter(|_| fits)
}

/// An account, as a browser names it: enough to tell it from another one, and nothing that opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Owner(u64);

impl Owner {
    /// Of an account's name: the first 8 bytes of its SHA-256. Names are random, so nobody finds one by its hash.
    pub fn of(account: &str) -> Self {
        let name = Fingerprint::of(account);
        Owner(name.as_str().get(..16).and_then(hexadecimal).unwrap_or_default())
    }

    /// Reads the form of `Display`; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        hexadecimal(text).map(Owner)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> String {
        owner.to_string()
    }
}

impl TryFrom<String> for Owner {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Owner::parse(&text).ok_or("an owner is 16 hexadecimal digits")
    }
}

/// What a browser says of its cart: which copy it is, and of whose cart. As text `2.0123456789abcdef.7.fedcba9876543210`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The browser.
    pub browser: BrowserId,
    /// The copy's number. 0: none was told it; its cart is what it has put in as a guest.
    pub copy: Replica,
    /// Whose cart it is: on a browser that several people share, a copy is not the next one's.
    pub owner: Owner,
}

impl Held {
    /// Of a browser that shows what a guest has put in, and that signs in now.
    pub fn first(browser: BrowserId, owner: Owner) -> Self {
        Held { browser, copy: 0, owner }
    }

    /// Reads the form of `Display`; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (browser, rest) = text.strip_prefix(VERSION)?.split_once('.')?;
        let (copy, owner) = rest.split_once('.')?;
        let copy = copy.parse().ok().filter(|number: &Replica| number.to_string() == copy)?;
        Some(Held { browser: hexadecimal(browser).map(BrowserId)?, copy, owner: Owner::parse(owner)? })
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}{}.{}.{}", self.browser, self.copy, self.owner)
    }
}

/// One browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Browser {
    /// When it was last here, in milliseconds since 1970, to within an hour.
    at: i64,
    /// Its copies by their numbers; each with what was done in the browser while it held it.
    copies: BTreeMap<Replica, Copy>,
}

impl Browser {
    /// It shows this copy; `None`: it never had it, or that is forgotten.
    fn shows(&mut self, number: Replica, now: i64) -> Option<&mut Copy> {
        if now.saturating_sub(self.at) >= SEEN_EVERY {
            self.at = now;
        }
        // What it has shown, it has: earlier copies are over.
        if self.copies.contains_key(&number) {
            self.copies.retain(|kept, _| *kept >= number);
        }
        self.copies.get_mut(&number)
    }
}

/// A copy, and under which number the browser that holds it adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    adds_as: Replica,
    /// What the browser is known to show.
    shown: Cart,
    cart: JointCart,
}

/// The cart of a shopper, with what each browser knows of it. A document of a few kilobytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLedger {
    pub(super) cart: JointCart,
    pub(super) browsers: BTreeMap<BrowserId, Browser>,
    /// The last number that was given away. 0 is for what [`settle`] has made.
    last: Replica,
}

/// What a browser is to keep from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The cart.
    pub cart: Cart,
    /// Which copy that is.
    pub held: Held,
}

impl CartLedger {
    /// The cart as it is, for a list.
    pub fn cart(&self) -> Cart {
        self.cart.shown(&Cart::default())
    }

    /// A browser shows its cart, which may have been changed since it got its copy, and gets the merged one. The same
    /// again changes nothing. `now` is milliseconds since 1970.
    pub fn sync(&mut self, held: Held, cart: &Cart, now: i64) -> Synced {
        let is_known = self.hear(held, cart, now);
        // A guest gets a number at once: who has one is never taken for a guest again.
        if is_known && held.copy != 0 && self.has_all(held, cart) {
            self.tidy();
            return Synced { cart: cart.clone(), held };
        }
        self.tell(held, cart, now)
    }

    /// As [`Self::sync`] with the browser's `own` cart; then the shop, which has `seen` the merged one, makes `to` of it
    /// because the browser asked for that.
    ///
    /// The browser learns of the change with the answer. Until it shows the new copy, the one that it has is as it was:
    /// of several requests under way at once each counts, and the same one again, or the same change made on the device
    /// because no answer came, counts once.
    pub fn change(&mut self, held: Held, own: &Cart, seen: &Cart, to: &Cart, now: i64) -> Synced {
        let is_known = self.hear(held, own, now);
        let copy = self.browsers.get(&held.browser).and_then(|browser| browser.copies.get(&held.copy));
        let (adds_as, mut cart) = match copy.filter(|_| is_known) {
            Some(copy) => (copy.adds_as, copy.cart.clone()),
            None => (self.number(), self.cart.clone()),
        };
        // What others have put in, and the browser had not been told: taken out all the same, if the shop showed it.
        let mut unknown = Vec::new();
        for (variant, before, after) in differences(seen, to) {
            cart.add(adds_as, variant, after.saturating_sub(before));
            let gone = before.saturating_sub(after);
            unknown.push((variant, gone.saturating_sub(cart.quantity(variant))));
            cart.remove(variant, gone);
        }
        self.cart.merge(&cart);
        unknown.into_iter().for_each(|(variant, pieces)| self.cart.remove(variant, pieces));
        self.tell(held, to, now)
    }

    /// Takes over what a browser shows. False: nobody knows what of it is news.
    fn hear(&mut self, held: Held, cart: &Cart, now: i64) -> bool {
        if held.copy == 0 && !self.browsers.contains_key(&held.browser) {
            self.keep(held, JointCart::default(), Cart::default(), now);
        }
        let browser = self.browsers.get_mut(&held.browser);
        let Some(copy) = browser.and_then(|browser| browser.shows(held.copy, now)) else {
            // None of it gets lost, and nothing is counted twice.
            let replica = self.number();
            self.cart.raise(replica, cart);
            return false;
        };
        copy.cart.change(copy.adds_as, &copy.shown, cart);
        copy.shown.clone_from(cart);
        self.cart.merge(&copy.cart);
        true
    }

    /// Whether a browser that shows this cart has nothing to learn.
    fn has_all(&self, held: Held, cart: &Cart) -> bool {
        let copy = self.browsers.get(&held.browser).and_then(|browser| browser.copies.get(&held.copy));
        copy.is_some_and(|copy| copy.cart == self.cart) && self.cart.shown(cart) == *cart
    }

    /// The cart that a browser's copy showed last, as far as is known here.
    pub fn shown(&self, held: Held) -> Option<&Cart> {
        let browser = self.browsers.get(&held.browser)?;
        browser.copies.get(&held.copy).map(|copy| &copy.shown)
    }

    /// Forgets a browser that will not come again: it has signed out.
    pub fn forget(&mut self, browser: BrowserId) {
        self.browsers.remove(&browser);
        self.tidy();
    }

    /// Gives a browser a copy of what is known.
    fn tell(&mut self, held: Held, like: &Cart, now: i64) -> Synced {
        let held = Held { copy: self.number(), ..held };
        let shown = self.cart.shown(like);
        self.keep(held, self.cart.clone(), shown.clone(), now);
        self.tidy();
        Synced { cart: shown, held }
    }

    fn keep(&mut self, held: Held, cart: JointCart, shown: Cart, now: i64) {
        let adds_as = self.number();
        let browser = self.browsers.entry(held.browser).or_default();
        browser.at = now;
        browser.copies.insert(held.copy, Copy { adds_as, shown, cart });
        // The first is the one that the browser has shown.
        while browser.copies.len() > MOST_COPIES {
            let Some(second) = browser.copies.keys().nth(1).copied() else { break };
            browser.copies.remove(&second);
        }
        while self.browsers.len() > MOST_BROWSERS {
            let idle = self.browsers.iter().filter(|(id, _)| **id != held.browser);
            let Some(idle) = idle.min_by_key(|(_, browser)| browser.at).map(|(id, _)| *id) else { break };
            self.browsers.remove(&idle);
        }
    }

    fn number(&mut self) -> Replica {
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// Keeps the document small.
    fn tidy(&mut self) {
        let copies = self.browsers.values_mut().flat_map(|browser| browser.copies.values_mut());
        let mut all: Vec<&mut JointCart> = copies.map(|copy| &mut copy.cart).collect();
        all.push(&mut self.cart);
        settle(&mut all);
        if self.cart.size() > LARGEST {
            // Copies that nobody has shown for long keep it from settling: they are forgotten, the cart is not.
            self.browsers.clear();
            settle(&mut [&mut self.cart]);
        }
    }
}
