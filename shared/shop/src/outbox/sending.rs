//! Bringing to the shop what waits.

use super::desk::is_order;
use super::reply::{self, Came};
use super::report::is_report;
use super::request::request_of;
use super::{Command, Counter, Outbox, Waiting};
use crate::{PortError, Random};
use orilla_outbox::{Errand, Next, Reply, State, next};
use serde::Serialize;
use std::collections::BTreeMap;

/// Where orders go, and where what visitors did.
const ORDERS: &str = "/api/v1/orders";
const EVENTS: &str = "/e";
/// The most sendings of one call: what is left has the next one.
const MOST_SENDINGS: usize = 50;
/// How long an order that the shop has is remembered on the device, in milliseconds: 30 days. Until then its waiting
/// page leads to the order.
const REMEMBERED: i64 = 30 * 24 * 3_600_000;

/// What is left after a sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Where each order is ([`state_name`]), by its key.
    pub states: BTreeMap<String, &'static str>,
    /// Where each other request is, by its key. What is done is not there any more.
    pub requests: BTreeMap<String, &'static str>,
    /// The keys of those that this sending has done: what pages show of them is old.
    pub done: Vec<String>,
    /// When the next sending is due, in milliseconds since 1970; none: not before something else happens.
    pub due: Option<i64>,
}

impl Outbox {
    /// Sends what is due, one after the other, until nothing is. `hurry`: the network may be back, everything is due.
    /// To be called by one at a time: what is found on its way was left so by a device that stopped.
    ///
    /// # Errors
    /// The storage's, or that of randomness. Call it again.
    pub async fn send(
        &self,
        counter: &dyn Counter,
        random: &dyn Random,
        hurry: bool,
    ) -> Result<Sent, PortError> {
        self.begin_sending(counter, hurry).await?;
        let before = self.states().await?.requests;
        let mut sent = self.send_due(counter, random).await?;
        sent.done = before.into_keys().filter(|key| !sent.requests.contains_key(key)).collect();
        Ok(sent)
    }

    async fn send_due(&self, counter: &dyn Counter, random: &dyn Random) -> Result<Sent, PortError> {
        let mut is_open = false;
        for _ in 0..MOST_SENDINGS {
            let all = self.everything().await?;
            let waiting = match next(&all, self.clock.now()) {
                Next::Send(waiting) => waiting.clone(),
                Next::Wait(due) => return Ok(sent(&all, Some(due))),
                Next::Nothing => return Ok(sent(&all, None)),
            };
            if !is_open && !counter.is_open().await {
                self.postpone(all, random).await?;
                return self.states().await;
            }
            is_open = self.send_one(waiting, counter, random).await?;
        }
        Ok(sent(&self.everything().await?, Some(self.clock.now())))
    }

    /// Where every order is, without sending any.
    ///
    /// # Errors
    /// The storage's.
    pub async fn states(&self) -> Result<Sent, PortError> {
        let all = self.everything().await?;
        let due = match next(&all, self.clock.now()) {
            Next::Send(_) => Some(self.clock.now()),
            Next::Wait(due) => Some(due),
            Next::Nothing => None,
        };
        Ok(sent(&all, due))
    }

    async fn begin_sending(&self, counter: &dyn Counter, hurry: bool) -> Result<(), PortError> {
        let now = self.clock.now();
        let all = self.everything().await?;
        let counted = if all.iter().any(is_report) { counter.counted().await } else { None };
        for mut waiting in all {
            let over = waiting.version();
            let is_over = match waiting.body() {
                Some(Command::Report(report)) => !report.is_wanted(counted.as_deref(), now),
                Some(Command::Order(_) | Command::Request(_)) => false,
                None => now.saturating_sub(waiting.since()) > REMEMBERED,
            };
            if is_over {
                self.shelf.remove(waiting.id(), over).await?;
            } else if waiting.recover(now) | (hurry && waiting.hurry(now)) {
                self.write(over, &waiting).await?;
            }
        }
        Ok(())
    }

