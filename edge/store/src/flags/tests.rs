use super::*;
use crate::CatalogStore;
use crate::testing::{Files, TestDatabase};
use futures::executor::block_on;
use orilla_shop::publish::{Press, attached, publish as publish_all};
use orilla_shop::team::experiments::Running;
use orilla_shop::team::flags::{AmendError, Change, FlagsOutcome, SaveFlags, amend, publish, rule_mut, save};
use orilla_snapshot::Attachment;
use serde_json::{Value, json};
use std::thread::spawn;

/// A desk, a catalogue and a press over one database.
struct Shop {
    db: Arc<TestDatabase>,
    desk: FlagStore,
    catalog: CatalogStore,
    files: Arc<Files>,
}

impl Shop {
    fn new() -> Self {
        Shop::over(Arc::new(TestDatabase::new()), Arc::default())
    }

    fn over(db: Arc<TestDatabase>, files: Arc<Files>) -> Self {
        Shop { desk: FlagStore::new(db.clone()), catalog: CatalogStore::new(db.clone()), db, files }
    }

    fn press(&self) -> Press<'_> {
        Press { written: &self.catalog, segments: &*self.files, publications: &*self.files }
    }

    fn publish(&self, now: i64) -> bool {
        block_on(publish(self.press(), &self.desk, now)).unwrap().is_new
    }

    /// Lets somebody else do something when the next publication is about to be written.
    fn meanwhile(&self, act: impl FnOnce(Shop) + Send + 'static) {
        let (db, files) = (self.db.clone(), self.files.clone());
        // An executor of its own needs a thread of its own.
        self.files.before_next(move || spawn(|| act(Shop::over(db, files))).join().unwrap());
    }

    fn save(&self, expected: u64, key: u8, document: &Value) -> FlagsOutcome {
        let wish = SaveFlags {
            expected,
            document: document.clone(),
            member: "Ada",
            reason: "as planned",
            key: named(key),
            now: 5,
            running: &Running::default(),
        };
        block_on(save(&self.desk, wish)).unwrap()
    }

    /// The flags that are published.
    fn published(&self) -> Option<Value> {
        let bytes = block_on(attached(self.press(), Attachment::Flags)).unwrap()?;
        Some(serde_json::from_slice(&bytes).unwrap())
    }

    /// Sets the coverage of the rule `go`, as a rollout does.
    fn roll(&self, key: u8, coverage: f64) -> Result<u64, AmendError> {
        let edit = |document: &mut Value| {
            rule_mut(document, "a", "go")?["coverage"] = json!(coverage);
            Ok(())
        };
        let key = named(key);
        let done = amend(self.press(), &self.desk, "rollouts", "step", &key, 9, &edit);
        block_on(done).map(|done| done.version)
    }
}

fn named(key: u8) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("request-{key:08}-of-a-test")).unwrap()
}

fn flag(default: &str) -> Value {
    json!({"features": {"a": {"defaultValue": default, "rules": [{"id": "go", "force": "new", "coverage": 0.01}]}}})
}

#[test]
fn a_document_is_saved_as_the_next_version() {
    let shop = Shop::new();
    assert_eq!(block_on(shop.desk.current()).unwrap(), StoredFlags::default());
    assert_eq!(shop.save(0, 1, &flag("old")), FlagsOutcome::Saved(1));
    assert_eq!(shop.save(1, 2, &flag("older")), FlagsOutcome::Saved(2));
    let current = block_on(shop.desk.current()).unwrap();
    assert_eq!((current.version, current.document, current.at), (2, flag("older"), 5));
    assert_eq!((current.member.as_str(), current.reason.as_str()), ("Ada", "as planned"));
    let first = block_on(shop.desk.version(1)).unwrap().unwrap();
    assert_eq!(first.document, flag("old"));
    assert_eq!(block_on(shop.desk.version(9)).unwrap(), None);
}

#[test]
fn the_history_says_what_changed() {
    let shop = Shop::new();
    shop.save(0, 1, &flag("old"));
    shop.save(1, 2, &flag("older"));
    let history = block_on(shop.desk.history(None, 10)).unwrap();
    assert_eq!(history.iter().map(|entry| entry.version).collect::<Vec<_>>(), [2, 1]);
    assert!(matches!(&history[0].changes[..], [change] if change.flag == "a"
        && matches!(&change.change, Change::Field { field, .. } if field == "defaultValue")));
    assert!(matches!(&history[1].changes[..], [change] if change.change == Change::Added));
    assert_eq!(block_on(shop.desk.history(Some(2), 10)).unwrap(), history[1..]);
    assert_eq!(block_on(shop.desk.history(None, 1)).unwrap(), history[..1]);
}

