//! Text can be read on its ground in both colour schemes: WCAG 2.2, success criteria 1.4.3 (text, 4.5 : 1) and
//! 1.4.11 (edges of fields, 3 : 1).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../style/00-tokens.css");

/// Text and its ground.
const TEXT: [(&str, &str); 26] = [
    ("ink", "paper"),
    ("ink", "raised"),
    ("ink", "ground"),
    ("muted", "paper"),
    ("muted", "raised"),
    ("muted", "ground"),
    ("signal", "paper"),
    ("signal", "raised"),
    ("on-signal", "signal"),
    ("paper", "ink"),
    ("good", "paper"),
    ("bad", "paper"),
    ("bad", "raised"),
    ("warn", "paper"),
    ("warn", "raised"),
    ("sea", "paper"),
    ("ink", "info-ground"),
    ("ink", "good-ground"),
    ("ink", "warn-ground"),
    ("ink", "bad-ground"),
    ("sea", "info-ground"),
    ("good", "good-ground"),
    ("warn", "warn-ground"),
    ("bad", "bad-ground"),
    ("on-deep", "deep"),
    ("on-deep", "hero"),
];

/// Edges that tell where a control is.
const EDGES: [(&str, &str); 3] = [("line-strong", "paper"), ("line-strong", "raised"), ("sea", "ground")];

type Colours = BTreeMap<String, [f64; 3]>;

/// The colours of the light and of the dark scheme; the dark one changes some of the light one's.
fn schemes() -> [Colours; 2] {
    let (light, dark) = TOKENS.split_once("prefers-color-scheme: dark").unwrap();
    let light = read(light, Colours::new());
    let dark = read(dark, light.clone());
    [light, dark]
}

fn read(css: &str, mut colours: Colours) -> Colours {
    for line in css.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(": #"))
        else {
            continue;
        };
        let hex = value.trim_end_matches(';');
        let hex = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
        let channel = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        colours.insert(name.to_owned(), [channel(0), channel(2), channel(4)]);
    }
    colours
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The pairs with less contrast than `least`, in both schemes.
#[track_caller]
fn check(pairs: &[(&str, &str)], least: f64) {
    let weak: Vec<_> = ["light", "dark"]
        .into_iter()
        .zip(schemes())
        .flat_map(|(scheme, colours)| {
            pairs.iter().map(move |(text, ground)| {
                (format!("{scheme}: {text} on {ground}"), contrast(colours[*text], colours[*ground]))
            })
        })
        .filter(|(_, contrast)| *contrast < least)
        .collect();
    assert!(weak.is_empty(), "{weak:#?}");
}

#[test]
fn text_can_be_read() {
    check(&TEXT, 4.5);
}

#[test]
fn edges_can_be_seen() {
    check(&EDGES, 3.0);
}
