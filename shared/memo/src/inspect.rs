//! What a memo tells about itself.

use crate::memo::{Look, Why};
use crate::record::{Colour, Read, Verdict};

/// An entry of the memo, as compared with the shop of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection<D, V, R> {
    /// The dimensions that the render read, and their values: the key.
    pub dimensions: Vec<(D, V)>,
    /// The reads of the shop, each with the version up to which it is known to be equal, and how it
    /// compares with now: the validators.
    pub reads: Vec<(Read<R>, Colour)>,
    /// What the entry takes, an upper estimate with its bookkeeping.
    pub bytes: usize,
    /// How often the page was served.
    pub hits: u64,
    /// How long ago it was kept, in milliseconds.
    pub age_ms: u64,
}

impl<D, V, R> Inspection<D, V, R> {
    /// Whether the page would be served, and if not at once, which read is in the way.
    pub fn verdict(&self) -> Verdict<&R> {
        let first = |colour| self.reads.iter().find(|(_, c)| *c == colour).map(|(read, _)| &read.read);
        match (first(Colour::Red), first(Colour::Amber)) {
            (Some(read), _) => Verdict::Red(read),
            (None, Some(read)) => Verdict::Stale(read),
            (None, None) => Verdict::Fresh,
        }
    }
}

/// What a memo holds, and how often it helped since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Routes with at least one entry.
    pub routes: usize,
    /// Entries.
    pub entries: usize,
    /// What the entries take, an upper estimate; never above the limit.
    pub bytes: usize,
    /// Looks that found a fresh page.
    pub hits: u64,
    /// Looks that found a page of a moment ago.
    pub stale: u64,
    /// Looks that found no page, by reason.
    pub misses: Misses,
    /// Entries that had to make room.
    pub evictions: u64,
}

/// Looks that found no page, by the reason ([`Why`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misses {
    /// [`Why::Unseen`].
    pub unseen: u64,
    /// [`Why::Visitor`].
    pub visitor: u64,
    /// [`Why::Red`].
    pub red: u64,
}

impl Misses {
    /// Counts a miss and makes the answer of it.
    pub(crate) fn count<D, R, P>(&mut self, why: Why<D, R>) -> Look<D, R, P> {
        match why {
            Why::Unseen => self.unseen += 1,
            Why::Visitor(_) => self.visitor += 1,
            Why::Red(_) => self.red += 1,
        }
        Look::Miss(why)
    }
}
