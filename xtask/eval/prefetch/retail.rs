//! Invoices of a real shop, as if their lines were pages looked at one after the other (UCI Machine Learning Repository,
//! "Online Retail", CC BY 4.0). They are no journeys, but what people buy together is theirs and not ours.

use crate::replay::Score;
use crate::{MODELS, Result, heading, line};
use flate2::read::GzDecoder;
use orilla_prefetch::{Area, Limits, PageKey, Settings, Sighting, Table};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// What a page of theirs would weigh, fetched and drawn, in bytes: as one of the demo shop.
const BYTES: (usize, usize) = (5_000, 7_000);
/// Limits to compare. A hundred products may follow on one: none is likely as in a shop of a hundred.
const LIMITS: [Limits; 2] = [Limits { prefetch: 50, prerender: 400, most: 4 }, Limits::PAYS];

/// Replays the last fifth of the invoices against what the others say, if they are there.
pub fn evaluate() -> Result<()> {
    let file = data();
    if !file.is_file() {
        println!(
            "\nskipped: {} is absent (set ORILLA_DATA to the folder with online-retail/)",
            file.display()
        );
        return Ok(());
    }
    let invoices = read(&file)?;
    let (known, unknown) = invoices.split_at(invoices.len() * 4 / 5);
    println!(
        "\n{} invoices of Online Retail, line by line; counted: the first {}",
        invoices.len(),
        known.len()
    );
    heading();
    for (name, model) in MODELS {
        let settings = Settings { model, ..Settings::default() };
        let table = Table::learn(&sightings(known, &settings), &settings);
        for limits in LIMITS {
            let mut score = Score::default();
            for pages in unknown {
                for (at, page) in pages.iter().enumerate() {
                    let ahead = limits.choose(&table.likely(page, &Area::of(page, None)));
                    let next: Vec<_> = pages.get(at + 1).into_iter().map(Some).collect();
                    score.view(&ahead, &next, |_| BYTES);
                }
            }
            line(name, limits, &score);
        }
    }
    Ok(())
}

/// `$ORILLA_DATA`, or `../shared/data` beside the project.
fn data() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let data = std::env::var_os("ORILLA_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    data.join("online-retail/invoices-2010-12_2011-09.csv.gz")
}

/// The products of each invoice, in the order of its lines.
fn read(file: &PathBuf) -> Result<Vec<Vec<PageKey>>> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", file.display());
    let reader = BufReader::new(GzDecoder::new(File::open(file).map_err(unreadable)?));
    let mut invoices: Vec<Vec<PageKey>> = Vec::new();
    let mut last = String::new();
    for text in reader.lines().skip(1) {
        let text = text.map_err(unreadable)?;
        // Neither of the first two columns is ever quoted.
        let mut columns = text.split(',');
        let (Some(invoice), Some(code)) = (columns.next(), columns.next()) else { continue };
        let Some(page) = PageKey::parse(&format!("/p/{}", code.to_lowercase())) else { continue };
        // One that begins with C takes another back.
        if invoice.starts_with('C') {
            continue;
        }
        if invoice != last {
            last = invoice.to_owned();
            invoices.push(Vec::new());
        }
        if let Some(pages) = invoices.last_mut().filter(|pages| pages.last() != Some(&page)) {
            pages.push(page);
        }
    }
    Ok(invoices)
}

fn sightings(invoices: &[Vec<PageKey>], settings: &Settings) -> Vec<Sighting> {
    let today = settings.fades().first().copied().unwrap_or(1);
    let mut counts: HashMap<(&PageKey, &PageKey), u64> = HashMap::new();
    for (from, to) in invoices.iter().flat_map(|pages| pages.iter().zip(pages.iter().skip(1))) {
        *counts.entry((from, to)).or_default() += 1;
    }
    let sighting = |((from, to), count): ((&PageKey, &PageKey), u64)| Sighting {
        from: from.clone(),
        to: Some(to.clone()),
        category: None,
        weight: count * today,
        seen: count,
    };
    counts.into_iter().map(sighting).collect()
}
