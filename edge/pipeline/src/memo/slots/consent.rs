//! What the shop may remember: the question to somebody who has not answered, and the form on the page about privacy.

use super::{Filling, SlotContext, SlotId};
use axum::body::Bytes;
use orilla_memo::Slot;
use orilla_storefront::pages::{ConsentGiven, consent_banner, consent_form};
use orilla_ui::Locale;
use std::cell::RefCell;
use std::collections::HashMap;

/// Stands for the path of the page in a strip that is kept.
const PATH: &str = "/the-path-of-the-page";

thread_local! {
    /// The strip in each language, before and behind the page's path: drawing it costs as much as a small page.
    static STRIPS: RefCell<HashMap<Locale, (String, String)>> = RefCell::default();
}

/// The strip. The slot's arguments are the address of the page.
pub(super) fn banner(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    // Programs read what a page is about. Whether this is one is asked last: that costs a crossing.
    let asks = context.with_visitor(slot, |visitor| visitor.consent().is_none() && !visitor.is_bot());
    let strip = if asks == Some(true) { strip(context.locale, slot.arguments()) } else { Bytes::new() };
    Filling::shared(strip)
}

fn strip(locale: Locale, path: &str) -> Bytes {
    let mut path = path.replace('&', "&amp;");
    if path.bytes().any(|byte| matches!(byte, b'"' | b'<' | b'>')) {
        // An address that is encoded has none of these.
        path = format!("/{}", locale.code());
    }
    STRIPS.with_borrow_mut(|strips| {
        let (before, behind) = strips.entry(locale).or_insert_with(|| {
            let whole = consent_banner(locale, PATH);
            let (before, behind) = whole.split_once(PATH).unwrap_or((&whole, ""));
            (before.to_owned(), behind.to_owned())
        });
        [before.as_str(), &path, behind].concat().into()
    })
}

/// The form, with what the visitor has answered.
pub(super) fn form(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    let given = context.with_visitor(slot, |visitor| visitor.consent()).flatten().map(|consent| {
        ConsentGiven { statistics: consent.statistics, personalisation: consent.personalisation }
    });
    let html = consent_form(context.locale, given).into();
    Filling { shows_visitor: given.is_some(), ..Filling::shared(html) }
}
