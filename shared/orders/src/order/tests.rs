use super::*;
use crate::{Address, Contact, Country, Email, Instructions, Quantity, ShippingMethod, Text};
use orilla_catalog::{Handle, VariantId};
use orilla_money::Currency;
use proptest::prelude::*;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn placed(payment: Instructions) -> Recorded {
    let line = OrderLine {
        variant: VariantId(7),
        handle: Handle::parse("storm-lantern").unwrap(),
        title: "Storm lantern".into(),
        options: vec!["Large".into()],
        sku: None,
        unit: eur(1_000),
        quantity: Quantity::new(2).unwrap(),
        total: eur(2_000),
    };
    let contact = Contact { email: Email::parse("ana@example.org").unwrap(), name: text("Ana"), phone: None };
    let address = Address {
        address1: text("Calle Mayor 1"),
        address2: None,
        city: text("Cádiz"),
        region: None,
        postcode: Some(text("11001")),
        country: Country::ES,
    };
    let placed = Placed {
        lines: vec![line],
        subtotal: eur(2_000),
        shipping: ShippingMethod::Standard,
        shipping_price: eur(490),
        total: eur(2_490),
        contact,
        address,
        payment,
    };
    Recorded { version: 1, at: 1_000, event: Event::Placed(Box::new(placed)) }
}

fn in_advance() -> Recorded {
    placed(Instructions::BankTransfer {
        holder: text("Orilla"),
        iban: "ES9121000418450200051332".into(),
        bic: None,
        reference: "ORI-ABCDEFGH".into(),
        amount: eur(2_490),
        due_at: 2_000,
    })
}

fn on_delivery() -> Recorded {
    placed(Instructions::OnDelivery { amount: eur(2_490) })
}

fn ship() -> Command {
    Command::Ship { carrier: text("Correos"), tracking: Some(text("PK123")) }
}

fn withdraw() -> Command {
    Command::Withdraw { reason: text("changed my mind") }
}

fn cancel(restock: bool) -> Command {
    Command::Cancel { reason: text("shopper asked"), restock }
}

fn refund(minor: i64) -> Command {
    Command::Refund { amount: eur(minor) }
}

/// Runs a command and takes its event in.
fn run(order: &mut Order, command: &Command) -> Result<(), Refusal> {
    let event = order.decide(command)?;
    let recorded = Recorded { version: order.version + 1, at: order.changed_at + 1, event };
    order.apply(&recorded).unwrap();
    Ok(())
}

/// After all commands but the last have worked, the last answers this.
#[track_caller]
fn check(first: Recorded, commands: &[Command], expected: Result<Status, Refusal>) {
    let mut order = Order::replay(&[first]).unwrap();
    let (last, before) = commands.split_last().unwrap();
    for command in before {
        run(&mut order, command).unwrap();
    }
    assert_eq!(run(&mut order, last).map(|()| order.status()), expected);
}

#[test]
fn goes_its_way_in_order() {
    use Command::{Deliver, Pack, Pay};
    check(in_advance(), &[Pay], Ok(Status::Paid));
    check(in_advance(), &[Pay, Pack], Ok(Status::Packed));
    check(in_advance(), &[Pay, Pack, ship()], Ok(Status::Shipped));
    check(in_advance(), &[Pay, Pack, ship(), Deliver], Ok(Status::Delivered));
    check(on_delivery(), &[Pack, ship(), Pay], Ok(Status::Shipped));
    check(in_advance(), &[cancel(true)], Ok(Status::Cancelled));
    check(in_advance(), &[Pay, Pack, cancel(true), refund(2_490)], Ok(Status::Refunded));
    check(in_advance(), &[cancel(true), Pay], Ok(Status::Cancelled));
    check(in_advance(), &[withdraw()], Ok(Status::Cancelled));
    check(in_advance(), &[Pay, refund(490)], Ok(Status::Paid));
    check(in_advance(), &[Pay, refund(490), refund(2_000)], Ok(Status::Refunded));
}

#[test]
fn every_refusal() {
    use Command::{Deliver, Pack, Pay};
    let dollars = Command::Refund { amount: Money::new(1, Currency::USD) };
    check(in_advance(), &[Pay, Pay], Err(Refusal::AlreadyPaid));
    check(in_advance(), &[Pack], Err(Refusal::NotPaid));
    check(in_advance(), &[refund(1)], Err(Refusal::NotPaid));
    check(in_advance(), &[ship()], Err(Refusal::NotPacked));
    check(in_advance(), &[Deliver], Err(Refusal::NotShipped));
    check(on_delivery(), &[Pack, Pack], Err(Refusal::AlreadyPacked));
    check(on_delivery(), &[Pack, Deliver], Err(Refusal::NotShipped));
    check(on_delivery(), &[Pack, ship(), ship()], Err(Refusal::AlreadyShipped));
    check(on_delivery(), &[Pack, ship(), Pack], Err(Refusal::AlreadyShipped));
    check(on_delivery(), &[Pack, ship(), cancel(true)], Err(Refusal::AlreadyShipped));
    check(on_delivery(), &[Pack, ship(), Deliver, Deliver], Err(Refusal::AlreadyDelivered));
    check(on_delivery(), &[Pack, ship(), Deliver, cancel(false)], Err(Refusal::AlreadyShipped));
    check(in_advance(), &[Pay, withdraw()], Err(Refusal::AlreadyPaid));
    check(on_delivery(), &[Pack, withdraw()], Err(Refusal::AlreadyPacked));
    check(on_delivery(), &[Pack, ship(), withdraw()], Err(Refusal::AlreadyShipped));
    for command in [Pack, ship(), Deliver, cancel(false), withdraw()] {
        check(in_advance(), &[cancel(true), command], Err(Refusal::Cancelled));
    }
    check(in_advance(), &[Pay, dollars], Err(Refusal::OtherCurrency));
    check(in_advance(), &[Pay, refund(0)], Err(Refusal::NothingToRefund));
    check(in_advance(), &[Pay, refund(-1)], Err(Refusal::NothingToRefund));
    check(in_advance(), &[Pay, refund(2_491)], Err(Refusal::TooMuch { left: eur(2_490) }));
    check(in_advance(), &[Pay, refund(2_000), refund(491)], Err(Refusal::TooMuch { left: eur(490) }));
}

