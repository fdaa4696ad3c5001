//! What the team does with the shop of a bench, and who visits it.

use super::load::{self, Connection};
use super::stores::TOKEN;
use crate::files;
use crate::process::{Result, root};

/// Makes what was written what pages show.
///
/// # Errors
/// The Worker's answer.
pub fn publish(port: u16) -> Result<()> {
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let answer = connection.post("/studio/api/publish", TOKEN, "application/json", b"{}");
    let answer = answer.map_err(|error| format!("publish: {error}"))?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(format!("publish answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
}

/// A gauge of the isolate that answers.
///
/// # Errors
/// The Worker's answer.
pub fn metric(port: u16, name: &str) -> Result<f64> {
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let bearer = format!("Bearer {TOKEN}");
    let answer = connection.send("GET", "/metrics", &[("Authorization", &*bearer)], b"");
    let answer = answer.map_err(|error| format!("metrics: {error}"))?;
    let text = String::from_utf8_lossy(&answer.body);
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.ok_or_else(|| format!("metrics answered {} without {name}", answer.status))
}

/// Saves the flags of the demo shop, which the next publish takes along: two of its experiments are on pages that are kept.
///
/// # Errors
/// The Worker's answer.
pub fn save_flags(port: u16) -> Result<()> {
    let document = files::read_text(&root().join("demo/flags.json"))?;
    let body = format!("{{\"version\": 0, \"document\": {document}, \"reason\": \"bench\"}}");
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let headers = [
        ("Authorization", &*format!("Bearer {TOKEN}")),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "flags-of-the-bench"),
    ];
    let answer = connection.send("PUT", "/studio/api/flags", &headers, body.as_bytes());
    let answer = answer.map_err(|error| format!("flags: {error}"))?;
    match answer.status {
        // The shop has flags already.
        200 | 409 => Ok(()),
        status => Err(format!("flags answered {status}: {}", String::from_utf8_lossy(&answer.body))),
    }
}

/// So many visitors who agreed to be counted: their cookies.
///
/// # Errors
/// The Worker's answer.
pub fn visitors(port: u16, count: usize) -> Result<Vec<String>> {
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Bench/1.0"),
    ];
    let agree = |_| {
        let answer = connection.send("POST", "/fn/consent", &headers, b"to=/en&answer=all");
        let answer = answer.map_err(|error| format!("consent: {error}"))?;
        if answer.cookies.is_empty() {
            return Err(format!("consent answered {} without a cookie", answer.status));
        }
        Ok(answer.cookies.join("; "))
    };
    (0..count).map(agree).collect()
}

/// The experiments that a visitor meets on a page, each with the variation.
///
/// # Errors
/// The Worker's answer.
pub fn exposures(port: u16, path: &str, cookies: &str) -> Result<String> {
    let answer = Connection::open(port).and_then(|mut connection| connection.get_with(path, cookies));
    let answer = answer.map_err(|error| format!("GET {path}: {error}"))?;
    let text = String::from_utf8_lossy(&answer.body);
    let element = text.split_once("id=\"exposures\"").and_then(|(_, rest)| rest.split('>').next());
    let value = element.and_then(|element| element.split_once("value=\"")?.1.split('"').next());
    value
        .map(str::to_owned)
        .ok_or_else(|| format!("GET {path} answered {} without an experiment", answer.status))
}

/// The paths behind `/en` of all pages in the sitemap that begin so: `/p/`.
///
/// # Errors
/// The Worker's answer.
pub fn paths(port: u16, begin: &str) -> Result<Vec<String>> {
    let text = |path: &str| match load::page(port, path) {
        Ok((200, text)) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Ok((status, _)) => Err(format!("GET {path} answered {status}")),
        Err(error) => Err(format!("GET {path}: {error}")),
    };
    let locations = |xml: &str| -> Vec<String> {
        xml.split("<loc>")
            .skip(1)
            .filter_map(|rest| rest.split_once("</loc>"))
            .map(|(url, _)| url.to_owned())
            .collect()
    };
    let begin = format!("/en{begin}");
    let mut paths = Vec::new();
    for file in locations(&text("/sitemap.xml")?) {
        let Some((_, path)) = file.split_once("/sitemap.xml") else { continue };
        let urls = locations(&text(&format!("/sitemap.xml{path}"))?);
        let found = urls.iter().filter_map(|url| url.find(&begin).and_then(|at| url.get(at + 3..)));
        paths.extend(found.map(str::to_owned));
    }
    Ok(paths)
}

/// All products, each as a line of JSON.
pub fn export(port: u16) -> Result<Vec<String>> {
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let (mut lines, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/studio/api/export?after={after}");
        let answer = connection.get_as(&path, TOKEN).map_err(|error| format!("GET {path}: {error}"))?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let Some(last) = text.lines().rfind(|line| !line.is_empty()) else { return Ok(lines) };
        let handle = last.split_once("\"handle\":\"").and_then(|(_, rest)| rest.split('"').next());
        after = handle.ok_or("an exported product has no handle")?.to_owned();
        lines.extend(text.lines().map(str::to_owned));
    }
}

/// Gives products another price.
pub fn reprice(port: u16, products: &[&String], by: usize) -> Result<()> {
    let changed: Vec<String> = products
        .iter()
        .filter_map(|line| {
            let (before, rest) = line.split_once("\"minor\":")?;
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, behind) = rest.split_at(end);
            let price: usize = digits.parse().ok()?;
            Some(format!("{before}\"minor\":{}{behind}", price + by + 1))
        })
        .collect();
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let (path, body) = ("/studio/api/import?format=ndjson&source=bench", changed.join("\n"));
    let answer = connection.post(path, TOKEN, "application/x-ndjson", body.as_bytes());
    let answer = answer.map_err(|error| format!("import: {error}"))?;
    let text = String::from_utf8_lossy(&answer.body);
    // What was edited is seen by the isolate a while later; nobody waits for it.
    if answer.status == 200 && text.contains("\"rejected_total\":0") {
        return Ok(());
    }
    Err(format!("import answered {}: {text}", answer.status))
}
