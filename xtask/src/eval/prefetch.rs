//! `cargo xtask eval prefetch`: hands over to the program `orilla-eval-prefetch` (eval/prefetch/main.rs).

use crate::process::Result;
use std::process::ExitCode;

/// Simulates shoppers, and says how often the page that they asked for had been brought already, and at what cost.
///
/// # Errors
/// When it does not compile.
pub fn command(args: &[String]) -> Result<ExitCode> {
    // As the tests are: what renders pages takes minutes to compile, and is there already.
    super::run("orilla-eval-prefetch", "eval-prefetch", ("dev", "debug"), args)
}
