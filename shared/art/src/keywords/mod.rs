//! The dictionary: English keywords, one word or several, and the motif that each stands for. Singular: the search
//! also finds the plural in "s".

mod names;
mod phrases;

/// How much a keyword says, from little to much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Goes along with the thing: "dpi", "cat6", "stoneware".
    Hint,
    /// Names the thing: "lantern".
    Name,
    /// Names it so clearly that no other word counts: "toner cartridge".
    Sure,
}

/// The keywords of each weight with their motifs, in the order of bytes.
pub(crate) static KEYWORDS: [(Weight, &[(&str, &str)]); 3] =
    [(Weight::Sure, phrases::SURE), (Weight::Name, names::NAMES), (Weight::Hint, phrases::HINTS)];