#[test]
fn what_is_refunded_in_full_is_not_sent() {
    use Command::{Deliver, Pack, Pay};
    let paid = [Pay, refund(2_490)];
    let packed = [Pay, Pack, refund(2_000), refund(490)];
    let after = |commands: &[Command], last| [commands, &[last]].concat();
    for command in [Pack, ship()] {
        check(in_advance(), &after(&paid, command.clone()), Err(Refusal::Refunded));
        check(on_delivery(), &after(&paid, command), Err(Refusal::Refunded));
    }
    check(in_advance(), &after(&packed, Pack), Err(Refusal::AlreadyPacked));
    check(in_advance(), &after(&packed, ship()), Err(Refusal::Refunded));
    check(in_advance(), &after(&packed, Deliver), Err(Refusal::NotShipped));
    check(in_advance(), &after(&paid, Pay), Err(Refusal::AlreadyPaid));
    // Part of the price is still the shop's: it is sent.
    check(in_advance(), &[Pay, refund(2_489), Pack, ship()], Ok(Status::Shipped));
    // Cancelling it frees its pieces, and what is on the way arrives.
    check(in_advance(), &after(&paid, cancel(true)), Ok(Status::Refunded));
    check(in_advance(), &after(&packed, cancel(true)), Ok(Status::Refunded));
    check(in_advance(), &[Pay, Pack, ship(), refund(2_490), Deliver], Ok(Status::Refunded));
}

#[test]
fn a_broken_stream_is_named() {
    let at = |version, event| Recorded { version, at: 0, event };
    assert_eq!(Order::replay(&[]), Err(HistoryError::Empty));
    assert_eq!(Order::replay(&[at(1, Event::Paid)]), Err(HistoryError::Placed { version: 1 }));
    let second = Recorded { version: 2, ..in_advance() };
    assert_eq!(
        Order::replay(std::slice::from_ref(&second)),
        Err(HistoryError::Version { expected: 1, found: 2 })
    );
    assert_eq!(Order::replay(&[in_advance(), second]), Err(HistoryError::Placed { version: 2 }));
    let gap = [in_advance(), at(3, Event::Paid)];
    assert_eq!(Order::replay(&gap), Err(HistoryError::Version { expected: 2, found: 3 }));
    let amount = Money::new(1, Currency::USD);
    let mixed = [in_advance(), at(2, Event::Refunded { amount })];
    assert_eq!(Order::replay(&mixed), Err(HistoryError::Amount { version: 2 }));
}

#[test]
fn events_have_a_type_in_json() {
    let json = serde_json::to_value(Event::Shipped { carrier: text("Correos"), tracking: None }).unwrap();
    assert_eq!(json, serde_json::json!({"type": "shipped", "carrier": "Correos"}));
    let placed = serde_json::to_value(in_advance().event).unwrap();
    assert_eq!(placed["type"], "placed");
    assert_eq!(serde_json::from_value::<Event>(placed).unwrap(), in_advance().event);
    for event in [Event::Paid, Event::Packed, Event::Delivered] {
        assert_eq!(serde_json::to_value(&event).unwrap()["type"], event.kind());
    }
}

#[test]
fn hostile_commands_are_refused_as_json() {
    for json in [
        r#"{"type":"explode"}"#,
        r#"{"type":"ship"}"#,
        r#"{"type":"ship","carrier":""}"#,
        r#"{"type":"ship","carrier":"a\u0000b"}"#,
        r#"{"type":"cancel","reason":"a","restock":true,"extra":1}"#,
        r#"{"type":"refund","amount":{"minor":1.5,"currency":"EUR"}}"#,
        r#"{"type":"refund","amount":{"minor":1,"currency":"XXQ"}}"#,
    ] {
        assert!(serde_json::from_str::<Command>(json).is_err(), "{json}");
    }
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Pay),
        Just(Command::Pack),
        Just(ship()),
        Just(Command::Deliver),
        any::<bool>().prop_map(cancel),
        (-10i64..3_000).prop_map(refund),
    ]
}

proptest! {
    #[test]
    fn what_was_decided_can_be_replayed(
        commands in prop::collection::vec(any_command(), 0..20),
        advance in any::<bool>(),
    ) {
        let first = if advance { in_advance() } else { on_delivery() };
        let mut history = vec![first];
        let mut order = Order::replay(&history).unwrap();
        for command in &commands {
            if let Ok(event) = order.decide(command) {
                let recorded = Recorded { version: order.version + 1, at: order.changed_at + 1, event };
                order.apply(&recorded).unwrap();
                history.push(recorded);
            }
            prop_assert!(order.refunded.minor <= order.placed.total.minor);
            prop_assert!(order.refunded.minor == 0 || order.paid_at.is_some());
        }
        let json = serde_json::to_string(&history).unwrap();
        prop_assert_eq!(Order::replay(&serde_json::from_str::<Vec<Recorded>>(&json).unwrap()), Ok(order));
    }
}
