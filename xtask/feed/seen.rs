//! Which handles a run has had, over all its files.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Where each handle stood first. Of a handle only a hash of 128 bits is kept, so that a file with a million products
/// takes some 70 MB here, whatever its handles look like; two handles with one hash do not happen.
#[derive(Default)]
pub struct Seen {
    hashers: [RandomState; 2],
    /// File (its place among the run's files) and line.
    places: HashMap<[u64; 2], (usize, u64)>,
}

impl Seen {
    /// Where this handle stood before: the place among the run's files, and the line. `None` for the first time, which
    /// is noted.
    pub fn before(&mut self, handle: &str, file: usize, line: u64) -> Option<(usize, u64)> {
        let hash = self.hashers.each_ref().map(|hasher| hasher.hash_one(handle));
        let before = self.places.get(&hash).copied();
        if before.is_none() {
            self.places.insert(hash, (file, line));
        }
        before
    }
}
