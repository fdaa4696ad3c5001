//! From words to a motif.

use crate::keywords::{self, Keyword, Weight};
use crate::motifs::{self, Motif, PARCEL};

/// Words after which a title talks about something else: "batteries for cameras", "lantern with candle".
const TURNS: [&str; 12] =
    ["for", "with", "in", "of", "to", "from", "compatible", "including", "that", "by", "on", "w"];

/// Words that make a notebook a computer.
const COMPUTING: [&str; 12] =
    ["amd", "asus", "celeron", "core", "dell", "ghz", "hp", "intel", "lenovo", "msi", "pc", "windows"];

/// The motif of a product: the title's clear words first, then the category's, then the title's hints.
pub(crate) fn motif(title: &str, category: Option<&str>) -> &'static Motif {
    let title = words(title);
    let has = |word: &str| title.iter().any(|other| other == word);
    let computing = || COMPUTING.iter().any(|word| has(word));
    // A computer's title is a list of its parts; only screen and processor in one title tell that it's a laptop.
    if has("pixels") && (has("intel") || has("amd") || has("windows")) {
        return motifs::by_name("laptop").unwrap_or(&PARCEL);
    }
    // What stands before the first such word names the thing; if nothing does, what stands before the next.
    let turns = title.iter().enumerate().filter(|(_, word)| TURNS.contains(&word.as_str())).map(|(at, _)| at);
    let name = turns
        .chain([title.len()])
        .find_map(|end| best(title.get(..end).unwrap_or_default(), Weight::Name))
        .or_else(|| category.and_then(|category| best(&words(category), Weight::Name)))
        .or_else(|| best(&title, Weight::Hint));
    let name = if name == Some("notebook") && computing() { Some("laptop") } else { name };
    name.and_then(motifs::by_name).unwrap_or(&PARCEL)
}

/// The words, in lower case. The keywords are ASCII, so that other letters may separate.
fn words(text: &str) -> Vec<String> {
    let separates = |c: char| !c.is_ascii_alphanumeric();
    text.split(separates).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

/// The motif of the weightiest keyword in the text; of equals, the one that ends last, because English puts what a
/// thing is behind what it is like ("candle lantern"); of these, the longest.
fn best(text: &[String], least: Weight) -> Option<&'static str> {
    let mut best: Option<((Weight, usize, usize), &'static str)> = None;
    for (at, word) in text.iter().enumerate() {
        let rest = text.get(at..).unwrap_or_default();
        for first in [Some(word.as_str()), word.strip_suffix('s')].into_iter().flatten() {
            for keyword in starting_with(first).filter(|keyword| keyword.weight >= least) {
                let length = keyword.words.split(' ').count();
                let rank = (keyword.weight, at + length, length);
                if continues(keyword, length, rest) && best.is_none_or(|(other, _)| rank > other) {
                    best = Some((rank, keyword.motif));
                }
            }
        }
    }
    best.map(|(_, motif)| motif)
}

/// The keywords with this first word.
fn starting_with(first: &str) -> impl Iterator<Item = &'static Keyword> {
    let keywords = keywords::all();
    let from = keywords.partition_point(|keyword| keyword.first_word() < first);
    let candidates = keywords.get(from..).unwrap_or_default().iter();
    candidates.take_while(move |keyword| keyword.first_word() == first)
}

/// Whether the words behind the first one, of `length` words, are those of the text, or their plurals.
fn continues(keyword: &Keyword, length: usize, text: &[String]) -> bool {
    let mut pairs = keyword.words.split(' ').zip(text).skip(1);
    length <= text.len() && pairs.all(|(part, word)| word == part || word.strip_suffix('s') == Some(part))
}
