//! The tests that need no running shop.

use super::{Options, cargo};
use crate::files;
use crate::process::{Result, root, run_quietly};
use crate::setup::{self, WASM};
use crate::test::tally::Tally;
use std::path::Path;
use std::process::{Command, Stdio};

/// What only the developer's programs need, and is tested too.
const TOOLS: &str =
    "xtask/feed,xtask/analyze,xtask/chaos,xtask/eval-prefetch,xtask/eval-stats,orilla-stats/simulate";

/// Format, lints, licences and advisories.
pub fn checks(_: &Options, tally: &mut Tally) -> Result<()> {
    tally.check("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))?;
    let lint = |args: &[&str]| {
        let mut clippy = cargo(&["clippy", "--quiet"]);
        clippy.args(args).args(["--", "-D", "warnings"]);
        clippy
    };
    tally.check("clippy", &mut lint(&["--all-targets", "--features", TOOLS]))?;
    tally.check("clippy, integration", &mut lint(&["--package", "orilla-integration", "--all-targets"]))?;
    // Together as they are built: `hydrate` and `ssr` exclude each other.
    tally.check("clippy, client", &mut lint(&["--package=orilla-client", "--target", WASM]))?;
    let hosts = ["--package=orilla-shop-module", "--package=orilla-team-module", "--package=orilla-device"];
    tally.check("clippy, hosts", &mut lint(&[&hosts[..], &["--target", WASM]].concat()))?;
    let deny = setup::cargo_deny()?;
    let deny = |args: &[&str]| {
        let mut command = crate::process::program(&deny);
        command.args(args);
        command
    };
    tally.check("cargo deny", &mut deny(&["--log-level=error", "check", "licenses", "bans", "sources"]))?;
    if deny(&["fetch", "db"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        tally.check("cargo deny, advisories", &mut deny(&["--log-level=error", "check", "advisories"]))?;
    } else {
        tally.skip("advisories: their database (github.com/RustSec/advisory-db) can't be fetched from here");
    }
    Ok(())
}

/// Unit tests and documentation tests on this machine.
pub fn native(options: &Options, tally: &mut Tally) -> Result<()> {
    let nextest = run_quietly(cargo(&["nextest", "--version"]).stderr(Stdio::null())).is_ok();
    let mut tests = if nextest {
        cargo(&[
            "nextest",
            "run",
            "--no-fail-fast",
            "--no-tests=pass",
            "--status-level=fail",
            // Names what was skipped because its data is absent; not all that a filter leaves out.
            if options.filter.is_none() { "--final-status-level=skip" } else { "--final-status-level=fail" },
        ])
    } else {
        cargo(&["test", "--quiet", "--no-fail-fast", "--lib", "--bins", "--tests"])
    };
    tests.args(["--features", TOOLS]).args(&options.filter);
    tally.count(&mut tests)?;
    tally.count(cargo(&["test", "--quiet", "--no-fail-fast", "--doc"]).args(&options.filter))
}

/// `tests/browser.rs` of each crate that has one, in headless Chromium. A line `wasm-test-features = "…"` below
/// `[package.metadata.orilla]` in its Cargo.toml names the features it is built with.
pub fn wasm(options: &Options, tally: &mut Tally) -> Result<()> {
    let webdriver = root().join("target/webdriver.json");
    let flags: Vec<_> = setup::CHROMIUM_FLAGS.iter().map(|flag| format!("\"{flag}\"")).collect();
    let binary = options.browser.chromium.display();
    let text =
        format!("{{\"goog:chromeOptions\":{{\"binary\":\"{binary}\",\"args\":[{}]}}}}", flags.join(","));
    files::write(&webdriver, text)?;
    for room in ["shared", "app", "edge"] {
        let tests = files::below(&root().join(room));
        for test in tests.iter().filter(|file| file.ends_with("tests/browser.rs")) {
            let Some(folder) = test.parent().and_then(Path::parent) else { continue };
            let mut command = browser_test(folder)?;
            command
                .env("CHROMEDRIVER", &options.browser.driver)
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &webdriver);
            command.args(options.filter.iter().flat_map(|filter| ["--", filter]));
            tally.count(&mut command)?;
        }
    }
    Ok(())
}

fn browser_test(folder: &Path) -> Result<Command> {
    let manifest = folder.join("Cargo.toml");
    let text = files::read_text(&manifest)?;
    let features = text.lines().find_map(|line| line.strip_prefix("wasm-test-features = "));
    let mut command =
        cargo(&["test", "--target", WASM, "--profile", "dev-wasm", "--test", "browser", "--manifest-path"]);
    command
        .arg(manifest)
        .args(features.iter().flat_map(|features| ["--features", features.trim_matches('"')]));
    command
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", setup::wasm_bindgen("wasm-bindgen-test-runner")?);
    Ok(command)
}
