//! The facet values of a snapshot, each once.

use crate::bucket::FacetKind;
use crate::columns::{Texts, index};
use hashbrown::HashTable;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Numbers for facet keys and values. A snapshot takes on the dictionary of the one before and adds what is new, so that
/// the buckets that they share need no other numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    keys: Texts,
    key_numbers: BTreeMap<Box<str>, u32>,
    tokens: Texts,
    /// The key and kind of each value.
    of: Vec<(u32, FacetKind)>,
    /// Numbers of values, by the hash of key, kind and token.
    numbers: HashTable<u32>,
    /// How many values there were when it was made for a snapshot without a predecessor.
    fresh: usize,
}

impl Dictionary {
    /// Whether more than half of it may be values that no product has any more.
    pub(crate) fn is_stale(&self) -> bool {
        self.of.len() > self.fresh.saturating_mul(2).saturating_add(1_000)
    }

    /// Ends the making of a dictionary.
    pub(crate) fn close(&mut self) {
        if self.fresh == 0 {
            self.fresh = self.of.len();
        }
        self.keys.shrink();
        self.tokens.shrink();
        self.of.shrink_to_fit();
        let Dictionary { tokens, of, numbers, .. } = self;
        numbers.shrink_to_fit(|number| hash_at(tokens, of, *number));
    }

    /// The number of a key, new or known.
    pub(crate) fn key(&mut self, key: &str) -> u32 {
        if let Some(number) = self.key_numbers.get(key) {
            return *number;
        }
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(key);
        self.key_numbers.insert(key.into(), number);
        number
    }

    /// The number of a value, new or known.
    pub(crate) fn value(&mut self, key: u32, kind: FacetKind, token: &str) -> u32 {
        let Dictionary { tokens, of, numbers, .. } = self;
        let hash = hash(key, kind, token);
        let is_it = |number: &u32| {
            of.get(index(*number)) == Some(&(key, kind)) && tokens.get(index(*number)) == token
        };
        if let Some(number) = numbers.find(hash, is_it) {
            return *number;
        }
        let number = u32::try_from(of.len()).unwrap_or(u32::MAX);
        tokens.push(token);
        of.push((key, kind));
        numbers.insert_unique(hash, number, |number| hash_at(tokens, of, *number));
        number
    }

    /// The names of keys.
    pub(crate) fn keys(&self) -> &Texts {
        &self.keys
    }

    /// The token of a value.
    pub(crate) fn token(&self, value: usize) -> &str {
        self.tokens.get(value)
    }

    /// The key and kind of each value.
    pub(crate) fn values(&self) -> &[(u32, FacetKind)] {
        &self.of
    }
}

fn hash(key: u32, kind: FacetKind, token: &str) -> u64 {
    xxh3_64_with_seed(token.as_bytes(), u64::from(key) << 2 | kind as u64)
}

fn hash_at(tokens: &Texts, of: &[(u32, FacetKind)], number: u32) -> u64 {
    let (key, kind) = of.get(index(number)).copied().unwrap_or((0, FacetKind::Text));
    hash(key, kind, tokens.get(index(number)))
}
