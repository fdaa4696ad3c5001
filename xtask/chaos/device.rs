//! A device: it orders without asking whether there is a network, and stops whenever it likes.

use crate::dice::Dice;
use crate::network::{Line, Weather};
use crate::shop::{Product, Shop};
use async_trait::async_trait;
use orilla_catalog::{Handle, ProductId, VariantId};
use orilla_money::{Currency, Money};
use orilla_orders::{
    Cart, CartVariant, Checkout, CheckoutForm, Fingerprint, IdempotencyKey, Quantity, Quote,
};
use orilla_shop::outbox::{Outbox, Seen, Shelf, State, Waiting, WaitingOrder};
use orilla_shop::{Clock, PortError, Random};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// The most sendings until everything must be done with a network that works and a shop that is there: a shop on its
/// way is waited for.
const MOST_CALM: usize = 400;

/// What is written down on a device: it outlives its stops.
#[derive(Default)]
struct Disk(Mutex<BTreeMap<String, (u32, String)>>);

#[async_trait]
impl Shelf for Disk {
    async fn all(&self) -> Result<Vec<String>, PortError> {
        let all = self.0.lock().map_err(|_| broken())?;
        Ok(all.values().map(|(_, text)| text.clone()).collect())
    }

    async fn write(&self, id: &str, over: u32, version: u32, text: String) -> Result<bool, PortError> {
        let mut all = self.0.lock().map_err(|_| broken())?;
        let is_there = all.get(id).map_or(0, |(there, _)| *there) == over;
        if is_there {
            all.insert(id.to_owned(), (version, text));
        }
        Ok(is_there)
    }

    async fn remove(&self, id: &str, version: u32) -> Result<bool, PortError> {
        let mut all = self.0.lock().map_err(|_| broken())?;
        let is_there = all.get(id).is_some_and(|(there, _)| *there == version);
        if is_there {
            all.remove(id);
        }
        Ok(is_there)
    }
}

fn broken() -> PortError {
    PortError::Unexpected("a thread panicked".into())
}

/// A clock that jumps to when something is due.
#[derive(Default)]
struct Jumping(AtomicI64);

impl Clock for Jumping {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Rolling(Mutex<Dice>);

impl Random for Rolling {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        let mut dice = self.0.lock().map_err(|_| broken())?;
        let (a, b) = (dice.roll(), dice.roll());
        Ok((u128::from(a) << 64 | u128::from(b)).to_le_bytes())
    }
}

/// What a device says of its orders in the end, by their keys.
#[derive(Default)]
pub struct Told {
    pub placed: BTreeMap<String, i64>,
    pub given_up: Vec<String>,
    pub refused: Vec<String>,
    pub open: Vec<String>,
}

pub struct Device {
    name: usize,
    wishes: usize,
    left: usize,
    dice: Dice,
    clock: Arc<Jumping>,
    outbox: Outbox,
    random: Rolling,
    told: Told,
}

/// Runs work to its end; nothing if the device stops in the middle.
fn run<T>(work: impl Future<Output = Result<T, PortError>>) -> Option<T> {
    match pin!(work).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done.ok(),
        Poll::Pending => None,
    }
}

impl Device {
    pub fn new(name: usize, wishes: usize, mut dice: Dice) -> Self {
        let clock = Arc::new(Jumping::default());
        let random = Rolling(Mutex::new(dice.fork()));
        let outbox = Outbox::new(Arc::new(Disk::default()), clock.clone());
        Device { name, wishes, left: 0, dice, clock, outbox, random, told: Told::default() }
    }

    /// All that happens on it, until each of its orders is placed, given up or refused.
    pub fn live(
        &mut self,
        weather: &Weather<'_>,
        shop: &Shop,
        stalls: &Mutex<Vec<Product>>,
        owner: &Mutex<Dice>,
    ) {
        // The prices as the device last had them.
        let mut prices = known(stalls);
        while self.left < self.wishes {
            if self.dice.happens(30) {
                prices = known(stalls);
            }
            self.order(&prices);
            change_a_price(shop, stalls, owner);
            for _ in 0..self.dice.below(3) {
                self.send(weather, true);
                weather.deliver(&mut self.dice);
                let yes = self.dice.happens(70);
                self.answer(yes);
                if self.dice.happens(4) {
                    self.regret();
                }
            }
        }
        for _ in 0..MOST_CALM {
            self.answer(true);
            if !self.send(weather, false) {
                break;
            }
        }
        self.answer(true);
        self.tell();
    }

    pub fn told(&self) -> &Told {
        &self.told
    }

    /// Leaves an order at these prices.
    fn order(&mut self, prices: &[Product]) {
        let at = usize::try_from(self.dice.below(prices.len() as u64)).unwrap_or(0);
        let pieces = u32::try_from(self.dice.below(3)).unwrap_or(0) + 1;
        let key = key(&format!("device {} order {}", self.name, self.left));
        self.left += 1;
        if let Some(order) = prices.get(at).and_then(|product| wish(product, pieces, key.as_str())) {
            run(self.outbox.leave(&key, order, false));
        }
    }

