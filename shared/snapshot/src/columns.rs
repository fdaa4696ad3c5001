//! Compact columns: many small texts or lists in one allocation.

use serde::{Deserialize, Serialize};

/// Texts, one after the other in one string.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// The text at `index`; empty if there is none.
    pub(crate) fn get(&self, index: usize) -> &str {
        bounds(&self.ends, index).and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(end(self.text.len()));
    }

    /// Gives back what was reserved for more.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Whether every text can be had.
    pub(crate) fn is_sound(&self) -> bool {
        is_sound(&self.ends, self.text.len())
            && self.ends.iter().all(|end| self.text.is_char_boundary(index(*end)))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Texts {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut all = Texts::default();
        texts.into_iter().for_each(|text| all.push(text.as_ref()));
        all
    }
}

/// Lists, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lists<T> {
    items: Vec<T>,
    ends: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// The list at `index`; empty if there is none.
    pub(crate) fn get(&self, index: usize) -> &[T] {
        bounds(&self.ends, index).and_then(|range| self.items.get(range)).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    pub(crate) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.ends.push(end(self.items.len()));
    }

    /// The same lists of other items, one for one.
    pub(crate) fn map<U>(self, of: impl FnMut(T) -> U) -> Lists<U> {
        Lists { items: self.items.into_iter().map(of).collect(), ends: self.ends }
    }

    pub(crate) fn is_sound(&self) -> bool {
        is_sound(&self.ends, self.items.len())
    }
}

fn bounds(ends: &[u32], at: usize) -> Option<std::ops::Range<usize>> {
    let start = at.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
    Some(index(start)..index(*ends.get(at)?))
}

fn is_sound(ends: &[u32], length: usize) -> bool {
    ends.is_sorted() && ends.last().map_or(length == 0, |last| index(*last) == length)
}

/// Offsets are 32 bits: a segment is far smaller. A longer one would not be sound, and so not be read.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A 32-bit index for slices; lossless on the targets that there are.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
