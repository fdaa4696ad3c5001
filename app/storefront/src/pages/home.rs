//! The home page.

use super::data::object;
use super::grid;
use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use orilla_art::Sketch;
use orilla_catalog::read::Card;
use orilla_ui::{ButtonKind, ButtonLink, CardLayout, Icon, IconName};
use std::sync::Arc;

/// Categories shown at most.
const CATEGORIES: usize = 12;

/// The home page with a choice of products.
pub fn home(page: Arc<PageContext>, featured: &[Card]) -> String {
    let locale = page.locale;
    let head = Head {
        title: page.shop_name.clone(),
        description: locale.shop_description().to_owned(),
        canonical_query: Some(String::new()),
        json_ld: vec![object(vec![
            ("@context", "https://schema.org".into()),
            ("@type", "WebSite".into()),
            ("name", page.shop_name.as_str().into()),
            ("url", format!("{}{}", page.origin, page.url("")).into()),
            ("inLanguage", locale.code().into()),
            (
                "potentialAction",
                object(vec![
                    ("@type", "SearchAction".into()),
                    ("target", format!("{}{}?q={{q}}", page.origin, page.url("/search")).into()),
                    ("query-input", "required name=q".into()),
                ]),
            ),
        ])],
        ..Head::default()
    };
    let tiles: Vec<_> = page
        .categories
        .iter()
        .filter(|category| !category.slug.contains('/'))
        .take(CATEGORIES)
        .map(|category| {
            view! {
                <li>
                    <a href=page.url(&format!("/c/{}", category.slug))>
                        {category.name.clone()}
                        <span class="count">{locale.integer(category.products.into())}</span>
                    </a>
                </li>
            }
        })
        .collect();
    let tiles = (!tiles.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="categories">
                <h2 id="categories">{locale.home_categories()}</h2>
                <ul class="tiles" role="list">{tiles}</ul>
            </section>
        }
    });
    let picks = (!featured.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="picks">
                <div class="section-head">
                    <h2 id="picks">{locale.home_picks()}</h2>
                    <a href=page.url("/search")>{locale.home_shop_all()}</a>
                </div>
                {grid(&page, featured, false, CardLayout::Grid)}
            </section>
        }
    });
    let promises = [
        (IconName::Check, locale.home_promise_repair(), locale.home_promise_repair_text()),
        (IconName::Truck, locale.home_promise_delivery(), locale.home_promise_delivery_text()),
        (IconName::Arrow, locale.home_promise_returns(), locale.home_promise_returns_text()),
    ]
    .map(|(icon, title, text)| view! { <div><Icon name=icon/><h3>{title}</h3><p>{text}</p></div> });
    let porthole = format!("/art/{}", Sketch::of("Lighthouse", None, None).path());
    let everything = page.url("/search");
    let content = view! {
        <section class="hero">
            <h1>{locale.home_title()}</h1>
            <p class="lead">{locale.home_lead()}</p>
            <div class="actions">
                <ButtonLink href=everything kind=ButtonKind::Primary>{locale.home_shop_all()}</ButtonLink>
            </div>
            <div class="picture"><img src=porthole alt="" width="400" height="400" decoding="async"/></div>
        </section>
        {tiles}
        {picks}
        {InertElement::new(page.slots.recent.clone())}
        <section class="section" aria-labelledby="promises">
            <h2 id="promises" class="visually-hidden">{locale.home_promise_title()}</h2>
            <div class="promises">{promises.into_iter().collect::<Vec<_>>()}</div>
        </section>
    };
    render(|| document(page, head, content))
}
