//! Devices, a network that does what networks do, and a receiver that does each key once.

use crate::{Entry, LONGEST, Next, Reply, State, next};
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
    /// The keys that had an effect, in order: one that stands here twice was done twice.
    effects: Vec<String>,
}

impl Receiver {
    fn take(&mut self, key: &str, wish: &Wish) -> Answer {
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
        1 => (0usize..8).prop_map(Fate::Back),
    ]
}

struct World {
    now: i64,
    dice: u64,
    receiver: Receiver,
    device: Vec<Command>,
    sent: Vec<(String, Wish)>,
    taken_back: BTreeSet<String>,
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
            taken_back: BTreeSet::new(),
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
        self.device[index].begin().unwrap();
        let (id, wish) = (self.device[index].id().to_owned(), self.device[index].body().unwrap().clone());
        if !matches!(fate, Fate::CrashBefore) {
            self.sent.push((id.clone(), wish.clone()));
        }
        let lost = Reply::Later { after: 0, unsure: true };
        let reply = match fate {
            Fate::CrashBefore => None,
            Fate::CrashAfter => {
                self.receiver.take(&id, &wish);
                None
            }
            Fate::LostRequest | Fate::HeldUp => Some(lost),
            Fate::LostAnswer => {
                self.receiver.take(&id, &wish);
                Some(lost)
            }
            Fate::Busy => Some(Reply::Later { after: 5_000, unsure: false }),
            _ => Some(self.receiver.take(&id, &wish)),
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
                let (id, wish) = self.sent[which % self.sent.len()].clone();
                self.receiver.take(&id, &wish);
            }
            Fate::Late(_) => {}
            Fate::Price(price) => self.receiver.price = *price,
            Fate::Yes => self.say_yes(),
            Fate::Back(which) => {
                // What is taken back after a question may have a copy under way (`Entry::can_be_taken_back`).
                let was_sent = |entry: &Command| self.sent.iter().any(|(id, _)| id == entry.id());
                let takes = |entry: &Command| entry.can_be_taken_back() && !was_sent(entry);
                if self.device.get(*which).is_some_and(takes) {
                    self.taken_back.insert(self.device.remove(*which).id().to_owned());
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
        let effects = &world.receiver.effects;
        for (place, (about, is_poison)) in commands.iter().enumerate() {
            let key = format!("key-{place}");
            let times = effects.iter().filter(|effect| **effect == key).count();
            let is_gone = world.taken_back.contains(&key);
            prop_assert_eq!(times, usize::from(!is_poison && !is_gone), "{}", key);
            // What the device says of it is what became of it.
            let entry = world.device.iter().find(|entry| entry.id() == key);
            match entry.map(Entry::state) {
                Some(State::Done { answer }) => {
                    let at = effects.iter().position(|effect| *effect == key);
                    prop_assert_eq!(at.map(|at| at + 1), Some(*answer as usize));
                }
                Some(State::Refused { reason }) => prop_assert!(*is_poison && *reason == "poison"),
                None => prop_assert!(is_gone),
                Some(other) => prop_assert!(false, "{other:?}"),
            }
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
fn it_may_be_taken_back_while_it_has_certainly_not_been_done() {
    let mut entry = command();
    assert!(entry.can_be_taken_back());
    entry.begin().unwrap();
    assert!(!entry.can_be_taken_back());
    entry.settle(Reply::Later { after: 0, unsure: false }, 1_000, 0).unwrap();
    assert!(entry.can_be_taken_back(), "the receiver said that it did nothing");
    entry.begin().unwrap();
    entry.settle(lost(), 1_000, 0).unwrap();
    assert!(!entry.can_be_taken_back());
    entry.begin().unwrap();
    entry.settle(Reply::Asks(2), 1_000, 0).unwrap();
    assert!(entry.can_be_taken_back());
    let sent_before: Command =
        Entry::new("key".into(), "about".into(), 0, Wish { price: 1, is_poison: false }, 1_000, true);
    assert!(!sent_before.can_be_taken_back());
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
    assert!(entry.recover(2_000) && entry.is_unsure());
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
