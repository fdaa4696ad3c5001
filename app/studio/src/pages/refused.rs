//! What came as an event and is none: how often, why, and what it was.

use crate::Words;
use crate::page::{StudioContext, document, table, time, with_query};
use leptos::prelude::*;
use orilla_shop::team::{DeadLetter, RefusedFor};

/// The path of the page.
const PATH: &str = "/studio/events";

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct RefusedPage {
    /// How often, for each reason.
    pub sums: Vec<RefusedFor>,
    /// The reason whose letters alone are shown.
    pub chosen: Option<String>,
    /// Letters, the last first.
    pub letters: Vec<DeadLetter>,
}

/// The page of what was refused.
pub fn refused(studio: &StudioContext, data: &RefusedPage) -> String {
    let words = studio.words();
    document(studio, words.refused_title(), || {
        view! {
            <p><a href="/studio/metrics">{words.nav_metrics()}</a></p>
            <h1>{words.refused_title()}</h1>
            <p class="lead">{words.refused_text()}</p>
            {sums(studio, data)}
            {(!data.sums.is_empty()).then(|| letters(studio, data))}
        }
    })
}

fn sums(studio: &StudioContext, data: &RefusedPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = data
        .sums
        .iter()
        .map(|RefusedFor { code, count, last }| {
            let (why, to_do) = words.refused_for(code);
            let is_chosen = data.chosen.as_ref() == Some(code);
            let href = with_query(PATH, &[("code", code.clone())]);
            view! {
                <tr>
                    <th scope="row" class="long">
                        <a href=href aria-current=is_chosen.then_some("true")>{why}</a>
                        <br/>
                        <span class="small">{to_do}</span>
                    </th>
                    <td data-label=words.refused_count() class="number">{locale.integer(*count)}</td>
                    <td data-label=words.refused_last()>{time(locale, *last)}</td>
                </tr>
            }
        })
        .collect();
    let head = [words.refused_why(), words.refused_count(), words.refused_last()];
    table(words.refused_title(), &head, rows, words.refused_none())
}

fn letters(studio: &StudioContext, data: &RefusedPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = data
        .letters
        .iter()
        .map(|DeadLetter { at, code, reason, body }| {
            // What the schema says is for who mends a sender, and in the words of the code.
            view! {
                <tr>
                    <th scope="row">{time(locale, *at)}</th>
                    <td data-label=words.refused_why() class="long">
                        {words.refused_for(code).0}
                        <br/>
                        <span class="small" lang="en">{reason.clone()}</span>
                    </td>
                    <td data-label=words.refused_what() class="long"><code>{body.clone()}</code></td>
                </tr>
            }
        })
        .collect();
    let head = [words.refused_when(), words.refused_why(), words.refused_what()];
    let all = data.chosen.is_some().then(|| view! { <p><a href=PATH>{words.refused_all()}</a></p> });
    view! {
        <section aria-labelledby="letters">
            <h2 id="letters">{words.refused_letters()}</h2>
            {all}
            {table(words.refused_letters(), &head, rows, words.refused_none())}
        </section>
    }
}

impl Words {
    /// Why something is no event, and what to do.
    fn refused_for(self, code: &str) -> (&'static str, &'static str) {
        match code {
            "not_json" | "not_a_batch" => (self.refused_shape(), self.refused_shape_do()),
            "too_many" => (self.refused_many(), self.refused_many_do()),
            "unknown_type" => (self.refused_type(), self.refused_type_do()),
            "missing_field" | "wrong_field" | "too_long" => (self.refused_field(), self.refused_field_do()),
            "too_old" => (self.refused_old(), self.refused_old_do()),
            "from_the_future" => (self.refused_future(), self.refused_future_do()),
            "not_for_pages" => (self.refused_forged(), self.refused_forged_do()),
            _ => (self.refused_store(), self.refused_store_do()),
        }
    }
}
