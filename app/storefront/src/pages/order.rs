//! An order: what was ordered and where it is, behind a link that nobody can guess.

use super::girocode::girocode_svg;
use super::install;
use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use orilla_orders::{Event, Goods, Instructions, Order, OrderNumber, Recorded};
use orilla_ui::{
    ButtonKind, ButtonLink, EmptyState, Locale, Notice, NoticeKind, StepState, Timeline, TimelineStep,
    country_name, iso_time,
};
use std::sync::Arc;

/// What the order page shows.
#[derive(Clone, Debug)]
pub struct OrderPage {
    /// Its number.
    pub number: OrderNumber,
    /// The order.
    pub order: Order,
    /// Its events.
    pub history: Vec<Recorded>,
    /// Whether it has just been placed.
    pub just_placed: bool,
    /// The idempotency key of the form that cancels it, if it can be cancelled.
    pub cancel_key: Option<String>,
    /// The key for which a browser asks to be told of the order, if it can be.
    pub notices_key: Option<String>,
}

/// The order page.
pub fn order(page: Arc<PageContext>, data: OrderPage) -> String {
    let (locale, lang) = (page.locale, page.product_lang());
    let OrderPage { number, order, history, just_placed, cancel_key, notices_key } = data;
    let title = locale.order_title(&number.to_string());
    let placed = &order.placed;
    let lines: Vec<_> = placed
        .lines
        .iter()
        .map(|line| {
            let options = line.options.join(" / ");
            let href = page.url(&format!("/p/{}", line.handle));
            view! {
                <li>
                    <span>{line.quantity.get()} " × " <a href=href lang=lang.clone()>{line.title.clone()}</a></span>
                    <span>{locale.money(line.total)}</span>
                    <span class="small">{options}</span>
                </li>
            }
        })
        .collect();
    let thanks = just_placed.then(|| {
        view! {
            <Notice kind=NoticeKind::Success title=locale.order_thanks()><p>{locale.order_thanks_text()}</p></Notice>
        }
    });
    let cancel = cancel_key.map(|key| {
        view! {
            <form method="post" action=format!("{}/cancel", page.url(&page.path))>
                <input type="hidden" name="key" value=key/>
                <button class="button" type="submit">{locale.order_cancel()}</button>
            </form>
        }
    });
    let content = view! {
        <h1>{title.clone()}</h1>
        {thanks}
        <div class="with-summary">
            <div class="stack">
                {paying(&page, &order)}
                <section aria-labelledby="status">
                    <h2 id="status">{locale.order_status()}</h2>
                    <Timeline steps=steps(locale, &order, &history)/>
                    {(!just_placed).then(|| view! { <p class="small">{locale.order_follow()}</p> })}
                    {notices_key.and_then(|key| notices(&page, number, &order, key))}
                    {install(&page)}
                </section>
                <section aria-labelledby="to">
                    <h2 id="to">{locale.order_delivered_to()}</h2>
                    {address(locale, &order)}
                </section>
                {cancel}
            </div>
            <aside class="summary" aria-labelledby="items">
                <h2 id="items">{locale.order_items()}</h2>
                <ul class="summary-lines" role="list">{lines}</ul>
                <dl>
                    <dt>{locale.cart_subtotal()}</dt><dd>{locale.money(placed.subtotal)}</dd>
                    <dt>{locale.cart_shipping()}</dt><dd>{locale.money(placed.shipping_price)}</dd>
                    <dt class="total">{locale.cart_total()}</dt><dd class="total">{locale.money(placed.total)}</dd>
                </dl>
                <p class="small">{locale.order_placed_on(&locale.date(order.placed_at))}</p>
            </aside>
        </div>
    };
    let head = Head { title: title.clone(), description: title, ..Head::default() };
    render(|| document(page, head, content))
}

/// Being told of what happens, by this browser. `notices.js` shows the part that is true and does what the buttons say; until
/// then, and without scripts, none is. An order that is over has nothing more to tell.
fn notices(
    page: &PageContext,
    number: OrderNumber,
    order: &Order,
    key: String,
) -> Option<impl IntoView + use<>> {
    let locale = page.locale;
    let ask = match order.goods {
        Goods::Reserved | Goods::Packed => locale.notices_ships(),
        Goods::Shipped { .. } => locale.notices_arrives(),
        Goods::Delivered | Goods::Cancelled { .. } => return None,
    };
    let at = format!("{}/notices", page.url(&page.path));
    let script = page.assets.notices;
    Some(view! {
        <div class="notices" data-script=script data-notices=at data-key=key data-tag=format!("order-{number}") role="status">
            <button class="button" type="button" data-when="possible" data-do="begin" hidden>{ask}</button>
            <p data-when="coming" hidden>{locale.notices_coming()}</p>
            <div data-when="told" hidden>
                <p>{locale.notices_told()}</p>
                <button class="button" type="button" data-do="end">{locale.notices_end()}</button>
            </div>
            <p data-when="denied" hidden>{locale.notices_denied()}</p>
            <p data-when="full" hidden>{locale.notices_full()}</p>
            <div data-when="failed" hidden>
                <p>{locale.notices_failed()}</p>
                <button class="button" type="button" data-do="begin">{ask}</button>
            </div>
        </div>
    })
}

