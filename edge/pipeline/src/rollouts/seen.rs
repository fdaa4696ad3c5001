//! The people whom an isolate has seen, and what of them is not stored yet.

use super::Meeting;
use orilla_rollouts::{Counts, Share};
use orilla_shop::rollouts::Tally;
use std::collections::HashMap;

/// People of one rollout that an isolate knows at most (about 400 KB). Later ones don't count: of both groups alike.
const MOST_PEOPLE: usize = 8_192;
/// Rollouts at the same time.
const MOST_ROLLOUTS: usize = 16;
/// Milliseconds that one request counts for at most: a single one must not decide.
const LONGEST: i64 = 10_000;
/// Milliseconds after which who was to store something is not waited for any more.
const LOST: i64 = 15_000;

/// What is known of the rollouts that run.
#[derive(Default)]
pub(crate) struct Seen {
    of: HashMap<u64, People>,
    /// Sums that could not be stored, and those of a coverage before.
    waiting: Vec<Tally>,
    /// Since when somebody is about to store what is new.
    storing_since: Option<i64>,
}

/// The people of a rollout while its coverage stays the same.
struct People {
    share: Share,
    known: HashMap<u64, Person>,
    /// Without and with the new value: what is not stored yet.
    new: [Counts; 2],
}

#[derive(Clone, Copy, Default)]
struct Person {
    is_in: bool,
    requests: u32,
    millis: u32,
    has_failed: bool,
    has_ordered: bool,
}

impl Seen {
    /// A request of somebody.
    pub(crate) fn request(&mut self, meeting: &Meeting, has_failed: bool, millis: i64) {
        let Meeting { rollout, share, is_in, person } = *meeting;
        if !self.of.contains_key(&rollout) && self.of.len() >= MOST_ROLLOUTS {
            return;
        }
        let people = self.of.entry(rollout).or_insert_with(|| People::of(share));
        if people.share != share {
            let before = std::mem::replace(people, People::of(share));
            self.waiting.extend(before.tallies(rollout));
        }
        if people.known.len() >= MOST_PEOPLE && !people.known.contains_key(&person) {
            return;
        }
        let known = people.known.entry(person).or_insert(Person { is_in, ..Person::default() });
        let [without, with] = &mut people.new;
        let counts = if known.is_in { with } else { without };
        let millis = u32::try_from(millis.clamp(0, LONGEST)).unwrap_or_default();
        let (r, m, t) = (f64::from(known.requests), f64::from(known.millis), f64::from(millis));
        // The sums over people of their squares grow by what the squares do: (r + 1)² − r², and so on.
        *counts = counts.and(Counts {
            people: u64::from(known.requests == 0),
            failed: u64::from(has_failed && !known.has_failed),
            converted: 0,
            requests: 1,
            requests_squared: 2.0 * r + 1.0,
            millis: t,
            millis_squared: (2.0 * m + t) * t,
            products: m + r * t + t,
        });
        known.requests = known.requests.saturating_add(1);
        known.millis = known.millis.saturating_add(millis);
        known.has_failed |= has_failed;
    }

    /// Somebody has placed an order: counts once.
    pub(crate) fn order(&mut self, meeting: &Meeting) {
        let Some(people) = self.of.get_mut(&meeting.rollout) else { return };
        let Some(known) = people.known.get_mut(&meeting.person).filter(|known| !known.has_ordered) else {
            return;
        };
        known.has_ordered = true;
        let [without, with] = &mut people.new;
        let counts = if known.is_in { with } else { without };
        counts.converted += 1;
    }

    /// Whether the caller has to see to it that what is new is stored. One who was told so longer ago than this was lost
    /// with its request.
    pub(crate) fn is_to_be_stored(&mut self, now: i64) -> bool {
        if self.storing_since.is_some_and(|since| now - since < LOST) {
            return false;
        }
        self.storing_since = Some(now);
        true
    }

    /// What is to be stored.
    pub(crate) fn take(&mut self) -> Vec<Tally> {
        self.storing_since = None;
        let mut new = std::mem::take(&mut self.waiting);
        for (rollout, people) in &mut self.of {
            new.extend(people.tallies(*rollout));
            people.new = Default::default();
        }
        new
    }

