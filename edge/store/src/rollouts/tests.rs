use super::*;
use crate::testing::{Files, TestDatabase};
use crate::{CatalogStore, FlagStore};
use futures::executor::block_on;
use orilla_orders::IdempotencyKey;
use orilla_rollouts::{By, Command, Event, Guardrail, Metric, Plan, Status, Step};
use orilla_shop::publish::{Press, attached};
use orilla_shop::rollouts::{Batch, SENT_AGAIN_FOR, Tallies, Tally};
use orilla_shop::team::experiments::Running;
use orilla_shop::team::flags::{FlagDesk, FlagsOutcome, SaveFlags, save};
use orilla_shop::team::rollouts::{Alarm, Drive, StartError, Unfit, Wish, command, start, tick};
use orilla_snapshot::Attachment;
use serde_json::{Value, json};
use std::sync::Mutex;

const SECOND: i64 = 1_000;

#[derive(Default)]
struct Bell(Mutex<Vec<i64>>);

#[async_trait]
impl Alarm for Bell {
    async fn wake(&self, at: i64) -> Result<(), PortError> {
        self.0.lock().unwrap().push(at);
        Ok(())
    }
}

struct Shop {
    db: Arc<TestDatabase>,
    store: RolloutsInSql,
    flags: FlagStore,
    catalog: CatalogStore,
    files: Files,
    bell: Bell,
}

fn key(number: u32) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("request-{number:08}-of-a-test")).unwrap()
}

/// One request of one person.
fn tally(rollout: u64, share: Share, is_in: bool, person: i64) -> Tally {
    Tally { rollout, share, is_in, person, requests: 1, millis: 0, has_failed: false, has_ordered: false }
}

impl Shop {
    /// A shop with a flag whose rule `go` nobody gets yet.
    fn new() -> Self {
        let db = Arc::new(TestDatabase::new());
        let shop = Shop {
            store: RolloutsInSql::new(db.clone()),
            flags: FlagStore::new(db.clone()),
            catalog: CatalogStore::new(db.clone()),
            files: Files::default(),
            bell: Bell::default(),
            db,
        };
        let rule = json!({"id": "go", "force": "new", "coverage": 0, "hashVersion": 2});
        let rules = json!([rule, {"id": "half", "force": "new", "coverage": 0.5}]);
        let document = json!({"features": {"a": {"defaultValue": "old", "rules": rules}}});
        shop.save(0, 1, document);
        shop
    }

    fn save(&self, expected: u64, name: u32, document: Value) {
        let wish = SaveFlags {
            expected,
            document,
            member: "Ada",
            reason: "",
            key: key(name),
            now: 1,
            running: &Running::default(),
        };
        assert!(matches!(block_on(save(&self.flags, wish)).unwrap(), FlagsOutcome::Saved(_)));
    }

