//! The dictionary: English keywords, one word or several, and the motif that each stands for.
//!
//! `keywords.txt` has an entry per motif: `motif: keyword, keyword`, continued on indented lines. A keyword with `!`
//! names the thing beyond doubt, one with `?` merely hints at it. They are singular: the search also finds the plural
//! in "s". The text is half the size of a table of it, and is sorted once, at the first search.

use std::sync::OnceLock;

/// How much a keyword says, from little to much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Goes along with the thing: "dpi", "cat6", "stoneware".
    Hint,
    /// Names the thing: "lantern".
    Name,
    /// Names it so clearly that no other word counts: "toner cartridge".
    Sure,
}

/// One keyword.
#[derive(Debug)]
pub(crate) struct Keyword {
    /// Its words, with a space between two.
    pub words: &'static str,
    /// How much it says.
    pub weight: Weight,
    /// The name of the motif.
    pub motif: &'static str,
}

impl Keyword {
    pub(crate) fn first_word(&self) -> &'static str {
        self.words.split_once(' ').map_or(self.words, |(first, _)| first)
    }

    fn parse(text: &'static str, motif: &'static str) -> Keyword {
        let text = text.trim();
        let (weight, words) = match (text.strip_prefix('!'), text.strip_prefix('?')) {
            (Some(words), _) => (Weight::Sure, words),
            (_, Some(words)) => (Weight::Hint, words),
            _ => (Weight::Name, text),
        };
        Keyword { words, weight, motif }
    }
}

/// All keywords, in the order of their first words.
pub(crate) fn all() -> &'static [Keyword] {
    static KEYWORDS: OnceLock<Vec<Keyword>> = OnceLock::new();
    KEYWORDS.get_or_init(|| {
        let mut motif = "";
        let mut keywords = Vec::with_capacity(1536);
        for line in include_str!("keywords.txt").lines() {
            let words = line.split_once(": ").map_or(line, |(name, words)| {
                motif = name;
                words
            });
            let words = words.split(',').filter(|word| !word.trim().is_empty());
            keywords.extend(words.map(|word| Keyword::parse(word, motif)));
        }
        orilla_sorting::sort_by(&mut keywords, |a, b| a.first_word().cmp(b.first_word()));
        keywords
    })
}
