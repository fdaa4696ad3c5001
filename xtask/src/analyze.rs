//! `cargo xtask analyze`: hands over to the program `orilla-analyze` (analyze/main.rs).

use crate::process::{Result, program, run_quietly, step};
use std::process::{ExitCode, Stdio};

/// Compiles `orilla-analyze` if it has changed, runs it with these arguments and returns its exit code.
///
/// # Errors
/// When it does not compile.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let mut cargo = program("cargo");
    cargo.args(["build", "--quiet", "--package", "xtask", "--bin", "orilla-analyze", "--profile", "tool"]);
    step("analysis", || run_quietly(cargo.args(["--features", "analyze"])))?;
    let mut analyze = program(crate::build::target_folder().join("tool/orilla-analyze"));
    // File names of the command line are relative to where the developer is, and - is what they pipe in.
    if let Ok(here) = std::env::current_dir() {
        analyze.current_dir(here);
    }
    let status = analyze.args(args).stdin(Stdio::inherit()).status();
    let status = status.map_err(|error| format!("can't start orilla-analyze: {error}"))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}
