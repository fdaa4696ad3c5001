//! `cargo xtask eval WHAT`: what an algorithm is worth, on data or in a simulation. Each has a program of its own, so that
//! no other command waits for what it needs.

mod prefetch;
mod stats;

use crate::process::{Result, program, run_quietly, step};
use std::process::{ExitCode, Stdio};

/// Runs an evaluation and returns its exit code.
///
/// # Errors
/// When there is no such evaluation, or it does not compile.
pub fn command(args: &[String]) -> Result<ExitCode> {
    match args.split_first() {
        Some((what, args)) if what == "prefetch" => prefetch::command(args),
        Some((what, args)) if what == "stats" => stats::command(args),
        Some((other, _)) => Err(format!("there is no evaluation \"{other}\"; there are: prefetch, stats")),
        None => Err("name what to evaluate: `cargo xtask eval prefetch` or `cargo xtask eval stats`".into()),
    }
}

/// Compiles a program of this package, if it has changed, and runs it. `feature` is what the program requires; `profile`
/// and `folder` are how it is compiled, and where that is put.
fn run(name: &str, feature: &str, (profile, folder): (&str, &str), args: &[String]) -> Result<ExitCode> {
    let mut cargo = program("cargo");
    cargo.args(["build", "--quiet", "--package", "xtask", "--bin", name, "--profile", profile]);
    step("evaluation", || run_quietly(cargo.args(["--features", feature])))?;
    let mut evaluation = program(crate::build::target_folder().join(folder).join(name));
    let status = evaluation.args(args).stdin(Stdio::inherit()).status();
    let status = status.map_err(|error| format!("can't start {name}: {error}"))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}
