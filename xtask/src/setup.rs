//! What building and testing need, installed from crates.io, npm, rustup and (as root) Debian. Each step looks first.

use crate::files::{self, stamped};
use crate::process::{Result, program, root, run, run_quietly, step, which};
use std::path::PathBuf;

/// The wasm target of rustc.
pub const WASM: &str = "wasm32-unknown-unknown";
const CARGO_DENY: &str = "0.20.2";

/// Everything that `build` and `dev` need.
///
/// # Errors
/// What is missing and how to get it.
pub fn for_building() -> Result<()> {
    wasm_target()?;
    npm_packages()?;
    cargo_tool("wasm-bindgen-cli", &locked_version("wasm-bindgen")?)?;
    Ok(())
}

/// Debian's browser, which the tests drive.
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// The same without what is around a page, for tests that need no more: it takes a quarter less of the processor.
    /// Where there is none, it is the browser.
    pub shell: PathBuf,
    /// What wasm-bindgen's tests drive it with.
    pub driver: PathBuf,
}

/// For a browser without a screen, a sandbox of its own, or traffic of its own.
pub const CHROMIUM_FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
];

/// The browser's packages, and what is in the path when each is there.
const PACKAGES: [(&str, &str); 3] = [
    ("chromium", "chromium"),
    ("chromium-driver", "chromedriver"),
    ("chromium-headless-shell", "chromium-headless-shell"),
];

/// Finds the browser; as root, installs what is missing of it.
///
/// # Errors
/// Names the missing packages.
pub fn browser() -> Result<Browser> {
    let is_root = run_quietly(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let missing =
        PACKAGES.iter().filter(|(_, command)| which(command).is_none()).map(|(package, _)| *package);
    let missing: Vec<_> = missing.collect();
    if !missing.is_empty() && is_root && which("apt-get").is_some() {
        step(&format!("apt-get install {}", missing.join(" ")), || {
            // One after another, and what fails is told: without a shell the browser does.
            let updated = run_quietly(program("apt-get").args(["update", "-q"]));
            let installed = missing.iter().map(|package| install(package));
            installed.chain([updated]).filter_map(Result::err).for_each(|error| eprintln!("{error}"));
            Ok(())
        })?;
    }
    let [chromium, driver, shell] = PACKAGES.map(|(_, command)| which(command));
    let (Some(chromium), Some(driver)) = (chromium, driver) else {
        return Err(format!("a browser is missing: apt-get install {} (as root)", missing.join(" ")));
    };
    Ok(Browser { shell: shell.unwrap_or_else(|| chromium.clone()), chromium, driver })
}

fn install(package: &str) -> Result<String> {
    let mut install = program("apt-get");
    install.args(["install", "-yq", "--no-install-recommends", package]);
    run_quietly(install.env("DEBIAN_FRONTEND", "noninteractive"))
}

fn wasm_target() -> Result<()> {
    let libraries = run_quietly(program("rustc").args(["--print", "target-libdir", "--target", WASM]))
        .map_err(|_| {
            "rustc is missing or too old: install Rust with rustup (https://rustup.rs)".to_owned()
        })?;
    if PathBuf::from(libraries.trim()).is_dir() {
        return Ok(());
    }
    if which("rustup").is_none() {
        return Err(format!("rustc can't compile to {WASM}: install Rust with rustup (https://rustup.rs)"));
    }
    step("rustup target add wasm32-unknown-unknown", || run(program("rustup").args(["target", "add", WASM])))
}

fn npm_packages() -> Result<()> {
    let lock = files::read_text(&root().join("package-lock.json"))?;
    let stamp = root().join("node_modules/.orilla-stamp");
    if stamped(&stamp, &files::digest(lock.as_bytes())) {
        return Ok(());
    }
    for name in ["node", "npm"] {
        if which(name).is_none() {
            return Err(format!(
                "{name} is missing: install Node 18 or later (Debian: apt-get install nodejs npm)"
            ));
        }
    }
    step("npm packages (about 700 MB)", || {
        let mut npm = program("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        run_quietly(&mut npm)
    })?;
    let version = run_quietly(program(root().join("node_modules/.bin/node")).arg("--version"))?;
    if !version.starts_with("v22.") {
        return Err(format!(
            "the npm package node brought {version}: approve its install script and run `npm ci`"
        ));
    }
    files::write(&stamp, files::digest(lock.as_bytes()))
}

/// The version of a crate in Cargo.lock.
fn locked_version(name: &str) -> Result<String> {
    let lock = files::read_text(&root().join("Cargo.lock"))?;
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = lock.split_once(&entry).map(|(_, rest)| rest).unwrap_or_default();
    let version = rest.split('"').next().unwrap_or_default();
    if version.is_empty() { Err(format!("Cargo.lock doesn't name {name}")) } else { Ok(version.to_owned()) }
}

/// The program `name` of wasm-bindgen-cli, at the version that the code is compiled against.
///
/// # Errors
/// When Cargo.lock can't be read.
pub fn wasm_bindgen(name: &str) -> Result<PathBuf> {
    Ok(tool_folder("wasm-bindgen-cli", &locked_version("wasm-bindgen")?).join("bin").join(name))
}

/// cargo-deny, which checks licences, sources and advisories.
///
/// # Errors
/// When it can't be installed.
pub fn cargo_deny() -> Result<PathBuf> {
    Ok(cargo_tool("cargo-deny", CARGO_DENY)?.join("bin/cargo-deny"))
}

/// A folder that survives `cargo clean` and that CI can cache: `$ORILLA_TOOLS`, or in the user's cache.
fn tool_folder(name: &str, version: &str) -> PathBuf {
    let from = |variable: &str, below: &str| {
        std::env::var_os(variable)
            .filter(|value| !value.is_empty())
            .map(|value| PathBuf::from(value).join(below))
    };
    let tools = from("ORILLA_TOOLS", "")
        .or_else(|| from("XDG_CACHE_HOME", "orilla/tools"))
        .or_else(|| from("HOME", ".cache/orilla/tools"))
        .unwrap_or_else(|| root().join("target/tools"));
    tools.join(format!("{name}-{version}"))
}

/// Installs a program from crates.io, once. Compiling one with all optimisation takes longer than it ever saves:
/// only wasm-bindgen works long enough to gain from some.
fn cargo_tool(name: &str, version: &str) -> Result<PathBuf> {
    let folder = tool_folder(name, version);
    let level = if name == "wasm-bindgen-cli" { "1" } else { "0" };
    // cargo writes this file last, so that an interrupted installation is begun again.
    if folder.join(".crates.toml").is_file() {
        return Ok(folder);
    }
    step(&format!("cargo install {name} {version} (some minutes, once)"), || {
        let install = |locked: bool| {
            let mut cargo = program("cargo");
            cargo.args(["install", name, "--version", &format!("={version}"), "--root"]).arg(&folder);
            cargo.arg("--target-dir").arg(root().join("target/tools"));
            cargo.args(locked.then_some("--locked"));
            cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level).env("CARGO_PROFILE_RELEASE_LTO", "off");
            cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").current_dir(std::env::temp_dir());
            run(&mut cargo)
        };
        // A mirror of crates.io may lack one of the exact versions that the tool was locked to.
        install(true).or_else(|_| install(false))
    })?;
    Ok(folder)
}
