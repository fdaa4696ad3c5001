//! Imports: the form for a file, and what became of those before.

use super::{FormFault, fault};
use crate::drawn::Draw;
use crate::page::{StudioContext, Told, document, table, time, told};
use leptos::prelude::*;
use orilla_shop::catalog::ImportRun;
use orilla_shop::team::{ImportJob, ImportState};
use orilla_ui::{Button, ButtonKind, ErrorSummary, FieldError, SelectField, SelectOption};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct ImportsPage {
    /// The idempotency key of the form, which names the import.
    pub key: String,
    /// The last imports from here, the newest first.
    pub jobs: Vec<ImportJob>,
    /// The last requests of all imports that have changed something, those from here among them.
    pub runs: Vec<ImportRun>,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// What is wrong with the form.
    pub faults: Vec<FormFault>,
    /// What the last form came to.
    pub told: Told,
}

/// The formats with their names.
const FORMATS: [(&str, &str); 5] = [
    ("shopify", "Shopify CSV"),
    ("icecat", "Icecat JSON"),
    ("google-xml", "Google Merchant XML"),
    ("google-tsv", "Google Merchant TSV"),
    ("ndjson", "Orilla NDJSON"),
];

/// What a format is called.
pub(super) fn format_name(token: &str) -> &str {
    FORMATS.into_iter().find(|(name, _)| *name == token).map_or(token, |(_, name)| name)
}

/// The page for imports.
pub fn imports(studio: &StudioContext, data: &ImportsPage) -> String {
    let words = studio.words();
    let error = |fault: &FormFault| FieldError {
        id: fault.field.clone(),
        label: words.import_source().to_owned(),
        message: fault.message.clone(),
    };
    let errors: Vec<_> = data.faults.iter().map(error).collect();
    document(studio, words.nav_import(), || {
        view! {
            <h1>{words.nav_import()}</h1>
            <p class="lead">{words.import_text()}</p>
            {told(data.told.clone())}
            <ErrorSummary locale=studio.locale errors=errors/>
            {form(studio, data)}
            <section aria-labelledby="history">
                <h2 id="history">{words.dashboard_imports()}</h2>
                {rows(studio, data)}
            </section>
        }
    })
}

fn form(studio: &StudioContext, data: &ImportsPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let error = fault(&data.faults, "file");
    let described = if error.is_some() { "file-error file-hint" } else { "file-hint" };
    let invalid = error.is_some().then_some("true");
    let error = error.map(|error| view! { <p class="error" id="file-error">{error}</p> });
    let formats = FORMATS.map(|(value, label)| SelectOption { value: value.into(), label: label.into() });
    view! {
        <form class="command" method="post" action="/studio/import" enctype="multipart/form-data"
            data-import=data.key.clone() data-sending=words.import_sending() data-reading=words.import_reading()
            data-failed=words.import_connection()>
            <input type="hidden" name="key" value=data.key.clone()/>
            <div class="field">
                <label for="file">{words.import_source()}</label>
                <input id="file" type="file" name="file" required aria-describedby=described aria-invalid=invalid
                    accept=".csv,.tsv,.txt,.xml,.rss,.atom,.json,.jsonl,.ndjson,.gz"/>
                {error}
                <p class="hint" id="file-hint">{words.import_hint()}</p>
            </div>
            <SelectField locale=locale name="format" label=words.import_format() options=formats.into()
                placeholder=words.import_guess() optional=true/>
            <div class="actions">
                <Button kind=ButtonKind::Primary name="intent" value="import">{words.import_do()}</Button>
                <Button name="intent" value="check">{words.import_check()}</Button>
            </div>
            {progress(0)}
        </form>
    }
}

/// How far an import is: shown by the script, which has something to tell.
pub(super) fn progress(percent: u64) -> impl IntoView + use<> {
    view! {
        <div class="progress" data-progress hidden>
            <progress max="100" value=percent></progress>
            <p role="status"></p>
        </div>
    }
}

/// What a state is called.
pub(super) fn state_name(studio: &StudioContext, state: ImportState) -> &'static str {
    let words = studio.words();
    match state {
        ImportState::Running => words.import_running(),
        ImportState::Done => words.import_finished(),
        ImportState::Failed => words.import_failed(),
        ImportState::Stopped => words.import_stopped(),
    }
}

/// A line of the list: an import from here, or a request of one by command.
enum Line<'a> {
    Job(&'a ImportJob),
    Run(&'a ImportRun),
}

fn rows(studio: &StudioContext, data: &ImportsPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let jobs = data.jobs.iter().map(|job| (job.started_at, Line::Job(job)));
    let from_here = |run: &ImportRun| data.jobs.iter().any(|job| job.run == run.run);
    let runs = data.runs.iter().filter(|run| !from_here(run)).map(|run| (run.at, Line::Run(run)));
    let mut lines: Vec<_> = jobs.chain(runs).collect();
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(at, line)| {
            let number = |number: u32| locale.integer(number.into());
            let (name, who, what, counts, rejected) = match line {
                Line::Job(job) => {
                    let href = format!("/studio/import/{}", job.run);
                    let name = view! { <a href=href>{source(&job.source, &job.format)}</a> }.drawn();
                    let state = state_name(studio, job.state_at(data.now));
                    let what = if job.dry_run {
                        format!("{state} · {}", words.import_dry_run())
                    } else {
                        state.to_owned()
                    };
                    (name, job.member.clone(), what, job.counts, job.rejected)
                }
                Line::Run(run) => {
                    let name = view! { <span>{source(&run.source, &run.format)}</span> }.drawn();
                    let what = words.import_finished().to_owned();
                    (name, words.import_by_command().to_owned(), what, run.counts, run.rejected)
                }
            };
            view! {
                <tr>
                    <th scope="row" class="long">{name}</th>
                    <td data-label=words.import_when()>{time(locale, at)} <br/> <span class="small">{who}</span></td>
                    <td data-label=words.import_state()>{what}</td>
                    <td data-label=words.import_added() class="number">{number(counts.added)}</td>
                    <td data-label=words.import_changed() class="number">{number(counts.changed)}</td>
                    <td data-label=words.import_rejected() class="number">{number(rejected)}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.import_source(),
        words.import_when(),
        words.import_state(),
        words.import_added(),
        words.import_changed(),
        words.import_rejected(),
    ];
    table(words.dashboard_imports(), &head, rows, words.dashboard_no_imports())
}

/// A file's name; of one without, its format.
pub(super) fn source(name: &str, format: &str) -> String {
    if name.is_empty() { format_name(format).to_owned() } else { name.to_owned() }
}
