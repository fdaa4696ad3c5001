//! A contact sheet of all motifs, as HTML on standard output: `cargo run -p orilla-art --example sheet > sheet.html`.
//! Arguments: the width of a picture in pixels (120), and the first seed (0).
#![allow(clippy::print_stdout)]

use orilla_art::Sketch;

fn main() {
    let numbers: Vec<u32> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let width = numbers.first().copied().unwrap_or(120);
    let seed = numbers.get(1).copied().unwrap_or(0);
    println!(
        "<!doctype html><meta charset=utf-8><meta name=color-scheme content='light dark'><body style='margin:8px'>"
    );
    for (number, motif) in (seed..).zip(orilla_art::motif_names()) {
        let path = format!("{motif}-{:08x}.svg", number.wrapping_mul(0x9e37_79b9));
        if let Some(sketch) = Sketch::parse(&path) {
            // In an <img>, as in the shop; only `#` and `%` can't stand in such a URL.
            let data = sketch.svg().replace('%', "%25").replace('#', "%23").replace('\'', "%27");
            println!(
                "<img width={width} height={width} style='margin:3px;border-radius:8px' alt='{motif}' title='{path}' src='data:image/svg+xml,{data}'>"
            );
        }
    }
}
