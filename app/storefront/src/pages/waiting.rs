//! Orders that wait on the shopper's device to be sent.

use super::addresses::{self, ADDRESSES, one_line};
use super::checkout::fields::Fields;
use super::review::{self, OWN_REVIEWS};
use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_orders::{AddressChange, CheckoutForm, Recipient, Review, ReviewChange};
use orilla_shop::outbox::{Asked, Command, Seen, State, Waiting, WaitingOrder, Wish, state_name};
use orilla_ui::{Button, ButtonKind, ButtonLink, EmptyState, Locale, Notice, NoticeKind};
use std::sync::Arc;

const MILLIS_PER_MINUTE: i64 = 60_000;

/// What the page of a waiting order shows.
#[derive(Clone, Debug)]
pub struct WaitingPage {
    /// The order.
    pub waiting: Waiting,
    /// How far the shopper's clocks are ahead of UTC, in minutes.
    pub ahead: i32,
}

/// Something beside orders that the shop has not taken.
#[derive(Clone, Debug)]
pub struct RefusedRequest {
    /// What was asked, and why it is refused.
    pub waiting: Waiting,
    /// What the product is called that it is about.
    pub product: Option<String>,
}

/// The page of an order that waits. `keep.js` finds it by `data-waiting`, and asks for it anew when its state is no
/// longer `data-state`.
pub fn waiting(page: Arc<PageContext>, data: WaitingPage) -> String {
    let locale = page.locale;
    let WaitingPage { waiting, ahead } = data;
    let (title, kind, text) = match waiting.state() {
        _ if waiting.is_unwanted() => {
            (locale.waiting_back_title(), NoticeKind::Info, locale.waiting_back_text().to_owned())
        }
        State::Asks { question } if question.orderable => {
            (locale.waiting_asks_title(), NoticeKind::Warning, locale.waiting_asks_text().to_owned())
        }
        State::Asks { .. } => {
            let text = format!("{} {}", locale.waiting_asks_text(), locale.waiting_asks_sold_out());
            (locale.waiting_asks_title(), NoticeKind::Warning, text)
        }
        State::Refused { reason } => {
            let text = format!("{} {}", refusal(locale, reason), locale.waiting_refused_text());
            (locale.waiting_refused_title(), NoticeKind::Error, text.trim().to_owned())
        }
        State::Withdrawn => {
            (locale.waiting_taken_back(), NoticeKind::Success, locale.waiting_taken_back_text().to_owned())
        }
        _ => (locale.waiting_title(), NoticeKind::Info, locale.waiting_text().to_owned()),
    };
    let now = match waiting.state() {
        State::Asks { question } => Some(summary(locale, "now", locale.waiting_now(), Some(&question.now))),
        _ => None,
    };
    let order = waiting.body().and_then(Command::order);
    let (heading, prices) = match now {
        Some(_) => (locale.waiting_before(), None),
        None => (locale.checkout_review(), order.map(|order| prices(locale, order, ahead))),
    };
    let seen = order.and_then(|order| order.seen.as_ref());
    let content = view! {
        <h1>{title}</h1>
        <div class="waiting" data-waiting=waiting.id().to_owned() data-state=state_name(&waiting)>
            <Notice kind=kind><p>{text}</p></Notice>
            <div class="stack">
                {now}
                {acts(&page, &waiting)}
                {summary(locale, "ordered", heading, seen)}
                {prices}
            </div>
        </div>
    };
    let head = Head { title: title.to_owned(), description: title.to_owned(), ..Head::default() };
    render(|| document(page, head, content))
}