    fn drive(&self) -> Drive<'_> {
        let press = Press { written: &self.catalog, segments: &self.files, publications: &self.files };
        Drive { store: &self.store, flags: &self.flags, press, alarm: &self.bell }
    }

    fn start(&self, name: u32, rule: &str) -> Result<u64, StartError> {
        let step = |percent, least| Step { share: Share::percent(percent), lasts: 10 * SECOND, least };
        let plan = Plan {
            steps: vec![step(10, 5), step(50, 5), step(100, 0)],
            guardrails: vec![Guardrail { metric: Metric::Errors, tolerated: 0.1 }],
            quiet: 60 * SECOND,
            ..Plan::default()
        };
        block_on(start(self.drive(), Wish { flag: "a", rule, plan, member: "Ada", key: key(name), now: 0 }))
    }

    /// People who came under the present coverage, of whom all with the new value had an error, or none.
    fn come(&self, id: u64, people: [u64; 2], is_broken: bool, now: i64) {
        let share = block_on(self.store.find(id)).unwrap().unwrap().replay().unwrap().share();
        // Each time other people, each with one request.
        let someone = |is_in: bool, person: u64| Tally {
            has_failed: is_in && is_broken,
            ..tally(id, share, is_in, now * 10_000 + i64::try_from(person).unwrap())
        };
        let [without, with] = people;
        let both = (0..without).map(|person| someone(false, person));
        self.add(now, both.chain((without..without + with).map(|person| someone(true, person))).collect());
    }

    /// Adds a batch that was made at this time.
    fn add(&self, now: i64, tallies: Vec<Tally>) {
        block_on(self.store.add(&Batch { id: "batch".into(), made_at: now, tallies })).unwrap();
    }

    fn seen(&self, id: u64, percent: u16) -> Stratum {
        block_on(self.store.observed(id)).unwrap().at(Share::percent(percent))
    }

    fn tick(&self, now: i64) -> Vec<Event> {
        let ticked = block_on(tick(self.drive(), now)).unwrap();
        assert_eq!(ticked.failed, Vec::<String>::new());
        ticked.events.into_iter().map(|(_, event)| event).collect()
    }

    fn status(&self, id: u64) -> Status {
        block_on(self.store.find(id)).unwrap().unwrap().replay().unwrap().status().clone()
    }

    /// The coverage that visitors get; none: everybody.
    fn coverage(&self) -> Option<f64> {
        let bytes = block_on(attached(self.drive().press, Attachment::Flags)).unwrap().unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        document["features"]["a"]["rules"][0].get("coverage").and_then(Value::as_f64)
    }
}

#[test]
fn a_rollout_goes_to_everybody() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    assert_eq!((id, shop.coverage()), (1, Some(0.1)));
    assert_eq!(*shop.bell.0.lock().unwrap(), [SECOND]);
    // The same request again.
    assert_eq!(shop.start(5, "go"), Ok(1));
    assert_eq!(shop.start(6, "go"), Err(StartError::Driven(1)));
    assert_eq!(shop.start(7, "half"), Err(StartError::Unfit(Unfit::Wider)));
    shop.come(id, [90, 10], false, 9 * SECOND);
    assert_eq!(shop.tick(9 * SECOND), []);
    assert_eq!(shop.tick(10 * SECOND), [Event::Advanced { from: 0, by: By::Plan }]);
    assert_eq!(shop.coverage(), Some(0.5));
    shop.come(id, [50, 50], false, 19 * SECOND);
    assert_eq!(shop.tick(20 * SECOND), [Event::Completed { by: By::Plan }]);
    assert_eq!((shop.coverage(), shop.status(id)), (None, Status::Completed));
    // Nothing more is counted, and the rule can be driven again once it has a coverage.
    shop.come(id, [50, 50], false, 21 * SECOND);
    let seen = block_on(shop.store.observed(id)).unwrap();
    assert_eq!(seen.strata.iter().map(|stratum| stratum.with.people).collect::<Vec<_>>(), [10, 50]);
    assert_eq!(seen.last, Some(19 * SECOND));
    assert_eq!(shop.start(8, "go"), Err(StartError::Unfit(Unfit::NoCoverage)));
    let flags = block_on(shop.flags.current()).unwrap();
    assert_eq!((flags.member.as_str(), flags.reason.as_str()), ("rollout", "rollout 1 is complete"));
    // A look at the start, whenever something happened, and now and then.
    let looks = block_on(shop.store.looks(id, 10)).unwrap();
    assert_eq!(looks.iter().map(|look| look.at / SECOND).collect::<Vec<_>>(), [9, 10, 20]);
}