    /// These could not be stored.
    pub(crate) fn put_back(&mut self, tallies: Vec<Tally>) {
        for tally in tallies {
            let same = |other: &&mut Tally| {
                (other.rollout, other.share, other.is_in) == (tally.rollout, tally.share, tally.is_in)
            };
            if let Some(known) = self.waiting.iter_mut().find(same) {
                known.counts = known.counts.and(tally.counts);
            } else if self.waiting.len() < 4 * MOST_ROLLOUTS {
                self.waiting.push(tally);
            }
        }
    }
}

impl People {
    fn of(share: Share) -> Self {
        People { share, known: HashMap::new(), new: Default::default() }
    }

    fn tallies(&self, rollout: u64) -> Vec<Tally> {
        let groups = [false, true].into_iter().zip(self.new);
        groups
            .filter(|(_, counts)| *counts != Counts::default())
            .map(|(is_in, counts)| Tally { rollout, share: self.share, is_in, counts })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(share: u16, is_in: bool, person: u64) -> Meeting {
        Meeting { rollout: 7, share: Share(share), is_in, person }
    }

    #[test]
    fn the_sums_are_those_of_people() {
        let mut seen = Seen::default();
        // One person with requests of 10, 20 and 3 ms, the second of which fails, twice; one with a single request.
        for (person, is_in, has_failed, millis) in [
            (1, true, false, 10),
            (1, true, true, 20),
            (2, true, false, 5),
            (3, false, false, 99_999),
            (1, true, true, 3),
        ] {
            seen.request(&meeting(500, is_in, person), has_failed, millis);
        }
        (0..2).for_each(|_| seen.order(&meeting(500, true, 1)));
        seen.order(&meeting(500, true, 99));
        let tallies = seen.take();
        let with = tallies.iter().find(|tally| tally.is_in).unwrap();
        let expected = Counts {
            people: 2,
            failed: 1,
            converted: 1,
            requests: 4,
            requests_squared: 10.0,
            millis: 38.0,
            millis_squared: 33.0 * 33.0 + 25.0,
            products: 3.0 * 33.0 + 5.0,
        };
        assert_eq!((with.rollout, with.share, with.counts), (7, Share(500), expected));
        let without = tallies.iter().find(|tally| !tally.is_in).unwrap();
        assert_eq!((without.counts.people, without.counts.millis), (1, 10_000.0));
        // Only what is new is stored later.
        seen.request(&meeting(500, true, 2), false, 1);
        let later = seen.take();
        assert_eq!((later[0].counts.people, later[0].counts.requests), (0, 1));
        assert!((later[0].counts.requests_squared - 3.0).abs() < 1e-9);
        assert_eq!(seen.take(), []);
    }

    #[test]
    fn one_stores_for_all_unless_it_is_lost() {
        let mut seen = Seen::default();
        assert!(seen.is_to_be_stored(0) && !seen.is_to_be_stored(14_999) && seen.is_to_be_stored(15_000));
        seen.take();
        assert!(seen.is_to_be_stored(15_001));
    }

    #[test]
    fn another_coverage_begins_anew_and_loses_nothing() {
        let mut seen = Seen::default();
        seen.request(&meeting(100, false, 1), false, 1);
        seen.request(&meeting(500, true, 1), false, 1);
        let tallies = seen.take();
        let of: Vec<_> =
            tallies.iter().map(|tally| (tally.share.0, tally.is_in, tally.counts.people)).collect();
        assert_eq!(of, [(100, false, 1), (500, true, 1)]);
        // A failed writing comes again, added up.
        seen.put_back(tallies.clone());
        seen.put_back(tallies[..1].to_vec());
        let again = seen.take();
        assert_eq!(again.iter().map(|tally| tally.counts.people).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn it_is_bounded() {
        let mut seen = Seen::default();
        for person in 0..20_000 {
            seen.request(&meeting(100, person % 2 == 0, person), false, 1);
        }
        for rollout in 100..200 {
            seen.request(&Meeting { rollout, ..meeting(100, true, 1) }, false, 1);
        }
        assert_eq!(seen.of[&7].known.len(), MOST_PEOPLE);
        let tallies = seen.take();
        assert_eq!(tallies.iter().filter(|t| t.rollout == 7).map(|t| t.counts.people).sum::<u64>(), 8_192);
        assert_eq!(seen.of.len(), MOST_ROLLOUTS);
    }
}