/// What the shopper can do, in one form.
fn acts(page: &PageContext, waiting: &Waiting) -> impl IntoView + use<> {
    let locale = page.locale;
    let asked = match waiting.state() {
        State::Asks { question } if question.orderable => Some(question),
        _ => None,
    };
    let confirm = asked.map(|Asked { now, fingerprint, .. }| {
        let seen = fingerprint.as_str().to_owned();
        view! {
            <input type="hidden" name="seen" value=seen/>
            <button class="button primary" type="submit" name="intent" value="confirm">
                {locale.waiting_confirm(&locale.money(now.total))}
            </button>
        }
    });
    let waits = matches!(waiting.state(), State::Waiting { .. } | State::Sending);
    let is_unwanted = waiting.is_unwanted();
    let send = if is_unwanted { locale.waiting_back_tell() } else { locale.waiting_send() };
    let send = waits.then(|| {
        view! {
            <button class="button primary" type="submit" name="intent" value="send">{send}</button>
        }
    });
    let (class, back) = match waiting.state() {
        State::Withdrawn => ("button primary", locale.waiting_into_cart()),
        _ => ("button", locale.waiting_take_back()),
    };
    let back = waiting.can_be_taken_back().then(|| {
        view! {
            <button class=class type="submit" name="intent" value="back">{back}</button>
        }
    });
    let is_unsure = waits && waiting.is_sent() && !is_unwanted;
    let unsure = is_unsure.then(|| view! { <p>{locale.waiting_unsure()}</p> });
    view! {
        {unsure}
        <form class="actions" method="post" action=page.url(&page.path)>{confirm} {send} {back}</form>
    }
}

/// What was ordered, or can be now.
fn summary(
    locale: Locale,
    id: &'static str,
    heading: &'static str,
    seen: Option<&Seen>,
) -> Option<impl IntoView + use<>> {
    let seen = seen.filter(|seen| !seen.lines.is_empty())?;
    let lines: Vec<_> = seen
        .lines
        .iter()
        .map(|line| {
            let title = line.title.clone();
            view! {
                <li>
                    <span>{line.quantity} " × " {title}</span>
                    <span>{locale.money(line.total)}</span>
                    <span class="small">{line.options.join(" / ")}</span>
                </li>
            }
        })
        .collect();
    let shipping = seen.shipping.map_or_else(|| "–".to_owned(), |price| locale.money(price));
    Some(view! {
        <section class="summary" aria-labelledby=id>
            <h2 id=id>{heading}</h2>
            <ul class="summary-lines" role="list">{lines}</ul>
            <dl>
                <dt>{locale.cart_shipping()}</dt><dd>{shipping}</dd>
                <dt class="total">{locale.cart_total()}</dt><dd class="total">{locale.money(seen.total)}</dd>
            </dl>
        </section>
    })
}

fn prices(locale: Locale, order: &WaitingOrder, ahead: i32) -> impl IntoView + use<> {
    let text = match order.seen {
        Some(_) => locale.waiting_prices(&local_time(locale, order.prices_from, ahead)),
        None => locale.waiting_prices_unknown().to_owned(),
    };
    view! { <p class="small">{text}</p> }
}

fn local_time(locale: Locale, at: i64, ahead: i32) -> String {
    locale.date_time(at.saturating_add(i64::from(ahead) * MILLIS_PER_MINUTE))
}

/// Why the shop refused, if there is more to say than that.
fn refusal(locale: Locale, reason: &str) -> &'static str {
    match reason {
        "not_shipped" => locale.checkout_not_shipped(),
        "payment_not_offered" | "nothing_to_pay" | "not_collected_there" | "too_much_on_delivery" => {
            locale.payment_not_offered()
        }
        "cart_empty" => locale.waiting_asks_sold_out(),
        _ => "",
    }
}

