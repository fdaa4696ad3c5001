//! A page as pieces of bytes that everybody shares, with slots between them.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// A part of a page that belongs to one visitor, and is rendered per request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot<I> {
    id: I,
    arguments: Box<str>,
}

impl<I> Slot<I> {
    /// Which slot it is: says who renders it.
    pub fn id(&self) -> &I {
        &self.id
    }

    /// What the shared part tells the slot's renderer, in a form that the two agree upon.
    pub fn arguments(&self) -> &str {
        &self.arguments
    }
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece<I> {
    /// Bytes that are the same for everybody, never none.
    Shared(Bytes),
    /// A place that is filled per request.
    Slot(Slot<I>),
}

/// A page as pieces of bytes that everybody shares, with slots between them, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template<I> {
    pieces: Vec<Piece<I>>,
}

impl<I> Template<I> {
    /// The pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece<I>> {
        self.pieces.iter()
    }

    /// Whether the page has slots: if not, it is the same for everybody.
    pub fn has_slots(&self) -> bool {
        self.pieces().any(|piece| matches!(piece, Piece::Slot(_)))
    }

    /// What the template takes in memory: for [`Memo::keep`](crate::Memo::keep).
    pub fn weight(&self) -> usize {
        let own = |piece: &Piece<I>| match piece {
            Piece::Shared(bytes) => bytes.len(),
            Piece::Slot(slot) => slot.arguments.len(),
        };
        size_of_val(self.pieces.as_slice()) + self.pieces().map(own).sum::<usize>()
    }
}

/// Marks the places of slots while a page is rendered to text, and splits the text there.
///
/// A mark is made of letters and digits only, so that every renderer writes it as it is, and begins with a number that
/// no text of the shop can know: the host's random number for this render.
#[derive(Debug)]
pub struct Marks<I> {
    prefix: String,
    slots: Mutex<Vec<Slot<I>>>,
}

/// The text has a mark that was not made here: the random number was not random, or the renderer changed the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is a mark at byte {at} of the page that names no slot")]
pub struct UnknownMark {
    /// Where the mark begins, in bytes.
    pub at: usize,
}

/// Ends a mark; no digit.
const END: char = 'z';

impl<I: Clone> Marks<I> {
    /// Marks for one render. `random` is a number that nobody can guess.
    pub fn new(random: u128) -> Self {
        Marks { prefix: format!("slot{random:032x}n"), slots: Mutex::new(Vec::new()) }
    }

    /// The mark of a slot: a text to be written where the slot is to be.
    pub fn slot(&self, id: I, arguments: impl Into<Box<str>>) -> String {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.push(Slot { id, arguments: arguments.into() });
        format!("{}{}{END}", self.prefix, slots.len() - 1)
    }

