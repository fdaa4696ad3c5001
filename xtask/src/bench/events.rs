//! `cargo xtask bench events`: events through the endpoint and the queue, and what they cost as their tables grow.

use super::catalogue::Shop;
use super::report::{Limit, Report};
use super::stores::database_file;
use crate::process::{Result, program, root, run_quietly, step};

/// Seconds for which events are sent.
const SECONDS: &str = "15";
/// Rows of the table of events at which a batch and an analysis are measured.
const ROWS: &str = "10000,100000,1000000,10000000";
/// Seconds that an analysis may wait for what it reads, at 10 million rows.
const READ: f64 = 1.0;

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let mut report = Report::new("events");
    let [accepted, refused, recorded, sending, recording] = endpoint()?;
    report.table(
        &["through the endpoint and the queue", "events", "events/s"],
        vec![
            ("accepted".to_owned(), vec![accepted, accepted / sending]),
            ("refused".to_owned(), vec![refused, refused / sending]),
            ("recorded".to_owned(), vec![recorded, recorded / recording]),
        ],
    );
    report.goal(
        "events that were accepted and are not recorded",
        accepted - recorded,
        "",
        Limit::AtMost(0.0),
    );
    let rows = step("events in a growing table (some minutes)", growth)?;
    let last = rows.last().and_then(|(_, figures)| figures.get(2).copied()).unwrap_or(f64::INFINITY);
    report.table(
        &["rows", "1,000 events, ms", "events/s", "analysis reads, ms", "database, MB"],
        rows.into_iter()
            .map(|(rows, figures)| match figures.as_slice() {
                [batch, size, read, ..] => (rows, vec![*batch, 1e6 / batch, *read, *size]),
                _ => (rows, Vec::new()),
            })
            .collect(),
    );
    report.goal("an analysis reads, at 10 million events", last / 1e3, "s", Limit::AtMost(READ));
    report.finish()
}

/// Accepted, refused and recorded events; seconds of sending, and until all were recorded.
fn endpoint() -> Result<[f64; 5]> {
    let shop = Shop::demo()?;
    let script = root().join("xtask/src/bench/events.mjs");
    let mut node = program(root().join("node_modules/.bin/node"));
    node.args(["--no-warnings"]).arg(script).arg(shop.port.to_string());
    let text = step("events through the endpoint", || {
        run_quietly(node.arg(database_file(&shop.state)?).arg(SECONDS))
    })?;
    let figure = |name: &str| {
        let value = text.split(&format!("\"{name}\":")).nth(1);
        let value = value.and_then(|rest| rest.split([',', '}']).next()?.trim().parse().ok());
        value.ok_or_else(|| format!("the load says no {name}: {text}"))
    };
    Ok([
        figure("accepted")?,
        figure("refused")?,
        figure("recorded")?,
        figure("sending")?,
        figure("recording")?,
    ])
}

/// For each size of the table: milliseconds of a batch, megabytes, milliseconds of an analysis.
fn growth() -> Result<Vec<(String, Vec<f64>)>> {
    let file = root().join("target/orilla-bench/events.sqlite");
    let mut cargo = program("cargo");
    cargo.args(["run", "--quiet", "--profile", "tool", "--package", "orilla-store", "--features", "testing"]);
    cargo.args(["--example", "events", "--"]).arg(&file).arg(ROWS);
    let text = run_quietly(&mut cargo)?;
    std::fs::remove_file(&file).ok();
    let row = |line: &str| {
        let mut parts = line.split('\t');
        let name = parts.next().unwrap_or_default().to_owned();
        (name, parts.filter_map(|part| part.parse().ok()).collect())
    };
    Ok(text.lines().map(row).collect())
}
