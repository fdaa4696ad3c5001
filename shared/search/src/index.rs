//! The index: which word stands where.

use crate::{Fold, words};
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// BM25's parameters, as FTS5 has them.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;
/// What a word weighs that more than half of all documents have: FTS5 never counts it against them.
const LEAST: f64 = 1e-6;
/// The distance between the columns of a document in positions: no phrase reaches over it.
const APART: u32 = 1 << 24;

/// Which words a document must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of them, the last of which may be unfinished.
    All,
    /// Any of them, of which the last may be unfinished.
    Any,
}

/// A document, by its place in the order in which it came.
type Place = u32;

/// Documents of so many columns of text.
#[derive(Clone, Debug)]
pub struct Index {
    fold: Fold,
    /// What a word counts in each column.
    weights: Vec<f64>,
    /// Each document's number and how many words it has.
    documents: Vec<(i64, u32)>,
    /// Where each word stands: documents in order, positions in order, a column [`APART`] from the one before.
    places: BTreeMap<String, Vec<(Place, Vec<u32>)>>,
}

impl Index {
    /// Without documents. There are as many columns as weights.
    pub fn new(fold: Fold, weights: &[f64]) -> Self {
        Index { fold, weights: weights.to_vec(), documents: Vec::new(), places: BTreeMap::new() }
    }

    /// Documents in it.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Adds a document with a text for each column.
    pub fn add<T: AsRef<str>>(&mut self, number: i64, texts: &[T]) {
        let place = Place::try_from(self.documents.len()).unwrap_or(Place::MAX);
        let mut length = 0;
        for (text, column) in texts.iter().zip(0..) {
            let folded = (self.fold)(text.as_ref());
            for (word, at) in tokens(&folded).zip(0..APART - 1) {
                length += 1;
                let position = at + APART * column;
                let known = match self.places.get_mut(word) {
                    Some(known) => known,
                    None => self.places.entry(word.to_owned()).or_default(),
                };
                match known.last_mut() {
                    Some((last, positions)) if *last == place => positions.push(position),
                    _ => known.push((place, vec![position])),
                }
            }
        }
        self.documents.push((number, length));
    }

    /// The documents that have what is looked for in the columns that are named (in any, if none is), each with a rank,
    /// the lowest the best, in the order in which they came.
    pub fn find(&self, text: &str, wanted: Wanted, columns: &[u32]) -> Vec<(i64, f64)> {
        let mut phrases: Vec<Vec<String>> = words(text)
            .map(|word| tokens(&(self.fold)(&word)).map(str::to_owned).collect())
            .filter(|phrase: &Vec<String>| !phrase.is_empty())
            .collect();
        let Some(last) = phrases.pop() else { return Vec::new() };
        let found: Vec<HashMap<Place, f64>> = phrases
            .iter()
            .map(|phrase| self.weighed(phrase, false, columns))
            .chain([self.weighed(&last, true, columns)])
            .collect();
        let count = |of: &HashMap<Place, f64>| f64::from(u32::try_from(of.len()).unwrap_or(u32::MAX));
        let all = f64::from(u32::try_from(self.documents.len()).unwrap_or(u32::MAX));
        let words: u64 = self.documents.iter().map(|(_, length)| u64::from(*length)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a mean of lengths")]
        let mean = words as f64 / all.max(1.0);
        let rarities: Vec<f64> = found
            .iter()
            .map(|phrase| ((all - count(phrase) + 0.5) / (count(phrase) + 0.5)).ln())
            .map(|rarity| if rarity <= 0.0 { LEAST } else { rarity })
            .collect();
        let rank = |place: Place, length: u32| {
            let long = SATURATION * (1.0 - LENGTH + LENGTH * f64::from(length) / mean);
            let scores = found.iter().zip(&rarities).map(|(phrase, rarity)| {
                let often = phrase.get(&place).copied().unwrap_or_default();
                rarity * often * (SATURATION + 1.0) / (often + long)
            });
            -scores.sum::<f64>()
        };
        let fits = |place: &Place| match wanted {
            Wanted::All => found.iter().all(|phrase| phrase.contains_key(place)),
            Wanted::Any => found.iter().any(|phrase| phrase.contains_key(place)),
        };
        let places = (0..).zip(&self.documents).filter(|(place, _)| fits(place));
        places.map(|(place, (number, length))| (*number, rank(place, *length))).collect()
    }

    /// The documents with a phrase, each with how often, by the weights of the columns.
    fn weighed(&self, phrase: &[String], is_unfinished: bool, columns: &[u32]) -> HashMap<Place, f64> {
        let mut starts = HashMap::<Place, Vec<u32>>::new();
        for (at, word) in (0..).zip(phrase) {
            let is_last = usize::try_from(at).is_ok_and(|at: usize| at + 1 == phrase.len());
            let mut here = HashMap::<Place, Vec<u32>>::new();
            for (place, positions) in self.standing(word, is_unfinished && is_last) {
                // Where the phrase would begin.
                let begins = positions.iter().filter_map(|position| position.checked_sub(at));
                let begins = begins.filter(|begin| begin / APART == (begin + at) / APART);
                match starts.get(place) {
                    _ if at == 0 => here.entry(*place).or_default().extend(begins),
                    Some(known) => {
                        here.entry(*place).or_default().extend(begins.filter(|begin| known.contains(begin)));
                    }
                    None => {}
                }
            }
            starts = here;
        }
        let weigh = |(place, mut begins): (Place, Vec<u32>)| {
            begins.sort_unstable();
            begins.dedup();
            let columns_of = begins.iter().map(|begin| begin / APART);
            let counted = columns_of.filter(|column| columns.is_empty() || columns.contains(column));
            let weights: Vec<f64> = counted.filter_map(|column| self.weight(column)).collect();
            (!weights.is_empty()).then(|| (place, weights.iter().sum()))
        };
        starts.into_iter().filter_map(weigh).collect()
    }

    fn weight(&self, column: u32) -> Option<f64> {
        self.weights.get(usize::try_from(column).ok()?).copied()
    }

    /// Where a word stands, or all that begin with it.
    fn standing<'a>(
        &'a self,
        word: &'a str,
        is_unfinished: bool,
    ) -> impl Iterator<Item = &'a (Place, Vec<u32>)> {
        let from = self.places.range::<str, _>((Bound::Included(word), Bound::Unbounded));
        let fits = move |known: &str| if is_unfinished { known.starts_with(word) } else { known == word };
        from.take_while(move |(known, _)| fits(known)).flat_map(|(_, places)| places)
    }
}

