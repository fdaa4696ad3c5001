//! `orilla-eval-prefetch`: what prefetching by counts is worth.
//!
//! Shoppers walk through the pages of the demo catalogue, as they are rendered, by the links that are on them. The first
//! four fifths of the shoppers are counted, and a table is learned of them as it is at a publish; the last fifth's
//! journeys are replayed against it. How shoppers choose is made up (walk.rs), so the figures compare models and limits;
//! they don't foretell a shop's. Where the data of a real shop is there, its invoices are replayed as well.

mod replay;
mod retail;
mod site;
mod walk;

use orilla_prefetch::{Limits, Model, Settings};
use orilla_stats::SplitMix64;
use replay::{Score, learn, replay};
use site::Site;
use std::process::ExitCode;
use walk::{View, walk};

/// An error is one line.
pub type Result<T> = std::result::Result<T, String>;

const SHOPPERS: usize = 20_000;
const SEED: u64 = 20_261_127;
/// Limits to compare: thousandths for a fetch and for a drawing, and pages at most.
const LIMITS: [Limits; 6] = [
    Limits { prefetch: 50, prerender: 1_001, most: 4 },
    Limits { prefetch: 100, prerender: 1_001, most: 3 },
    Limits { prefetch: 100, prerender: 300, most: 3 },
    Limits::PAYS,
    Limits { prefetch: 150, prerender: 400, most: 2 },
    Limits { prefetch: 200, prerender: 400, most: 2 },
];
const MODELS: [(&str, Model); 3] =
    [("popular", Model::Popular), ("first order", Model::FirstOrder), ("back-off", Model::BackOff)];

fn main() -> ExitCode {
    match evaluate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn evaluate() -> Result<()> {
    let site = Site::render()?;
    let mut random = SplitMix64::new(SEED);
    let journeys: Vec<Vec<View>> = (0..SHOPPERS).map(|_| walk(&site, &mut random)).collect();
    let (known, unknown) = journeys.split_at(SHOPPERS * 4 / 5);
    println!(
        "{SHOPPERS} simulated shoppers on {} pages of the demo catalogue, seed {SEED}; counted: the first {}.",
        site.pages.len(),
        known.len()
    );
    compare("much is known", &site, known, unknown);
    // A shop that has just begun to count.
    let few = known.get(..200).unwrap_or(known);
    compare("little is known: 200 shoppers", &site, few, unknown);
    retail::evaluate()
}

fn compare(title: &str, site: &Site, known: &[Vec<View>], unknown: &[Vec<View>]) {
    println!("\n{title}");
    heading();
    for (name, model) in MODELS {
        let table = learn(site, known, &Settings { model, ..Settings::default() });
        for limits in LIMITS {
            line(name, limits, &replay(site, &table, limits, unknown));
        }
    }
}

fn heading() {
    println!(
        "{:<12} {:>8} {:>9} {:>4} | {:>6} {:>6} | {:>8} {:>8} {:>7}",
        "model", "fetch ≥", "draw ≥", "most", "hit", "drawn", "KB/nav.", "wasted", "wasted"
    );
}

fn line(name: &str, limits: Limits, score: &Score) {
    let permille = |limit: u16| if limit > 1_000 { "never".to_owned() } else { format!("{}%", limit / 10) };
    println!(
        "{name:<12} {:>8} {:>9} {:>4} | {:>5.1}% {:>5.1}% | {:>8.1} {:>8.1} {:>6.0}%",
        permille(limits.prefetch),
        permille(limits.prerender),
        limits.most,
        100.0 * score.hit_rate(),
        100.0 * score.drawn_rate(),
        score.fetched_kb(),
        score.wasted_kb(),
        100.0 * score.wasted_share(),
    );
}
