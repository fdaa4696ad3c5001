//! Lives during one render and writes down what it reads.

use crate::record::{Fingerprint, Read, Record, Source, Version};
use indexmap::IndexMap;
use indexmap::map::Entry;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Writes down what one render reads. The parts of the render share it by reference (or by `Arc`: then
/// `Arc::into_inner` gives it back only when no part of the render runs any more, so that nothing is read too late).
#[derive(Debug)]
pub struct Recorder<D, V, R> {
    seen: Mutex<Seen<D, V, R>>,
}

#[derive(Debug)]
struct Seen<D, V, R> {
    dimensions: Vec<(D, V)>,
    reads: IndexMap<R, (Option<Version>, Option<Fingerprint>)>,
    torn: bool,
}

/// The render has seen two values of one thing, as when the shop changed under it: its page belongs to no state of the
/// shop, and can't be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the render has seen two values of one thing: let it read one snapshot and one visitor")]
pub struct Torn;

impl<D: Eq, V: Eq, R: Eq + Hash> Recorder<D, V, R> {
    /// A recorder that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The render was given `value` for a dimension of the visitor.
    pub fn dimension(&self, dimension: D, value: V) {
        let mut seen = self.seen();
        // A page reads a handful of dimensions: a walk is quicker than a hash.
        match seen.dimensions.iter().find(|(known, _)| *known == dimension) {
            Some((_, known)) => seen.torn |= *known != value,
            None => seen.dimensions.push((dimension, value)),
        }
    }

    /// The render read something of the shop: `version` and `fingerprint` are of the value that it was given, `None`
    /// if there was no such thing.
    pub fn read(&self, read: R, version: Option<Version>, fingerprint: Option<Fingerprint>) {
        let mut seen = self.seen();
        match seen.reads.entry(read) {
            Entry::Occupied(known) => {
                let torn = known.get().1 != fingerprint;
                seen.torn |= torn;
            }
            Entry::Vacant(free) => {
                free.insert((version, fingerprint));
            }
        }
    }

    /// [`Recorder::read`], with version and fingerprint as `source` has them now. The fingerprint is made for the
    /// first reading and taken as known for those that follow at the same version.
    pub fn read_from(&self, read: R, source: &impl Source<R>) {
        let version = source.version(&read);
        let known = self.seen().reads.get(&read).is_some_and(|(known, _)| *known == version);
        if !known {
            let fingerprint = source.fingerprint(&read);
            self.read(read, version, fingerprint);
        }
    }

    /// The render is over.
    ///
    /// # Errors
    /// [`Torn`] if the render has seen two values of one thing.
    pub fn finish(self) -> Result<Record<D, V, R>, Torn> {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        if seen.torn {
            return Err(Torn);
        }
        let reads =
            seen.reads.into_iter().map(|(read, (version, fingerprint))| Read { read, version, fingerprint });
        Ok(Record { dimensions: seen.dimensions, reads: reads.collect() })
    }

    fn seen(&self) -> MutexGuard<'_, Seen<D, V, R>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D, V, R> Default for Recorder<D, V, R> {
    fn default() -> Self {
        Recorder { seen: Mutex::new(Seen { dimensions: Vec::new(), reads: IndexMap::new(), torn: false }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Step {
        Dimension(&'static str, u8),
        Read(&'static str, Option<u64>),
    }
    use Step::{Dimension, Read as Reads};

    type Expected = Result<(Vec<(&'static str, u8)>, Vec<(&'static str, Option<u64>)>), Torn>;

    #[track_caller]
    fn check(steps: Vec<Step>, expected: Expected) {
        let recorder = Recorder::new();
        for step in steps {
            match step {
                Dimension(dimension, value) => recorder.dimension(dimension, value),
                Reads(read, value) => recorder.read(read, value, value.map(|v| Fingerprint::new(v.into()))),
            }
        }
        let summary = recorder.finish().map(|record| {
            let reads = record.reads().iter().map(|r| (r.read, r.version)).collect();
            (record.dimensions().to_vec(), reads)
        });
        assert_eq!(summary, expected);
    }

    #[test]
    fn keeps_the_order_of_first_reading() {
        check(vec![], Ok((vec![], vec![])));
        check(
            vec![
                Dimension("locale", 1),
                Reads("lamp", Some(7)),
                Dimension("currency", 2),
                Reads("chair", None),
                Dimension("locale", 1),
                Reads("lamp", Some(7)),
            ],
            Ok((vec![("locale", 1), ("currency", 2)], vec![("lamp", Some(7)), ("chair", None)])),
        );
    }

    #[test]
    fn two_values_of_one_thing_are_torn() {
        check(vec![Dimension("locale", 1), Dimension("locale", 2)], Err(Torn));
        check(vec![Reads("lamp", Some(1)), Reads("lamp", Some(2))], Err(Torn));
        check(vec![Reads("lamp", Some(1)), Reads("lamp", None), Reads("lamp", Some(1))], Err(Torn));
    }

    #[test]
    fn is_shared_between_threads() {
        fn is_send_and_sync<T: Send + Sync>() {}
        is_send_and_sync::<Recorder<&str, u8, String>>();
    }
}
