//! An order: what was bought, where it goes, what has happened, and what can be done now.

use super::{FormFault, fault};
use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, Told, document, table, told};
use crate::words::moment;
use leptos::prelude::*;
use orilla_money::Money;
use orilla_orders::{Command, Event, Instructions, Order, OrderNumber, OrderToken, Recorded, Text};
use orilla_ui::{
    Button, ButtonKind, Choice, ChoiceGroup, ErrorSummary, Field, FieldError, StepState, Timeline,
    TimelineStep, country_name, iso_time,
};

/// What was typed into a form of this page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderForm {
    /// The carrier.
    pub carrier: String,
    /// The carrier's number.
    pub tracking: String,
    /// Why the order is cancelled.
    pub reason: String,
    /// `yes`, `no` or empty.
    pub restock: String,
    /// The amount to give back.
    pub amount: String,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct OrderPage {
    /// The order's number.
    pub number: OrderNumber,
    /// Its token, for the link to the buyer's page.
    pub token: OrderToken,
    /// The order.
    pub order: Order,
    /// Its events.
    pub history: Vec<Recorded>,
    /// The idempotency key of the page's forms: one of them is sent.
    pub key: String,
    /// What was typed.
    pub form: OrderForm,
    /// What is wrong with it.
    pub faults: Vec<FormFault>,
    /// What the last form came to.
    pub told: Told,
}

/// The page of an order.
pub fn order(studio: &StudioContext, data: &OrderPage) -> String {
    let words = studio.words();
    let title = words.order_title(&data.number.to_string());
    let status = data.order.status();
    let shopper = format!("/{}/orders/{}", studio.locale.code(), data.token);
    document(studio, &title, || {
        view! {
            <h1>{title.clone()} " " <span class=format!("tag {}", status.token())>{words.status(status)}</span></h1>
            {told(data.told.clone())}
            <ErrorSummary locale=studio.locale errors=errors(studio, &data.faults)/>
            <div class="with-summary">
                <div class="stack">
                    {next(studio, data)}
                    <section aria-labelledby="events">
                        <h2 id="events">{words.order_events()}</h2>
                        <Timeline steps=steps(studio, &data.history)/>
                    </section>
                </div>
                <aside class="summary" aria-labelledby="items">
                    <h2 id="items">{words.order_items()}</h2>
                    {items(studio, &data.order)}
                    <h3>{words.order_to()}</h3>
                    {address(studio, &data.order)}
                    <h3>{words.order_contact()}</h3>
                    {contact(&data.order)}
                    <h3>{words.order_payment()}</h3>
                    <p>{payment(studio, &data.order.placed.payment)}</p>
                    <p><a href=shopper>{words.order_shopper_page()}</a></p>
                </aside>
            </div>
        }
    })
}

fn items(studio: &StudioContext, order: &Order) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let placed = &order.placed;
    let rows: Vec<_> = placed
        .lines
        .iter()
        .map(|line| {
            let details =
                line.options.iter().chain(&line.sku).map(String::as_str).collect::<Vec<_>>().join(" · ");
            let href = format!("/studio/products/{}", line.handle);
            view! {
                <tr>
                    <th scope="row"><a href=href>{line.title.clone()}</a> <br/> <span class="small">{details}</span></th>
                    <td data-label=words.order_quantity() class="number">{line.quantity.get()}</td>
                    <td data-label=words.order_amount() class="number">{locale.money(line.total)}</td>
                </tr>
            }
        })
        .collect();
    let head = [words.order_item(), words.order_quantity(), words.order_amount()];
    let back = (order.refunded.minor > 0).then(|| {
        view! { <dt>{words.order_given_back()}</dt><dd>{locale.money(order.refunded)}</dd> }
    });
    view! {
        {table(words.order_items(), &head, rows, words.nothing())}
        <dl>
            <dt>{words.order_subtotal()}</dt><dd>{locale.money(placed.subtotal)}</dd>
            <dt>{words.order_shipping()}</dt><dd>{locale.money(placed.shipping_price)}</dd>
            <dt class="total">{words.order_total()}</dt><dd class="total">{locale.money(placed.total)}</dd>
            {back}
        </dl>
    }
}