    /// Sends one. Says whether the shop answered.
    async fn send_one(
        &self,
        mut waiting: Waiting,
        counter: &dyn Counter,
        random: &dyn Random,
    ) -> Result<bool, PortError> {
        let over = waiting.version();
        if let Some(Command::Report(report)) = waiting.body() {
            // Consent may have been taken back since the last one.
            if !report.is_wanted(counter.counted().await.as_deref(), self.clock.now()) {
                return self.is_over(&waiting).await;
            }
        }
        // Whoever took it back in the meantime was first.
        let Ok(errand) = waiting.begin() else { return Ok(true) };
        if !self.write(over, &waiting).await? {
            return Ok(true);
        }
        let key = waiting.id();
        let reply = match errand {
            Errand::Do(Command::Order(order)) => {
                counter.send(ORDERS, key, Some(order.request())).await.map(|answer| reply::read(&answer))
            }
            Errand::Do(Command::Request(request)) => {
                let sent = counter.send(request.wish.path(), key, Some(request.body()?)).await;
                match sent.map(|answer| reply::read_request(&answer)) {
                    Ok(Came::Done) => {
                        if let Some(change) = request.wish.address() {
                            self.note_change(request.owner, key, change).await?;
                        }
                        return self.is_over(&waiting).await;
                    }
                    Ok(Came::Over) => return self.is_over(&waiting).await,
                    Ok(Came::Still(reply)) => Ok(reply),
                    Err(error) => Err(error),
                }
            }
            Errand::Do(Command::Report(report)) => {
                match counter.send(EVENTS, "", Some(report.request(self.clock.now()))).await {
                    Ok(answer) if reply::is_final(&answer) => return self.is_over(&waiting).await,
                    answer => answer.map(|_| Reply::Later { after: 0, unsure: true }),
                }
            }
            Errand::Withdraw => {
                counter.send(ORDERS, key, None).await.map(|answer| reply::read_withdrawal(&answer))
            }
        };
        let reply = reply.unwrap_or(Reply::Later { after: 0, unsure: true });
        if let Reply::Refused(reason) = &reply
            && self.refuse_later_review(&waiting, reason).await?
        {
            return self.is_over(&waiting).await;
        }
        let is_there = !matches!(reply, Reply::Later { unsure: true, .. });
        let (now, dice) = (self.clock.now(), dice(random)?);
        // The shopper may have wanted it back meanwhile.
        self.change(key, |waiting| waiting.settle(reply.clone(), now, dice)).await?;
        Ok(is_there)
    }

    /// The shop has it, and nobody waits for an answer: it is forgotten.
    async fn is_over(&self, waiting: &Waiting) -> Result<bool, PortError> {
        self.shelf.remove(waiting.id(), waiting.version()).await.map(|_| true)
    }

    /// There is no way to the shop: what is due waits longer.
    async fn postpone(&self, all: Vec<Waiting>, random: &dyn Random) -> Result<(), PortError> {
        let now = self.clock.now();
        for mut waiting in all {
            let over = waiting.version();
            let is_due = matches!(waiting.state(), State::Waiting { due } if *due <= now);
            if is_due && waiting.postpone(now, dice(random)?).is_ok() {
                self.write(over, &waiting).await?;
            }
        }
        Ok(())
    }
}

fn dice(random: &dyn Random) -> Result<u64, PortError> {
    let [a, b, c, d, e, f, g, h, ..] = random.bytes()?;
    Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

/// Where an order or another request is, in a word: `waiting`, `sending`, `unwanted`, `asks`, `done`, `refused`, `withdrawn`.
pub fn state_name(waiting: &Waiting) -> &'static str {
    match waiting.state() {
        State::Waiting { .. } if waiting.is_unwanted() => "unwanted",
        State::Waiting { .. } => "waiting",
        State::Sending => "sending",
        State::Asks { .. } => "asks",
        State::Done { .. } => "done",
        State::Refused { .. } => "refused",
        State::Withdrawn => "withdrawn",
    }
}

fn sent(all: &[Waiting], due: Option<i64>) -> Sent {
    let state = |waiting: &Waiting| (waiting.id().to_owned(), state_name(waiting));
    let orders = all.iter().filter(|waiting| is_order(waiting));
    let requests = all.iter().filter(|waiting| request_of(waiting).is_some());
    Sent {
        states: orders.map(state).collect(),
        requests: requests.map(state).collect(),
        due,
        ..Sent::default()
    }
}
