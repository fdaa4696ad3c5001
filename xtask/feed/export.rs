//! `cargo xtask export [FILE]`: the whole catalogue as NDJSON.

use crate::{Result, Shop, http};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

/// Writes the catalogue to a file, or to the standard output.
///
/// # Errors
/// The shop or the file fails.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let (mut url, mut token, mut file) = (None, None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--url" => url = Some(value()?),
            "--token" => token = Some(value()?),
            other if other.starts_with("--") => return Err(format!("export doesn't know \"{other}\"")),
            name => file = Some(name.to_owned()),
        }
    }
    let shop = Shop::find(url, token)?;
    let failed = |error: std::io::Error| format!("can't write the export: {error}");
    let mut out: Box<dyn Write> = match &file {
        Some(name) => Box::new(BufWriter::new(File::create(name).map_err(failed)?)),
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let page = http::send(&shop, &format!("/studio/api/export?after={after}"), None)?;
        let Some(last) = page.lines().rfind(|line| !line.is_empty()) else { break };
        out.write_all(page.as_bytes()).map_err(failed)?;
        count += page.lines().filter(|line| !line.is_empty()).count();
        let product: serde_json::Value =
            serde_json::from_str(last).map_err(|error| format!("the export: {error}"))?;
        let handle = product.get("handle").and_then(|handle| handle.as_str()).unwrap_or_default();
        let next = http::escape(handle);
        if next.is_empty() || next == after {
            return Err("the shop's export does not advance".into());
        }
        after = next;
    }
    out.flush().map_err(failed)?;
    eprintln!("{count} products exported");
    Ok(ExitCode::SUCCESS)
}
