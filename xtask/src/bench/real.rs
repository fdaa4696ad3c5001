//! The real pages. D1 is simulated on this machine, by SQLite in workerd itself, so its cost is set apart: the same
//! pages are measured with the database's answers recorded (what the Worker costs), and under `wrangler dev` (what
//! the Worker, the simulated database and wrangler's proxy cost together).

use super::load::{self, Round};
use super::report::Report;
use super::ssr::{ROUNDS, medians};
use super::workerd::Worker;
use super::{BENCH, folder, import, process};
use crate::files;
use crate::process::{Result, program, root, step};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// Requests of a round with recorded answers, and before the first.
const REQUESTS: usize = 1_000;
/// Requests of a round with the simulated database.
const SIMULATED: usize = 40;

/// Measures the pages.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    BENCH.run()?;
    let (shop, catalogue) = import::filled()?;
    let paths = paths(shop.port)?;
    let mut report = Report::new("real");
    let simulated = step("real pages with the simulated database", || simulated(&shop, &paths))?;
    let state = shop.state.clone();
    drop(shop);
    let recorded = step("real pages with recorded answers", || recorded(&state, &paths))?;
    let head = ["CPU, µs", "requests/s", "P50, µs", "P99, µs"];
    let with = |first: &'static str| [&[first], &head[..]].concat();
    let rows = |rounds: &[Vec<Round>]| {
        paths.iter().zip(rounds).map(|((name, path), r)| (format!("{name} ({path})"), medians(r))).collect()
    };
    report.table(&with("page, workerd, database recorded"), rows(&recorded));
    report.table(&with("page, wrangler dev, database simulated"), rows(&simulated));
    report
        .table(&["share of simulated database and proxy", "CPU, µs"], shares(&paths, &recorded, &simulated));
    eprintln!("  catalogue: {catalogue}");
    report.finish()
}

/// Names and paths of the pages; the text without database stands for what wrangler itself costs.
type Paths = Vec<(&'static str, String)>;

/// The category with the most products, and the first product on it.
fn paths(port: u16) -> Result<Paths> {
    let category = first_link(port, "/en", "/en/c/")?;
    let product = first_link(port, &category, "/en/p/")?;
    Ok(vec![
        ("text without database", "/robots.txt".to_owned()),
        ("list with facets", category),
        ("whole catalogue with facets", "/en/search".to_owned()),
        ("product", product),
    ])
}

pub fn first_link(port: u16, page: &str, prefix: &str) -> Result<String> {
    let (status, body) = load::page(port, page).map_err(|error| format!("GET {page}: {error}"))?;
    let html = String::from_utf8_lossy(&body);
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut links = links.filter(|link| link.starts_with(prefix));
    links
        .next()
        .map(str::to_owned)
        .ok_or_else(|| format!("GET {page} answered {status} without a link to {prefix}…"))
}

fn shares(paths: &Paths, recorded: &[Vec<Round>], simulated: &[Vec<Round>]) -> Vec<(String, Vec<f64>)> {
    let cpu = |rounds: &Vec<Round>| medians(rounds).first().copied().unwrap_or_default();
    let apart: Vec<f64> = recorded.iter().zip(simulated).map(|(own, all)| cpu(all) - cpu(own)).collect();
    let proxy = apart.first().copied().unwrap_or_default();
    let mut rows = vec![("wrangler's proxy".to_owned(), vec![proxy])];
    let databases = paths.iter().zip(&apart).skip(1);
    rows.extend(databases.map(|((name, _), apart)| (format!("D1's simulator, {name}"), vec![apart - proxy])));
    rows
}

fn simulated(shop: &super::catalogue::Shop, paths: &Paths) -> Result<Vec<Vec<Round>>> {
    let below = process::below(shop.server.id());
    let workerd: Vec<u32> =
        below.into_iter().filter(|(_, line)| line.contains("workerd")).map(|(id, _)| id).collect();
    rounds(shop.port, paths, SIMULATED, &workerd)
}

fn recorded(state: &Path, paths: &Paths) -> Result<Vec<Vec<Round>>> {
    let database = Database::open(&database_file(state)?)?;
    let mut worker = Worker::new(folder().join("workerd/real"));
    worker.module("recorded.js", "esModule", include_str!("recorded.js"))?;
    worker.built(BENCH)?;
    worker.bindings.push("(name = \"DATABASE\", service = \"database\")".to_owned());
    worker.services.push(format!(
        "(name = \"database\", external = (address = \"127.0.0.1:{}\", http = ()))",
        database.port
    ));
    let running = worker.start("/robots.txt")?;
    rounds(running.port, paths, REQUESTS, &[running.id()])
}

fn rounds(port: u16, paths: &Paths, requests: usize, ids: &[u32]) -> Result<Vec<Vec<Round>>> {
    let mut rounds = vec![Vec::new(); paths.len()];
    for (_, path) in paths {
        load::round(port, path, requests, ids)?;
    }
    for _ in 0..ROUNDS {
        for ((_, path), rounds) in paths.iter().zip(&mut rounds) {
            rounds.push(load::round(port, path, requests, ids)?);
        }
    }
    Ok(rounds)
}

/// The file in which miniflare keeps the shop's database: the one that is not its own bookkeeping.
fn database_file(state: &Path) -> Result<PathBuf> {
    let is_database = |file: &PathBuf| {
        file.extension().is_some_and(|e| e == "sqlite")
            && file.file_stem().is_some_and(|stem| stem != "metadata")
    };
    let mut files = files::below(&state.join("v3/d1")).into_iter().filter(is_database);
    files.next().ok_or_else(|| format!("{} holds no database of D1", state.display()))
}

/// A server that answers SQL from the file.
struct Database {
    child: Child,
    port: u16,
}

impl Database {
    fn open(file: &Path) -> Result<Database> {
        let script = root().join("xtask/src/bench/database.mjs");
        let mut node = program(root().join("node_modules/.bin/node"));
        node.args(["--no-warnings"]).arg(&script).arg(file).stdout(Stdio::piped());
        let mut child = node.spawn().map_err(|error| format!("can't start node: {error}"))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            files::named(&script, BufReader::new(output).read_line(&mut line))?;
        }
        let mut database = Database { child, port: 0 };
        database.port = line.trim().parse().map_err(|_| "the database's file can't be opened".to_owned())?;
        Ok(database)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
