//! `orilla-feed import` and `export`: catalogues of files, through the shop's HTTP API.
// A host program: it shows how long the import takes.
#![allow(clippy::disallowed_methods)]

mod export;
mod flags;
mod http;
mod import;
mod progress;
mod report;
mod seen;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// An error is one line for the one who imports.
pub type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((command, args)) if command == "import" => import::command(args),
        Some((command, args)) if command == "export" => export::command(args),
        Some((command, args)) if command == "flags" => flags::command(args),
        _ => {
            Err("use `cargo xtask import FILE…`, `cargo xtask export [FILE]` or `cargo xtask flags FILE`"
                .into())
        }
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(2)
    })
}

/// Where the shop is and who asks.
pub struct Shop {
    /// Without a slash at its end.
    pub url: String,
    /// The secret STUDIO_TOKEN.
    token: String,
    agent: ureq::Agent,
    /// The key of a request.
    key: Option<String>,
}

impl Shop {
    /// From `--url` and `--token`, or the environment, or what `cargo xtask dev` wrote.
    ///
    /// # Errors
    /// When no token is found.
    pub fn find(url: Option<String>, token: Option<String>) -> Result<Shop> {
        let url = url.unwrap_or_else(|| "http://localhost:8787".into()).trim_end_matches('/').to_owned();
        let token = token
            .or_else(|| std::env::var("STUDIO_TOKEN").ok())
            .or_else(|| setting(&workspace().join(".dev.vars"), "STUDIO_TOKEN"))
            .ok_or("no staff token: give --token, or set STUDIO_TOKEN, or run `cargo xtask dev` once")?;
        Ok(Shop { url, token, agent: http::agent(), key: None })
    }
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The value of `name = "…"` in a file of settings.
pub fn setting(file: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let value =
        text.lines().find_map(|line| line.trim().strip_prefix(name)?.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches('"').to_owned())
}
