//! Colours by name, as shops write them.

/// A colour that a product can have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Colour {
    /// Its name in a path: letters a to z.
    pub name: &'static str,
    /// How it is drawn in light, `#rrggbb`: muted, to sit well beside the palettes.
    pub day: &'static str,
    /// How it is drawn in dark: lighter, where it would vanish.
    pub night: &'static str,
}

/// The same in light and dark.
const fn colour(name: &'static str, hex: &'static str) -> Colour {
    Colour { name, day: hex, night: hex }
}

const fn deep(name: &'static str, day: &'static str, night: &'static str) -> Colour {
    Colour { name, day, night }
}

static COLOURS: [Colour; 28] = [
    colour("amber", "#e3a03a"),
    colour("beige", "#d8c5a4"),
    deep("black", "#38424b", "#56636e"),
    colour("blue", "#3f78b5"),
    deep("brown", "#8a5f43", "#a07253"),
    deep("charcoal", "#4a545c", "#68757f"),
    colour("copper", "#bd7350"),
    colour("coral", "#e9745c"),
    colour("cream", "#f0e4cb"),
    colour("cyan", "#3ba9c4"),
    colour("gold", "#d3a648"),
    colour("green", "#4f8a63"),
    colour("grey", "#9aa5ac"),
    colour("magenta", "#c2437f"),
    colour("mustard", "#d29b2f"),
    deep("navy", "#2b446b", "#46659a"),
    colour("olive", "#7d8148"),
    colour("orange", "#e48742"),
    colour("pink", "#e39aa8"),
    colour("purple", "#75589b"),
    colour("red", "#c94a44"),
    colour("rust", "#b1573a"),
    colour("sand", "#dcc79c"),
    colour("silver", "#b9c3c9"),
    colour("teal", "#2f8285"),
    colour("turquoise", "#48b0a8"),
    colour("white", "#f6f3ec"),
    colour("yellow", "#efc24a"),
];

/// Other words for the same colours.
const SYNONYMS: [(&str, &str); 14] = [
    ("brass", "gold"),
    ("brick", "rust"),
    ("burgundy", "red"),
    ("crimson", "red"),
    ("gray", "grey"),
    ("indigo", "navy"),
    ("ivory", "cream"),
    ("lavender", "purple"),
    ("natural", "cream"),
    ("oatmeal", "beige"),
    ("ochre", "mustard"),
    ("slate", "charcoal"),
    ("stone", "beige"),
    ("violet", "purple"),
];

/// The colour with exactly this name.
pub(crate) fn by_name(name: &str) -> Option<&'static Colour> {
    COLOURS.iter().find(|colour| colour.name == name)
}

/// The last colour that a text names, in any case: "Deep navy", "navy".
pub(crate) fn named_in(text: &str) -> Option<&'static Colour> {
    all_in(text).last()
}

/// The colour that a text names, if it names one only: a set in four colours has none.
pub(crate) fn only_one_in(text: &str) -> Option<&'static Colour> {
    let mut colours = all_in(text);
    let first = colours.next()?;
    colours.all(|other| other == first).then_some(first)
}

fn all_in(text: &str) -> impl Iterator<Item = &'static Colour> {
    text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| (3..=9).contains(&word.len())).filter_map(
        |word| {
            let word = word.to_ascii_lowercase();
            let synonym = SYNONYMS.iter().find(|(other, _)| *other == word);
            by_name(synonym.map_or(word.as_str(), |(_, name)| name))
        },
    )
}
