//! The real pages of the published catalogue, rendered anew and kept. Pages read the snapshot from memory: neither D1 nor
//! KV takes part in what they cost, and a search asks D1, whose answers are recorded.

use super::load::{self, Round};
use super::report::Report;
use super::ssr::{ROUNDS, medians};
use super::stores::{Stores, database_file};
use super::workerd::Worker;
use super::{BENCH, folder, import};
use crate::process::{Result, step};
use std::path::Path;

/// Requests of a round, and before the first.
const REQUESTS: usize = 1_000;

/// Measures the pages.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    BENCH.run()?;
    let (shop, catalogue) = import::filled()?;
    let paths = paths(shop.port)?;
    let state = shop.state.clone();
    drop(shop);
    let rounds = step("real pages", || recorded(&state, &paths))?;
    let rows =
        paths.iter().zip(&rounds).map(|((name, path), rounds)| (format!("{name} ({path})"), medians(rounds)));
    let mut report = Report::new("real");
    report.table(&["page", "CPU, µs", "requests/s", "P50, µs", "P99, µs"], rows.collect());
    eprintln!("  catalogue: {catalogue}");
    report.finish()
}

/// Names and paths of the pages. Below `/fresh`, each is rendered anew.
type Paths = Vec<(&'static str, String)>;

/// The category with the most products, and the first product on it.
fn paths(port: u16) -> Result<Paths> {
    let category = first_link(port, "/en", "/en/c/")?;
    let product = first_link(port, &category, "/en/p/")?;
    let mut paths = vec![("text", "/robots.txt".to_owned())];
    for (kept, fresh, path) in [
        ("list with facets, kept", "list with facets, fresh", category),
        ("whole catalogue with facets, kept", "whole catalogue with facets, fresh", "/en/search".to_owned()),
        ("product, kept", "product, fresh", product),
    ] {
        paths.extend([(fresh, format!("/fresh{path}")), (kept, path)]);
    }
    paths.push(("search", "/en/search?q=laser%20printer".to_owned()));
    Ok(paths)
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

fn recorded(state: &Path, paths: &Paths) -> Result<Vec<Vec<Round>>> {
    let stores = Stores::open(&database_file(state)?)?;
    let mut worker = Worker::new(folder().join("workerd/real"));
    worker.module("recorded.js", "esModule", include_str!("recorded.js"))?;
    worker.built(BENCH)?;
    stores.serve(&mut worker);
    let running = worker.start("/robots.txt")?;
    match load::page(running.port, "/publish") {
        Ok((200, _)) => {}
        Ok((status, text)) => {
            return Err(format!("publish answered {status}: {}", String::from_utf8_lossy(&text)));
        }
        Err(error) => return Err(format!("publish: {error}")),
    }
    // The shop looks for a new publication this often.
    std::thread::sleep(std::time::Duration::from_secs(5));
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