fn address(studio: &StudioContext, order: &Order) -> impl IntoView + use<> {
    let to = &order.placed.address;
    let text = |text: &Text| text.to_string();
    let city = [to.postcode.as_ref().map(text), Some(to.city.to_string())];
    let lines = [
        Some(order.placed.contact.name.to_string()),
        Some(to.address1.to_string()),
        to.address2.as_ref().map(text),
        Some(city.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        to.region.as_ref().map(text),
        country_name(studio.locale, to.country.code()).map(str::to_owned),
    ];
    let lines: Vec<_> = lines.into_iter().flatten().map(|line| view! { {line}<br/> }).collect();
    view! { <address>{lines}</address> }
}

fn contact(order: &Order) -> impl IntoView + use<> {
    let contact = &order.placed.contact;
    let phone = contact.phone.as_ref().map(|phone| {
        view! { <br/> <a href=format!("tel:{phone}")>{phone.to_string()}</a> }
    });
    view! { <p><a href=format!("mailto:{}", contact.email)>{contact.email.to_string()}</a> {phone}</p> }
}

fn payment(studio: &StudioContext, payment: &Instructions) -> String {
    let words = studio.words();
    match payment {
        Instructions::OnDelivery { .. } => words.order_on_delivery().to_owned(),
        Instructions::BankTransfer { reference, .. } => words.order_by_transfer(reference),
    }
}

fn steps(studio: &StudioContext, history: &[Recorded]) -> Vec<TimelineStep> {
    let (locale, words) = (studio.locale, studio.words());
    let step = |recorded: &Recorded| {
        let ended = matches!(recorded.event, Event::Cancelled { .. } | Event::Refunded { .. });
        let state = match (ended, usize::try_from(recorded.version) == Ok(history.len())) {
            (true, _) => StepState::Stopped,
            (false, true) => StepState::Current,
            (false, false) => StepState::Done,
        };
        let text = match &recorded.event {
            Event::Shipped { carrier, tracking } => {
                Some(format!("{carrier} {}", tracking.as_ref().map(Text::as_str).unwrap_or_default()))
            }
            Event::Cancelled { reason, restock } => {
                let pieces = if *restock { words.order_restocked() } else { words.order_not_restocked() };
                Some(format!("{} {pieces}", words.order_reason(reason.as_str())))
            }
            Event::Refunded { amount } => Some(locale.money(*amount)),
            _ => None,
        };
        let time = Some((iso_time(recorded.at), moment(locale, recorded.at)));
        TimelineStep { state, title: words.event(&recorded.event).to_owned(), text, time }
    };
    history.iter().map(step).collect()
}

fn errors(studio: &StudioContext, faults: &[FormFault]) -> Vec<FieldError> {
    let words = studio.words();
    let error = |fault: &FormFault| {
        let label = match fault.field.as_str() {
            "carrier" => words.ship_carrier().to_owned(),
            "tracking" => words.ship_tracking().to_owned(),
            "reason" => words.cancel_reason().to_owned(),
            "restock" => words.cancel_restock().to_owned(),
            _ => words.order_amount().to_owned(),
        };
        FieldError { id: fault.field.clone(), label, message: fault.message.clone() }
    };
    faults.iter().map(error).collect()
}

/// What is left of what was paid.
fn left(order: &Order) -> Money {
    let total = order.placed.total;
    Money::new(total.minor.saturating_sub(order.refunded.minor), total.currency)
}

/// A form for each command that the order would take now.
fn next(studio: &StudioContext, data: &OrderPage) -> impl IntoView + use<> {
    let words = studio.words();
    let order = &data.order;
    let takes = |command: &Command| order.decide(command).is_ok();
    // The shortest texts that are some: only whether the command is taken counts here.
    let (ship, cancel) = match Text::parse("-") {
        Ok(text) => (
            takes(&Command::Ship { carrier: text.clone(), tracking: None }),
            takes(&Command::Cancel { reason: text, restock: true }),
        ),
        Err(_) => (false, false),
    };
    let plain = [
        (Command::Pay, "pay", words.do_pay()),
        (Command::Pack, "pack", words.do_pack()),
        (Command::Deliver, "deliver", words.do_deliver()),
    ];
    let plain: Vec<_> = plain
        .into_iter()
        .filter(|(command, ..)| takes(command))
        .map(|(_, name, label)| {
            form(data, name, view! { <Button kind=ButtonKind::Primary>{label}</Button> }.drawn())
        })
        .collect();
    let ship = ship.then(|| form(data, "ship", ship_fields(studio, data).drawn()));
    let cancel = cancel.then(|| {
        let form = form(data, "cancel", cancel_fields(studio, data).drawn());
        folded(words.do_cancel(), data, &["reason", "restock"], form)
    });
    let refund = takes(&Command::Refund { amount: left(order) }).then(|| {
        let form = form(data, "refund", refund_fields(studio, data).drawn());
        folded(words.do_refund(), data, &["amount"], form)
    });
    let nothing = plain.is_empty() && ship.is_none() && cancel.is_none() && refund.is_none();
    let nothing = nothing.then(|| view! { <p>{words.order_nothing_to_do()}</p> });
    // What can't be taken back is a click away.
    view! {
        <section aria-labelledby="next" class="commands">
            <h2 id="next">{words.order_next()}</h2>
            {plain} {ship} {refund} {cancel} {nothing}
        </section>
    }
    .drawn()
}

fn form(data: &OrderPage, command: &'static str, fields: Drawn) -> Drawn {
    let action = format!("/studio/orders/{}", data.number);
    view! {
        <form class="command" method="post" action=action>
            <input type="hidden" name="key" value=data.key.clone()/>
            <input type="hidden" name="command" value=command/>
            {fields}
        </form>
    }
    .drawn()
}

/// What is a click away: open if there is a fault in it.
fn folded(title: &'static str, data: &OrderPage, fields: &[&str], content: Drawn) -> Drawn {
    let open = fields.iter().any(|field| fault(&data.faults, field).is_some());
    view! { <details class="fold" open=open><summary>{title}</summary>{content}</details> }.drawn()
}

fn ship_fields(studio: &StudioContext, data: &OrderPage) -> impl IntoView + use<> {
    let (locale, words, faults) = (studio.locale, studio.words(), &data.faults);
    view! {
        <Field locale=locale name="carrier" label=words.ship_carrier() value=data.form.carrier.clone()
            error=fault(faults, "carrier")/>
        <Field locale=locale name="tracking" label=words.ship_tracking() value=data.form.tracking.clone()
            error=fault(faults, "tracking") optional=true/>
        <Button kind=ButtonKind::Primary>{words.do_ship()}</Button>
    }
}

fn cancel_fields(studio: &StudioContext, data: &OrderPage) -> impl IntoView + use<> {
    let (locale, words, faults) = (studio.locale, studio.words(), &data.faults);
    let choice = |value: &str, title: &str| Choice {
        value: value.to_owned(),
        title: title.to_owned(),
        hint: None,
        price: None,
    };
    let options = vec![choice("yes", words.restock_yes()), choice("no", words.restock_no())];
    view! {
        <Field locale=locale name="reason" label=words.cancel_reason() value=data.form.reason.clone()
            error=fault(faults, "reason")/>
        <ChoiceGroup name="restock" legend=words.cancel_restock() options=options
            selected=data.form.restock.clone() error=fault(faults, "restock")/>
        <Button>{words.do_cancel()}</Button>
    }
}

fn refund_fields(studio: &StudioContext, data: &OrderPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let left = left(&data.order);
    view! {
        <Field locale=locale name="amount" label=words.refund_amount(left.currency.code())
            value=data.form.amount.clone() hint=words.refund_left(&locale.money(left))
            error=fault(&data.faults, "amount") maxlength=20/>
        <Button>{words.do_refund()}</Button>
    }
}
