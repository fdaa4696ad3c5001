//! `cargo xtask bench`: speed and size, measured on this machine and never asserted by a test.
//!
//! CPU time varies with what else the machine does, so targets are measured in turns, in one run, and their ratios
//! are what counts.

mod catalogue;
mod cost;
mod day;
mod device;
mod events;
mod import;
mod lighthouse;
mod load;
mod open_loop;
mod pages;
mod process;
mod real;
mod report;
mod size;
mod ssr;
mod stores;
mod team;
mod workerd;

use crate::build::Build;
use crate::process::{Result, program, root, run_quietly};
use crate::setup;
use std::path::{Path, PathBuf};

/// What `cargo xtask bench` may be given, in the order in which they run.
const PARTS: [(&str, Part); 10] = [
    ("size", size::run),
    ("ssr", ssr::run),
    ("import", import::run),
    ("pages", pages::run_levels),
    ("memory", pages::run_memory),
    ("day", pages::run_days),
    ("snapshot", cost::run),
    ("events", events::run),
    ("device", device::run),
    ("lighthouse", lighthouse::run),
];

type Part = fn() -> Result<()>;

/// The build that is measured, with the bench pages.
const BENCH: Build = Build { release: true, bench: true };
/// The build that is deployed.
const DEPLOYED: Build = Build { release: true, bench: false };

/// `cargo xtask bench [size|ssr|import|pages|memory|day|snapshot|events|device|lighthouse]`; all of them without an argument.
///
/// # Errors
/// The step that failed.
pub fn command(args: &[String]) -> Result<()> {
    let names = PARTS.map(|(name, _)| name);
    if let Some(unknown) = args.iter().find(|arg| !names.contains(&arg.as_str())) {
        return Err(format!("bench doesn't know \"{unknown}\"; it takes {}", names.join(", ")));
    }
    setup::for_building()?;
    for (name, part) in PARTS {
        if args.is_empty() || args.iter().any(|arg| arg == name) {
            part()?;
        }
    }
    Ok(())
}

/// Where reports go.
fn folder() -> PathBuf {
    root().join("build/bench")
}

/// What an expression of JavaScript gives for the file `f`, as text.
fn of_file(file: &Path, expression: &str) -> Result<String> {
    let script = format!(
        "const f = require('fs').readFileSync(process.argv[1]), zlib = require('zlib'); {expression}"
    );
    let mut node = program(root().join("node_modules/.bin/node"));
    Ok(run_quietly(node.args(["--print", &script]).arg(file))?.trim().to_owned())
}

/// The median of some measurements; 0 of none.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 { at(middle) } else { (at(middle.wrapping_sub(1)) + at(middle)) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f64], expected: f64) {
        assert!((median(values) - expected).abs() < 1e-9);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        check(&[], 0.0);
        check(&[3.0], 3.0);
        check(&[4.0, 1.0, 3.0], 3.0);
        check(&[4.0, 1.0, 3.0, 2.0], 2.5);
    }
}
