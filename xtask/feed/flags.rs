//! Puts a document of feature flags into the shop, and publishes it.

use crate::http::{self, Content};
use crate::{Result, Shop};
use serde_json::{Value, json};
use std::process::ExitCode;

/// `flags FILE [--url …] [--token …] [--first]`. `--first`: only if the shop has none yet.
///
/// # Errors
/// A line for the one who imports.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let (mut url, mut token, mut file, mut first) = (None, None, None, false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--url" => url = Some(value()?),
            "--token" => token = Some(value()?),
            "--first" => first = true,
            other if other.starts_with("--") => {
                return Err(format!("flags doesn't know \"{other}\"; it takes --url, --token and --first"));
            }
            path => file = Some(path.to_owned()),
        }
    }
    let file = file.ok_or("name a file: `cargo xtask flags demo/flags.json`")?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let payload: Value =
        serde_json::from_str(&text).map_err(|error| format!("{file} is not JSON: {error}"))?;
    let shop = Shop::find(url, token)?;
    let now: Value = serde_json::from_str(&http::send(&shop, "/studio/api/flags", None)?)
        .map_err(|error| format!("the shop's flags are not understood: {error}"))?;
    let version = now.get("version").and_then(Value::as_u64).unwrap_or_default();
    if first && version > 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let name = file.rsplit('/').next().unwrap_or(&file);
    let request = json!({ "version": version, "payload": payload, "reason": format!("import of {name}"), "publish": true });
    let text = request.to_string();
    let content = Content { media_type: "application/json", text: &text };
    let done = http::send_keyed(&shop, "/studio/api/flags/import", content)?;
    println!("{name}: {done}");
    Ok(ExitCode::SUCCESS)
}