#[test]
fn a_request_that_comes_twice_saves_once() {
    let shop = Shop::new();
    assert_eq!(shop.save(0, 1, &flag("old")), FlagsOutcome::Saved(1));
    assert_eq!(shop.save(0, 1, &flag("old")), FlagsOutcome::Saved(1));
    assert_eq!(shop.save(1, 1, &flag("other")), FlagsOutcome::KeyReused);
    assert_eq!(shop.save(1, 2, &flag("old")), FlagsOutcome::Unchanged(1));
    // A late repetition does not undo what came after it.
    assert_eq!(shop.save(1, 3, &flag("new")), FlagsOutcome::Saved(2));
    assert_eq!(shop.save(0, 1, &flag("old")), FlagsOutcome::Saved(1));
    assert_eq!(block_on(shop.desk.current()).unwrap().document, flag("new"));
}

#[test]
fn who_has_not_seen_the_last_version_writes_nothing() {
    let shop = Shop::new();
    shop.save(0, 1, &flag("mine"));
    let FlagsOutcome::Stale(theirs) = shop.save(0, 2, &flag("yours")) else { panic!("it was saved") };
    assert_eq!((theirs.version, theirs.document), (1, flag("mine")));
    // Nor does one who was overtaken between the question and the writing, or who would leave a gap.
    for after in [0, 7] {
        let new = NewFlags {
            after,
            document: flag("yours"),
            at: 6,
            member: "Bo".into(),
            reason: String::new(),
            changes: Vec::new(),
            key: named(3),
        };
        assert!(!block_on(shop.desk.append(&new)).unwrap());
    }
    assert_eq!(block_on(shop.desk.history(None, 10)).unwrap().len(), 1);
}

#[test]
fn what_can_not_be_used_is_not_saved() {
    let shop = Shop::new();
    let mut document = flag("old");
    document["features"]["a"]["rules"][0]["coverage"] = json!(2);
    let FlagsOutcome::Refused(faults) = shop.save(0, 1, &document) else { panic!("it was saved") };
    assert_eq!(faults[0].path, "/features/a/rules/0/coverage");
    let large = json!({"features": {"a": {"defaultValue": "x".repeat(200_000)}}});
    assert!(matches!(shop.save(0, 1, &large), FlagsOutcome::Refused(_)));
    assert_eq!(block_on(shop.desk.current()).unwrap().version, 0);
}

#[test]
fn flags_go_out_with_the_catalogue_or_alone() {
    let shop = Shop::new();
    block_on(publish_all(shop.press(), 1, "")).unwrap();
    assert_eq!(shop.published(), None);
    shop.save(0, 1, &flag("old"));
    assert!(block_on(publish_all(shop.press(), 2, "")).unwrap().is_new);
    assert_eq!(shop.published(), Some(flag("old")));
    assert!(!block_on(publish_all(shop.press(), 3, "")).unwrap().is_new);
    shop.save(1, 2, &flag("new"));
    let done = block_on(publish(shop.press(), &shop.desk, 4)).unwrap();
    assert_eq!((done.is_new, done.publication.note.as_str()), (true, "flags 2"));
    assert_eq!(shop.published(), Some(flag("new")));
}

#[test]
fn an_amendment_goes_out_and_leaves_what_waits() {
    let shop = Shop::new();
    shop.save(0, 1, &flag("old"));
    block_on(publish(shop.press(), &shop.desk, 1)).unwrap();
    shop.save(1, 2, &flag("waits"));
    assert_eq!(shop.roll(3, 0.05), Ok(3));
    let coverage = |document: &Value| document["features"]["a"]["rules"][0]["coverage"].clone();
    let published = shop.published().unwrap();
    assert_eq!(
        (coverage(&published), &published["features"]["a"]["defaultValue"]),
        (json!(0.05), &json!("old"))
    );
    let saved = block_on(shop.desk.current()).unwrap().document;
    assert_eq!((coverage(&saved), &saved["features"]["a"]["defaultValue"]), (json!(0.05), &json!("waits")));
    // The same request again has done it already.
    assert_eq!(shop.roll(3, 0.05), Ok(3));
    assert_eq!(shop.roll(3, 0.1), Err(AmendError::KeyReused));
    assert!(matches!(shop.roll(4, 7.0), Err(AmendError::Refused(_))));
    let gone = json!({"features": {"a": {"defaultValue": "old"}}});
    shop.save(3, 5, &gone);
    // What waits without the rule goes on to do so; what is published can't wait for it.
    assert_eq!(shop.roll(6, 0.1), Ok(4));
    assert_eq!(coverage(&shop.published().unwrap()), json!(0.1));
    assert_eq!(block_on(shop.desk.current()).unwrap().document, gone);
    shop.publish(9);
    assert!(matches!(shop.roll(7, 0.1), Err(AmendError::Misfit(_))));
}

