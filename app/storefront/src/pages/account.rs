//! A shopper's account: how one gets into it, and what it holds. The script `account.js` asks the browser for passkeys; it
//! finds its forms by `data-passkey`, and all that it says stands in them.

mod notice;

pub use notice::AccountNotice;

use super::link::{LinkForm, asking};
use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::either::Either;
use leptos::prelude::*;
use notice::told;
use orilla_orders::Status;
use orilla_shop::checkout::ListedOrder;
use orilla_shop::passkeys::{NAME_LENGTH, Passkey};
use orilla_ui::{Button, ButtonKind, Field, Locale, iso_time};
use std::sync::Arc;

/// What an account holds.
#[derive(Clone, Debug)]
pub struct AccountPage {
    /// The orders that were placed while signed in, the newest first.
    pub orders: Vec<ListedOrder>,
    /// The passkeys that open it.
    pub passkeys: Vec<Passkey>,
    /// Whether this address can have passkeys.
    pub can_add: bool,
    /// The e-mail address that opens it.
    pub address: Option<String>,
    /// The form that has a link sent to an address; `None`: no links are sent.
    pub link: Option<LinkForm>,
    /// What was just done.
    pub notice: Option<AccountNotice>,
}

/// The account of who is signed in.
pub fn account(page: Arc<PageContext>, data: AccountPage) -> String {
    let locale = page.locale;
    let told = told(locale, data.notice.filter(|notice| notice.is_for(true)));
    let address = address(&page, data.address, data.link);
    let (orders, passkeys) = (orders(&page, &data.orders), passkeys(&page, &data.passkeys));
    let content = view! {
        <h1>{locale.account_title()}</h1>
        {told}
        <div class="with-summary">
            <div class="stack">
                <section aria-labelledby="orders">
                    <h2 id="orders">{locale.account_orders()}</h2>
                    {orders}
                </section>
                <section class="stack" aria-labelledby="addresses">
                    <h2 id="addresses">{locale.addresses_title()}</h2>
                    <p>{locale.addresses_lead()}</p>
                    <p><a href=page.url(super::ADDRESSES)>{locale.addresses_see()}</a></p>
                </section>
                <section class="stack" aria-labelledby="reviews">
                    <h2 id="reviews">{locale.own_reviews_title()}</h2>
                    <p>{locale.own_reviews_lead()}</p>
                    <p><a href=page.url(super::OWN_REVIEWS)>{locale.own_reviews_see()}</a></p>
                </section>
                <section class="stack" aria-labelledby="passkeys">
                    <h2 id="passkeys">{locale.account_passkeys()}</h2>
                    <p>{locale.account_passkeys_text()}</p>
                    {passkeys}
                    {adding(&page, data.can_add)}
                </section>
                {address}
            </div>
            <aside class="summary" aria-labelledby="leave">
                <h2 id="leave">{locale.account_leave()}</h2>
                <p class="small">{locale.account_leave_text()}</p>
                <form class="stack" method="post" action=page.url("/account/sign-out")>
                    <Button name="where" value="here" kind=ButtonKind::Primary>{locale.account_leave_here()}</Button>
                    <Button name="where" value="everywhere">{locale.account_leave_everywhere()}</Button>
                </form>
                <details>
                    <summary>{locale.account_delete()}</summary>
                    <form class="stack" method="post" action=page.url("/account/delete")>
                        <p class="small">{locale.account_delete_text()}</p>
                        <Button>{locale.account_delete()}</Button>
                    </form>
                </details>
            </aside>
        </div>
        {script(&page)}
    };
    whole(page, locale.account_title(), content)
}

/// How one gets into an account.
pub fn account_door(
    page: Arc<PageContext>,
    has_passkeys: bool,
    link: Option<LinkForm>,
    notice: Option<AccountNotice>,
) -> String {
    let locale = page.locale;
    let notice = notice.filter(|notice| notice.is_for(false));
    let link = link.map(|form| {
        view! {
            <section class="stack account-link" aria-labelledby="link">
                <h2 id="link">{locale.account_link()}</h2>
                <p>{locale.account_link_lead()}</p>
                {asking(&page, form, locale.account_link_send())}
            </section>
        }
    });
    let ways = if has_passkeys {
        Either::Left(ways_in(&page))
    } else {
        Either::Right(view! { <p>{locale.account_no_party()}</p> })
    };
    let content = view! {
        <div class="prose account-door">
            <h1>{locale.account_title()}</h1>
            {told(locale, notice)}
            <p class="lead">{locale.account_lead()}</p>
            {ways}
            {link}
            <p>{locale.account_guest()}</p>
        </div>
        {script(&page)}
    };
    whole(page, locale.account_title(), content)
}

/// The forms are there with the script alone, where the browser can.
fn ways_in(page: &PageContext) -> impl IntoView + use<> {
    let locale = page.locale;
    // Whoever came to write a review is led back to it; by a link in a mail, which another browser may open, to the account.
    let back = if page.query.starts_with("review=") { format!("?{}", page.query) } else { String::new() };
    let finish = |path: &str| page.url(&format!("{path}/finish{back}"));
    view! {
        <noscript><p>{locale.account_no_script()}</p></noscript>
        <p hidden data-passkey="unsupported">{locale.passkey_unsupported()}</p>
        <form class="stack" hidden data-passkey="get" data-begin=page.url("/account/sign-in/begin")
            data-finish=finish("/account/sign-in") data-wait=locale.passkey_wait()
            data-cancelled=locale.passkey_cancelled() data-failed=locale.passkey_failed()>
            <Button kind=ButtonKind::Primary>{locale.passkey_sign_in()}</Button>
            <p role="status"></p>
        </form>
        <form class="stack" hidden data-passkey="create" data-begin=page.url("/account/open/begin")
            data-finish=finish("/account/open") data-wait=locale.passkey_wait()
            data-cancelled=locale.passkey_cancelled() data-exists=locale.passkey_taken()
            data-failed=locale.passkey_failed()>
            <h2>{locale.account_new()}</h2>
            <p>{locale.account_new_text()}</p>
            <Button>{locale.account_open()}</Button>
            <p role="status"></p>
        </form>
    }
}

