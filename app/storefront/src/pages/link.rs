//! Links that are sent to an e-mail address: the form that asks for one, and what such a link shows.

use super::account::whole;
use crate::page::PageContext;
use leptos::prelude::*;
use orilla_ui::{Button, ButtonKind, ButtonLink, Field, Locale, Notice, NoticeKind};
use std::sync::Arc;

/// The form that asks for a link.
#[derive(Clone, Debug, Default)]
pub struct LinkForm {
    /// The address as it was typed.
    pub typed: String,
    /// Why none was sent.
    pub fault: Option<LinkFault>,
}

/// Why no link was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFault {
    /// It is no address.
    Address,
    /// No mail can be sent to this address.
    Refused,
    /// No mail can be sent right now.
    Away,
}

impl LinkFault {
    fn text(self, locale: Locale) -> &'static str {
        match self {
            LinkFault::Address => locale.account_link_no_address(),
            LinkFault::Refused => locale.account_link_refused(),
            LinkFault::Away => locale.account_link_away(),
        }
    }
}

/// What a link is for.
#[derive(Clone, Debug)]
pub struct LinkPage {
    /// Where it was sent.
    pub address: String,
    /// Whether the address is to be added to an account. If not, the link opens the account of the address.
    pub is_addition: bool,
}

/// The form, whose button says `send`.
pub(super) fn asking(page: &PageContext, form: LinkForm, send: &'static str) -> impl IntoView + use<> {
    let locale = page.locale;
    let error = form.fault.map(|fault| fault.text(locale).to_owned());
    view! {
        <form class="stack" method="post" action=page.url("/account/link")>
            <Field locale=locale name="email" kind="email" autocomplete="email" maxlength=254 value=form.typed
                label=locale.account_link_address() hint=locale.account_link_hint() error=error/>
            <Button>{send}</Button>
        </form>
    }
}

/// A link that can be used: whose it is, and the button that uses it.
pub fn link(page: Arc<PageContext>, data: LinkPage) -> String {
    let locale = page.locale;
    let (title, text, button) = if data.is_addition {
        (locale.account_link_add_title(), locale.account_link_add_text(), locale.account_link_add())
    } else {
        (locale.account_link_title(), locale.account_link_text(), locale.account_link_enter())
    };
    // To the address of this page.
    let content = view! {
        <div class="prose account-door">
            <h1>{title}</h1>
            <p class="lead"><strong class="account-address">{data.address}</strong></p>
            <p>{text}</p>
            <form class="stack" method="post">
                <Button kind=ButtonKind::Primary>{button}</Button>
            </form>
        </div>
    };
    whole(page, title, content)
}

/// A link that leads nowhere any more, and how to get a new one.
pub fn link_over(page: Arc<PageContext>, form: Option<LinkForm>) -> String {
    let locale = page.locale;
    let form = form.map(|form| asking(&page, form, locale.account_link_send()));
    let content = view! {
        <div class="prose account-door">
            <h1>{locale.account_link_over_title()}</h1>
            <p>{locale.account_link_over()}</p>
            {form}
        </div>
    };
    whole(page, locale.account_link_over_title(), content)
}

/// A link that can't be used on this browser as it is: another account is signed in, or none where the address is to be
/// added to one.
pub fn link_elsewhere(page: Arc<PageContext>, data: LinkPage, is_inside: bool) -> String {
    let locale = page.locale;
    let title = if data.is_addition { locale.account_link_add_title() } else { locale.account_link_title() };
    let text = if is_inside { locale.account_link_elsewhere() } else { locale.account_link_outside() };
    let content = view! {
        <div class="prose account-door">
            <h1>{title}</h1>
            <p class="lead"><strong class="account-address">{data.address}</strong></p>
            <Notice kind=NoticeKind::Warning><p>{text}</p></Notice>
            <p><ButtonLink href=page.url("/account")>{locale.account_title()}</ButtonLink></p>
        </div>
    };
    whole(page, title, content)
}
