//! One command, from the moment it is left to the answer.

use crate::delay;
use serde::{Deserialize, Serialize};

/// A command: what it asks (`B`), what the receiver answers when it is done (`A`), what the receiver may ask back (`Q`)
/// and why it may refuse (`R`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<B, A, Q, R> {
    id: String,
    aggregate: String,
    place: u64,
    since: i64,
    version: u32,
    tries: u32,
    /// Whether it was ever sent: the receiver may have it, or get it late. (The name is that of earlier builds.)
    #[serde(rename = "unsure")]
    is_sent: bool,
    /// Whether its person wants it back: that is what the receiver is told next.
    #[serde(default)]
    is_unwanted: bool,
    /// What is asked, the newest first: behind it what was sent under this id before and asked back about.
    bodies: Vec<B>,
    state: State<A, Q, R>,
}

/// Where a command is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State<A, Q, R> {
    /// To be sent.
    Waiting {
        /// Not before this moment, in milliseconds since 1970.
        due: i64,
    },
    /// On its way. Of one that is found so at a start nobody knows what became of it ([`Entry::recover`]).
    Sending,
    /// The receiver asks its person something.
    Asks {
        /// What.
        question: Q,
    },
    /// Done.
    Done {
        /// What the receiver said.
        answer: A,
    },
    /// It will never be done.
    Refused {
        /// Why.
        reason: R,
    },
    /// It will never be done: its person took it back, and the receiver knows.
    Withdrawn,
}

/// What came of a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<A, Q, R> {
    /// It is done, now or before.
    Done(A),
    /// Nothing is done: the receiver asks something.
    Asks(Q),
    /// Nothing is done.
    Refused(R),
    /// Nothing is done, and whatever comes under this id from now on is refused.
    Withdrawn,
    /// Under this id something else was done before: what was sent first got there after all. `R` is the reason if
    /// nothing else was sent.
    Spent(R),
    /// No answer, or that it should come later.
    Later {
        /// Milliseconds after which the receiver wants to see it again; 0 if it didn't say.
        after: i64,
        /// Whether it may have been done all the same: the receiver has said nothing.
        unsure: bool,
    },
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand<B> {
    /// The command.
    Do(B),
    /// That it is not wanted any more.
    Withdraw,
}

/// What became of a person's wish to have a command back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// It is theirs: nobody has it, and nobody will get it.
    Now,
    /// The receiver may have it. It is asked to forget it, and says whether it was done before.
    Asked,
}

/// The command is not in a state for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNow;

impl<B, A, Q, R> Entry<B, A, Q, R> {
    /// A command that is to be sent at once. `id` is its idempotency key, `aggregate` names what it is about, `place` is
    /// above that of all before it, `now` is in milliseconds since 1970. `is_sent`: it was sent once already, and nobody
    /// knows what became of that.
    pub fn new(id: String, aggregate: String, place: u64, body: B, now: i64, is_sent: bool) -> Self {
        let (bodies, state) = (vec![body], State::Waiting { due: now });
        Entry {
            id,
            aggregate,
            place,
            since: now,
            version: 1,
            tries: u32::from(is_sent),
            is_sent,
            is_unwanted: false,
            bodies,
            state,
        }
    }

    /// Its idempotency key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is about.
    pub fn aggregate(&self) -> &str {
        &self.aggregate
    }

    /// Its place in the order of all.
    pub fn place(&self) -> u64 {
        self.place
    }

    /// When it was left, in milliseconds since 1970.
    pub fn since(&self) -> i64 {
        self.since
    }

    /// Grows with each change: a store writes an entry only over the version that it was made from.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How often it was sent, or should have been.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Where it is.
    pub fn state(&self) -> &State<A, Q, R> {
        &self.state
    }

    /// What it asks; nothing once it is done.
    pub fn body(&self) -> Option<&B> {
        self.bodies.first()
    }

