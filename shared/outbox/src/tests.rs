//! Devices, a network that does what networks do, and a receiver that does each key once.

use crate::{Entry, Errand, LONGEST, Next, Reply, State, TakenBack, next};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a command asks: to buy at this price.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wish {
    price: u32,
    is_poison: bool,
}

type Command = Entry<Wish, u32, u32, &'static str>;
type Answer = Reply<u32, u32, &'static str>;

/// The receiver: it remembers what each key has done.
#[derive(Default)]
struct Receiver {
    price: u32,
    done: BTreeMap<String, (Wish, u32)>,
    /// The keys whose commands nobody wants any more.
    withdrawn: BTreeSet<String>,
    /// The keys that had an effect, in order: one that stands here twice was done twice.
    effects: Vec<String>,
}

impl Receiver {
    fn hear(&mut self, key: &str, errand: &Errand<Wish>) -> Answer {
        match errand {
            Errand::Do(wish) => self.take(key, wish),
            Errand::Withdraw => self.withdraw(key),
        }
    }

    fn withdraw(&mut self, key: &str) -> Answer {
        if let Some((_, number)) = self.done.get(key) {
            return Reply::Done(*number);
        }
        self.withdrawn.insert(key.to_owned());
        Reply::Withdrawn
    }

    fn take(&mut self, key: &str, wish: &Wish) -> Answer {
        if self.withdrawn.contains(key) {
            return Reply::Withdrawn;
        }
        if let Some((earlier, number)) = self.done.get(key) {
            return if earlier == wish { Reply::Done(*number) } else { Reply::Spent("spent") };
        }
        if wish.is_poison {
            return Reply::Refused("poison");
        }
        if wish.price != self.price {
            return Reply::Asks(self.price);
        }
        self.effects.push(key.to_owned());
        let number = u32::try_from(self.effects.len()).unwrap();
        self.done.insert(key.to_owned(), (wish.clone(), number));
        Reply::Done(number)
    }
}

/// What happens next.
#[derive(Clone, Debug)]
enum Fate {
    /// A sending gets through, and its answer does.
    Through,
    /// The request gets lost.
    LostRequest,
    /// The answer gets lost.
    LostAnswer,
    /// The request is held up, and gets there when the network feels like it.
    HeldUp,
    /// The device stops before it sends.
    CrashBefore,
    /// The device stops after it has sent.
    CrashAfter,
    /// The receiver is too busy.
    Busy,
    /// There is no way to it.
    NoWay,
    /// Something that was sent before gets there once more, or at last.
    Late(usize),
    /// The price changes.
    Price(u32),
    /// Whoever is asked says yes.
    Yes,
    /// The device's person wants a command back.
    Back(usize),
    /// So does one while a sending of it is under way, which then gets through, or does not.
    BackMeanwhile(bool),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Through),
        2 => Just(Fate::LostRequest),
        2 => Just(Fate::LostAnswer),
        2 => Just(Fate::HeldUp),
        1 => Just(Fate::CrashBefore),
        1 => Just(Fate::CrashAfter),
        1 => Just(Fate::Busy),
        1 => Just(Fate::NoWay),
        3 => (0usize..50).prop_map(Fate::Late),
        1 => (1u32..3).prop_map(Fate::Price),
        2 => Just(Fate::Yes),
        2 => (0usize..8).prop_map(Fate::Back),
        2 => any::<bool>().prop_map(Fate::BackMeanwhile),
    ]
}

struct World {
    now: i64,
    dice: u64,
    receiver: Receiver,
    device: Vec<Command>,
    sent: Vec<(String, Errand<Wish>)>,
    wanted_back: BTreeSet<String>,
}

