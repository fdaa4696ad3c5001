//! What pages do with waiting orders.

use super::report::is_report;
use super::request::request_of;
use super::{Command, Shelf, Waiting, WaitingOrder};
use crate::{Clock, PortError};
use orilla_orders::{Fingerprint, IdempotencyKey};
use orilla_outbox::{NotNow, State, TakenBack};
use std::sync::Arc;

/// How often a change that met another one is made anew. Each time, the other one was made.
pub(super) const MOST_TRIES: usize = 5;

/// What waits on this device: orders, other requests, and what is told of its visitor.
#[derive(Clone)]
pub struct Outbox {
    pub(super) shelf: Arc<dyn Shelf>,
    pub(super) clock: Arc<dyn Clock>,
}

/// What became of a shopper's yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// It is sent as the shop can do it now.
    Yes,
    /// The shop asks for something else by now, or nothing: show the order anew.
    Outdated,
}

impl Outbox {
    /// What is on this shelf.
    pub fn new(shelf: Arc<dyn Shelf>, clock: Arc<dyn Clock>) -> Self {
        Outbox { shelf, clock }
    }

    /// All orders, the oldest first.
    ///
    /// # Errors
    /// The storage's.
    pub async fn all(&self) -> Result<Vec<Waiting>, PortError> {
        let mut all = self.everything().await?;
        all.retain(is_order);
        Ok(all)
    }

    /// All that waits, the first first. What another build wrote in a way that this one does not know stays where it is.
    pub(super) async fn everything(&self) -> Result<Vec<Waiting>, PortError> {
        let texts = self.shelf.all().await?;
        let mut all: Vec<Waiting> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        all.sort_by(|a, b| (a.place(), a.id()).cmp(&(b.place(), b.id())));
        Ok(all)
    }

    /// The one with this key.
    ///
    /// # Errors
    /// The storage's.
    pub async fn get(&self, key: &str) -> Result<Option<Waiting>, PortError> {
        Ok(self.all().await?.into_iter().find(|waiting| waiting.id() == key))
    }

    /// Leaves an order, once for each key: it is written down when this ends. `unsure`: it may have been sent to the
    /// shop before.
    ///
    /// # Errors
    /// The storage's: the order is not left.
    pub async fn leave(
        &self,
        key: &IdempotencyKey,
        order: WaitingOrder,
        unsure: bool,
    ) -> Result<(), PortError> {
        // Each order is about itself: none waits for another one.
        let about = format!("order {}", key.as_str());
        self.leave_command(key, about, Command::Order(Box::new(order)), unsure).await
    }

    /// Leaves a command behind those that are there, and before all reports.
    pub(super) async fn leave_command(
        &self,
        key: &IdempotencyKey,
        about: String,
        command: Command,
        unsure: bool,
    ) -> Result<(), PortError> {
        let all = self.everything().await?;
        let before = all.iter().filter(|waiting| !is_report(waiting)).map(Waiting::place).max();
        let (key, place) = (key.as_str().to_owned(), before.unwrap_or(0).saturating_add(1));
        let entry = Waiting::new(key, about, place, command, self.clock.now(), unsure);
        // A form that is sent twice is one command.
        self.write(0, &entry).await.map(drop)
    }

    /// The shopper wants it sent now.
    ///
    /// # Errors
    /// The storage's.
    pub async fn hurry(&self, key: &str) -> Result<(), PortError> {
        let now = self.clock.now();
        let hurry = |waiting: &mut Waiting| {
            waiting.hurry(now);
            Ok(())
        };
        self.change(key, hurry).await.map(drop)
    }

    /// The shopper agrees to what the shop has asked, which was this.
    ///
    /// # Errors
    /// The storage's.
    pub async fn confirm(&self, key: &str, asked: &Fingerprint) -> Result<Confirmed, PortError> {
        let now = self.clock.now();
        let changed = self.change(key, |waiting| {
            let order = waiting.body().and_then(Command::order);
            let (State::Asks { question }, Some(order)) = (waiting.state(), order) else {
                return Err(NotNow);
            };
            if question.fingerprint != *asked || !question.orderable {
                return Err(NotNow);
            }
            let (agreed, seen) = (question.fingerprint.clone(), Some(question.now.clone()));
            let order = WaitingOrder { agreed, seen, prices_from: now, ..order.clone() };
            waiting.confirm(Command::Order(Box::new(order)), now)
        });
        Ok(if changed.await? { Confirmed::Yes } else { Confirmed::Outdated })
    }

    /// The shopper takes it back: what was ordered, if it is theirs at once. Else the shop is told with the next sending
    /// ([`Entry::take_back`](orilla_outbox::Entry::take_back)), or it is placed.
    ///
    /// # Errors
    /// The storage's.
    pub async fn take_back(&self, key: &str) -> Result<Option<WaitingOrder>, PortError> {
        let now = self.clock.now();
        for _ in 0..MOST_TRIES {
            let Some(mut waiting) = self.get(key).await? else { return Ok(None) };
            let over = waiting.version();
            match waiting.take_back(now) {
                Ok(TakenBack::Now) if self.shelf.remove(key, over).await? => {
                    return Ok(waiting.body().and_then(Command::order).cloned());
                }
                Ok(TakenBack::Asked) if waiting.version() == over || self.write(over, &waiting).await? => {
                    return Ok(None);
                }
                Ok(_) => {}
                Err(NotNow) => return Ok(None),
            }
        }
        Err(too_many())
    }

    /// Changes what has this key. False: it is gone, or not in a state for that.
    pub(super) async fn change(
        &self,
        key: &str,
        mut change: impl FnMut(&mut Waiting) -> Result<(), NotNow>,
    ) -> Result<bool, PortError> {
        for _ in 0..MOST_TRIES {
            let found = self.everything().await?.into_iter().find(|waiting| waiting.id() == key);
            let Some(mut waiting) = found else { return Ok(false) };
            let over = waiting.version();
            if change(&mut waiting).is_err() {
                return Ok(false);
            }
            if waiting.version() == over || self.write(over, &waiting).await? {
                return Ok(true);
            }
        }
        Err(too_many())
    }

    /// Writes it down over the version that it was made from.
    pub(super) async fn write(&self, over: u32, waiting: &Waiting) -> Result<bool, PortError> {
        let text =
            serde_json::to_string(waiting).map_err(|error| PortError::Unexpected(error.to_string()))?;
        self.shelf.write(waiting.id(), over, waiting.version(), text).await
    }
}

/// Whether this is an order, open or not.
pub(super) fn is_order(waiting: &Waiting) -> bool {
    !is_report(waiting) && request_of(waiting).is_none()
}

pub(super) fn too_many() -> PortError {
    PortError::Unavailable(format!("{MOST_TRIES} others changed what waits first"))
}
