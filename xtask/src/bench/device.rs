//! `cargo xtask bench device`: how long pages take that a browser without a network renders itself.

use super::catalogue::Shop;
use super::report::{Limit, Report};
use crate::process::{Result, program, root, run_quietly, step};
use crate::setup;

/// Milliseconds of a page, in the median, from the request to its last byte.
const PAGE: f64 = 30.0;
/// Milliseconds of the first page after the browser has ended the service worker.
const FIRST: f64 = 250.0;

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let browser = setup::browser()?;
    let shop = Shop::demo()?;
    let script = root().join("xtask/src/bench/device.mjs");
    let mut node = program(root().join("node_modules/.bin/node"));
    node.arg(script).arg(shop.port.to_string()).arg(&browser.chromium).arg(setup::CHROMIUM_FLAGS.join(" "));
    let text = step("pages of a browser without a network", || run_quietly(&mut node))?;
    let rows: Vec<(String, Vec<f64>)> = text.lines().map(row).collect();
    let median = |name: &str| {
        let found = rows.iter().find(|(kind, _)| kind.starts_with(name));
        found.and_then(|(_, figures)| figures.get(1).copied()).unwrap_or(f64::INFINITY)
    };
    let mut report = Report::new("device");
    report.goal("a page rendered on the device, median", median("any"), "ms", Limit::AtMost(PAGE));
    report.goal("the first after a restart, median", median("first"), "ms", Limit::AtMost(FIRST));
    report.table(&["page", "pages", "median, ms", "most, ms"], rows);
    report.finish()
}

fn row(line: &str) -> (String, Vec<f64>) {
    let mut parts = line.split('\t');
    let name = parts.next().unwrap_or_default().to_owned();
    (name, parts.filter_map(|part| part.parse().ok()).collect())
}
