//! Imports from the Studio: the form, how far one is, and what came of it.

use super::member::Member;
use super::upload::{self, Counted, MOST_UNPACKED};
use super::{error, failure, page, see};
use crate::importing::{Broken, Done, Importing, Watcher};
use crate::reply;
use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use orilla_feeds::{Format, Rejection, Settings};
use orilla_orders::IdempotencyKey;
use orilla_shop::catalog::ImportRun;
use orilla_shop::team::{ImportDesk, ImportJob, ImportState, RejectedRow};
use orilla_shop::{Clock, PortError, Timer};
use orilla_studio::pages::{self, FormFault, ImportPage, ImportsPage, Told};
use std::io::Read;
use std::sync::Arc;

/// Imports on the page.
const LISTED: u32 = 20;
/// Rejected rows on the page of an import; all of them are in the file to download.
const SHOWN: u32 = 100;
/// Bytes from which the format is guessed.
const GUESSED_FROM: u64 = 4_096;
/// Milliseconds between two looks at an import that goes on.
const LOOK: u32 = 500;
/// Looks of one stream of events: then it ends, and the browser asks for the rest.
const LOOKS: u32 = 120;

/// `GET /studio/import`.
pub async fn show(member: Member) -> Response {
    render(&member, StatusCode::OK, Vec::new(), Told::Nothing).await
}