    /// Whether something is still to come of it.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Done { .. } | State::Refused { .. } | State::Withdrawn)
    }

    /// Whether the receiver may have it, or may still get it.
    pub fn is_sent(&self) -> bool {
        self.is_sent
    }

    /// Whether its person wants it back and the receiver has not answered that yet.
    pub fn is_unwanted(&self) -> bool {
        self.is_unwanted && self.is_open()
    }

    /// Whether its person may want it back: it is not known to be done.
    pub fn can_be_taken_back(&self) -> bool {
        !self.is_unwanted() && !matches!(self.state, State::Done { .. })
    }

    /// Its person wants it back. What was never sent is theirs at once, and so is what the receiver has promised never to
    /// do; of anything else a copy may be under way, whatever the receiver has answered to another one, and only the
    /// receiver can see to it that it comes to nothing. So it is told, under the same id, as often as it takes.
    ///
    /// # Errors
    /// If it is done.
    pub fn take_back(&mut self, now: i64) -> Result<TakenBack, NotNow> {
        match self.state {
            State::Done { .. } => return Err(NotNow),
            State::Withdrawn => return Ok(TakenBack::Now),
            _ if !self.is_sent => return Ok(TakenBack::Now),
            _ if self.is_unwanted() => return Ok(TakenBack::Asked),
            State::Sending => {
                self.is_unwanted = true;
                self.change(State::Sending);
            }
            State::Waiting { .. } | State::Asks { .. } | State::Refused { .. } => {
                self.is_unwanted = true;
                self.change(State::Waiting { due: now });
            }
        }
        Ok(TakenBack::Asked)
    }

    /// More is asked by the same command. That is possible while it waits, if none of it was ever sent. `grow` says
    /// whether it has changed what is asked; so does the answer.
    pub fn extend(&mut self, grow: impl FnOnce(&mut B) -> bool) -> bool {
        let State::Waiting { .. } = self.state else { return false };
        let has_grown = !self.is_sent && self.bodies.first_mut().is_some_and(grow);
        if has_grown {
            self.version = self.version.saturating_add(1);
        }
        has_grown
    }

    /// It is about to be sent. To be written down before that.
    ///
    /// # Errors
    /// If it does not wait.
    pub fn begin(&mut self) -> Result<Errand<B>, NotNow>
    where
        B: Clone,
    {
        let (State::Waiting { .. }, Some(body)) = (&self.state, self.bodies.first()) else {
            return Err(NotNow);
        };
        let errand = if self.is_unwanted { Errand::Withdraw } else { Errand::Do(body.clone()) };
        self.tries = self.tries.saturating_add(1);
        self.is_sent = true;
        self.change(State::Sending);
        Ok(errand)
    }

    /// There is no way to the receiver: it was not sent, and waits longer. `dice` is any random number.
    ///
    /// # Errors
    /// If it does not wait.
    pub fn postpone(&mut self, now: i64, dice: u64) -> Result<(), NotNow> {
        let State::Waiting { .. } = self.state else { return Err(NotNow) };
        self.tries = self.tries.saturating_add(1);
        self.change(State::Waiting { due: now.saturating_add(delay(self.tries, dice)) });
        Ok(())
    }

    /// What came of the sending. `dice` is any random number.
    ///
    /// # Errors
    /// If it was not on its way.
    pub fn settle(&mut self, reply: Reply<A, Q, R>, now: i64, dice: u64) -> Result<(), NotNow> {
        let State::Sending = self.state else { return Err(NotNow) };
        match reply {
            Reply::Done(answer) => {
                self.bodies.clear();
                self.change(State::Done { answer });
            }
            Reply::Withdrawn => self.change(State::Withdrawn),
            Reply::Spent(_) if self.bodies.len() > 1 => {
                self.bodies.remove(0);
                self.change(State::Waiting { due: now });
            }
            // Nothing of that matters to a person who wants it back by now: the receiver is told so next.
            Reply::Asks(_) | Reply::Refused(_) | Reply::Spent(_) if self.is_unwanted => {
                self.change(State::Waiting { due: now });
            }
            Reply::Asks(question) => self.change(State::Asks { question }),
            Reply::Refused(reason) | Reply::Spent(reason) => self.change(State::Refused { reason }),
            Reply::Later { after, .. } => {
                let pause = after.max(0).saturating_add(delay(self.tries, dice));
                self.change(State::Waiting { due: now.saturating_add(pause) });
            }
        }
        Ok(())
    }

    /// Nothing is on its way any more: what was, ended without an answer. Says whether that changed something.
    pub fn recover(&mut self, now: i64) -> bool {
        let State::Sending = self.state else { return false };
        self.change(State::Waiting { due: now });
        true
    }

    /// Its person, or a network that is back, asks for it to be sent now. Says whether that changed something.
    pub fn hurry(&mut self, now: i64) -> bool {
        match self.state {
            State::Waiting { due } if due > now => {
                self.change(State::Waiting { due: now });
                true
            }
            _ => false,
        }
    }

    /// Its person has answered the question: this is what is asked now, under the same id. If what was sent before gets
    /// there after all, the receiver does one of both, and says so ([`Reply::Spent`]).
    ///
    /// # Errors
    /// If there was no question.
    pub fn confirm(&mut self, body: B, now: i64) -> Result<(), NotNow> {
        let State::Asks { .. } = self.state else { return Err(NotNow) };
        self.bodies.insert(0, body);
        self.change(State::Waiting { due: now });
        Ok(())
    }

    fn change(&mut self, state: State<A, Q, R>) {
        self.state = state;
        self.version = self.version.saturating_add(1);
    }
}
