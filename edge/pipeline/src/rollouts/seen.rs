//! What an isolate has seen of people, and is not stored yet.

use super::Meeting;
use orilla_rollouts::Share;
use orilla_shop::rollouts::{Batch, SENT_AGAIN_FOR, Tally};
use std::collections::HashMap;
use std::sync::Arc;

/// People of whom something is not stored yet, at most (about 600 KB as text). Others don't count until the next writing:
/// of both groups alike.
const MOST_PEOPLE: usize = 4_096;
/// Milliseconds that one request counts for at most: a single one must not decide.
const LONGEST: i64 = 10_000;
/// Milliseconds after which who was to store something is not waited for any more.
const LOST: i64 = 15_000;

/// What is not stored yet of the rollouts that run. Whom it has stored the isolate forgets: the store knows them, from all
/// isolates, and counts each of them once.
#[derive(Default)]
pub(crate) struct Seen {
    new: HashMap<Who, Did>,
    /// What was sent, until somebody hears that it is stored. It is sent again as it is, since it may have arrived.
    sent: Option<Arc<Batch>>,
    /// Since when somebody is about to store what is new.
    storing_since: Option<i64>,
}

/// Somebody under one coverage of a rollout.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Who {
    rollout: u64,
    share: Share,
    person: u64,
}

#[derive(Clone, Copy, Default)]
struct Did {
    is_in: bool,
    requests: u32,
    millis: u32,
    has_failed: bool,
    has_ordered: bool,
}

