//! What is said of a product: a section of its page, and what search engines read of it.
//!
//! One string, written by hand: views of each of its parts would cost more bytes in the shop's module than all of this.

use super::OWN_REVIEWS;
use super::data::object;
use crate::page::PageContext;
use orilla_catalog::read::{ProductView, ReviewView, Reviews};
use orilla_ui::{Locale, iso_date};
use serde_json::Value;

/// Reviews that search engines read of a page.
const READ_BY_ENGINES: usize = 3;

/// A way to the section, with the mean, for the top of the page; empty if nobody has said anything.
pub(super) fn rating(locale: Locale, reviews: &Reviews) -> String {
    let mean = mean(locale, reviews);
    if mean.is_empty() { mean } else { format!(r##"<p class="rating"><a href="#reviews">{mean}</a></p>"##) }
}

/// The section.
pub(super) fn section(page: &PageContext, product: &ProductView) -> String {
    let (locale, reviews) = (page.locale, &product.reviews);
    let mean = mean(locale, reviews);
    let mut html = format!(
        r#"<section class="section reviews" aria-labelledby="reviews"><h2 id="reviews">{}</h2><p class="rating">{}</p>"#,
        locale.reviews_title(),
        if mean.is_empty() { locale.reviews_none() } else { &mean }
    );
    if !mean.is_empty() {
        html.push_str(r#"<ul role="list">"#);
        reviews.newest.iter().for_each(|review| push_review(&mut html, locale, review));
        html.push_str("</ul><p class=\"small\">");
        html.push_str(locale.reviews_note());
        html.push_str("</p>");
    }
    html.push_str(&format!(
        r#"<p><a class="button" href="{}/{}">{}</a></p></section>"#,
        page.url(OWN_REVIEWS),
        product.handle,
        locale.reviews_write()
    ));
    html
}

/// "★★★★☆ 4.4 out of 5 · 12 reviews"; empty if there are none.
fn mean(locale: Locale, reviews: &Reviews) -> String {
    let Some(tenths) = reviews.mean_tenths() else { return String::new() };
    let text = locale.reviews_stars(&locale.decimal(f64::from(tenths) / 10.0));
    let count = locale.reviews_count(reviews.count.into());
    format!("{} {text} · {count}", stars((tenths + 5) / 10))
}

/// So many full stars of five, for the eye alone.
fn stars(full: u32) -> String {
    let all = "★★★★★☆☆☆☆☆";
    let first = "★".len() * usize::try_from(5 - full.min(5)).unwrap_or_default();
    let shown = all.get(first..first + all.len() / 2).unwrap_or_default();
    format!(r#"<span class="stars" aria-hidden="true">{shown}</span>"#)
}

fn push_review(html: &mut String, locale: Locale, review: &ReviewView) {
    html.push_str(&format!(
        r#"<li><p>{}<span class="visually-hidden">{}</span></p><div lang=""#,
        stars(review.stars.into()),
        locale.reviews_stars(&review.stars.to_string())
    ));
    push_text(html, &review.language);
    html.push_str(r#"">"#);
    for line in review.text.split('\n').filter(|line| !line.is_empty()) {
        html.push_str("<p>");
        push_text(html, line);
        html.push_str("</p>");
    }
    html.push_str(r#"</div><p class="small">"#);
    push_text(html, &review.author);
    // The day of Greenwich, as everywhere in the shop: a page that is kept is the same wherever it is read.
    let (date, day) = (iso_date(review.at), locale.date(review.at));
    html.push_str(&format!(r#" · <time datetime="{date}">{day}</time></p></li>"#));
}

/// A text as it stands in HTML, between tags or quotes.
fn push_text(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

/// Adds the AggregateRating of a product to what is said of it, and its newest reviews (<https://schema.org/Review>), if
/// there are any.
pub(super) fn describe(reviews: &Reviews, product: &mut Vec<(&'static str, Value)>) {
    let Some(tenths) = reviews.mean_tenths() else { return };
    let rating = object(vec![
        ("@type", "AggregateRating".into()),
        ("ratingValue", format!("{}.{}", tenths / 10, tenths % 10).into()),
        ("reviewCount", reviews.count.into()),
    ]);
    let review = |review: &ReviewView| {
        let rating = object(vec![("@type", "Rating".into()), ("ratingValue", review.stars.into())]);
        let author = object(vec![("@type", "Person".into()), ("name", review.author.as_str().into())]);
        object(vec![
            ("@type", "Review".into()),
            ("reviewRating", rating),
            ("author", author),
            ("datePublished", iso_date(review.at).into()),
            ("reviewBody", review.text.as_str().into()),
        ])
    };
    let newest: Vec<Value> = reviews.newest.iter().take(READ_BY_ENGINES).map(review).collect();
    product.push(("aggregateRating", rating));
    product.push(("review", newest.into()));
}