#[test]
fn of_two_that_are_published_at_once_the_later_version_stays() {
    let shop = Shop::new();
    shop.save(0, 1, &flag("old"));
    shop.publish(1);
    shop.save(1, 2, &flag("new"));
    shop.meanwhile(|other| {
        other.save(2, 3, &flag("newer"));
        assert!(other.publish(3));
    });
    assert!(!shop.publish(2), "the last version is what the other one has published");
    assert_eq!(shop.published(), Some(flag("newer")));
}

#[test]
fn an_amendment_keeps_what_is_published_meanwhile() {
    let shop = Shop::new();
    shop.save(0, 1, &flag("old"));
    shop.publish(1);
    // A rule is switched off while a rollout takes its step.
    shop.meanwhile(|other| {
        other.save(2, 2, &covered("off", 0.05));
        assert!(other.publish(2));
    });
    assert_eq!(shop.roll(3, 0.05), Ok(2));
    assert_eq!(shop.published(), Some(covered("off", 0.05)));
    assert_eq!(block_on(shop.desk.current()).unwrap().document, covered("off", 0.05));
    // And the other way round: the step is taken while the team publishes.
    shop.save(3, 4, &covered("on", 0.05));
    shop.meanwhile(|other| assert_eq!(other.roll(5, 0.1), Ok(5)));
    shop.publish(4);
    assert_eq!(shop.published(), Some(covered("on", 0.1)));
}

/// As [`flag`], with this coverage.
fn covered(default: &str, coverage: f64) -> Value {
    let mut document = flag(default);
    document["features"]["a"]["rules"][0]["coverage"] = json!(coverage);
    document
}

#[test]
fn since_when_an_experiment_splits_people_is_in_the_history() {
    let shop = Shop::new();
    let rule = json!({ "key": "cards", "variations": ["plain", "large"] });
    let off = json!({ "key": "cards", "variations": ["plain", "large"], "enabled": false });
    let with = |rules: &[&Value]| json!({ "features": { "b": true, "c": "x", "a": { "rules": rules } } });
    let forced = json!({ "force": 1 });
    let documents =
        [with(&[&forced]), with(&[&forced, &rule]), with(&[&off]), with(&[&rule]), with(&[&rule, &forced])];
    let since = |experiment: &str, from| block_on(shop.desk.split_since("a", experiment, from)).unwrap();
    assert_eq!(since("cards", 0), None);
    let mut found = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        let new = NewFlags {
            after: at as u64,
            document: document.clone(),
            at: 10 * (at as i64 + 1),
            member: "Ada".into(),
            reason: String::new(),
            changes: Vec::new(),
            key: named(at as u8),
        };
        assert!(block_on(shop.desk.append(&new)).unwrap());
        found.push(since("cards", 0));
    }
    // That it was off in between gives nobody back what they were before.
    assert_eq!(found, [None, Some(20), Some(20), Some(20), Some(20)]);
    assert_eq!((since("other", 0), since("a", 0)), (None, None));
    // What was before that moment is not looked at: the version of then is as old as it is.
    assert_eq!((since("cards", 35), since("cards", 45), since("cards", 99)), (Some(40), Some(40), Some(50)));
    let unnamed = json!({ "features": { "a": { "rules": [{ "variations": [1, 2] }] } } });
    assert!(matches!(shop.save(5, 99, &unnamed), FlagsOutcome::Saved { .. }));
    assert_eq!((since("a", 0), since("cards", 0)), (Some(5), Some(20)));
    // Of a flag that can't be looked for, nothing counts as before it.
    assert_eq!(block_on(shop.desk.split_since("\"a\\", "cards", 7)).unwrap(), Some(7));
}
