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
    unsure: bool,
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
}

/// What came of a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<A, Q, R> {
    /// It is done, now or before.
    Done(A),
    /// Nothing is done: the receiver asks something.
    Asks(Q),
    /// Nothing is done and never will be.
    Refused(R),
    /// Under this id something else was done before: what was sent first got there after all. `R` is the reason if
    /// nothing else was sent.
    Spent(R),
    /// No answer, or that it should come later.
    Later {
        /// Milliseconds after which the receiver wants to see it again; 0 if it didn't say.
        after: i64,
        /// Whether it may have been done all the same.
        unsure: bool,
    },
}

/// The command is not in a state for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNow;

impl<B, A, Q, R> Entry<B, A, Q, R> {
    /// A command that is to be sent at once. `id` is its idempotency key, `aggregate` names what it is about, `place` is
    /// above that of all before it, `now` is in milliseconds since 1970. `unsure`: it was sent once already, and nobody
    /// knows what became of that.
    pub fn new(id: String, aggregate: String, place: u64, body: B, now: i64, unsure: bool) -> Self {
        let (bodies, state) = (vec![body], State::Waiting { due: now });
        Entry {
            id,
            aggregate,
            place,
            since: now,
            version: 1,
            tries: u32::from(unsure),
            unsure,
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
        !matches!(self.state, State::Done { .. } | State::Refused { .. })
    }

    /// Whether it may have been done although no answer came.
    pub fn is_unsure(&self) -> bool {
        self.unsure
    }

    /// Whether its person may still take it back: it has not been done. That is certain of what was never sent. Of what
    /// the receiver has asked back about it is as certain as that no copy of an earlier sending, of which nobody heard, is
    /// still under way and finds what it asks for possible again.
    pub fn can_be_taken_back(&self) -> bool {
        match self.state {
            State::Waiting { .. } => !self.unsure,
            State::Asks { .. } | State::Refused { .. } => true,
            State::Sending | State::Done { .. } => false,
        }
    }

    /// More is asked by the same command. That is possible while it waits, if none of it was ever sent. `grow` says
    /// whether it has changed what is asked; so does the answer.
    pub fn extend(&mut self, grow: impl FnOnce(&mut B) -> bool) -> bool {
        let State::Waiting { .. } = self.state else { return false };
        let has_grown = !self.unsure && self.bodies.first_mut().is_some_and(grow);
        if has_grown {
            self.version = self.version.saturating_add(1);
        }
        has_grown
    }

    /// It is about to be sent. To be written down before that.
    ///
    /// # Errors
    /// If it does not wait.
    pub fn begin(&mut self) -> Result<(), NotNow> {
        let State::Waiting { .. } = self.state else { return Err(NotNow) };
        self.tries = self.tries.saturating_add(1);
        self.change(State::Sending);
        Ok(())
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
                self.unsure = false;
                self.change(State::Done { answer });
            }
            Reply::Asks(question) => {
                self.unsure = false;
                self.change(State::Asks { question });
            }
            Reply::Refused(reason) => {
                self.unsure = false;
                self.change(State::Refused { reason });
            }
            Reply::Spent(_) if self.bodies.len() > 1 => {
                self.bodies.remove(0);
                self.change(State::Waiting { due: now });
            }
            Reply::Spent(reason) => self.change(State::Refused { reason }),
            Reply::Later { after, unsure } => {
                self.unsure |= unsure;
                let pause = after.max(0).saturating_add(delay(self.tries, dice));
                self.change(State::Waiting { due: now.saturating_add(pause) });
            }
        }
        Ok(())
    }

    /// Nothing is on its way any more: what was, ended without an answer. Says whether that changed something.
    pub fn recover(&mut self, now: i64) -> bool {
        let State::Sending = self.state else { return false };
        self.unsure = true;
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