impl World {
    fn new(commands: &[(usize, bool)]) -> Self {
        let command = |(place, (about, is_poison)): (usize, &(usize, bool))| {
            let wish = Wish { price: 1, is_poison: *is_poison };
            Entry::new(format!("key-{place}"), format!("about-{about}"), place as u64, wish, 0, false)
        };
        World {
            now: 0,
            dice: 7,
            receiver: Receiver { price: 1, ..Receiver::default() },
            device: commands.iter().enumerate().map(command).collect(),
            sent: Vec::new(),
            wanted_back: BTreeSet::new(),
        }
    }

    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.dice >> 11
    }

    /// Sends what is next, if something is due by `patience` from now, and lets this become of it.
    fn send(&mut self, fate: &Fate) {
        let index = loop {
            match next(&self.device, self.now) {
                Next::Send(entry) => {
                    let id = entry.id().to_owned();
                    break self.device.iter().position(|entry| entry.id() == id).unwrap();
                }
                Next::Wait(due) => self.now = due,
                Next::Nothing => return,
            }
        };
        let dice = self.roll();
        if matches!(fate, Fate::NoWay) {
            return self.device[index].postpone(self.now, dice).unwrap();
        }
        let errand = self.device[index].begin().unwrap();
        let id = self.device[index].id().to_owned();
        if !matches!(fate, Fate::CrashBefore) {
            self.sent.push((id.clone(), errand.clone()));
        }
        if matches!(fate, Fate::BackMeanwhile(_)) {
            let asked = self.device[index].take_back(self.now).unwrap();
            assert_eq!(asked, TakenBack::Asked);
            self.wanted_back.insert(id.clone());
        }
        let lost = Reply::Later { after: 0, unsure: true };
        let reply = match fate {
            Fate::CrashBefore => None,
            Fate::CrashAfter => {
                self.receiver.hear(&id, &errand);
                None
            }
            Fate::LostRequest | Fate::HeldUp | Fate::BackMeanwhile(false) => Some(lost),
            Fate::LostAnswer => {
                self.receiver.hear(&id, &errand);
                Some(lost)
            }
            Fate::Busy => Some(Reply::Later { after: 5_000, unsure: false }),
            _ => Some(self.receiver.hear(&id, &errand)),
        };
        match reply {
            Some(reply) => self.device[index].settle(reply, self.now, dice).unwrap(),
            // It starts again.
            None => drop(self.device.iter_mut().map(|entry| entry.recover(self.now)).collect::<Vec<_>>()),
        }
    }

    fn say_yes(&mut self) {
        for entry in &mut self.device {
            if let State::Asks { question } = *entry.state() {
                let wish = Wish { price: question, ..entry.body().unwrap().clone() };
                entry.confirm(wish, self.now).unwrap();
            }
        }
    }

    fn live(&mut self, fate: &Fate) {
        match fate {
            Fate::Late(which) if !self.sent.is_empty() => {
                let (id, errand) = self.sent[which % self.sent.len()].clone();
                self.receiver.hear(&id, &errand);
            }
            Fate::Late(_) => {}
            Fate::Price(price) => self.receiver.price = *price,
            Fate::Yes => self.say_yes(),
            Fate::Back(which) => {
                let Some(entry) = self.device.get_mut(*which) else { return };
                let (can_be, taken) = (entry.can_be_taken_back(), entry.take_back(self.now));
                assert!(taken.is_ok() || !can_be, "{entry:?}");
                if taken.is_ok() {
                    self.wanted_back.insert(entry.id().to_owned());
                }
                if taken == Ok(TakenBack::Now) {
                    self.device.remove(*which);
                }
            }
            fate => self.send(fate),
        }
    }

    /// The network is well, and whoever is asked says yes.
    fn calm(&mut self) -> usize {
        let mut steps = 0;
        while self.device.iter().any(Entry::is_open) {
            steps += 1;
            assert!(steps < 200, "it ends: {:?}", self.device);
            self.say_yes();
            self.send(&Fate::Through);
        }
        steps
    }
}

