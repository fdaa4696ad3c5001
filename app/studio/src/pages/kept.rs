//! The pages that an isolate keeps: why one is fresh or not.

use crate::page::{StudioContext, Told, document, table, told};
use crate::words::Words;
use leptos::prelude::*;
use orilla_shop::team::{Freshness, KeptPage, KeptRead, NearPage, Nearby, PagesReport};
use orilla_ui::Locale;
use serde_json::Value;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct KeptPagesPage {
    /// What was typed.
    pub address: String,
    /// What the isolate said.
    pub report: PagesReport,
    /// What the data centre has there for the one who looks.
    pub near: Option<NearPage>,
    /// Why it said nothing.
    pub told: Told,
}

/// The page with the kept pages.
pub fn kept_pages(studio: &StudioContext, data: &KeptPagesPage) -> String {
    let words = studio.words();
    let report = &data.report;
    let found = (!data.address.is_empty()).then(|| found(studio, report));
    let near = data.near.as_ref().map(|page| near(studio, page));
    document(studio, words.nav_pages(), || {
        view! {
            <h1>{words.nav_pages()}</h1>
            <p class="lead">{words.pages_text()}</p>
            {told(data.told.clone())}
            <form class="filters" role="search" method="get" action="/studio/pages">
                <div class="field wide">
                    <label for="url">{words.pages_address()}</label>
                    <input id="url" type="text" inputmode="url" name="url" value=data.address.clone() maxlength="2000"
                        autocomplete="off" spellcheck="false"/>
                </div>
                <button class="button" type="submit">{words.pages_look()}</button>
            </form>
            {found}
            {near}
            <section aria-labelledby="totals">
                <h2 id="totals">{words.pages_totals()}</h2>
                <p>{words.pages_isolate(&report.isolate, &report.publication.to_string())}</p>
                {totals(studio, report)}
            </section>
            <section aria-labelledby="recent">
                <h2 id="recent">{words.pages_recent()}</h2>
                {recent(studio, report)}
            </section>
        }
    })
}

fn found(studio: &StudioContext, report: &PagesReport) -> impl IntoView + use<> {
    let words = studio.words();
    let pages: Vec<_> = report.kept.iter().map(|page| kept(studio, page)).collect();
    let nothing = pages.is_empty().then(|| view! { <p class="nothing">{words.pages_not_kept()}</p> });
    view! {
        <section aria-labelledby="kept">
            <h2 id="kept">{words.pages_kept()}</h2>
            {nothing}
            {pages}
        </section>
    }
}

fn kept(studio: &StudioContext, page: &KeptPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let (dimensions, reads) = (dimensions(&page.dimensions), reads(studio, &page.reads));
    view! {
        <article class="card">
            <h3><a href=page.address.clone()>{page.address.clone()}</a> " " {state(words, page.state)}</h3>
            <p>{why(words, page.state)}</p>
            <dl class="facts">
                {dimensions}
                <dt>{words.pages_bytes()}</dt><dd>{size(locale, page.bytes)}</dd>
                <dt>{words.pages_hits()}</dt><dd>{locale.integer(page.hits)}</dd>
                <dt>{words.pages_age()}</dt><dd>{age(locale, page.age_ms)}</dd>
            </dl>
            {reads}
        </article>
    }
}

/// What the data centre has at the address.
fn near(studio: &StudioContext, page: &NearPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let (tag, why) = match page.state {
        Nearby::Unasked => (None, words.pages_near_unasked()),
        Nearby::Absent => (None, words.pages_near_absent()),
        Nearby::Foreign => (None, words.pages_near_foreign()),
        Nearby::OtherVisitor => (None, words.pages_near_other_visitor()),
        Nearby::Away => (None, words.pages_near_away()),
        Nearby::Kept(kept) => (Some(state(words, kept)), why(words, kept)),
    };
    let bytes =
        tag.is_some().then(|| view! { <dt>{words.pages_entry()}</dt><dd>{size(locale, page.bytes)}</dd> });
    let (dimensions, reads) =
        (dimensions(&page.dimensions), tag.is_some().then(|| reads(studio, &page.reads)));
    let key = (!page.key.is_empty()).then(|| {
        view! {
            <dl class="facts">
                {dimensions}
                <dt>{words.pages_kind()}</dt><dd>{page.kind.clone()}</dd>
                <dt>{words.pages_key()}</dt><dd><code>{page.key.clone()}</code></dd>
                {bytes}
            </dl>
        }
    });
    let title = (!page.address.is_empty()).then(|| {
        view! {
            <h3><a href=page.address.clone()>{page.address.clone()}</a> " " {tag}</h3>
        }
    });
    view! {
        <section aria-labelledby="near">
            <h2 id="near">{words.pages_near()}</h2>
            <p class="hint">{words.pages_near_text()}</p>
            <div class="card">{title}<p>{why}</p>{key}{reads}</div>
        </section>
    }
}

fn dimensions(dimensions: &[(String, String)]) -> Vec<impl IntoView + use<>> {
    let one = |(name, value): &(String, String)| view! { <dt>{name.clone()}</dt><dd>{value.clone()}</dd> };
    dimensions.iter().map(one).collect()
}