#[test]
fn a_regression_is_rolled_back_at_the_next_tick() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    shop.come(id, [90, 10], true, SECOND);
    assert!(
        matches!(&shop.tick(2 * SECOND)[..], [Event::RolledBack { harm }] if harm.metric == Metric::Errors)
    );
    assert_eq!(shop.coverage(), Some(0.0));
    assert_eq!(shop.tick(3 * SECOND), []);
    let flags = block_on(shop.flags.current()).unwrap();
    assert_eq!(flags.reason, "rollout 1 is rolled back: more errors");
    // Fixed: the next one begins where the first did.
    assert_eq!(shop.start(6, "go"), Ok(2));
    assert_eq!(shop.coverage(), Some(0.1));
    // What a late driver of the first does now changes nothing.
    assert_eq!(shop.tick(4 * SECOND), []);
    assert_eq!(shop.coverage(), Some(0.1));
}

#[test]
fn an_interrupted_step_is_finished_by_the_next_tick() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    shop.come(id, [90, 10], true, SECOND);
    // The event is stored; the flags can't be published.
    shop.files.break_all(true);
    let ticked = block_on(tick(shop.drive(), 2 * SECOND)).unwrap();
    assert!(matches!(&ticked.failed[..], [text] if text.contains("rollout 1")), "{ticked:?}");
    assert_eq!(ticked.next, Some(3 * SECOND));
    shop.files.break_all(false);
    assert_eq!(shop.coverage(), Some(0.1));
    assert_eq!(shop.tick(3 * SECOND), []);
    assert_eq!((shop.coverage(), shop.status(id).is_over()), (Some(0.0), true));
}

#[test]
fn a_rollback_is_published_however_long_that_was_not_possible() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    shop.come(id, [90, 10], true, SECOND);
    shop.files.break_all(true);
    for second in [2, 30, 63] {
        let ticked = block_on(tick(shop.drive(), second * SECOND)).unwrap();
        assert_eq!((ticked.failed.len(), ticked.next), (1, Some((second + 1) * SECOND)), "{ticked:?}");
    }
    shop.files.break_all(false);
    // Until then the rule has its driver.
    assert_eq!(shop.start(6, "go"), Err(StartError::Driven(1)));
    assert_eq!(shop.tick(1_000 * SECOND), []);
    assert_eq!((shop.coverage(), shop.status(id).is_over()), (Some(0.0), true));
    assert!(block_on(shop.store.driven(2_000 * SECOND)).unwrap().is_empty());
    assert_eq!(shop.start(7, "go"), Ok(2));
}

#[test]
fn a_rule_that_is_gone_from_what_is_not_published_yet_is_rolled_back() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let current = block_on(shop.flags.current()).unwrap();
    let gone = json!({"features": {"a": {"defaultValue": "old"}}});
    shop.save(current.version, 9, gone.clone());
    // Visitors have it still: a step is taken, and harm is undone.
    shop.come(id, [90, 10], false, 9 * SECOND);
    assert_eq!(shop.tick(10 * SECOND), [Event::Advanced { from: 0, by: By::Plan }]);
    assert_eq!(shop.coverage(), Some(0.5));
    shop.come(id, [50, 50], true, 11 * SECOND);
    assert!(matches!(&shop.tick(12 * SECOND)[..], [Event::RolledBack { .. }]));
    assert_eq!(shop.coverage(), Some(0.0));
    assert_eq!(block_on(shop.flags.current()).unwrap().document, gone);
}

#[test]
fn two_drivers_do_a_step_once() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    shop.come(id, [90, 10], false, 9 * SECOND);
    let (a, b) =
        block_on(futures::future::join(tick(shop.drive(), 10 * SECOND), tick(shop.drive(), 10 * SECOND)));
    assert!(a.unwrap().events.len() + b.unwrap().events.len() <= 2);
    let stored = block_on(shop.store.find(id)).unwrap().unwrap();
    let steps = stored.events.iter().filter(|recorded| matches!(recorded.event, Event::Advanced { .. }));
    assert_eq!((steps.count(), shop.coverage()), (1, Some(0.5)));
    // Nor is an event stored under a number that is taken, or beyond the next.
    let version = stored.replay().unwrap().version();
    let event = Recorded { at: 1, event: Event::Paused { by: By::Plan } };
    for after in [version - 1, version + 1] {
        assert!(!block_on(shop.store.append(id, after, &event, false)).unwrap());
    }
}

