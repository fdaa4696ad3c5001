//! `cargo xtask bench import`: the large catalogue, through the HTTP endpoint, into an empty database.

use super::catalogue::{self, Shop};
use super::report::{Limit, Report};
use super::{load, process};
use crate::process::{Result, step};
use crate::{feed, files};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Seconds for all products.
const SECONDS: f64 = 60.0;
/// MiB of the importer.
const MEMORY: f64 = 300.0;

/// The name under which the shop is kept for other benches.
pub const SHOP: &str = "icecat";

/// Runs the bench, or says why not.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let Some(file) = catalogue::icecat() else {
        eprintln!("bench import is skipped: no icecat-19k.ndjson.gz (ORILLA_ICECAT names the file)");
        return Ok(());
    };
    fs::remove_dir_all(catalogue::folder(SHOP)).ok();
    let shop = Shop::start(SHOP)?;
    let first = step("import into an empty database", || import(&shop, &file))?;
    let second = step("the same import again", || import(&shop, &file))?;
    let mut report = Report::new("import");
    let row = |name: &str, run: &Run| (name.to_owned(), vec![run.seconds, run.memory]);
    report.table(&["import", "s", "importer, MiB"], vec![row("first", &first), row("again", &second)]);
    report.goal("import of the large catalogue", first.seconds, "s", Limit::AtMost(SECONDS));
    report.goal("memory of the importer", first.memory.max(second.memory), "MiB", Limit::AtMost(MEMORY));
    report.finish()
}

/// What an import took.
struct Run {
    seconds: f64,
    /// MiB at most.
    memory: f64,
}

fn import(shop: &Shop, file: &Path) -> Result<Run> {
    let mut command = feed::compiled(false)?;
    let log = catalogue::folder(SHOP).join("import.log");
    files::write(&log, "")?;
    let output = files::named(&log, fs::File::create(&log))?;
    let errors = files::named(&log, output.try_clone())?;
    command.arg("import").arg(file).args(["--format", "icecat", "--url", &shop.server.url]);
    command.env("STUDIO_TOKEN", &shop.token).stdin(Stdio::null()).stdout(output).stderr(errors);
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("can't start the importer: {error}"))?;
    let mut memory = 0;
    let status = loop {
        memory = process::peak_memory(child.id()).unwrap_or(memory);
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("the importer is gone: {error}")),
        }
    };
    // 1: rows were rejected, which real catalogues have some of.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("the import failed: {}", files::read_text(&log)?));
    }
    Ok(Run { seconds: start.elapsed().as_secs_f64(), memory: memory as f64 / 1024.0 })
}

/// The shop with the large catalogue, imported when it is not there yet; with the demo catalogue where there is no
/// large one. The text says which.
///
/// # Errors
/// The step that failed.
pub fn filled() -> Result<(Shop, &'static str)> {
    let Some(file) = catalogue::icecat() else { return Ok((Shop::demo()?, "demo catalogue")) };
    let shop = Shop::start(SHOP)?;
    // Or was never published: an import ends with that.
    if shop.server.catalogue_is_empty(&shop.token)? || !is_published(&shop)? {
        step("import of the large catalogue", || import(&shop, &file))?;
    }
    Ok((shop, "19,406 products"))
}

/// Whether pages show anything yet.
fn is_published(shop: &Shop) -> Result<bool> {
    let (_, health) = load::page(shop.port, "/health").map_err(|error| format!("GET /health: {error}"))?;
    Ok(!String::from_utf8_lossy(&health).contains("\"publication\":0,"))
}
