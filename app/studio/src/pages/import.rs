//! An import: how far it is, what it did, and which rows are no products.

use super::imports::{format_name, progress, source, state_name};
use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, document, table, time};
use leptos::prelude::*;
use orilla_shop::team::{ImportJob, ImportState, RejectedRow};
use orilla_ui::{ButtonLink, Notice, NoticeKind};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct ImportPage {
    /// The import.
    pub job: ImportJob,
    /// The first rows that are no products.
    pub rejected: Vec<RejectedRow>,
    /// Now, in milliseconds since 1970.
    pub now: i64,
}

/// The page of an import.
pub fn import(studio: &StudioContext, data: &ImportPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let job = &data.job;
    let state = job.state_at(data.now);
    let name = source(&job.source, &job.format);
    document(studio, &name, || {
        view! {
            <h1>{name.clone()} " " <span class=format!("tag {}", tag(state))>{state_name(studio, state)}</span></h1>
            <p>
                {format_name(&job.format).to_owned()} " · " {time(locale, job.started_at)} " · " {job.member.clone()}
            </p>
            {notice(studio, job, state)}
            {going_on(studio, job, state)}
            <dl class="counts">
                {count(studio, words.import_added(), job.counts.added)}
                {count(studio, words.import_changed(), job.counts.changed)}
                {count(studio, words.import_unchanged(), job.counts.unchanged)}
                {count(studio, words.import_rejected(), job.rejected)}
            </dl>
            {rejected(studio, data)}
            <p><a href="/studio/import">{words.import_another()}</a></p>
        }
    })
}

/// The class of the tag, which has its colour.
fn tag(state: ImportState) -> &'static str {
    match state {
        ImportState::Running => "draft",
        ImportState::Done => "active",
        ImportState::Failed | ImportState::Stopped => "out",
    }
}

fn count(studio: &StudioContext, name: &'static str, number: u32) -> impl IntoView + use<> {
    view! { <div><dt>{name}</dt><dd>{studio.locale.integer(number.into())}</dd></div> }
}

fn notice(studio: &StudioContext, job: &ImportJob, state: ImportState) -> Option<Drawn> {
    let words = studio.words();
    match (state, job.dry_run) {
        (ImportState::Running, _) => None,
        (ImportState::Done, true) => {
            Some(view! { <Notice kind=NoticeKind::Info><p>{words.import_was_dry()}</p></Notice> }.drawn())
        }
        (ImportState::Done, false) => Some(
            view! {
                <Notice kind=NoticeKind::Success><p>{words.import_publish()}</p></Notice>
                <p><ButtonLink href="/studio/publish">{words.nav_publish()}</ButtonLink></p>
            }
            .drawn(),
        ),
        (ImportState::Failed, _) => {
            let message = job.message.clone();
            Some(
                view! {
                    <Notice kind=NoticeKind::Error><p>{words.import_broke()}</p><p>{message}</p></Notice>
                }
                .drawn(),
            )
        }
        (ImportState::Stopped, _) => Some(
            view! { <Notice kind=NoticeKind::Warning><p>{words.import_interrupted()}</p></Notice> }.drawn(),
        ),
    }
}

/// How far it is: the script listens; without, one looks again.
fn going_on(studio: &StudioContext, job: &ImportJob, state: ImportState) -> Option<impl IntoView + use<>> {
    let words = studio.words();
    (state == ImportState::Running).then(|| {
        let here = format!("/studio/import/{}", job.run);
        view! {
            <div data-listen=job.run.clone() data-reading=words.import_reading()>{progress(job.percent())}</div>
            <p><a href=here>{words.import_look_again()}</a></p>
        }
    })
}

fn rejected(studio: &StudioContext, data: &ImportPage) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    if data.rejected.is_empty() {
        return None;
    }
    let rows: Vec<_> = data
        .rejected
        .iter()
        .map(|row| {
            let column = row.column.map(|column| locale.integer(column));
            view! {
                <tr>
                    <th scope="row">{locale.integer(row.line)}</th>
                    <td data-label=words.import_column()>{column}</td>
                    <td data-label=words.product_field()>{row.field.clone()}</td>
                    <td data-label=words.import_reason() class="long">{row.message.clone()}</td>
                </tr>
            }
        })
        .collect();
    let shown = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let more = (shown < data.job.rejected).then(|| {
        let (shown, all) = (locale.integer(shown.into()), locale.integer(data.job.rejected.into()));
        view! { <p class="found">{words.import_more(&shown, &all)}</p> }
    });
    let download = format!("/studio/import/{}/rejected.csv", data.job.run);
    let head = [words.import_line(), words.import_column(), words.product_field(), words.import_reason()];
    Some(view! {
        <section aria-labelledby="rejected">
            <h2 id="rejected">{words.import_rejected_rows()}</h2>
            <p><a href=download download>{words.import_download()}</a></p>
            {more}
            {table(words.import_rejected_rows(), &head, rows, words.nothing())}
        </section>
    })
}