/// The orders of this device of which something is still to come. Its hidden part is what `keep.js` shows on other
/// pages.
/// `refused` is what the shop has not taken beside orders.
pub fn waiting_list(
    page: Arc<PageContext>,
    all: &[Waiting],
    refused: &[RefusedRequest],
    ahead: i32,
) -> String {
    let locale = page.locale;
    let title = locale.waiting_list_title();
    let head = Head { title: title.to_owned(), description: title.to_owned(), ..Head::default() };
    if all.is_empty() && refused.is_empty() {
        let shop = page.url("/search");
        let content = view! {
            <EmptyState title=locale.waiting_list_none() text=locale.waiting_list_none_text() heading=true>
                <ButtonLink href=shop kind=ButtonKind::Primary>{locale.cart_go_shopping()}</ButtonLink>
            </EmptyState>
        };
        return render(|| document(page, head, content));
    }
    let address = |waiting: &Waiting| page.url(&format!("/orders/waiting/{}", waiting.id()));
    let items: Vec<_> = all
        .iter()
        .map(|waiting| {
            let state = match waiting.state() {
                _ if waiting.is_unwanted() => locale.waiting_back_title(),
                State::Withdrawn => locale.waiting_taken_back(),
                State::Asks { .. } => locale.waiting_asks_title(),
                State::Refused { .. } => locale.waiting_refused_title(),
                _ => locale.waiting_title(),
            };
            let when = local_time(locale, waiting.since(), ahead);
            view! { <li><a href=address(waiting)>{locale.order_placed_on(&when)}</a> " – " {state}</li> }
        })
        .collect();
    let needs_answer =
        all.iter().any(|waiting| !matches!(waiting.state(), State::Waiting { .. } | State::Sending));
    let text = match (all, needs_answer) {
        ([], _) => locale.waiting_strip_refused(),
        (_, true) => locale.waiting_strip_asks(),
        (_, false) => locale.waiting_strip(),
    };
    let see = match all {
        [only] if refused.is_empty() => address(only),
        _ => page.url("/orders/waiting"),
    };
    let content = view! {
        <aside class="away" data-waiting-strip hidden aria-label=title>
            <p>{text} " " <a href=see>{locale.waiting_see()}</a></p>
        </aside>
        <h1>{title}</h1>
        <ul>{items}</ul>
        {refused.iter().filter_map(|refused| refused_request(&page, refused)).collect::<Vec<_>>()}
    };
    render(|| document(page, head, content))
}

/// Something else that the shop has refused: why, and what was written.
fn refused_request(page: &PageContext, refused: &RefusedRequest) -> Option<impl IntoView + use<>> {
    let (locale, waiting) = (page.locale, &refused.waiting);
    let State::Refused { reason } = waiting.state() else { return None };
    let (title, why, written) = match &waiting.body().and_then(Command::request)?.wish {
        Wish::Address(change) => {
            let written = change.written().map(|to| Either::Left(written_address(page, change, to)));
            (locale.addresses_title().to_owned(), addresses::refusal_text(locale, reason), written)
        }
        Wish::Review(change) => {
            let product = refused.product.clone().unwrap_or_else(|| change.product.to_string());
            let title = format!("{}: {product}", locale.own_review_title());
            let is_there = refused.product.is_some();
            let written = change
                .review
                .as_ref()
                .map(|said| Either::Right(written_review(page, change, said, is_there)));
            (title, review::refusal_text(locale, reason), written)
        }
    };
    let drop = page.url(&format!("/orders/waiting/{}", waiting.id()));
    Some(view! {
        <section class="stack">
            <Notice kind=NoticeKind::Warning title=title><p>{why}</p></Notice>
            {written}
            <form method="post" action=drop>
                <Button name="intent" value="drop">{locale.waiting_drop()}</Button>
            </form>
        </section>
    })
}

fn written_address(page: &PageContext, change: &AddressChange, to: &Recipient) -> impl IntoView + use<> {
    let locale = page.locale;
    let form = CheckoutForm::default().with_recipient(to);
    let id = match change {
        AddressChange::Edit { id, .. } => id.as_str().to_owned(),
        _ => String::new(),
    };
    let fields = Fields { locale, form: &form, faults: &[], payments: &[] };
    view! {
        <p><strong>{to.name.to_string()}</strong> " " {one_line(locale, to)}</p>
        <form method="post" action=page.url(ADDRESSES)>
            <input type="hidden" name="id" value=id/>
            {fields.hidden(true)}
            {again(locale)}
        </form>
    }
}

fn written_review(
    page: &PageContext,
    change: &ReviewChange,
    said: &Review,
    is_there: bool,
) -> impl IntoView + use<> {
    let locale = page.locale;
    let form = is_there.then(|| {
        view! {
            <form method="post" action=page.url(&format!("{OWN_REVIEWS}/{}", change.product))>
                {review::hidden(said)}
                {again(locale)}
            </form>
        }
    });
    view! { {review::said(locale, said)} {form} }
}

fn again(locale: Locale) -> impl IntoView + use<> {
    view! {
        <Button kind=ButtonKind::Primary name="intent" value="again">{locale.waiting_again()}</Button>
    }
}
