//! The use cases over a store that answers what a test says. The races themselves are tested with the real SQL.

use super::*;
use async_trait::async_trait;
use futures::executor::block_on;
use orilla_catalog::{Handle, ProductId, VariantId};
use orilla_money::{Currency, Money};
use orilla_orders::*;
use std::sync::Mutex;

/// One variant, one order, and a list of races that the next appends lose.
struct Fake {
    variant: Mutex<CartVariant>,
    races: Mutex<Vec<Race>>,
    written: Mutex<Vec<Append>>,
}

const NUMBER: OrderNumber = OrderNumber(1001);

#[async_trait]
impl Variants for Fake {
    async fn variants(&self, ids: &[VariantId]) -> Result<Vec<CartVariant>, PortError> {
        let variant = self.variant.lock().unwrap().clone();
        Ok(if ids.contains(&variant.id) { vec![variant] } else { vec![] })
    }
}

#[async_trait]
impl Orders for Fake {
    async fn order(&self, token: &OrderToken) -> Result<Option<StoredOrder>, PortError> {
        let written = self.written.lock().unwrap();
        let history: Vec<_> =
            written.iter().filter(|a| a.token == *token).map(|a| a.recorded.clone()).collect();
        Ok((!history.is_empty()).then(|| StoredOrder { number: NUMBER, token: token.clone(), history }))
    }

    async fn done(&self, key: &IdempotencyKey) -> Result<Option<Earlier>, PortError> {
        let written = self.written.lock().unwrap();
        Ok(written.iter().find(|append| append.key == *key).map(|append| {
            Earlier::Done(DoneRequest {
                request: append.request.clone(),
                number: NUMBER,
                token: append.token.clone(),
                version: append.recorded.version,
            })
        }))
    }

    async fn withdraw(&self, key: &IdempotencyKey, _: i64) -> Result<Earlier, PortError> {
        Ok(self.done(key).await?.unwrap_or(Earlier::Withdrawn))
    }

    async fn append(&self, append: &Append) -> Result<OrderNumber, AppendError> {
        if let Some(race) = self.races.lock().unwrap().pop() {
            self.variant.lock().unwrap().available -= 1;
            return Err(AppendError::Lost(race));
        }
        self.written.lock().unwrap().push(append.clone());
        Ok(NUMBER)
    }

    async fn list(&self, _: Option<OrderNumber>, _: u32) -> Result<Vec<ListedOrder>, PortError> {
        Ok(vec![])
    }
}