fn orders(page: &PageContext, orders: &[ListedOrder]) -> impl IntoView + use<> {
    let locale = page.locale;
    if orders.is_empty() {
        return Either::Left(view! { <p>{locale.account_no_orders()}</p> });
    }
    let lines: Vec<_> = orders
        .iter()
        .map(|order| {
            let href = page.url(&format!("/orders/{}", order.token.as_str()));
            let title = locale.order_title(&order.number.to_string());
            let placed = order.summary.placed_at;
            view! {
                <li>
                    <span>
                        <a href=href>{title}</a>
                        " " <span class="small">
                            <time datetime=iso_time(placed)>{locale.date(placed)}</time>
                            " · " {status(locale, order.summary.status)}
                        </span>
                    </span>
                    <span class="amount">{locale.money(order.summary.total)}</span>
                </li>
            }
        })
        .collect();
    Either::Right(view! { <ul class="account-lines" role="list">{lines}</ul> })
}

fn status(locale: Locale, status: Status) -> &'static str {
    match status {
        Status::Placed => locale.order_state_placed(),
        Status::Paid => locale.order_state_paid(),
        Status::Packed => locale.order_state_packed(),
        Status::Shipped => locale.order_state_shipped(),
        Status::Delivered => locale.order_state_delivered(),
        Status::Cancelled => locale.order_state_cancelled(),
        Status::Refunded => locale.order_state_refunded(),
    }
}

fn passkeys(page: &PageContext, passkeys: &[Passkey]) -> impl IntoView + use<> {
    let locale = page.locale;
    let lines: Vec<_> = passkeys
        .iter()
        .map(|passkey| {
            let used = match passkey.last_used_at {
                Some(at) => locale.date(at),
                None => locale.passkey_never().to_owned(),
            };
            let when = format!(
                "{}: {} · {}: {used}",
                locale.passkey_created(),
                locale.date(passkey.created_at),
                locale.passkey_used(),
            );
            view! {
                <li>
                    <span>
                        <strong>{passkey.name.clone()}</strong> " " <span class="small">{when}</span>
                    </span>
                    <form method="post" action=page.url("/account/passkeys")>
                        <input type="hidden" name="passkey" value=passkey.id/>
                        <Button kind=ButtonKind::Quiet label=locale.account_passkey_remove(&passkey.name)>
                            {locale.passkey_remove()}
                        </Button>
                    </form>
                </li>
            }
        })
        .collect();
    view! { <ul class="account-lines" role="list">{lines}</ul> }
}

/// The form for adding one: the script shows it where the browser can.
fn adding(page: &PageContext, can_add: bool) -> impl IntoView + use<> {
    let locale = page.locale;
    can_add.then(|| {
        view! {
            <noscript><p>{locale.account_no_script()}</p></noscript>
            <p hidden data-passkey="unsupported">{locale.passkey_unsupported()}</p>
            <form class="stack" hidden data-passkey="create" data-begin=page.url("/account/passkeys/begin")
                data-finish=page.url("/account/passkeys/finish") data-wait=locale.passkey_wait()
                data-cancelled=locale.passkey_cancelled() data-exists=locale.passkey_taken()
                data-failed=locale.passkey_failed()>
                <Field locale=locale name="name" label=locale.passkey_name() hint=locale.passkey_name_hint()
                    maxlength=u32::try_from(NAME_LENGTH).unwrap_or(u32::MAX)/>
                <Button>{locale.passkey_add()}</Button>
                <p role="status"></p>
            </form>
        }
    })
}

/// The address that opens the account, if links are sent, or if it has one.
fn address(
    page: &PageContext,
    address: Option<String>,
    link: Option<LinkForm>,
) -> Option<impl IntoView + use<>> {
    let locale = page.locale;
    let send = if address.is_some() { locale.account_address_change() } else { locale.account_address_add() };
    let is_shown = address.is_some() || link.is_some();
    let line = address.map(|address| {
        view! {
            <ul class="account-lines" role="list">
                <li>
                    <strong class="account-address">{address}</strong>
                    <form method="post" action=page.url("/account/address/remove")>
                        <Button kind=ButtonKind::Quiet label=locale.account_address_remove()>
                            {locale.passkey_remove()}
                        </Button>
                    </form>
                </li>
            </ul>
        }
    });
    let form = link.map(|form| asking(page, form, send));
    is_shown.then(|| {
        view! {
            <section class="stack" aria-labelledby="address">
                <h2 id="address">{locale.account_address()}</h2>
                <p>{locale.account_address_text()}</p>
                {line}
                {form}
            </section>
        }
    })
}

fn script(page: &PageContext) -> impl IntoView + use<> {
    view! { <script type="module" src=page.assets.account></script> }
}

pub(super) fn whole(page: Arc<PageContext>, title: &str, content: impl IntoView + 'static) -> String {
    let title = title.to_owned();
    let head = Head { description: title.clone(), title, ..Head::default() };
    render(|| document(page, head, content))
}
