//! `cargo xtask test`: every check and test there is, and a line of totals.

mod power;
mod shop;
mod suites;
mod tally;
mod twins;

use crate::process::{Result, program};
use crate::{dev, setup};
use std::process::{Command, ExitCode};
use std::sync::atomic::Ordering;
use tally::Tally;

/// What `--only` may name, in the order in which they run.
const SUITES: [(&str, Suite); 5] = [
    ("checks", suites::checks),
    ("native", suites::native),
    ("wasm", suites::wasm),
    ("worker", shop::worker),
    ("e2e", shop::e2e),
];

/// Runs a part of the tests and adds what came of it.
type Suite = fn(&Options, &mut Tally) -> Result<()>;

/// The command line, and what the suites need.
pub struct Options {
    /// Only tests whose name has this in it.
    pub filter: Option<String>,
    /// Whether the shop under test is built with optimisation.
    pub release: bool,
    /// Where Debian's browser and its driver are.
    pub browser: setup::Browser,
}

/// `cargo xtask test`.
///
/// # Errors
/// When the set-up fails. Failed tests are counted, and the exit code is 1.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let (mut filter, mut release, mut only) = (None, false, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--release" => release = true,
            "--only" => only.push(args.next().map(String::as_str).unwrap_or_default()),
            other if other.starts_with("--") => {
                return Err(format!("test doesn't know \"{other}\"; it takes FILTER, --only and --release"));
            }
            name => filter = Some(name.to_owned()),
        }
    }
    let names = SUITES.map(|(name, _)| name);
    if let Some(unknown) = only.iter().find(|name| !names.contains(name)) {
        return Err(format!("\"{unknown}\" is not a part of the tests: --only {}", names.join(", ")));
    }
    let end = dev::end_signal()?;
    setup::for_building()?;
    let options = Options { filter, release, browser: setup::browser()? };
    let mut tally = Tally::default();
    for (name, suite) in SUITES {
        let chosen =
            if only.is_empty() { name != "checks" || options.filter.is_none() } else { only.contains(&name) };
        if chosen {
            eprintln!("== {name}");
            // What can't even start is one failure more; the other suites still run.
            suite(&options, &mut tally).unwrap_or_else(|error| tally.fail(&error));
        }
        if end.load(Ordering::Relaxed) {
            return Err("ended before all tests were run".into());
        }
    }
    println!("{tally}");
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `cargo` with these arguments.
fn cargo(args: &[&str]) -> Command {
    let mut command = program("cargo");
    command.args(args);
    command
}
