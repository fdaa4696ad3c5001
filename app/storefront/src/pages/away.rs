//! What the shop says where it is out of reach: on a shopper's device, without a network.

use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::prelude::*;
use orilla_ui::{ButtonKind, ButtonLink, Locale, iso_time};
use std::sync::Arc;

/// Where a shopper reads that the shop can be kept on the device, and can ask for it.
pub const OFFLINE_PLACE: &str = "/about#offline";

const MILLIS_PER_MINUTE: i64 = 60_000;

/// The strip of a page that was made on the device: when what it shows was last known to be current. `since` is in
/// milliseconds since 1970, `ahead` is how far the shopper's clocks are ahead of UTC, in minutes.
pub fn away_strip(locale: Locale, since: i64, ahead: i32) -> String {
    let when = locale.date_time(since.saturating_add(i64::from(ahead) * MILLIS_PER_MINUTE));
    render(|| {
        view! {
            <aside class="away" aria-label=locale.away_title()>
                <p>
                    <strong>{locale.away_title()}</strong> " " {locale.away_since()} " "
                    <time datetime=iso_time(since)>{when}</time> "."
                </p>
            </aside>
        }
    })
}

/// The page of what only the shop itself can do.
pub fn out_of_reach(page: Arc<PageContext>) -> String {
    let locale = page.locale;
    let (cart, again) = (page.url("/cart"), format!("{}?{}", page.url(&page.path), page.query));
    let content = view! {
        <div class="empty">
            <h1>{locale.out_of_reach_title()}</h1>
            <p>{locale.out_of_reach_text()}</p>
            <div class="actions">
                <ButtonLink href=again kind=ButtonKind::Primary>{locale.error_retry()}</ButtonLink>
                <ButtonLink href=cart>{locale.nav_cart()}</ButtonLink>
            </div>
        </div>
    };
    let title = locale.out_of_reach_title().to_owned();
    let head = Head { description: title.clone(), title, ..Head::default() };
    render(|| document(page, head, content))
}

/// The part of the page about the shop where the shop can be kept on the device. `keep.js` shows the part that is true
/// and does what the button says; until then, and without scripts, none is.
pub(super) fn offline_section(locale: Locale) -> impl IntoView {
    view! {
        <h2 id="offline">{locale.offline_title()}</h2>
        <p>{locale.offline_text()}</p>
        <div class="keep" data-keep role="status">
            <p data-when="kept" hidden>{locale.offline_kept()}</p>
            <p data-when="coming" hidden>{locale.offline_coming()}</p>
            <p data-when="impossible" hidden>{locale.offline_impossible()}</p>
            <button class="button" type="button" data-when="possible" hidden>{locale.offline_keep()}</button>
        </div>
    }
}
