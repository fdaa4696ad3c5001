//! `cargo xtask import` and `export`: hands over to the program `orilla-feed` (feed/main.rs).

use crate::process::{Result, program, root, run_quietly, step};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Runs `orilla-feed` with these arguments and returns its exit code.
///
/// # Errors
/// When it does not compile.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let https = args.iter().any(|arg| arg.starts_with("https://"));
    let mut feed = compiled(https)?;
    // File names of the command line are relative to where the developer is.
    if let Ok(here) = std::env::current_dir() {
        feed.current_dir(here);
    }
    let status = feed.args(args).status().map_err(|error| format!("can't start orilla-feed: {error}"))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

/// The demo catalogue.
pub fn demo() -> PathBuf {
    root().join("demo/catalogue.csv")
}

/// Imports the demo catalogue.
///
/// # Errors
/// When a row was rejected or the shop didn't answer.
pub fn import_demo(url: &str, token: &str) -> Result<()> {
    let mut feed = compiled(false)?;
    feed.arg("import").arg(demo()).args(["--url", url]).env("STUDIO_TOKEN", token);
    step("demo catalogue", || run_quietly(&mut feed))?;
    let mut feed = compiled(false)?;
    feed.arg("flags").arg(demo_flags()).args(["--first", "--url", url]).env("STUDIO_TOKEN", token);
    step("demo flags", || run_quietly(&mut feed)).map(drop)
}

/// The demo's flags: three experiments.
fn demo_flags() -> PathBuf {
    root().join("demo/flags.json")
}

/// The importer, compiled if it has changed.
///
/// # Errors
/// When it does not compile.
pub fn compiled(https: bool) -> Result<Command> {
    let features = if https { "feed,https" } else { "feed" };
    let mut cargo = program("cargo");
    cargo.args(["build", "--quiet", "--package", "xtask", "--bin", "orilla-feed", "--profile", "tool"]);
    step("importer", || run_quietly(cargo.args(["--features", features])))?;
    Ok(program(crate::build::target_folder().join("tool/orilla-feed")))
}
