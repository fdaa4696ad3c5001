//! The addresses that an account keeps. On a device without a network, they are shown with what waits there done to them.

use super::account::whole;
use super::checkout::fields::Fields;
use crate::page::PageContext;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_orders::{
    AddressBook, AddressRefusal, CheckoutForm, FieldFault, KeptAddress, MOST_ADDRESSES, Recipient,
};
use orilla_ui::{Button, ButtonKind, Check, ErrorSummary, Locale, Notice, NoticeKind, countries};
use std::sync::Arc;

/// The page's path behind the language.
pub const ADDRESSES: &str = "/account/addresses";

/// What has just happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressNotice {
    /// An address is kept.
    Kept,
    /// An address is gone.
    Removed,
    /// Nothing is changed.
    Refused(AddressRefusal),
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct AddressesPage {
    /// The addresses.
    pub book: AddressBook,
    /// The keys of the changes that wait on this device.
    pub waiting: Vec<String>,
    /// What was typed so far.
    pub form: CheckoutForm,
    /// What is wrong with it.
    pub faults: Vec<FieldFault>,
    /// The address that the form edits, as it was seen.
    pub editing: Option<(String, u32)>,
    /// Whether that is to be the default.
    pub is_default: bool,
    /// What has just happened.
    pub notice: Option<AddressNotice>,
    /// What was just removed, and whether it was the default.
    pub removed: Option<(Recipient, bool)>,
    /// Makes the keys of this page's forms.
    pub key: String,
}

/// The page. `waiting.js` asks for it anew when other changes wait than `data-requests` says, and a form with `data-undo`
/// is not there to be lost.
pub fn addresses(page: Arc<PageContext>, data: AddressesPage) -> String {
    let locale = page.locale;
    let fields = Fields { locale, form: &data.form, faults: &data.faults, payments: &[] };
    let errors = fields.errors();
    let waits = (!data.waiting.is_empty()).then(|| {
        view! { <Notice kind=NoticeKind::Info><p>{locale.addresses_waiting()}</p></Notice> }
    });
    let back = view! { <p><a href=page.url("/account")>{locale.account_title()}</a></p> };
    let form = form(&page, &data, &fields);
    let content = view! {
        <div class="prose account-door" data-requests=data.waiting.join(" ")>
            <h1>{locale.addresses_title()}</h1>
            {told(&page, &data)}
            {waits}
            <ErrorSummary locale=locale errors=errors/>
            <p>{locale.addresses_lead()}</p>
            {list(&page, &data)}
            {form}
            {back}
        </div>
    };
    whole(page, locale.addresses_title(), content)
}

fn told(page: &PageContext, data: &AddressesPage) -> Option<impl IntoView + use<>> {
    let locale = page.locale;
    let (kind, text) = match data.notice? {
        AddressNotice::Kept => (NoticeKind::Success, locale.addresses_kept()),
        AddressNotice::Removed => (NoticeKind::Success, locale.addresses_removed()),
        AddressNotice::Refused(refusal) => (NoticeKind::Warning, refusal_text(locale, refusal.code())),
    };
    let undo = data.removed.as_ref().map(|(to, was_default)| {
        let form = CheckoutForm::default().with_recipient(to);
        let fields = Fields { locale, form: &form, faults: &[], payments: &[] };
        view! {
            <form method="post" action=page.url(ADDRESSES) data-undo>
                <input type="hidden" name="key" value=format!("{}-undo", data.key)/>
                <input type="hidden" name="default" value=u8::from(*was_default)/>
                {fields.hidden(true)}
                <Button name="intent" value="keep">{locale.addresses_undo()}</Button>
            </form>
        }
    });
    Some(view! { <Notice kind=kind><p>{text}</p>{undo}</Notice> })
}

/// Why a change is not made, by its code.
pub(super) fn refusal_text(locale: Locale, code: &str) -> &'static str {
    match code {
        "addresses_full" => locale.addresses_full(),
        "address_gone" => locale.addresses_gone(),
        "address_changed" => locale.addresses_changed(),
        _ => locale.notice_failed(),
    }
}

