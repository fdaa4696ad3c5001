//! Pages of text, and those that say that something is not as hoped.

use super::away::offline_section;
use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use orilla_ui::{ButtonKind, ButtonLink, ErrorPage};
use std::sync::Arc;

/// What the shop is.
pub fn about(page: Arc<PageContext>) -> String {
    let locale = page.locale;
    let content = view! {
        <article class="prose">
            <h1>{locale.about_title()}</h1>
            <p class="lead">{locale.about_lead()}</p>
            <p>{locale.about_story_1()}</p>
            <p>{locale.about_story_2()}</p>
            {page.can_be_kept().then(|| offline_section(locale))}
            <h2>{locale.about_contact_title()}</h2>
            <p>{locale.about_contact_text()}</p>
            <p class="small">{locale.about_demo()}</p>
        </article>
    };
    text_page(page, locale.about_title(), locale.about_lead(), content)
}

/// What the shop keeps of whom.
pub fn privacy(page: Arc<PageContext>) -> String {
    let locale = page.locale;
    let content = view! {
        <article class="prose">
            <h1>{locale.privacy_title()}</h1>
            <p class="lead">{locale.privacy_lead()}</p>
            <h2>{locale.privacy_cookies_title()}</h2>
            <p>{locale.privacy_cookies_text()}</p>
            <h2 id="consent">{locale.consent_title()}</h2>
            {InertElement::new(page.slots.consent_form.clone())}
            <h2>{locale.privacy_orders_title()}</h2>
            <p>{locale.privacy_orders_text()}</p>
            <h2>{locale.privacy_account_title()}</h2>
            <p>{locale.privacy_account_text()}</p>
            <h2>{locale.privacy_counts_title()}</h2>
            <p>{locale.privacy_counts_text()}</p>
            <h2>{locale.privacy_rights_title()}</h2>
            <p>{locale.privacy_rights_text()}</p>
            <h2>{locale.privacy_contact_title()}</h2>
            <p>{locale.privacy_contact_text()}</p>
        </article>
    };
    text_page(page, locale.privacy_title(), locale.privacy_lead(), content)
}

fn text_page<V: IntoView + 'static>(page: Arc<PageContext>, title: &str, lead: &str, content: V) -> String {
    let head = Head {
        title: title.to_owned(),
        description: lead.to_owned(),
        canonical_query: Some(String::new()),
        ..Head::default()
    };
    render(|| document(page, head, content))
}

/// There is nothing at this address.
pub fn not_found(page: Arc<PageContext>) -> String {
    error_page(page, 404, false)
}

/// The shop can't answer; `again` if it may help to ask again.
pub fn failure(page: Arc<PageContext>, again: bool) -> String {
    error_page(page, if again { 503 } else { 500 }, again)
}

fn error_page(page: Arc<PageContext>, status: u16, again: bool) -> String {
    let locale = page.locale;
    let title = match status {
        404 => locale.error_404_title(),
        503 => locale.error_503_title(),
        _ => locale.error_500_title(),
    };
    let retry = again.then(|| {
        let same = format!("{}?{}", page.url(&page.path), page.query);
        view! { <ButtonLink href=same>{locale.error_retry()}</ButtonLink> }
    });
    let home = page.url("");
    let content = view! {
        <ErrorPage locale=locale status=status>
            <ButtonLink href=home kind=ButtonKind::Primary>{locale.error_go_home()}</ButtonLink>
            {retry}
        </ErrorPage>
    };
    let head = Head { title: title.to_owned(), description: title.to_owned(), ..Head::default() };
    render(|| document(page, head, content))
}