fn fake(available: u32) -> Fake {
    let variant = CartVariant {
        id: VariantId(1),
        product: ProductId(1),
        handle: Handle::parse("lantern").unwrap(),
        title: "Lantern".into(),
        options: vec![],
        sku: None,
        unit: Money::new(1_000, Currency::EUR),
        available,
        image: None,
        category: None,
    };
    Fake { variant: Mutex::new(variant), races: Mutex::default(), written: Mutex::default() }
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

fn payments() -> Vec<Box<dyn Payment>> {
    vec![Box::new(OnDelivery { most: 5_000 })]
}

fn place(fake: &Fake, wish: &PlaceOrder) -> Result<PlaceOutcome, PortError> {
    let payments = payments();
    let till = Till { orders: fake, variants: fake, payments: &payments, currency: Currency::EUR };
    block_on(place_order(till, wish))
}

/// A request for `pieces`, made when the shop was as it is now.
fn wish(fake: &Fake, pieces: u32) -> PlaceOrder {
    let mut cart = Cart::default();
    if let Ok(quantity) = Quantity::new(pieces) {
        cart.add(VariantId(1), quantity).unwrap();
    }
    let checkout = CheckoutForm {
        email: "ana@example.org".into(),
        name: "Ana".into(),
        address1: "Calle Mayor 1".into(),
        city: "Cádiz".into(),
        postcode: "11001".into(),
        country: "ES".into(),
        shipping: "standard".into(),
        payment: "on_delivery".into(),
        ..CheckoutForm::default()
    };
    let checkout = checkout.check().unwrap();
    let seen = block_on(quote_cart(fake, &cart, Some(checkout.destination()), Currency::EUR));
    let seen = seen.unwrap().unwrap().fingerprint();
    PlaceOrder {
        cart,
        checkout,
        seen,
        key: key("key-place"),
        account: None,
        counted: None,
        now: 5,
        random: [1; 16],
    }
}

#[track_caller]
fn check_refused(fake: &Fake, wish: &PlaceOrder, code: &str) {
    match place(fake, wish) {
        Ok(PlaceOutcome::Refused(refusal)) => {
            assert_eq!(refusal.code(), code);
            assert!(!refusal.to_string().is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_key_is_the_same_order() {
    let fake = fake(5);
    let first = wish(&fake, 2);
    let placed = place(&fake, &first).unwrap();
    let token = OrderToken::from_random([1; 16]);
    assert_eq!(placed, PlaceOutcome::Placed { token, number: NUMBER });
    fake.variant.lock().unwrap().unit.minor = 9;
    let again = PlaceOrder { random: [2; 16], now: 6, ..first.clone() };
    assert_eq!(place(&fake, &again).unwrap(), placed);
    assert_eq!(fake.written.lock().unwrap().len(), 1);
    let other = PlaceOrder { cart: Cart::parse("1.1x3").unwrap(), ..first };
    check_refused(&fake, &other, "key_reused");
}

#[test]
fn every_refusal_has_its_code() {
    let mut shop = fake(9);
    check_refused(&shop, &wish(&shop, 0), "cart_empty");
    check_refused(&shop, &wish(&shop, 5), "too_much_on_delivery");
    let mut abroad = wish(&shop, 1);
    abroad.checkout.shipping = ShippingMethod::Pickup;
    abroad.checkout.address.country = Country::parse("US").unwrap();
    let to = Some(abroad.checkout.destination());
    let quote = block_on(quote_cart(&shop, &abroad.cart, to, Currency::EUR)).unwrap().unwrap();
    abroad.seen = quote.fingerprint();
    check_refused(&shop, &abroad, "not_shipped");
    let transfer = wish(&shop, 1);
    let checkout = Checkout { payment: PaymentMethod::BankTransfer, ..transfer.checkout.clone() };
    check_refused(&shop, &PlaceOrder { checkout, ..transfer.clone() }, "payment_not_offered");
    shop.variant.get_mut().unwrap().unit.minor = 9_000_000_000_000_000;
    let cart = Cart::parse("1.1x2").unwrap();
    check_refused(&shop, &PlaceOrder { cart, ..transfer }, "too_large");
    assert!(shop.written.lock().unwrap().is_empty());
}

#[test]
fn what_changed_is_shown_and_can_be_confirmed() {
    let fake = fake(5);
    let old = wish(&fake, 2);
    fake.variant.lock().unwrap().unit.minor = 1_100;
    let Ok(PlaceOutcome::Changed { quote }) = place(&fake, &old) else { panic!() };
    assert_eq!(quote.subtotal.minor, 2_200);
    let confirmed = PlaceOrder { seen: quote.fingerprint(), ..old };
    assert!(matches!(place(&fake, &confirmed), Ok(PlaceOutcome::Placed { .. })));
}

#[test]
fn a_lost_race_is_decided_anew() {
    let enough = fake(5);
    enough.races.lock().unwrap().push(Race::Stock);
    assert!(matches!(place(&enough, &wish(&enough, 2)), Ok(PlaceOutcome::Placed { .. })));
    let last = fake(2);
    last.races.lock().unwrap().push(Race::Stock);
    let Ok(PlaceOutcome::Changed { quote }) = place(&last, &wish(&last, 2)) else { panic!() };
    assert_eq!(quote.lines[0].quantity, 1);
    let busy = fake(99);
    busy.races.lock().unwrap().extend([Race::Token; 5]);
    assert!(matches!(place(&busy, &wish(&busy, 1)), Err(PortError::Unavailable(_))));
}

#[track_caller]
fn check_command(fake: &Fake, command: Command, key_text: &str, expected: CommandOutcome) {
    let token = OrderToken::from_random([1; 16]);
    let wish = CommandOrder { token, command, key: key(key_text), now: 9 };
    assert_eq!(block_on(command_order(fake, &wish)), Ok(expected));
}

#[test]
fn commands_have_one_effect_per_key() {
    let fake = fake(5);
    check_command(&fake, Command::Pack, "key-pack", CommandOutcome::NotFound);
    place(&fake, &wish(&fake, 1)).unwrap();
    let done = |version, status| CommandOutcome::Done(Commanded { number: NUMBER, version, status });
    fake.races.lock().unwrap().push(Race::Version);
    check_command(&fake, Command::Pack, "key-pack", done(2, Status::Packed));
    check_command(&fake, Command::Pay, "key-pay1", done(3, Status::Packed));
    check_command(&fake, Command::Pay, "key-pay2", CommandOutcome::Refused(Refusal::AlreadyPaid));
    let reason = Text::parse("broken").unwrap();
    check_command(&fake, Command::Cancel { reason, restock: false }, "key-stop", done(4, Status::Cancelled));
    check_command(&fake, Command::Pack, "key-pack", done(2, Status::Packed));
    check_command(&fake, Command::Pay, "key-pack", CommandOutcome::KeyReused);
    check_command(&fake, Command::Pay, "key-place", CommandOutcome::KeyReused);
    assert_eq!(fake.written.lock().unwrap().len(), 4);
}
