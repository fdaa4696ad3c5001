//! `cargo xtask bench lighthouse`: Google's page audit as on a phone, three times for each page.

use super::catalogue::Shop;
use super::report::{Limit, Report};
use super::{folder, median, of_file, size};
use crate::process::{Result, program, root, run_quietly, step};
use crate::{files, setup};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Runs of each page; the median of a score counts.
const RUNS: usize = 3;
/// Points out of 100 in each category.
const POINTS: f64 = 95.0;
/// Lighthouse's names of its categories, and ours.
const CATEGORIES: [(&str, &str); 4] = [
    ("performance", "performance"),
    ("accessibility", "accessibility"),
    ("best-practices", "best practices"),
    ("seo", "SEO"),
];

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let browser = setup::browser()?;
    let shop = Shop::demo()?;
    let mut report = Report::new("lighthouse");
    let (mut rows, mut goals) = (Vec::new(), Vec::new());
    let mut lost = BTreeSet::new();
    for (name, path) in size::pages(shop.port)? {
        let url = format!("{}{path}", shop.server.url);
        let runs: Vec<PathBuf> = (0..RUNS)
            .map(|run| step(&format!("{url}, run {}", run + 1), || audit(&browser.chromium, &url, name, run)))
            .collect::<Result<_>>()?;
        let mut scores = Vec::new();
        for (id, category) in CATEGORIES {
            let score = of_runs(&runs, &format!("100 * JSON.parse(f).categories['{id}'].score"))?;
            goals.push((format!("{name}: {category}"), score));
            scores.push(score);
        }
        for audit in ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"] {
            scores.push(of_runs(&runs, &format!("JSON.parse(f).audits['{audit}'].numericValue"))?);
        }
        rows.push((name.to_owned(), scores));
        for run in &runs {
            lost.extend(lost_points(run)?.lines().map(|line| format!("{name}: {line}")));
        }
    }
    report.table(
        &["page", "performance", "accessibility", "best practices", "SEO", "FCP, ms", "LCP, ms", "TBT, ms"],
        rows,
    );
    for (what, score) in goals {
        report.goal(what, score, "points", Limit::AtLeast(POINTS));
    }
    for line in lost {
        println!("{line}");
    }
    report.finish()
}

/// One report, as JSON.
fn audit(chromium: &Path, url: &str, name: &str, run: usize) -> Result<PathBuf> {
    let file = folder().join(format!("lighthouse/{name}-{run}.json"));
    files::write(&file, "")?;
    let mut lighthouse = program(root().join("node_modules/.bin/lighthouse"));
    lighthouse.args([url, "--quiet", "--output=json", "--form-factor=mobile"]);
    lighthouse.arg(format!("--only-categories={}", CATEGORIES.map(|(id, _)| id).join(",")));
    lighthouse.arg(format!("--output-path={}", file.display()));
    lighthouse.arg(format!("--chrome-flags={}", setup::CHROMIUM_FLAGS.join(" ")));
    run_quietly(lighthouse.env("CHROME_PATH", chromium))?;
    Ok(file)
}

fn of_runs(runs: &[PathBuf], expression: &str) -> Result<f64> {
    let values: Vec<f64> = runs
        .iter()
        .map(|run| of_file(run, expression).map(|text| text.parse().unwrap_or_default()))
        .collect::<Result<_>>()?;
    Ok(median(&values))
}

/// The audits that cost points.
fn lost_points(run: &Path) -> Result<String> {
    of_file(
        run,
        "const r = JSON.parse(f); Object.values(r.categories).flatMap(c => c.auditRefs \
         .filter(a => a.weight > 0 && (r.audits[a.id].score ?? 1) < 0.9) \
         .map(a => `${c.id} loses points by ${a.id}: ${r.audits[a.id].displayValue ?? r.audits[a.id].title}`)) \
         .join('\\n')",
    )
}
