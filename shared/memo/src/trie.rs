//! The first level of the lookup: which dimension is asked next, given the values of those before.

use std::collections::BTreeMap;

/// Names an entry of the memo.
pub(crate) type EntryId = u64;

/// A decision: ask the visitor for a dimension and follow the value, or have found the entry.
///
/// A render is a function of visitor and shop. So, in one state of the shop, all renders of a route that were given
/// the same values so far ask for the same dimension next: their paths make a trie. Where a path disagrees with the
/// trie, it comes from another state of the shop, and only one of them can hold now; so a newer path takes the place
/// of everything that it disagrees with.
#[derive(Debug)]
pub(crate) enum Trie<D, V> {
    Ask { dimension: D, branches: BTreeMap<V, Trie<D, V>> },
    Entry(EntryId),
}

impl<D: Clone + Eq, V: Clone + Ord> Trie<D, V> {
    /// A trie of one path.
    pub(crate) fn path(path: &[(D, V)], id: EntryId) -> Self {
        path.iter().rev().fold(Trie::Entry(id), |next, (dimension, value)| Trie::Ask {
            dimension: dimension.clone(),
            branches: BTreeMap::from([(value.clone(), next)]),
        })
    }

    /// The entry for a visitor, or the dimension of which no entry has the visitor's value.
    pub(crate) fn find(&self, visitor: &impl Fn(&D) -> V) -> Result<EntryId, &D> {
        let mut node = self;
        loop {
            match node {
                Trie::Entry(id) => return Ok(*id),
                Trie::Ask { dimension, branches } => {
                    node = branches.get(&visitor(dimension)).ok_or(dimension)?;
                }
            }
        }
    }

    /// Whether a path can be inserted without displacing anything.
    pub(crate) fn has_room(&self, path: &[(D, V)]) -> bool {
        let mut node = self;
        for (asked, value) in path {
            match node {
                Trie::Ask { dimension, branches } if dimension == asked => match branches.get(value) {
                    Some(next) => node = next,
                    None => return true,
                },
                Trie::Ask { .. } | Trie::Entry(_) => return false,
            }
        }
        false
    }

    /// Inserts a path. The entries whose place it takes are added to `displaced`.
    pub(crate) fn insert(&mut self, path: &[(D, V)], id: EntryId, displaced: &mut Vec<EntryId>) {
        if let (Trie::Ask { dimension, branches }, Some(((asked, value), rest))) =
            (&mut *self, path.split_first())
            && dimension == asked
        {
            match branches.get_mut(value) {
                Some(next) => next.insert(rest, id, displaced),
                None => {
                    branches.insert(value.clone(), Trie::path(rest, id));
                }
            }
            return;
        }
        self.entries(displaced);
        *self = Trie::path(path, id);
    }

    /// Removes the entry at the end of a path, and the branches that lead nowhere then. Answers whether nothing is
    /// left, and the trie itself is to be removed.
    pub(crate) fn remove(&mut self, path: &[(D, V)]) -> bool {
        match (self, path.split_first()) {
            (Trie::Entry(_), _) => true,
            (Trie::Ask { .. }, None) => false,
            (Trie::Ask { branches, .. }, Some(((_, value), rest))) => {
                if branches.get_mut(value).is_some_and(|next| next.remove(rest)) {
                    branches.remove(value);
                }
                branches.is_empty()
            }
        }
    }

    /// Adds all entries, in the order of the values.
    pub(crate) fn entries(&self, found: &mut Vec<EntryId>) {
        match self {
            Trie::Entry(id) => found.push(*id),
            Trie::Ask { branches, .. } => branches.values().for_each(|next| next.entries(found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Path = &'static [(char, u8)];

    fn entries(trie: &Trie<char, u8>) -> Vec<EntryId> {
        let mut found = Vec::new();
        trie.entries(&mut found);
        found
    }

    /// Inserts `old` as entries 0, 1, …, then `new` as entry 99: what it displaces.
    #[track_caller]
    fn check(old: &[Path], new: Path, displaced: &[EntryId]) {
        let mut trie = Trie::path(old[0], 0);
        for (id, path) in (1..).zip(&old[1..]) {
            let mut none = Vec::new();
            trie.insert(path, id, &mut none);
            assert!(none.is_empty());
        }
        assert_eq!(trie.has_room(new), displaced.is_empty());
        let mut found = Vec::new();
        trie.insert(new, 99, &mut found);
        assert_eq!(found, displaced);
        let visitor = |dimension: &char| new.iter().find(|(d, _)| d == dimension).map_or(0, |(_, v)| *v);
        assert_eq!(trie.find(&visitor), Ok(99));
        for (id, path) in (0..).zip(old) {
            let visitor = |dimension: &char| path.iter().find(|(d, _)| d == dimension).map_or(0, |(_, v)| *v);
            if !displaced.contains(&id) {
                assert_eq!(trie.find(&visitor), Ok(id));
                assert!(!trie.remove(path));
            }
        }
        assert_eq!(entries(&trie), [99]);
        assert!(trie.remove(new), "nothing is left");
    }

    #[test]
    fn newer_paths_displace_what_they_disagree_with() {
        check(&[&[]], &[], &[0]);
        check(&[&[]], &[('a', 1)], &[0]);
        check(&[&[('a', 1)]], &[], &[0]);
        check(&[&[('a', 1)]], &[('a', 1)], &[0]);
        check(&[&[('a', 1)]], &[('a', 2)], &[]);
        check(&[&[('a', 1)], &[('a', 2)]], &[('b', 1)], &[0, 1]);
        check(&[&[('a', 1)], &[('a', 2)]], &[('a', 1), ('b', 1)], &[0]);
        check(&[&[('a', 1), ('b', 1)], &[('a', 1), ('b', 2)], &[('a', 2)]], &[('a', 1)], &[0, 1]);
        check(&[&[('a', 1), ('b', 1)], &[('a', 1), ('b', 2)], &[('a', 2)]], &[('a', 1), ('c', 2)], &[0, 1]);
        check(&[&[('a', 1), ('b', 1)], &[('a', 2), ('c', 2)]], &[('a', 2), ('c', 1)], &[]);
    }

    #[test]
    fn says_which_dimension_has_an_unknown_value() {
        let trie = Trie::path(&[('a', 1), ('b', 1)], 0);
        assert_eq!(trie.find(&|_| 2), Err(&'a'));
        assert_eq!(trie.find(&|d| if *d == 'a' { 1 } else { 2 }), Err(&'b'));
    }
}
