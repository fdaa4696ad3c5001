//! From the motif's short notation to SVG.
//!
//! A drawing is a list of shapes, separated by `|`, painted in this order. A shape is `tone geometry`:
//! - tone: one letter. Lower case fills; upper case strokes, followed by the width: `a`, `D6`.
//!   `a` main, `b` second, `c` accent, `d` ink, `e` paper, `h` glass, `g` glow, `l` leaf, `m` metal, `k` shade, `w` light;
//!   of the scene: `p` sky, `q` disc, `r` far, `s` near.
//! - geometry: `o x y r` a circle, `e x y rx ry` an ellipse, `r x y w h radius` a rectangle, otherwise path data.
//!
//! A digit 0 to 2 before the tone: only in pictures with this detail. `(…` opens a group with this transformation, `)`
//! closes it.

use crate::colour::Colour;
use crate::motifs::Motif;
use crate::palette::{PALETTES, Palette, Tones};
use crate::scene;

/// The whole picture.
pub(crate) fn picture(motif: &Motif, seed: u32, colour: Option<&Colour>) -> String {
    // FNV's low bits are its best; each choice takes its own.
    let bits = |from: u32, count: usize| usize::try_from(seed.rotate_right(from)).unwrap_or(0) % count;
    let mut svg = String::with_capacity(3 * 1024);
    svg.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\"><style>");
    if let Some(palette) = PALETTES.get(bits(0, PALETTES.len())) {
        style(&mut svg, palette, colour);
    }
    svg.push_str("</style><path class=\"p\" d=\"M0 0h400v400H0z\"/>");
    // A mirrored picture has its sun on the other side.
    svg.push_str(if bits(3, 2) == 0 { "<g>" } else { "<g transform=\"matrix(-1 0 0 1 400 0)\">" });
    shapes(&mut svg, scene::backdrop(bits(5, 251)), 0);
    shapes(&mut svg, scene::detail(bits(13, 241)), 0);
    // The motifs leave a margin; a little of it is enough. The ground, y = 316, stays.
    svg.push_str("<g transform=\"matrix(1.12 0 0 1.12 -24 -37.9)\">");
    if motif.shadow > 0 {
        element(&mut svg, "k", &["e", "200", "317", &motif.shadow.to_string(), "9"].join(" "));
    }
    shapes(&mut svg, motif.art, bits(21, 3));
    svg.push_str("</g></g></svg>");
    svg
}

/// The style sheet: the tones in light and dark.
fn style(svg: &mut String, palette: &Palette, colour: Option<&Colour>) {
    svg.push_str("path,circle,ellipse,rect{stroke-linecap:round;stroke-linejoin:round}");
    for (tone, hex) in [("g", "#ffd677"), ("l", "#5a9168"), ("m", "#97abb5"), ("w", "#fff"), ("k", "#0a1c28")]
    {
        rule(svg, tone, hex);
    }
    scheme(svg, &palette.day, colour.map(|colour| colour.day), ["#2a3b47", "#fbf6ea", "#d5e9ec"]);
    svg.push_str(".w,.W{opacity:.32}.k,.K{opacity:.15}@media(prefers-color-scheme:dark){.w,.W{opacity:.22}");
    scheme(svg, &palette.night, colour.map(|colour| colour.night), ["#5b7482", "#eae2d3", "#a9cbd2"]);
    svg.push('}');
}

/// The tones that differ between light and dark; `own` is the product's colour, in place of the palette's main tone.
fn scheme(svg: &mut String, tones: &Tones, own: Option<&str>, materials: [&str; 3]) {
    for (tone, hex) in ["p", "q", "r", "s"].into_iter().zip(tones.scene) {
        rule(svg, tone, hex);
    }
    for (tone, hex) in ["a", "b", "c"].into_iter().zip(tones.object) {
        rule(svg, tone, own.filter(|_| tone == "a").unwrap_or(hex));
    }
    for (tone, hex) in ["d", "e", "h"].into_iter().zip(materials) {
        rule(svg, tone, hex);
    }
}

/// A tone as fill and as stroke.
fn rule(svg: &mut String, tone: &str, hex: &str) {
    for part in [".", tone, "{fill:", hex, "}.", &tone.to_ascii_uppercase(), "{fill:none;stroke:", hex, "}"] {
        svg.push_str(part);
    }
}

/// Adds the shapes of a drawing, with the details that `detail` (0 to 2) chooses.
fn shapes(svg: &mut String, drawing: &str, detail: usize) {
    for shape in drawing.split('|') {
        if let Some(transform) = shape.strip_prefix('(') {
            svg.push_str("<g transform=\"");
            svg.push_str(transform);
            svg.push_str("\">");
        } else if shape == ")" {
            svg.push_str("</g>");
        } else if let Some((tone, geometry)) = shape.split_once(' ') {
            match tone.strip_prefix(['0', '1', '2']) {
                Some(tone) if shape.starts_with(&detail.to_string()) => element(svg, tone, geometry),
                Some(_) => {}
                None => element(svg, tone, geometry),
            }
        }
    }
}

/// Adds one shape.
fn element(svg: &mut String, tone: &str, geometry: &str) {
    let (name, attributes): (&str, &[&str]) = match geometry.split_once(' ').map(|(first, _)| first) {
        Some("o") => ("circle", &["cx", "cy", "r"]),
        Some("e") => ("ellipse", &["cx", "cy", "rx", "ry"]),
        Some("r") => ("rect", &["x", "y", "width", "height", "rx"]),
        _ => ("path", &[]),
    };
    let class = tone.trim_end_matches(|c: char| c.is_ascii_digit());
    let width = tone.trim_start_matches(|c: char| !c.is_ascii_digit());
    svg.push('<');
    svg.push_str(name);
    attribute(svg, "class", class);
    if !width.is_empty() {
        attribute(svg, "stroke-width", width);
    }
    if attributes.is_empty() {
        attribute(svg, "d", geometry);
    }
    for (name, value) in attributes.iter().zip(geometry.split(' ').skip(1)) {
        attribute(svg, name, value);
    }
    svg.push_str("/>");
}

fn attribute(svg: &mut String, name: &str, value: &str) {
    for part in [" ", name, "=\"", value, "\""] {
        svg.push_str(part);
    }
}