#[test]
fn a_rule_that_is_not_published_can_not_be_driven() {
    let shop = Shop::new();
    block_on(orilla_shop::team::flags::publish(shop.drive().press, &shop.flags, 2)).unwrap();
    let mut document = block_on(shop.flags.current()).unwrap().document;
    document["features"]["a"]["rules"][0]["id"] = json!("new");
    shop.save(1, 2, document);
    assert_eq!(shop.start(5, "new"), Err(StartError::Unfit(Unfit::Unpublished)));
    block_on(orilla_shop::team::flags::publish(shop.drive().press, &shop.flags, 3)).unwrap();
    assert_eq!(shop.start(6, "new"), Ok(1));
}

#[test]
fn members_command_it() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let want = |wish, now| block_on(command(shop.drive(), id, wish, "Bo", now));
    want(Command::Pause, SECOND).unwrap();
    want(Command::Pause, SECOND).unwrap();
    assert_eq!(shop.status(id), Status::Paused);
    assert_eq!(shop.tick(100 * SECOND), []);
    want(Command::Advance { from: 0 }, 101 * SECOND).unwrap();
    assert_eq!(shop.coverage(), Some(0.5));
    assert!(matches!(want(Command::Advance { from: 0 }, 102 * SECOND), Err(StartError::Refused(_))));
    want(Command::Abort, 103 * SECOND).unwrap();
    assert_eq!((shop.coverage(), shop.status(id)), (Some(0.0), Status::Aborted));
    assert!(matches!(block_on(command(shop.drive(), 99, Command::Pause, "Bo", 0)), Err(StartError::NoSuch)));
}

#[test]
fn a_rollout_ends_with_its_rule() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let current = block_on(shop.flags.current()).unwrap();
    let gone = json!({"features": {"a": {"defaultValue": "old"}}});
    shop.save(current.version, 9, gone.clone());
    block_on(orilla_shop::team::flags::publish(shop.drive().press, &shop.flags, 2)).unwrap();
    assert_eq!(shop.tick(2 * SECOND), []);
    assert_eq!(shop.status(id), Status::Aborted);
    assert_eq!(block_on(shop.flags.current()).unwrap().document, gone);
    assert_eq!(block_on(tick(shop.drive(), 3 * SECOND)).unwrap().next, None);
    assert!(block_on(shop.store.driven(100 * SECOND)).unwrap().is_empty());
}

#[test]
fn tallies_add_up_and_strangers_are_dropped() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let share = Share::percent(10);
    // Two people: one with 2 requests, one of which failed, in 20 ms and an order, one with 3 requests in 21 ms.
    let two = |rollout, first: i64| {
        let one = Tally {
            requests: 2,
            millis: 20,
            has_failed: true,
            has_ordered: true,
            ..tally(rollout, share, true, first)
        };
        [one, Tally { requests: 3, millis: 21, ..tally(rollout, share, true, first + 1) }]
    };
    let counts = Counts {
        people: 2,
        failed: 1,
        converted: 1,
        requests: 5,
        requests_squared: 13.0,
        millis: 41.0,
        millis_squared: 841.0,
        products: 103.0,
    };
    shop.add(5, [two(id, 1), two(77, 1)].concat());
    shop.add(3, two(id, 3).to_vec());
    let seen = block_on(shop.store.observed(id)).unwrap();
    assert_eq!((seen.at(share).with, seen.last), (counts.and(counts), Some(5)));
    assert_eq!(block_on(shop.store.observed(77)).unwrap(), Observations::default());
}

