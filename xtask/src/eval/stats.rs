//! `cargo xtask eval stats`: hands over to the program `orilla-eval-stats` (eval/stats/main.rs).

use crate::process::Result;
use std::process::ExitCode;

/// Simulates experiments, and says whether each method of the analysis keeps its promise.
///
/// # Errors
/// When it does not compile.
pub fn command(args: &[String]) -> Result<ExitCode> {
    super::run("orilla-eval-stats", "eval-stats", ("tool", "tool"), args)
}
