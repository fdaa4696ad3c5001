//! `cargo xtask bench snapshot`: what a publish costs as the catalogue grows, by a generator, and on workerd with the
//! large catalogue.

use super::load::Connection;
use super::report::{Limit, Report};
use super::{import, median};
use crate::process::{Result, program, run_quietly, step};
use std::time::Instant;

/// Products of the made-up catalogues.
const SIZES: [&str; 4] = ["1000", "10000", "100000", "1000000"];
/// Seconds of a publish after one change of a price.
const SECONDS: f64 = 2.0;
/// Publishes that are measured; the median of them counts.
const TIMES: usize = 5;

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let mut report = Report::new("snapshot");
    step("publish on workerd", || one_price(&mut report))?;
    report.finish()?;
    let mut cargo = program("cargo");
    cargo.args(["run", "--quiet", "--release", "-p", "orilla-snapshot", "--example", "cost", "--"]);
    println!("{}", step("made-up catalogues", || run_quietly(cargo.args(SIZES)))?);
    Ok(())
}

/// Changes the price of one product and publishes, some times.
fn one_price(report: &mut Report) -> Result<()> {
    let (shop, catalogue) = import::filled()?;
    let failed = |error: std::io::Error| error.to_string();
    let mut connection = Connection::open(shop.port).map_err(failed)?;
    let exported = connection.get_as("/studio/api/export", &shop.token).map_err(failed)?;
    let text = String::from_utf8_lossy(&exported.body).into_owned();
    let line = text.lines().next().ok_or("the shop has no products")?;
    let (before, rest) = line.split_once("\"minor\":").ok_or("a product has no price")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    let price: u64 = digits.parse().map_err(|_| "a price is no number")?;
    let mut rows = Vec::new();
    for time in 1..=TIMES {
        let changed = format!("{before}\"minor\":{}{behind}", price + time as u64);
        let path = "/studio/api/import?format=ndjson&source=bench";
        let answer = connection.post(path, &shop.token, "application/x-ndjson", changed.as_bytes());
        let answer = answer.map_err(failed)?;
        if answer.status != 200 {
            return Err(format!("import answered {}", answer.status));
        }
        let start = Instant::now();
        let answer = connection.post("/studio/api/publish", &shop.token, "application/json", b"{}");
        let answer = answer.map_err(failed)?;
        let seconds = start.elapsed().as_secs_f64();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let field = |name: &str| -> Option<f64> {
            let (_, rest) = text.split_once(&format!("\"{name}\":"))?;
            rest.split([',', '}']).next()?.parse().ok()
        };
        let (Some(changed), Some(segments), Some(bytes)) =
            (field("changed"), field("segments"), field("bytes"))
        else {
            return Err(format!("publish answered {}: {text}", answer.status));
        };
        rows.push((format!("publish {time}"), vec![seconds, changed, segments, bytes / 1024.0]));
    }
    let seconds: Vec<f64> = rows.iter().filter_map(|(_, row)| row.first().copied()).collect();
    report.table(&["after one price change", "s", "products", "segments written", "KiB"], rows);
    report.goal(format!("publish of one price, {catalogue}"), median(&seconds), "s", Limit::AtMost(SECONDS));
    Ok(())
}