    /// Splits the page that was rendered. A slot that the render dropped is no error, one that it wrote twice is twice
    /// in the page.
    ///
    /// # Errors
    /// [`UnknownMark`] if there is a mark that names no slot.
    pub fn split(self, html: impl Into<String>) -> Result<Template<I>, UnknownMark> {
        let slots = self.slots.into_inner().unwrap_or_else(PoisonError::into_inner);
        let html = html.into();
        let mut pieces = Vec::new();
        let mut cuts = Vec::new();
        let mut rest = html.as_str();
        while let Some((before, mark)) = rest.split_once(&self.prefix) {
            let start = html.len() - rest.len() + before.len();
            let (number, after) = mark.split_once(END).ok_or(UnknownMark { at: start })?;
            let slot =
                number.parse().ok().and_then(|n: usize| slots.get(n)).ok_or(UnknownMark { at: start })?;
            cuts.push((html.len() - rest.len()..start, slot));
            rest = after;
        }
        let last = html.len() - rest.len()..html.len();
        // All pieces are windows of the one buffer. It is cut to its length: renderers take more room than they fill, and
        // a kept page would hold that too, where nobody counts it.
        let all = Bytes::from(html.into_boxed_str().into_boxed_bytes());
        let share = |range: std::ops::Range<usize>, pieces: &mut Vec<Piece<I>>| {
            if !range.is_empty() {
                pieces.push(Piece::Shared(all.slice(range)));
            }
        };
        for (range, slot) in cuts {
            share(range, &mut pieces);
            pieces.push(Piece::Slot(slot.clone()));
        }
        share(last, &mut pieces);
        Ok(Template { pieces })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RANDOM: u128 = 0xfeed_0000_0000_0000_0000_0000_0000_0001;

    fn shown(template: &Template<char>) -> Vec<String> {
        let show = |piece: &Piece<char>| match piece {
            Piece::Shared(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Piece::Slot(slot) => format!("{}({})", slot.id(), slot.arguments()),
        };
        template.pieces().map(show).collect()
    }

    /// `{0}`, `{1}` in the text stand for the marks of the slots `a(x)`, `b(y)`.
    #[track_caller]
    fn check(text: &str, expected: Result<&[&str], UnknownMark>) {
        let marks = Marks::new(RANDOM);
        let (a, b) = (marks.slot('a', "x"), marks.slot('b', "y"));
        let template = marks.split(text.replace("{0}", &a).replace("{1}", &b));
        let stored = template.as_ref().map(|t| serde_json::to_string(t).unwrap());
        let expected = expected.map(|pieces| pieces.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(template.as_ref().map(shown).map_err(|e| *e), expected);
        if let (Ok(template), Ok(stored)) = (&template, stored) {
            assert_eq!(serde_json::from_str::<Template<char>>(&stored).unwrap(), *template);
        }
    }

    #[test]
    fn splits_at_the_marks() {
        check("", Ok(&[]));
        check("<p>all</p>", Ok(&["<p>all</p>"]));
        check("{0}", Ok(&["a(x)"]));
        check("<p>{0}</p>", Ok(&["<p>", "a(x)", "</p>"]));
        check("{1}ü{0}", Ok(&["b(y)", "ü", "a(x)"]));
        check("{0}{0}", Ok(&["a(x)", "a(x)"]));
        check("slot0n0z{0}", Ok(&["slot0n0z", "a(x)"]));
    }

    #[test]
    fn refuses_marks_that_it_did_not_make() {
        let prefix = Marks::<char>::new(RANDOM).prefix;
        check(&format!("ab{prefix}2z"), Err(UnknownMark { at: 2 }));
        check(&format!("{{0}}{prefix}"), Err(UnknownMark { at: prefix.len() + 2 }));
        check(&format!("{prefix}-1z"), Err(UnknownMark { at: 0 }));
        check(&format!("{prefix}<b>z"), Err(UnknownMark { at: 0 }));
    }

    #[test]
    fn a_page_keeps_no_more_than_it_shows() {
        let mut html = String::with_capacity(1 << 20);
        html.push_str("<p>all</p>");
        let mut template = Marks::<char>::new(RANDOM).split(html).unwrap();
        let Some(Piece::Shared(bytes)) = template.pieces.pop() else { panic!("a piece") };
        assert_eq!(Vec::from(bytes).capacity(), 10);
        assert_eq!(template.pieces.len(), 0);
    }

    proptest! {
        /// Whatever the texts are, the pieces are the texts and the slots between them.
        #[test]
        fn gives_back_what_was_put_together(texts in prop::collection::vec("(slot|[0-9a-f]{1,4}|n|z|<|é)*", 1..6)) {
            let marks = Marks::new(RANDOM);
            let mut html = String::new();
            let mut expected = Vec::new();
            for (number, text) in texts.iter().enumerate() {
                html.push_str(text);
                html.push_str(&marks.slot('s', number.to_string()));
                expected.extend((!text.is_empty()).then(|| text.clone()));
                expected.push(format!("s({number})"));
            }
            let template = marks.split(html).unwrap();
            prop_assert_eq!(shown(&template), expected);
            let bytes: usize = texts.iter().map(String::len).sum();
            prop_assert!(template.weight() >= bytes);
        }
    }
}