/// What a page was made from.
fn reads(studio: &StudioContext, reads: &[KeptRead]) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    // What is different comes first: it is why one looks.
    let mut reads: Vec<_> = reads.iter().collect();
    reads.sort_by_key(|read| std::cmp::Reverse(rank(read.state)));
    let changed = reads.iter().filter(|read| read.state != Freshness::Fresh).count();
    let lines: Vec<_> = reads
        .into_iter()
        .map(|read| view! { <li>{asked(words, read)} " " {state(words, read.state)}</li> })
        .collect();
    let count = words.pages_reads(&locale.integer(count(lines.len())), &locale.integer(count(changed)));
    view! { <details class="fold" open=changed.gt(&0)><summary>{count}</summary><ul>{lines}</ul></details> }
}

fn totals(studio: &StudioContext, report: &PagesReport) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let made = report.unseen + report.other_visitors + report.outdated;
    let all = report.hits + report.stale + made;
    let share = (report.hits + report.stale).saturating_mul(1_000).checked_div(all).unwrap_or(0);
    let share = format!("{}{}{} %", share / 10, if locale == Locale::En { "." } else { "," }, share % 10);
    let rows = [
        (words.pages_entries(), locale.integer(report.entries)),
        (words.pages_bytes(), format!("{} / {}", size(locale, report.bytes.0), size(locale, report.bytes.1))),
        (words.pages_share(), share),
        (words.pages_hits(), locale.integer(report.hits)),
        (words.pages_stale_hits(), locale.integer(report.stale)),
        (words.pages_unseen(), locale.integer(report.unseen)),
        (words.pages_other_visitors(), locale.integer(report.other_visitors)),
        (words.pages_outdated(), locale.integer(report.outdated)),
        (words.pages_evictions(), locale.integer(report.evictions)),
    ];
    let rows = rows.map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> });
    view! { <dl class="facts">{rows.to_vec()}</dl> }
}

fn recent(studio: &StudioContext, report: &PagesReport) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = report
        .recent
        .iter()
        .map(|page| {
            let query = form_urlencoded::byte_serialize(page.address.as_bytes()).collect::<String>();
            let href = format!("/studio/pages?url={query}");
            view! {
                <tr>
                    <th scope="row"><a href=href>{page.address.clone()}</a></th>
                    <td data-label=words.pages_hits() class="number">{locale.integer(page.hits)}</td>
                    <td data-label=words.pages_bytes() class="number">{size(locale, page.bytes)}</td>
                </tr>
            }
        })
        .collect();
    let head = [words.pages_address(), words.pages_hits(), words.pages_bytes()];
    table(words.pages_recent(), &head, rows, words.pages_none())
}

fn rank(state: Freshness) -> u8 {
    match state {
        Freshness::Fresh => 0,
        Freshness::Stale => 1,
        Freshness::Outdated => 2,
    }
}

fn state(words: Words, state: Freshness) -> impl IntoView + use<> {
    let (class, text) = match state {
        Freshness::Fresh => ("tag active", words.pages_fresh()),
        Freshness::Stale => ("tag draft", words.pages_stale()),
        Freshness::Outdated => ("tag out", words.pages_red()),
    };
    view! { <span class=class>{text}</span> }
}

fn why(words: Words, state: Freshness) -> &'static str {
    match state {
        Freshness::Fresh => words.pages_why_fresh(),
        Freshness::Stale => words.pages_why_stale(),
        Freshness::Outdated => words.pages_why_red(),
    }
}

/// What a page asked, in words; as serde wrote it, where there are none.
fn asked(words: Words, KeptRead { read, .. }: &KeptRead) -> String {
    let (kind, of) = match read {
        Value::String(kind) => (kind.as_str(), Value::Null),
        Value::Object(fields) => match fields.iter().next() {
            Some((kind, of)) => (kind.as_str(), of.clone()),
            None => ("", Value::Null),
        },
        _ => ("", Value::Null),
    };
    let of = match &of {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let text = match kind {
        "Handle" => words.pages_read_handle(),
        "Offer" => words.pages_read_offer(),
        "PageText" => words.pages_read_page_text(),
        "CardOffer" => words.pages_read_card_offer(),
        "CardText" => words.pages_read_card_text(),
        "List" => words.pages_read_list(),
        "Categories" | "Menu" | "Level" => words.pages_read_categories(),
        "Related" => words.pages_read_related(),
        "Featured" | "ById" => words.pages_read_featured(),
        "Picture" => words.pages_read_picture(),
        "Next" => words.pages_read_next(),
        _ => return read.to_string(),
    };
    format!("{text} {of}").trim_end().to_owned()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// `20 KB`: thousands, as file managers count.
fn size(locale: Locale, bytes: u64) -> String {
    format!("{} KB", locale.integer(bytes.div_ceil(1_000)))
}

/// `42 s`, or minutes from two on.
fn age(locale: Locale, milliseconds: u64) -> String {
    match milliseconds / 1_000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", locale.integer(seconds / 60)),
    }
}
