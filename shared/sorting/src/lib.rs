//! Sorting that is compiled once. The standard library's sorts bring 4 to 6 KB of WebAssembly for each type and order that
//! is sorted, and a cold start reads all of it: for a menu's categories or a facet's values that is too much. These cost
//! each caller some 200 bytes. What is long and sorted on every request is better off with the standard library's.

use std::cmp::Ordering;

/// Sorts by this order, stably: what is equal keeps its place. Takes O(n log n) comparisons, each of which is called and
/// not inlined, and 12 bytes for each item while it works. Of more than 2³² items the rest stays where it is.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let swaps = swaps(items.len(), &mut |a, b| match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        // There are no other numbers than those of items.
        _ => Ordering::Equal,
    });
    for (a, b) in swaps {
        items.swap(a as usize, b as usize);
    }
}

/// Sorts by a key, as [`sort_by`] does. The key is asked for at each comparison.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts as [`sort_by`] does.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// The least so many, in order; of equal ones those that came first. Takes O(log `most`) comparisons for each, and
/// memory for `most` of them: for a few of many.
pub fn least<T: Ord>(all: impl IntoIterator<Item = T>, most: usize) -> Vec<T> {
    let mut least: Vec<T> = Vec::new();
    for item in all {
        if least.len() == most && least.last().is_none_or(|last| *last <= item) {
            continue;
        }
        least.truncate(most - 1);
        least.insert(least.partition_point(|known| *known <= item), item);
    }
    least
}

/// What has to change places, one pair after another, so that numbers up to `len` are in order.
#[inline(never)]
fn swaps(len: usize, compare: &mut dyn FnMut(u32, u32) -> Ordering) -> Vec<(u32, u32)> {
    let mut order: Vec<u32> = (0..u32::try_from(len).unwrap_or(u32::MAX)).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let mut swaps = Vec::with_capacity(order.len());
    // Each circle of places is gone around once: what belongs to a place is brought there, and what was there waits
    // where that came from.
    for start in 0..order.len() {
        let mut at = start;
        while let Some(place) = order.get_mut(at) {
            let from = std::mem::replace(place, at as u32) as usize;
            if from == at || from == start {
                break;
            }
            swaps.push((at as u32, from as u32));
            at = from;
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_order_of_the_standard_library(items in prop::collection::vec((0u8..20, any::<u16>()), 0..200)) {
            let (mut expected, mut sorted) = (items.clone(), items.clone());
            expected.sort();
            sort(&mut sorted);
            prop_assert_eq!(&sorted, &expected);
            // By a part of it only: equal ones keep their places.
            let (mut expected, mut sorted) = (items.clone(), items.clone());
            expected.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
            sort_by_key(&mut sorted, |(key, _)| std::cmp::Reverse(*key));
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn the_least_are_the_beginning_of_all_in_order(items in prop::collection::vec(0u8..50, 0..100), most in 0usize..120) {
            let mut expected = items.clone();
            expected.sort_unstable();
            expected.truncate(most);
            prop_assert_eq!(least(items, most), expected);
        }
    }
}