fn list(page: &PageContext, data: &AddressesPage) -> impl IntoView + use<> {
    let locale = page.locale;
    if data.book.addresses().is_empty() {
        return Either::Left(view! { <p>{locale.addresses_none()}</p> });
    }
    let preferred = data.book.preferred().map(|kept| &kept.id);
    let lines: Vec<_> = data
        .book
        .addresses()
        .iter()
        .enumerate()
        .map(|(place, kept)| line(page, data, place, kept, preferred == Some(&kept.id)))
        .collect();
    Either::Right(view! { <ul class="account-lines addresses" role="list">{lines}</ul> })
}

fn line(
    page: &PageContext,
    data: &AddressesPage,
    place: usize,
    kept: &KeptAddress,
    is_preferred: bool,
) -> impl IntoView + use<> {
    let locale = page.locale;
    let name = kept.to.name.to_string();
    let text = one_line(locale, &kept.to);
    let label = format!("{name}, {text}");
    let badge =
        is_preferred.then(|| view! { " " <span class="small">{locale.addresses_is_default()}</span> });
    let prefer = (!is_preferred).then(|| {
        view! {
            <Button kind=ButtonKind::Quiet name="intent" value="prefer" label=locale.addresses_prefer_label(&label)>
                {locale.addresses_prefer()}
            </Button>
        }
    });
    view! {
        <li>
            <div><strong>{name}</strong>{badge}<p>{text}</p></div>
            <form class="actions" method="post" action=page.url(ADDRESSES)>
                <input type="hidden" name="key" value=format!("{}-{place}", data.key)/>
                <input type="hidden" name="id" value=kept.id.as_str().to_owned()/>
                <input type="hidden" name="version" value=kept.version/>
                <a class="button quiet" href=page.url(&format!("{ADDRESSES}?edit={}#form", kept.id.as_str()))
                    aria-label=locale.addresses_edit_label(&label)>{locale.addresses_edit()}</a>
                {prefer}
                <Button kind=ButtonKind::Quiet name="intent" value="remove" label=locale.addresses_remove_label(&label)>
                    {locale.passkey_remove()}
                </Button>
            </form>
        </li>
    }
}

/// An address without its recipient.
pub(super) fn one_line(locale: Locale, to: &Recipient) -> String {
    let address = &to.address;
    let code = address.country.code();
    let country = countries(locale).find(|country| country.code == code).map_or(code, |country| country.name);
    let parts = [
        Some(&address.address1),
        address.address2.as_ref(),
        address.postcode.as_ref(),
        Some(&address.city),
        address.region.as_ref(),
    ];
    let mut text: Vec<&str> = parts.into_iter().flatten().map(|part| part.as_str()).collect();
    text.push(country);
    text.join(", ")
}

fn form(page: &PageContext, data: &AddressesPage, fields: &Fields<'_>) -> impl IntoView + use<> {
    let locale = page.locale;
    if data.editing.is_none()
        && data.book.addresses().len() >= MOST_ADDRESSES
        && data.faults.is_empty()
        && data.form.name.is_empty()
    {
        return Either::Left(view! { <p>{locale.addresses_full()}</p> });
    }
    let edited = data.editing.as_ref().map(|(id, version)| {
        view! {
            <input type="hidden" name="id" value=id.clone()/>
            <input type="hidden" name="version" value=*version/>
        }
    });
    let title =
        if data.editing.is_some() { locale.addresses_edit_title() } else { locale.addresses_add_title() };
    let cancel =
        data.editing.is_some().then(|| view! { <a href=page.url(ADDRESSES)>{locale.addresses_cancel()}</a> });
    Either::Right(view! {
        <section id="form" class="stack" aria-labelledby="form-title">
            <h2 id="form-title">{title}</h2>
            <form class="stack" method="post" action=page.url(ADDRESSES) novalidate>
                <input type="hidden" name="key" value=data.key.clone()/>
                {edited}
                {fields.recipient()}
                {fields.address()}
                <Check name="default" text=locale.addresses_default() checked=data.is_default/>
                <div class="actions">
                    <Button kind=ButtonKind::Primary name="intent" value="keep">{locale.addresses_keep()}</Button>
                    {cancel}
                </div>
            </form>
        </section>
    })
}
