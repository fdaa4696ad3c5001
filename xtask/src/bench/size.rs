//! `cargo xtask bench size`: bytes of what is deployed and of what a first view waits for.

use super::catalogue::Shop;
use super::report::{Limit, Report};
use super::{DEPLOYED, folder, load, of_file};
use crate::files;
use crate::process::Result;
use std::path::{Path, PathBuf};

/// KB (1,000 bytes) of the Worker's wasm as it is.
const WORKER: f64 = 1_600.0;
/// KB of the module that renders on devices, with brotli.
const DEVICE: f64 = 350.0;
/// KB of the islands' bundle with brotli.
const CLIENT: f64 = 100.0;
/// KB that block a first view, with gzip: what every host of static files can do.
const BLOCKING: f64 = 30.0;

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let shop = Shop::demo()?;
    let mut rows = Vec::new();
    let mut add = |name: &str, file: &Path| -> Result<Sizes> {
        let sizes = sizes(file)?;
        rows.push((name.to_owned(), sizes.to_vec()));
        Ok(sizes)
    };
    let worker = add("Worker, wasm", &DEPLOYED.folder().join("worker/shop_bg.wasm"))?;
    add("Worker, wasm of the team, on demand", &DEPLOYED.folder().join("worker/team_bg.wasm"))?;
    add("Worker, script", &DEPLOYED.folder().join("worker/index.js"))?;
    let wasm = add("client, wasm", &asset("client-", ".wasm")?)?;
    let script = add("client, script", &asset("client-", ".js")?)?;
    let device = add("device, wasm, after the page is idle", &asset("device-", ".wasm")?)?;
    add("device, service worker", &asset("device-", ".js")?)?;
    let style = add("style sheet", &asset("style-", ".css")?)?;
    let loader = add("loader of the client", &asset("loader-", ".js")?)?;
    let mut blocking = Vec::new();
    for (name, path) in pages(shop.port)? {
        let (_, html) = load::page(shop.port, &path).map_err(|error| format!("GET {path}: {error}"))?;
        let file = folder().join(format!("pages/{name}.html"));
        files::write(&file, html)?;
        let html = add(&format!("{name} ({path}), HTML"), &file)?;
        blocking.push((name, html[1] + style[1] + loader[1]));
    }
    let mut report = Report::new("size");
    report.table(&["what", "KB", "gzip, KB", "brotli, KB"], rows);
    report.goal("Worker, wasm as it is", worker[0], "KB", Limit::AtMost(WORKER));
    report.goal("client, wasm + script, brotli", wasm[2] + script[2], "KB", Limit::AtMost(CLIENT));
    report.goal("device, wasm, brotli", device[2], "KB", Limit::AtMost(DEVICE));
    for (name, kilobytes) in blocking {
        let what = format!("{name}: HTML + CSS + script of the first view, gzip");
        report.goal(what, kilobytes, "KB", Limit::AtMost(BLOCKING));
    }
    report.finish()
}

/// Names and paths of home, a category and a product.
pub fn pages(port: u16) -> Result<[(&'static str, String); 3]> {
    let category = super::real::first_link(port, "/en", "/en/c/")?;
    let product = super::real::first_link(port, &category, "/en/p/")?;
    Ok([("home", "/en".to_owned()), ("category", category), ("product", product)])
}

/// KB as it is, with gzip and with brotli, both at their best, as a host of immutable files does it.
type Sizes = [f64; 3];

fn sizes(file: &Path) -> Result<Sizes> {
    let text = of_file(
        file,
        "[f.length, zlib.gzipSync(f, { level: 9 }).length, zlib.brotliCompressSync(f).length].join(' ')",
    )?;
    let mut numbers = text.split(' ').filter_map(|number| number.parse::<f64>().ok());
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(raw), Some(gzip), Some(brotli)) => Ok([raw / 1e3, gzip / 1e3, brotli / 1e3]),
        _ => Err(format!("node could not compress {}", file.display())),
    }
}

/// The static file with this beginning and end.
fn asset(start: &str, end: &str) -> Result<PathBuf> {
    let fits = |file: &PathBuf| {
        file.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(start) && name.ends_with(end))
    };
    let mut files = files::below(&DEPLOYED.folder().join("assets/pkg")).into_iter().filter(fits);
    files.next().ok_or_else(|| format!("the build has no {start}…{end}"))
}