impl Seen {
    /// A request of somebody is over.
    pub(crate) fn request(&mut self, meeting: &Meeting, has_failed: bool, millis: i64, has_ordered: bool) {
        let Meeting { rollout, share, is_in, person } = *meeting;
        let who = Who { rollout, share, person };
        if self.new.len() >= MOST_PEOPLE && !self.new.contains_key(&who) {
            return;
        }
        let did = self.new.entry(who).or_insert(Did { is_in, ..Did::default() });
        let millis = u32::try_from(millis.clamp(0, LONGEST)).unwrap_or_default();
        did.requests = did.requests.saturating_add(1);
        did.millis = did.millis.saturating_add(millis);
        did.has_failed |= has_failed;
        did.has_ordered |= has_ordered;
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

    /// What is to be stored next: what was sent before, if nobody has heard that it arrived, else what is new, under this
    /// id. `name` says who a person is to the store, by rollout, coverage and what stands for them here; whom it has no
    /// name for is left out.
    pub(crate) fn next(
        &mut self,
        id: String,
        now: i64,
        name: impl Fn(u64, Share, u64) -> Option<i64>,
    ) -> Option<Arc<Batch>> {
        self.storing_since = None;
        // Nobody would know any more whether it has arrived: rather lost than counted twice.
        self.sent.take_if(|batch| now - batch.made_at > SENT_AGAIN_FOR);
        if self.sent.is_none() && !self.new.is_empty() {
            let tally = |(who, did): (Who, Did)| {
                let Who { rollout, share, person } = who;
                let Did { is_in, requests, millis, has_failed, has_ordered } = did;
                let person = name(rollout, share, person)?;
                Some(Tally { rollout, share, is_in, person, requests, millis, has_failed, has_ordered })
            };
            let tallies = self.new.drain().filter_map(tally).collect();
            self.sent = Some(Arc::new(Batch { id, made_at: now, tallies }));
        }
        self.sent.clone()
    }

    /// This is stored.
    pub(crate) fn stored(&mut self, batch: &Batch) {
        self.sent.take_if(|sent| sent.id == batch.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(share: u16, is_in: bool, person: u64) -> Meeting {
        Meeting { rollout: 7, share: Share(share), is_in, person }
    }

    /// What is to be stored next, by coverage and person.
    fn next(seen: &mut Seen, id: &str, now: i64) -> Option<Batch> {
        let batch = seen.next(id.to_owned(), now, |_, _, person| i64::try_from(person).ok())?;
        let mut batch = Batch::clone(&batch);
        batch.tallies.sort_by_key(|tally| (tally.share, tally.person));
        Some(batch)
    }

    #[test]
    fn it_is_what_people_did_since_the_last_writing() {
        let mut seen = Seen::default();
        // One person with requests of 10, 20 and 3 ms, the second of which fails, and an order; two with one request.
        for (person, is_in, has_failed, millis, has_ordered) in [
            (1, true, false, 10, false),
            (1, true, true, 20, true),
            (2, true, false, 5, false),
            (3, false, false, 99_999, false),
            (1, true, false, 3, false),
        ] {
            seen.request(&meeting(500, is_in, person), has_failed, millis, has_ordered);
        }
        let batch = next(&mut seen, "a", 5).unwrap();
        let one = Tally {
            rollout: 7,
            share: Share(500),
            is_in: true,
            person: 1,
            requests: 3,
            millis: 33,
            has_failed: true,
            has_ordered: true,
        };
        let other = Tally { requests: 1, has_failed: false, has_ordered: false, ..one };
        let two = Tally { person: 2, millis: 5, ..other };
        let three = Tally { person: 3, is_in: false, millis: 10_000, ..other };
        assert_eq!(batch, Batch { id: "a".into(), made_at: 5, tallies: vec![one, two, three] });
        seen.stored(&batch);
        assert_eq!(next(&mut seen, "b", 6), None);
        seen.request(&meeting(500, true, 2), false, 1, false);
        assert_eq!(next(&mut seen, "c", 7).unwrap().tallies, [Tally { millis: 1, ..two }]);
    }

    #[test]
    fn one_stores_for_all_unless_it_is_lost() {
        let mut seen = Seen::default();
        assert!(seen.is_to_be_stored(0) && !seen.is_to_be_stored(14_999) && seen.is_to_be_stored(15_000));
        next(&mut seen, "a", 15_000);
        assert!(seen.is_to_be_stored(15_001));
    }

    #[test]
    fn another_coverage_begins_anew_and_loses_nothing() {
        let mut seen = Seen::default();
        seen.request(&meeting(100, false, 1), false, 1, false);
        seen.request(&meeting(500, true, 1), false, 1, false);
        let of: Vec<_> = next(&mut seen, "a", 0)
            .unwrap()
            .tallies
            .iter()
            .map(|tally| (tally.share.0, tally.is_in, tally.requests))
            .collect();
        assert_eq!(of, [(100, false, 1), (500, true, 1)]);
    }

    #[test]
    fn what_was_sent_comes_again_as_it_was_until_it_is_stored_or_old() {
        let mut seen = Seen::default();
        seen.request(&meeting(100, false, 1), false, 1, false);
        let first = next(&mut seen, "a", 0).unwrap();
        seen.request(&meeting(100, false, 1), false, 1, false);
        assert_eq!(next(&mut seen, "b", SENT_AGAIN_FOR).as_ref(), Some(&first));
        // An answer to another batch says nothing of this one.
        seen.stored(&Batch { id: "b".into(), ..first.clone() });
        assert_eq!(next(&mut seen, "c", SENT_AGAIN_FOR).as_ref(), Some(&first));
        let later = next(&mut seen, "d", SENT_AGAIN_FOR + 1).unwrap();
        assert_eq!((later.id.as_str(), later.tallies.len()), ("d", 1));
        seen.stored(&first);
        assert_eq!(next(&mut seen, "e", SENT_AGAIN_FOR + 1), Some(later));
    }

    #[test]
    fn it_is_bounded_and_who_is_in_it_goes_on() {
        let mut seen = Seen::default();
        for person in (0..20_000).chain([0]) {
            seen.request(&meeting(100, person % 2 == 0, person), false, 1, false);
        }
        let batch = next(&mut seen, "a", 0).unwrap();
        assert_eq!((batch.tallies.len(), batch.tallies[0].requests), (MOST_PEOPLE, 2));
        // There is room again.
        seen.stored(&batch);
        seen.request(&meeting(100, true, 19_999), false, 1, false);
        assert_eq!(next(&mut seen, "b", 0).unwrap().tallies.len(), 1);
    }
}
