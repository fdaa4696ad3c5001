//! Drawn product pictures: a calm, flat SVG for every product that has no photograph.
//!
//! A [`Sketch`] is a motif (chosen by words of the title), a seed (palette, scene, details) and perhaps a colour.
//! Its [`path`](Sketch::path) holds all three, so a server can draw the picture from the URL alone, without a
//! database, and let it be cached for ever.
//!
//! ```
//! use orilla_art::Sketch;
//! let sketch = Sketch::of("Storm lantern, red", Some("Lighting"), None);
//! assert!(sketch.path().starts_with("lantern-") && sketch.path().ends_with("-red.svg"));
//! assert_eq!(Sketch::parse(&sketch.path()), Some(sketch));
//! assert!(sketch.svg().starts_with("<svg "));
//! ```
#![deny(missing_docs)]

mod choose;
mod colour;
mod draw;
mod keywords;
mod motifs;
mod palette;
mod scene;

use colour::Colour;
use motifs::Motif;
use std::fmt::Write;

/// A drawn picture of a product: what [`Sketch::svg`] draws and [`Sketch::path`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    motif: &'static Motif,
    seed: u32,
    colour: Option<&'static Colour>,
}

/// No path of a sketch is longer than this, in bytes.
pub const LONGEST_PATH: usize = 40;

impl Sketch {
    /// The picture of a product, the same one for the same title, category and colour.
    ///
    /// `category` is asked when the title names nothing that can be drawn. `colour` is free text, such as a
    /// variant's option value ("Deep navy"); without it, the title's only colour counts, if it names one.
    /// Variants of one product differ in nothing but the colour.
    pub fn of(title: &str, category: Option<&str>, colour: Option<&str>) -> Sketch {
        let colour = colour.and_then(colour::named_in).or_else(|| colour::only_one_in(title));
        Sketch { motif: choose::motif(title, category), seed: fnv1a(title), colour }
    }

    /// The name of the picture in URLs, without a folder: `lantern-3f2a91c4.svg`, `coat-00c0ffee-navy.svg`.
    pub fn path(&self) -> String {
        let mut path = format!("{}-{:08x}", self.motif.name, self.seed);
        if let Some(colour) = self.colour {
            // Writing to a string can't fail.
            let _ = write!(path, "-{}", colour.name);
        }
        path.push_str(".svg");
        path
    }

    /// Reads what [`Sketch::path`] wrote, and nothing else: `None` for every other text.
    pub fn parse(name: &str) -> Option<Sketch> {
        if name.len() > LONGEST_PATH {
            return None;
        }
        let mut parts = name.strip_suffix(".svg")?.split('-');
        let motif = motifs::by_name(parts.next()?)?;
        let seed = parts.next()?;
        let canonical = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if seed.len() != 8 || !seed.bytes().all(canonical) {
            return None;
        }
        let colour = match parts.next() {
            Some(name) => Some(colour::by_name(name)?),
            None => None,
        };
        let seed = u32::from_str_radix(seed, 16).ok()?;
        parts.next().is_none().then_some(Sketch { motif, seed, colour })
    }

    /// The picture: an SVG document of 400 × 400 units and at most 4 KB, for `<img>`. It follows the visitor's
    /// light or dark scheme by itself.
    pub fn svg(&self) -> String {
        draw::picture(self.motif, self.seed, self.colour)
    }

    /// What the picture shows, as one English word of a to z: `lantern`.
    pub fn motif(&self) -> &'static str {
        self.motif.name
    }
}

/// The names of all motifs, for contact sheets and tests.
pub fn motif_names() -> impl Iterator<Item = &'static str> {
    motifs::all().map(|motif| motif.name)
}

/// FNV-1a, 32 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>): spreads titles, and stays the same in every build.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests;
