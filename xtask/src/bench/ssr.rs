//! `cargo xtask bench ssr`: what rendering costs on the runtime that serves it.
//!
//! The bench pages have the same content in every framework. Beside Orilla runs a floor: a Worker of plain JavaScript
//! that returns the very same bytes from a constant, and one that fills string templates, as the peers were compared
//! with. All are measured in turns.

use super::load::{self, Round};
use super::report::{Limit, Report};
use super::workerd::{Running, Worker};
use super::{BENCH, folder, median, real};
use crate::process::{Result, step};

/// Rounds of each target; the median of them counts.
pub const ROUNDS: usize = 7;
/// Requests of a round.
const REQUESTS: usize = 3_000;
/// Requests before the first round, in which V8 compiles what is hot.
const WARM_UP: usize = 3_000;
/// Starts of each Worker.
const STARTS: usize = 7;

/// The pages: their name, the path at Orilla, and how many times the constant's CPU they may cost.
const PAGES: [(&str, &str, f64); 2] = [("list", "/bench/list", 3.5), ("product", "/bench/product/7", 2.0)];
/// Milliseconds from the start of the process to the first page.
const COLD_START: f64 = 60.0;

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    BENCH.run()?;
    let orilla = orilla()?;
    let floor = floor(&orilla)?;
    let mut report = Report::new("ssr");
    step("bench pages", || pages(&orilla, &floor, &mut report))?;
    step("cold starts", || cold_starts(&orilla, &floor, &mut report))?;
    report.finish()?;
    real::run()
}

/// The Worker with the bench pages.
fn orilla() -> Result<Worker> {
    let mut worker = Worker::new(folder().join("workerd/orilla"));
    worker.built(BENCH)?;
    worker.has_object = true;
    // In memory, workerd's objects have no SQLite.
    let objects = folder().join("workerd/objects");
    std::fs::create_dir_all(&objects).map_err(|error| format!("{}: {error}", objects.display()))?;
    worker
        .services
        .push(format!("(name = \"objects\", disk = (path = \"{}\", writable = true))", objects.display()));
    worker
        .bindings
        .push("(name = \"PUBLICATIONS\", durableObjectNamespace = \"PublicationList\")".to_owned());
    Ok(worker)
}

/// The Worker with the same bytes.
fn floor(orilla: &Worker) -> Result<Worker> {
    let running = orilla.start("/bench/list")?;
    let mut worker = Worker::new(folder().join("workerd/floor"));
    worker.module("floor.js", "esModule", include_str!("floor.js"))?;
    for (name, path, _) in PAGES {
        let (_, page) = load::page(running.port, path).map_err(|error| format!("GET {path}: {error}"))?;
        worker.module(&format!("{name}.html"), "text", page)?;
    }
    Ok(worker)
}

fn pages(orilla: &Worker, floor: &Worker, report: &mut Report) -> Result<()> {
    let (orilla, floor) = (orilla.start("/bench/list")?, floor.start("/constant/list")?);
    let mut targets = Vec::new();
    for (name, path, _) in PAGES {
        targets.push((format!("constant, {name}"), &floor, format!("/constant/{name}")));
        targets.push((format!("string templates, {name}"), &floor, format!("/templates/{name}")));
        targets.push((format!("Orilla, {name}"), &orilla, path.to_owned()));
    }
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); targets.len()];
    for (_, server, path) in &targets {
        load::round(server.port, path, WARM_UP, &[server.id()])?;
    }
    for _ in 0..ROUNDS {
        for ((_, server, path), rounds) in targets.iter().zip(&mut rounds) {
            rounds.push(load::round(server.port, path, REQUESTS, &[server.id()])?);
        }
    }
    let rows: Vec<_> =
        targets.iter().zip(&rounds).map(|((name, ..), rounds)| (name.clone(), medians(rounds))).collect();
    report.table(&["page", "CPU, µs", "requests/s", "P50, µs", "P99, µs"], rows);
    for ((name, _, goal), [constant, _, own]) in PAGES.iter().zip(rounds.as_chunks::<3>().0) {
        let times = ratio(own, constant);
        report.goal(format!("{name}, CPU against the constant"), times, "×", Limit::AtMost(*goal));
    }
    Ok(())
}

/// The median of the ratios of rounds that were measured one after the other.
pub fn ratio(own: &[Round], floor: &[Round]) -> f64 {
    median(&own.iter().zip(floor).map(|(own, floor)| own.cpu / floor.cpu).collect::<Vec<_>>())
}

/// CPU, rate, P50 and P99.
pub fn medians(rounds: &[Round]) -> Vec<f64> {
    let figures: [fn(&Round) -> f64; 4] = [|r| r.cpu, |r| r.rate, |r| r.p50, |r| r.p99];
    figures.iter().map(|figure| median(&rounds.iter().map(figure).collect::<Vec<_>>())).collect()
}

fn cold_starts(orilla: &Worker, floor: &Worker, report: &mut Report) -> Result<()> {
    let (mut own, mut constant) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let milliseconds = |running: Running| running.cold_start;
        constant.push(milliseconds(floor.start("/constant/list")?));
        own.push(milliseconds(orilla.start("/bench/list")?));
    }
    let (own, constant) = (median(&own), median(&constant));
    report.table(
        &["start of workerd to first list", "ms"],
        vec![("constant".into(), vec![constant]), ("Orilla".into(), vec![own])],
    );
    report.goal("cold start", own, "ms", Limit::AtMost(COLD_START));
    Ok(())
}