/// The words of a text that was folded: letters and digits that stand together.
fn tokens(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fold(text: &str) -> String {
        text.to_lowercase().replace('á', "a").replace('ñ', "n")
    }

    fn shop() -> Index {
        let mut index = Index::new(fold, &[4.0, 1.0]);
        for (number, title, description) in [
            (10, "Storm lantern", "Burns in a gale"),
            (20, "Lámpara de mesa", "A lamp for a table"),
            (30, "Kettle", "Storm after storm, it boils; a lantern stands beside it"),
            (40, "Storm-proof matches", ""),
            (50, "Oilskin", ""),
            (60, "Soap", ""),
        ] {
            index.add(number, &[title, description]);
        }
        index
    }

    #[track_caller]
    fn check(text: &str, wanted: Wanted, columns: &[u32], expected: &[i64]) {
        let mut found = shop().find(text, wanted, columns);
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let numbers: Vec<i64> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, expected, "{text}");
        assert!(found.iter().all(|(_, rank)| rank.is_finite() && *rank < 0.0), "{found:?}");
    }

    #[test]
    fn the_last_word_may_be_unfinished_and_no_other() {
        check("storm lant", Wanted::All, &[], &[10, 30]);
        check("stor lantern", Wanted::All, &[], &[]);
        check("lamp", Wanted::All, &[], &[20]);
        check("LÁMPARA", Wanted::All, &[], &[20]);
    }

    #[test]
    fn any_word_is_enough_where_none_has_all() {
        check("oilskin soap", Wanted::All, &[], &[]);
        check("oilskin soap", Wanted::Any, &[], &[50, 60]);
    }

    #[test]
    fn what_stands_together_in_a_word_stands_together_in_the_text() {
        check("storm-proof", Wanted::All, &[], &[40]);
        check("storm-lantern", Wanted::All, &[], &[10]);
        // The end of a column is no neighbour of the next one's beginning.
        check("lantern-burns", Wanted::All, &[], &[]);
    }

    #[test]
    fn a_column_can_be_asked_alone() {
        check("lantern", Wanted::All, &[0], &[10]);
        check("lantern", Wanted::All, &[], &[10, 30]);
    }

    #[test]
    fn a_text_without_a_word_finds_nothing() {
        check("", Wanted::All, &[], &[]);
        check("\" * ^ - 🙂", Wanted::Any, &[], &[]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_what_has_all_words_has_any(text in "[a-d lst\\-\"]{0,12}") {
            let index = shop();
            let any: Vec<i64> = index.find(&text, Wanted::Any, &[]).iter().map(|found| found.0).collect();
            for (number, rank) in index.find(&text, Wanted::All, &[]) {
                prop_assert!(any.contains(&number) && rank < 0.0, "{} {}", number, rank);
            }
        }
    }
}