async fn render(member: &Member, status: StatusCode, faults: Vec<FormFault>, told: Told) -> Response {
    let jobs = member.team.imports.jobs(LISTED).await;
    let runs = member.team.products.imports(LISTED).await;
    let found = jobs.and_then(|jobs| Ok((jobs, runs?, member.visit.host.random.bytes()?)));
    match found {
        Ok((jobs, runs, random)) => {
            let key = IdempotencyKey::from_random(random).into();
            let now = member.visit.host.clock.now();
            let data = ImportsPage { key, jobs, runs, now, faults, told };
            page(status, pages::imports(&member.studio, &data))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/import`: puts the products of a file in, or says what would happen. Sent twice, it happens once.
pub async fn upload(member: Member, headers: HeaderMap, body: Bytes) -> Response {
    let words = member.studio.words();
    let stale = Told::Refused(words.form_stale().to_owned());
    let Some(mut sent) = upload::read(&headers, body).await else {
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), stale).await;
    };
    let key = sent.fields.remove("key").unwrap_or_default();
    let Ok(key) = IdempotencyKey::parse(&key) else {
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), stale).await;
    };
    let refuse = |message: &str| vec![FormFault { field: "file".into(), message: message.to_owned() }];
    let Some((source, bytes)) = sent.file.filter(|(name, bytes)| !name.is_empty() || !bytes.is_empty())
    else {
        let faults = refuse(words.import_choose_file());
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, faults, Told::Nothing).await;
    };
    let source: String = source.chars().filter(|c| !c.is_control()).take(200).collect();
    let format = match sent.fields.get("format").map(String::as_str).unwrap_or_default() {
        "" => guess(&source, &bytes),
        token => Format::parse(token).ok(),
    };
    let Some(format) = format else {
        let faults = refuse(words.import_unknown_format());
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, faults, Told::Nothing).await;
    };
    let now = member.visit.host.clock.now();
    let job = ImportJob {
        run: key.as_str().to_owned(),
        member: member.name().to_owned(),
        source,
        format: format.token().to_owned(),
        dry_run: sent.fields.get("intent").is_some_and(|intent| intent == "check"),
        total: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        beat: 1,
        started_at: now,
        changed_at: now,
        ..ImportJob::default()
    };
    let report = format!("/studio/import/{}", job.run);
    match member.team.imports.begin(&job).await {
        Ok(true) => {}
        // It was sent before: what came of that, its page says.
        Ok(false) => return see(&report),
        Err(error) => return failure(&member.studio, &error),
    }
    match run(&member, job, format, bytes).await {
        Ok(()) => see(&report),
        Err(error) => failure(&member.studio, &error),
    }
}

/// Guesses the format from the first bytes of what is in the file.
fn guess(name: &str, bytes: &Bytes) -> Option<Format> {
    let mut first = Vec::new();
    // What can't be unpacked has no first bytes; its name may still say what it is.
    let _ = Counted::new(bytes.clone()).unpacked(MOST_UNPACKED).take(GUESSED_FROM).read_to_end(&mut first);
    Format::detect(name, &first)
}

/// Runs an import to its end, and writes down what came of it.
async fn run(member: &Member, job: ImportJob, format: Format, bytes: Bytes) -> Result<(), PortError> {
    let host = &member.visit.host;
    let importing = Importing {
        writer: &member.team.writer,
        settings: Settings { currency: host.config.currency },
        dry_run: job.dry_run,
    };
    let file = Counted::new(bytes);
    let mut steps = Steps {
        desk: member.team.imports.clone(),
        clock: host.clock.clone(),
        file: file.clone(),
        written: 0,
        job,
    };
    let mut done = Done::default();
    let ended = importing.run(format, file.unpacked(MOST_UNPACKED), &mut done, &mut steps).await;
    let (state, message, failed) = match ended {
        Ok(()) => (ImportState::Done, String::new(), None),
        Err(Broken::Feed(error)) => (ImportState::Failed, error.to_string(), None),
        Err(Broken::Port(error)) => (ImportState::Failed, String::new(), Some(error)),
    };
    let log = ImportRun {
        run: steps.job.run.clone(),
        source: steps.job.source.clone(),
        format: steps.job.format.clone(),
        counts: done.counts,
        rejected: done.rejected_total,
        at: host.clock.now(),
    };
    let dry_run = steps.job.dry_run;
    let written = steps.write(&done, state, message).await;
    if let Some(error) = failed {
        return Err(error);
    }
    written?;
    if !dry_run {
        member.team.writer.catalog.log_import(&log).await?;
    }
    Ok(())
}

/// Writes down how far an import is.
struct Steps {
    desk: Arc<dyn ImportDesk>,
    clock: Arc<dyn Clock>,
    file: Counted,
    /// Rejections that are written down.
    written: usize,
    job: ImportJob,
}

impl Steps {
    async fn write(&mut self, done: &Done, state: ImportState, message: String) -> Result<(), PortError> {
        let job = &mut self.job;
        (job.state, job.message) = (state, message);
        job.read = self.file.read_so_far();
        (job.counts, job.rejected) = (done.counts, done.rejected_total);
        job.beat = job.beat.saturating_add(1);
        job.changed_at = self.clock.now();
        let new: Vec<RejectedRow> = done.rejected.iter().enumerate().skip(self.written).map(row).collect();
        self.desk.step(job, &new).await?;
        self.written = done.rejected.len();
        Ok(())
    }
}

#[async_trait]
impl Watcher for Steps {
    async fn batch(&mut self, done: &Done) -> Result<(), PortError> {
        self.write(done, ImportState::Running, String::new()).await
    }
}

fn row((at, rejection): (usize, &Rejection)) -> RejectedRow {
    RejectedRow {
        place: u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1),
        line: rejection.line,
        column: rejection.column,
        field: rejection.field.clone(),
        message: rejection.message.clone(),
    }
}

/// The import that the path names.
async fn job(member: &Member) -> Result<Option<ImportJob>, PortError> {
    let run = member.visit.path.strip_prefix("/studio/import/").unwrap_or_default();
    member.team.imports.job(run.split('/').next().unwrap_or_default()).await
}

/// `GET /studio/import/{run}`: what came of an import, or how far it is.
pub async fn report(member: Member) -> Response {
    let job = match job(&member).await {
        Ok(Some(job)) => job,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    match member.team.imports.rejected(&job.run, 0, SHOWN).await {
        Ok(rejected) => {
            let now = member.visit.host.clock.now();
            page(StatusCode::OK, pages::import(&member.studio, &ImportPage { job, rejected, now }))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// `GET /studio/import/{run}/rejected.csv`: the rows that are no products.
pub async fn rejected(member: Member) -> Response {
    let most = u32::try_from(crate::importing::MOST_REJECTIONS).unwrap_or(u32::MAX);
    let found = match job(&member).await {
        Ok(Some(job)) => member.team.imports.rejected(&job.run, 0, most).await.map(|rows| (job, rows)),
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => Err(error),
    };
    match found {
        Ok((job, rows)) => {
            let response = reply::with_type("text/csv; charset=utf-8", csv(&job.source, &rows));
            let name = "attachment; filename=\"rejected.csv\"";
            let response = reply::with_header(response, header::CONTENT_DISPOSITION, name);
            reply::with_header(response, header::CACHE_CONTROL, "private, no-store")
        }
        Err(error) => failure(&member.studio, &error),
    }
}

fn csv(file: &str, rows: &[RejectedRow]) -> String {
    let mut text = "File,Line,Column,Field,Reason\r\n".to_owned();
    for RejectedRow { line, column, field, message, .. } in rows {
        let column = column.map(|column| column.to_string()).unwrap_or_default();
        let parts = [file, &line.to_string(), &column, field, message].map(quoted);
        text.push_str(&parts.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell. What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(text: &str) -> String {
    let mark = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

/// `GET /studio/import/{run}/events`: how far an import is, as server-sent events, until it has ended. The name of an
/// event is the import's beat: who comes back with `Last-Event-ID` hears only what is newer.
pub async fn events(member: Member, headers: HeaderMap) -> Response {
    let run = member.visit.path.strip_prefix("/studio/import/").and_then(|rest| rest.split('/').next());
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let listening = Listening {
        run: run.unwrap_or_default().to_owned(),
        heard: last.unwrap_or(0),
        looks: 0,
        desk: member.team.imports.clone(),
        clock: member.visit.host.clock.clone(),
        timer: member.visit.host.timer.clone(),
    };
    let events = stream::unfold(Some(listening), |listening| async {
        let (text, listening) = listening?.next().await;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), listening))
    });
    let mut response = Body::from_stream(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// Somebody who listens to an import.
struct Listening {
    run: String,
    /// The last beat that was told.
    heard: u32,
    looks: u32,
    desk: Arc<dyn ImportDesk>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
}

impl Listening {
    /// What is told next, and who goes on listening.
    async fn next(mut self) -> (String, Option<Self>) {
        if self.looks == 0 {
            self.looks = 1;
            // At once, so that the browser knows that it is heard; and how long it waits before it comes back.
            return ("retry: 1000\n\n".to_owned(), Some(self));
        }
        if self.looks > 1 {
            self.timer.sleep(LOOK).await;
        }
        self.looks += 1;
        let is_last = self.looks > LOOKS;
        match self.desk.job(&self.run).await {
            Ok(Some(job)) => {
                let state = job.state_at(self.clock.now());
                let is_news = job.beat != self.heard || state != ImportState::Running;
                self.heard = job.beat;
                let text = if is_news { event(&job, state) } else { ": going on\n\n".to_owned() };
                let goes_on = state == ImportState::Running && !is_last;
                (text, goes_on.then_some(self))
            }
            // The file is still on its way, or the database did not answer: both can pass.
            Ok(None) | Err(_) => (": waiting\n\n".to_owned(), (!is_last).then_some(self)),
        }
    }
}

fn event(job: &ImportJob, state: ImportState) -> String {
    let data = serde_json::json!({
        "state": state.token(),
        "percent": job.percent(),
        "added": job.counts.added,
        "changed": job.counts.changed,
        "unchanged": job.counts.unchanged,
        "rejected": job.rejected,
    });
    format!("event: progress\nid: {}\ndata: {data}\n\n", job.beat)
}