/// How to pay, until it is paid.
fn paying(page: &PageContext, order: &Order) -> Option<impl IntoView + use<>> {
    let locale = page.locale;
    let is_open = order.paid_at.is_none() && !matches!(order.goods, Goods::Cancelled { .. });
    is_open.then(|| {
        let how = match &order.placed.payment {
            Instructions::OnDelivery { amount } => leptos::either::Either::Left(
                view! { <p>{locale.order_pay_delivery(&locale.money(*amount))}</p> },
            ),
            Instructions::BankTransfer { holder, iban, bic, reference, amount, due_at } => {
                let rows = [
                    (locale.order_pay_holder(), holder.as_str().to_owned()),
                    (locale.order_pay_iban(), grouped(iban)),
                    (locale.order_pay_bic(), bic.clone().unwrap_or_default()),
                    (locale.order_pay_reference(), reference.clone()),
                    (locale.order_pay_amount(), locale.money(*amount)),
                    (locale.order_pay_due(), locale.date(*due_at)),
                ];
                let rows: Vec<_> = rows
                    .into_iter()
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(name, value)| view! { <tr><th scope="row">{name}</th><td>{value}</td></tr> })
                    .collect();
                let code = girocode_svg(&order.placed.payment, locale.order_code_label()).map(|svg| {
                    view! {
                        <details class="code" data-awake data-script=page.assets.awake>
                            <summary>{locale.order_code()}</summary>
                            <p>{locale.order_code_text()}</p>
                            {InertElement::new(svg)}
                        </details>
                    }
                });
                leptos::either::Either::Right(
                    view! { <table class="properties"><tbody>{rows}</tbody></table> {code} },
                )
            }
        };
        view! { <section aria-labelledby="pay"><h2 id="pay">{locale.order_pay_how()}</h2>{how}</section> }
    })
}

/// An IBAN in groups of four, as people read it.
fn grouped(iban: &str) -> String {
    let chars: Vec<char> = iban.chars().collect();
    chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn address(locale: Locale, order: &Order) -> impl IntoView + use<> {
    let (contact, address) = (&order.placed.contact, &order.placed.address);
    let city = [address.postcode.as_ref().map(ToString::to_string), Some(address.city.to_string())];
    let lines = [
        Some(contact.name.to_string()),
        Some(address.address1.to_string()),
        address.address2.as_ref().map(ToString::to_string),
        Some(city.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        address.region.as_ref().map(ToString::to_string),
        country_name(locale, address.country.code()).map(str::to_owned),
    ];
    let lines: Vec<_> = lines.into_iter().flatten().map(|line| view! { {line}<br/> }).collect();
    view! { <address>{lines}</address> }
}

/// What has happened, and what is yet to come.
fn steps(locale: Locale, order: &Order, history: &[Recorded]) -> Vec<TimelineStep> {
    let last = history.len().saturating_sub(1);
    let mut steps: Vec<_> = history
        .iter()
        .enumerate()
        .map(|(at, recorded)| {
            let (title, text) = told(locale, &recorded.event);
            let ended = matches!(recorded.event, Event::Cancelled { .. } | Event::Refunded { .. });
            let state = match (ended, at == last) {
                (true, _) => StepState::Stopped,
                (false, true) => StepState::Current,
                (false, false) => StepState::Done,
            };
            let time = Some((iso_time(recorded.at), locale.date(recorded.at)));
            TimelineStep { state, title: title.to_owned(), text: Some(text), time }
        })
        .collect();
    let happened = |test: fn(&Event) -> bool| history.iter().any(|recorded| test(&recorded.event));
    let over = happened(|e| matches!(e, Event::Cancelled { .. } | Event::Refunded { .. }));
    let in_advance = order.placed.payment.method().is_in_advance();
    let ahead = [
        (in_advance && !happened(|e| matches!(e, Event::Paid)), locale.order_state_paid()),
        (!happened(|e| matches!(e, Event::Packed)), locale.order_state_packed()),
        (!happened(|e| matches!(e, Event::Shipped { .. })), locale.order_state_shipped()),
        (!happened(|e| matches!(e, Event::Delivered)), locale.order_state_delivered()),
    ];
    steps.extend(ahead.into_iter().filter(|(is_ahead, _)| *is_ahead && !over).map(|(_, title)| {
        TimelineStep { state: StepState::Ahead, title: title.to_owned(), text: None, time: None }
    }));
    steps
}

fn told(locale: Locale, event: &Event) -> (&'static str, String) {
    match event {
        Event::Placed(_) => (locale.order_state_placed(), locale.order_event_placed().to_owned()),
        Event::Paid => (locale.order_state_paid(), locale.order_event_paid().to_owned()),
        Event::Packed => (locale.order_state_packed(), locale.order_event_packed().to_owned()),
        Event::Shipped { carrier, tracking } => {
            let by = locale.order_event_shipped_by(carrier.as_str());
            let code = tracking.as_ref().map(|code| locale.order_tracking(code.as_str())).unwrap_or_default();
            (locale.order_state_shipped(), format!("{by} {code}").trim().to_owned())
        }
        Event::Delivered => (locale.order_state_delivered(), locale.order_event_delivered().to_owned()),
        Event::Cancelled { .. } => {
            (locale.order_state_cancelled(), locale.order_event_cancelled().to_owned())
        }
        Event::Refunded { amount } => {
            (locale.order_state_refunded(), locale.order_event_refunded_amount(&locale.money(*amount)))
        }
    }
}

/// There is no order behind this link.
pub fn order_not_found(page: Arc<PageContext>) -> String {
    let locale = page.locale;
    let home = page.url("");
    let content = view! {
        <EmptyState title=locale.order_not_found_title() text=locale.order_not_found_text() heading=true>
            <ButtonLink href=home kind=ButtonKind::Primary>{locale.error_go_home()}</ButtonLink>
        </EmptyState>
    };
    let title = locale.order_not_found_title().to_owned();
    let head = Head { title: title.clone(), description: title, ..Head::default() };
    render(|| document(page, head, content))
}