    /// Sends what is due. Says whether something is still open.
    fn send(&mut self, weather: &Weather<'_>, is_rough: bool) -> bool {
        let line = Line { weather, outbox: &self.outbox, dice: Mutex::new(self.dice.fork()), is_rough };
        let hurry = !is_rough || self.dice.happens(50);
        let sent = run(self.outbox.send(&line, &self.random, hurry));
        let jump = sent.as_ref().and_then(|sent| sent.due).unwrap_or(0);
        self.clock.0.fetch_max(jump, Ordering::Relaxed);
        if !is_rough && sent.as_ref().is_some_and(|sent| sent.due.is_some()) {
            // Somebody starts the shop again.
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
        sent.is_none_or(|sent| {
            sent.states.values().any(|state| !matches!(*state, "done" | "refused" | "withdrawn"))
        })
    }

    /// Answers what the shop has asked: yes, or not now; what can't be had is given up.
    fn answer(&mut self, yes: bool) {
        for waiting in run(self.outbox.all()).unwrap_or_default() {
            match waiting.state() {
                State::Asks { question } if question.orderable && yes => {
                    run(self.outbox.confirm(waiting.id(), &question.fingerprint));
                }
                State::Asks { question } if question.orderable => {}
                State::Asks { .. } | State::Withdrawn => self.take_back(waiting.id()),
                _ => {}
            }
        }
    }

    /// Somebody changes their mind, whatever has become of the order.
    fn regret(&mut self) {
        let waiting = run(self.outbox.all()).unwrap_or_default();
        let open: Vec<_> = waiting.iter().filter(|waiting| waiting.can_be_taken_back()).collect();
        let at = usize::try_from(self.dice.below(open.len() as u64)).unwrap_or(0);
        if let Some(waiting) = open.get(at) {
            self.take_back(waiting.id());
        }
    }

    fn take_back(&mut self, key: &str) {
        if run(self.outbox.take_back(key)).flatten().is_some() {
            self.told.given_up.push(key.to_owned());
        }
    }

    fn tell(&mut self) {
        for waiting in run(self.outbox.all()).unwrap_or_default() {
            let key = waiting.id().to_owned();
            match Waiting::state(&waiting) {
                State::Done { answer } => drop(self.told.placed.insert(key, answer.number.0)),
                State::Refused { reason } => self.told.refused.push(format!("{key}: {reason}")),
                state => self.told.open.push(format!("{key}: {state:?}")),
            }
        }
    }
}

fn known(stalls: &Mutex<Vec<Product>>) -> Vec<Product> {
    stalls.lock().map(|products| products.clone()).unwrap_or_default()
}

/// The shop's owner changes prices while all this happens, now and then back to an earlier one.
fn change_a_price(shop: &Shop, stalls: &Mutex<Vec<Product>>, owner: &Mutex<Dice>) {
    let Ok(mut dice) = owner.lock() else { return };
    if !dice.happens(4) {
        return;
    }
    let Ok(mut products) = stalls.lock() else { return };
    let at = usize::try_from(dice.below(products.len() as u64)).unwrap_or(0);
    let Some(product) = products.get_mut(at) else { return };
    product.price = if product.price % 10 == 0 { product.price + 5 } else { product.price - 5 };
    if let Err(error) = shop.import(product) {
        eprintln!("a price was not changed: {error}");
    }
}

/// What a checkout makes of a cart with one product.
fn wish(product: &Product, pieces: u32, key: &str) -> Option<WaitingOrder> {
    let variant = CartVariant {
        id: VariantId(product.variant),
        product: ProductId(1),
        handle: Handle::parse(&product.handle).ok()?,
        title: product.handle.clone(),
        options: Vec::new(),
        sku: None,
        unit: Money::new(product.price, Currency::EUR),
        available: product.stock,
        image: None,
        category: None,
    };
    let mut cart = Cart::default();
    cart.set(variant.id, Quantity::new(pieces).ok()?).ok()?;
    let checkout = checkout(&product.handle, key)?;
    let quote = Quote::new(&cart, &[variant], Some(checkout.destination()), Currency::EUR).ok()?;
    let (agreed, seen) = (quote.fingerprint(), Some(Seen::from(&quote)));
    Some(WaitingOrder { cart, checkout, agreed, seen, prices_from: 0 })
}

/// A key as pages have them, which is the same in each run.
fn key(name: &str) -> IdempotencyKey {
    let digits = Fingerprint::of(name);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digits.as_str().bytes()).for_each(|(byte, digit)| *byte = digit);
    IdempotencyKey::from_random(bytes)
}

/// The address names the order and what it is for: so the team's list tells.
fn checkout(handle: &str, key: &str) -> Option<Checkout> {
    let form = CheckoutForm {
        email: format!("{key}@{handle}.example"),
        name: "Ada Marinero".into(),
        address1: "Calle del Faro 7".into(),
        city: "Cádiz".into(),
        postcode: "11001".into(),
        country: "ES".into(),
        shipping: "standard".into(),
        payment: "bank_transfer".into(),
        ..CheckoutForm::default()
    };
    form.check().ok()
}
