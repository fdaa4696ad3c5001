//! What a render read, and whether that still holds.

use serde::{Deserialize, Serialize};

/// Says that the value of a read *may* have changed: a number that is never the same for two values of one read, in
/// any isolate. Cheap to ask for.
pub type Version = u64;

/// Says *what* the value of a read is: a hash of exactly the value that the read gives. Equal fingerprints are taken
/// for equal values, hence 128 bits, from a hash that is the same in every isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint {
    // Two halves: the alignment of a `u128` would make every read of every entry a quarter larger.
    high: u64,
    low: u64,
}

impl Fingerprint {
    /// The fingerprint of a value with this hash.
    pub const fn new(hash: u128) -> Self {
        Fingerprint { high: (hash >> 64) as u64, low: hash as u64 }
    }
}

/// How fresh a read has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Prices and stock: a page with another value is not served any more.
    Strict,
    /// Texts and pictures: a page with the former value may be served while a render brings the new one. A value that
    /// is *gone* counts as strict: what the shop has withdrawn is not shown again.
    Lenient,
}

/// The shop as a render reads it: here only what a memo has to know of it.
pub trait Source<R> {
    /// Names the state of the whole shop: as long as it is the same, no read gives another value. An entry that was
    /// validated at this revision is served without a look at its reads.
    fn revision(&self) -> u64;

    /// The version of what `read` gives. `None`: there is no such thing (any more).
    fn version(&self, read: &R) -> Option<Version>;

    /// The fingerprint of what `read` gives. `None`: there is no such thing (any more). Asked for only when the
    /// version has moved.
    fn fingerprint(&self, read: &R) -> Option<Fingerprint>;

    /// How fresh `read` has to be.
    fn class(&self, read: &R) -> Class;
}

/// A read of the shop, as a render saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read<R> {
    /// The question: a query with its arguments.
    pub read: R,
    /// The version of the answer, moved up when a newer version turned out to be equal. `None`: there was no answer.
    pub version: Option<Version>,
    /// The fingerprint of the answer. `None`: there was no answer.
    pub fingerprint: Option<Fingerprint>,
}

/// How a read compares with the shop of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It gives the same value.
    Green,
    /// It gives another value, and the former one may be served for a moment.
    Amber,
    /// It gives another value, and the former one must not be served.
    Red,
}

impl<R> Read<R> {
    /// Compares the read with the shop of now, and moves its version up if a newer one is equal.
    fn compare(&mut self, source: &impl Source<R>) -> Colour {
        let version = source.version(&self.read);
        if version == self.version {
            return Colour::Green;
        }
        if version.is_some() && source.fingerprint(&self.read) == self.fingerprint {
            self.version = version;
            return Colour::Green;
        }
        match source.class(&self.read) {
            Class::Lenient if version.is_some() => Colour::Amber,
            Class::Lenient | Class::Strict => Colour::Red,
        }
    }
}

/// Everything that one render read: the visitor's dimensions, which make the key, and reads of the shop, which make
/// the validators; each in the order in which it was first read.
///
/// It can be kept beside its page in a second level (such as the Cache API): [`Record::fits`] and [`Record::check`]
/// say in any isolate whether the page may be served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record<D, V, R> {
    pub(crate) dimensions: Vec<(D, V)>,
    pub(crate) reads: Vec<Read<R>>,
}

/// Whether a page may still be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    /// Each read gives the value that it gave: the page is what a render would make now.
    Fresh,
    /// Only lenient reads changed (this is the first): the page may be served while a render brings the new one.
    Stale(T),
    /// A strict read changed, or a value is gone (this is the first): the page must not be served.
    Red(T),
}

impl<R: Clone> Verdict<&R> {
    /// The verdict, with the read itself.
    pub fn cloned(self) -> Verdict<R> {
        match self {
            Verdict::Fresh => Verdict::Fresh,
            Verdict::Stale(read) => Verdict::Stale(read.clone()),
            Verdict::Red(read) => Verdict::Red(read.clone()),
        }
    }
}

impl<D, V, R> Record<D, V, R> {
    /// The dimensions and the values that the render was given, in the order of their first reading.
    pub fn dimensions(&self) -> &[(D, V)] {
        &self.dimensions
    }

    /// The reads of the shop, in the order of their first reading.
    pub fn reads(&self) -> &[Read<R>] {
        &self.reads
    }

    /// Whether the page is for this visitor: each dimension that was read has the value that it had.
    pub fn fits(&self, visitor: impl Fn(&D) -> V) -> bool
    where
        V: PartialEq,
    {
        self.dimensions.iter().all(|(dimension, value)| visitor(dimension) == *value)
    }

    /// Compares all reads with the shop of now. Versions that moved while the value stayed equal are moved up, so that
    /// the next check is cheap: who stores the record may store it again, but need not.
    pub fn check(&mut self, source: &impl Source<R>) -> Verdict<&R> {
        let mut amber = None;
        for read in &mut self.reads {
            match read.compare(source) {
                Colour::Green => {}
                Colour::Amber => {
                    amber.get_or_insert(&read.read);
                }
                Colour::Red => return Verdict::Red(&read.read),
            }
        }
        amber.map_or(Verdict::Fresh, Verdict::Stale)
    }

    /// Each read with its colour, nothing moved up.
    pub fn colours(&self, source: &impl Source<R>) -> Vec<(Read<R>, Colour)>
    where
        R: Clone,
    {
        let colour = |read: &Read<R>| (read.clone(), read.clone().compare(source));
        self.reads.iter().map(colour).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_differ_in_every_bit() {
        for bit in 0..128 {
            assert_ne!(Fingerprint::new(1 << bit), Fingerprint::new(0));
            assert_ne!(Fingerprint::new(1 << bit), Fingerprint::new(1 << ((bit + 64) % 128)));
        }
    }
}