#[test]
fn the_sums_are_those_of_people() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let share = Share::percent(10);
    // One person with requests of 10, 20 and 3 ms, the second of which fails, twice, and two orders; one with a single
    // request of 5 ms.
    let one = tally(id, share, true, 1);
    shop.add(1, vec![Tally { millis: 10, ..one }, Tally { millis: 5, person: 2, ..one }]);
    shop.add(2, vec![Tally { millis: 20, has_failed: true, has_ordered: true, ..one }]);
    // Somebody else's flags say otherwise of the same person: the group that they came to first stays theirs.
    shop.add(3, vec![Tally { millis: 3, is_in: false, has_failed: true, has_ordered: true, ..one }]);
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
    let stratum = shop.seen(id, 10);
    assert_eq!((stratum.with, stratum.without), (expected, Counts::default()));
    // Under another coverage they are new.
    shop.add(4, vec![Tally { share: Share::percent(50), ..one }]);
    assert_eq!((shop.seen(id, 50).with.people, shop.seen(id, 10).with.people), (1, 2));
}

#[test]
fn a_batch_is_added_once_and_forgotten_when_nobody_sends_it_any_more() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let batch = |name: &str| Batch {
        id: name.into(),
        made_at: 7,
        tallies: vec![Tally { millis: 2, ..tally(id, Share::percent(10), true, 1) }],
    };
    for name in ["a", "a", "b", "a", "b"] {
        block_on(shop.store.add(&batch(name))).unwrap();
    }
    let with = shop.seen(id, 10).with;
    assert_eq!((with.people, with.requests, with.millis_squared), (1, 2, 16.0));
    let kept = || {
        let sql = "SELECT json(count(*)) AS doc FROM rollout_batches";
        block_on(shop.db.batch(vec![Statement::new(sql)])).unwrap().concat().concat()
    };
    shop.add(7 + 2 * SENT_AGAIN_FOR, vec![]);
    assert_eq!(kept(), "3");
    shop.add(8 + 2 * SENT_AGAIN_FOR, vec![]);
    assert_eq!(kept(), "2");
}

#[test]
fn of_many_newcomers_some_are_taken_whoever_they_are() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let share = Share::percent(10);
    let come = |now: i64, people: std::ops::Range<i64>| {
        shop.add(now, people.map(|person| tally(id, share, person % 10 < 5, person)).collect());
    };
    come(1, 0..8);
    assert_eq!(shop.seen(id, 10).with.people, 5);
    shop.db.execute("UPDATE rollout_counts SET people = 100000 WHERE is_in = 0");
    let before = shop.seen(id, 10);
    // Every fourth, of both groups; and those who are known are still counted.
    come(2, 0..40);
    let after = shop.seen(id, 10);
    let more = [(before.without, after.without), (before.with, after.with)]
        .map(|(before, after)| (after.people - before.people, after.requests - before.requests));
    // 8, 16, 28 and 36 are without, 12, 20, 24 and 32 with; three and five were known.
    assert_eq!(more, [(4, 7), (4, 9)]);
    // Whoever comes has come, taken or not.
    come(9, 41..42);
    assert_eq!(block_on(shop.store.observed(id)).unwrap().last, Some(9));
    assert_eq!(shop.seen(id, 10), after);
}

#[test]
fn who_it_was_is_forgotten_at_the_end() {
    let shop = Shop::new();
    let id = shop.start(5, "go").unwrap();
    let known = || {
        let sql = "SELECT json(count(*)) AS doc FROM rollout_people";
        block_on(shop.db.batch(vec![Statement::new(sql)])).unwrap().concat().concat()
    };
    shop.come(id, [9, 1], false, SECOND);
    assert_eq!(known(), "10");
    block_on(command(shop.drive(), id, Command::Abort, "Bo", 2 * SECOND)).unwrap();
    assert_eq!(known(), "0");
    // What comes late is dropped, and the sums stay.
    shop.come(id, [9, 1], false, 3 * SECOND);
    assert_eq!((known().as_str(), shop.seen(id, 10).without.people), ("0", 9));
}