proptest! {
    #[test]
    fn each_command_has_the_effect_of_once_in_the_order_of_its_aggregate(
        commands in prop::collection::vec((0usize..3, prop::bool::weighted(0.2)), 1..7),
        fates in prop::collection::vec(fate(), 0..60),
    ) {
        let mut world = World::new(&commands);
        for fate in &fates {
            world.live(fate);
        }
        world.calm();
        // Whatever was ever sent arrives once more, when what it asks for is possible again.
        for price in [1, 2] {
            world.receiver.price = price;
            for (id, errand) in world.sent.clone() {
                world.receiver.hear(&id, &errand);
            }
        }
        let effects = &world.receiver.effects;
        for (place, (about, is_poison)) in commands.iter().enumerate() {
            let key = format!("key-{place}");
            let times = effects.iter().filter(|effect| **effect == key).count();
            let is_wanted_back = world.wanted_back.contains(&key);
            // What the device says of it is what became of it, whatever still comes late.
            let entry = world.device.iter().find(|entry| entry.id() == key);
            let expected = match entry.map(Entry::state) {
                Some(State::Done { answer }) => {
                    let at = effects.iter().position(|effect| *effect == key);
                    prop_assert_eq!(at.map(|at| at + 1), Some(*answer as usize));
                    prop_assert!(!is_poison);
                    1
                }
                Some(State::Refused { reason }) => {
                    prop_assert!(*is_poison && *reason == "poison");
                    0
                }
                Some(State::Withdrawn) | None => {
                    prop_assert!(is_wanted_back, "{key}");
                    0
                }
                Some(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert_eq!(times, expected, "{}", key);
            let later = effects.iter().skip_while(|effect| **effect != key).skip(1);
            let overtaken = later.filter(|effect| {
                let at: usize = effect.trim_start_matches("key-").parse().unwrap();
                commands[at].0 == *about && at < place
            });
            prop_assert_eq!(overtaken.count(), 0, "{} came before an earlier one", key);
        }
    }

    #[test]
    fn a_poison_command_and_a_question_hold_up_nobody_else(others in 1usize..6) {
        let mut commands = vec![(0, true), (1, false)];
        commands.extend((0..others).map(|other| (other + 2, false)));
        let mut world = World::new(&commands);
        world.device[1].begin().unwrap();
        world.device[1].settle(Reply::Asks(2), 0, 0).unwrap();
        while let Next::Send(_) = next(&world.device, world.now) {
            world.send(&Fate::Through);
        }
        prop_assert_eq!(world.receiver.effects.len(), others);
        let is_asked = matches!(world.device[1].state(), State::Asks { .. });
        prop_assert!(is_asked);
    }
}

fn command() -> Command {
    Entry::new("key".into(), "about".into(), 0, Wish { price: 1, is_poison: false }, 1_000, false)
}

fn lost() -> Answer {
    Reply::Later { after: 0, unsure: true }
}

#[test]
fn what_was_never_sent_is_taken_back_at_once_and_all_else_with_the_receiver() {
    let mut entry = command();
    assert_eq!(entry.clone().take_back(1_000), Ok(TakenBack::Now));
    entry.postpone(1_000, 0).unwrap();
    assert_eq!(entry.clone().take_back(1_000), Ok(TakenBack::Now), "there was no way to the receiver");
    // Whatever came of it: a copy of it may be under way.
    let replies =
        [Reply::Later { after: 0, unsure: false }, lost(), Reply::Asks(2), Reply::Refused("poison")];
    for reply in replies {
        let mut entry = entry.clone();
        assert_eq!(entry.begin(), Ok(Errand::Do(Wish { price: 1, is_poison: false })));
        entry.settle(reply, 1_000, 0).unwrap();
        assert!(entry.can_be_taken_back());
        assert_eq!(entry.take_back(1_000), Ok(TakenBack::Asked));
        assert!(entry.is_unwanted() && !entry.can_be_taken_back());
        assert!(
            entry.confirm(Wish { price: 2, is_poison: false }, 1_000).is_err(),
            "there is no way back to it"
        );
        assert_eq!(entry.begin(), Ok(Errand::Withdraw));
        entry.settle(Reply::Withdrawn, 1_000, 0).unwrap();
        assert!(!entry.is_open() && entry.body().is_some());
        assert_eq!(entry.take_back(1_000), Ok(TakenBack::Now));
    }
    let sent_before: Command =
        Entry::new("key".into(), "about".into(), 0, Wish { price: 1, is_poison: false }, 1_000, true);
    assert_eq!(sent_before.clone().take_back(1_000), Ok(TakenBack::Asked));
    entry.begin().unwrap();
    entry.settle(Reply::Done(1), 1_000, 0).unwrap();
    assert!(entry.take_back(1_000).is_err());
}

#[test]
fn what_is_taken_back_while_it_is_sent_is_done_and_said_to_be_or_never_done() {
    let check = |reply: Answer, expected: &State<u32, u32, &str>, is_unwanted: bool| {
        let mut entry = command();
        entry.begin().unwrap();
        assert_eq!(entry.take_back(1_000), Ok(TakenBack::Asked));
        entry.settle(reply, 1_000, 0).unwrap();
        assert_eq!((entry.state(), entry.is_unwanted()), (expected, is_unwanted));
    };
    check(Reply::Done(1), &State::Done { answer: 1 }, false);
    check(lost(), &State::Waiting { due: 1_000 }, true);
    check(Reply::Asks(2), &State::Waiting { due: 1_000 }, true);
    check(Reply::Refused("poison"), &State::Waiting { due: 1_000 }, true);
}

#[test]
fn what_was_sent_first_and_got_there_after_all_is_what_was_done() {
    let mut receiver = Receiver { price: 1, ..Receiver::default() };
    let mut entry = command();
    let first = entry.body().unwrap().clone();
    entry.begin().unwrap();
    entry.settle(lost(), 1_000, 0).unwrap();
    receiver.price = 2;
    entry.begin().unwrap();
    entry.settle(receiver.take("key", &first), 1_000, 0).unwrap();
    entry.confirm(Wish { price: 2, is_poison: false }, 1_000).unwrap();
    // The price is the old one again, and only now does the first request arrive.
    receiver.price = 1;
    assert_eq!(receiver.take("key", &first), Reply::Done(1));
    for _ in 0..2 {
        entry.begin().unwrap();
        let reply = receiver.take("key", entry.body().unwrap());
        entry.settle(reply, 1_000, 0).unwrap();
    }
    assert_eq!(entry.state(), &State::Done { answer: 1 });
    assert_eq!(receiver.effects.len(), 1);
}

#[test]
fn a_stop_in_the_middle_is_waiting_again_and_each_change_is_another_version() {
    let mut entry = command();
    assert!(!entry.recover(2_000));
    entry.begin().unwrap();
    assert!(entry.begin().is_err());
    assert_eq!(entry.version(), 2);
    assert!(entry.recover(2_000) && entry.is_sent());
    assert_eq!((entry.version(), entry.tries()), (3, 1));
    assert!(entry.settle(Reply::Done(1), 0, 0).is_err());
    let text = serde_json::to_string(&entry_of_texts()).unwrap();
    assert_eq!(serde_json::from_str::<Entry<String, u32, u32, String>>(&text).unwrap(), entry_of_texts());
}

fn entry_of_texts() -> Entry<String, u32, u32, String> {
    Entry::new("key".into(), "about".into(), 3, "a body".into(), 1_000, true)
}

#[test]
fn what_does_not_get_through_waits_and_may_be_hurried() {
    let mut entry = command();
    for tries in 1..20 {
        entry.begin().unwrap();
        entry.settle(lost(), 1_000, u64::MAX - 3).unwrap();
        let State::Waiting { due } = *entry.state() else { panic!("{:?}", entry.state()) };
        assert!((1_000..=1_000 + LONGEST).contains(&due), "{tries}");
        assert_eq!(
            next(std::slice::from_ref(&entry), due - 1),
            match due {
                1_000 => Next::Send(&entry),
                due => Next::Wait(due),
            }
        );
    }
    entry.begin().unwrap();
    entry.settle(Reply::Later { after: 60_000, unsure: false }, 1_000, 0).unwrap();
    assert_eq!(entry.state(), &State::Waiting { due: 61_000 });
    assert!(entry.hurry(2_000) && !entry.hurry(2_000));
    assert_eq!(next(std::slice::from_ref(&entry), 2_000), Next::Send(&entry));
}

#[test]
fn what_is_done_forgets_what_it_asked() {
    let mut entry = command();
    entry.begin().unwrap();
    entry.settle(Reply::Done(1), 1_000, 0).unwrap();
    assert!(entry.body().is_none() && !entry.is_open());
    assert_eq!(next(&[entry], i64::MAX), Next::Nothing);
}
