//! What a visitor does while the shop is out of reach, on its way to those who count it.

use super::desk::MOST_TRIES;
use super::{Command, Outbox, Waiting};
use crate::PortError;
use orilla_events::{LONGEST_AGE, LONGEST_BODY, MOST_EVENTS};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What all reports are about: of them, the first goes first.
const ABOUT: &str = "events";
/// Their places begin here: behind those of all orders.
const BEHIND: u64 = 1 << 40;
/// The most reports that wait. Together they have room for a thousand events: more than somebody does within the day
/// after which an event is no news.
const MOST_REPORTS: usize = 20;
/// Bytes of a body around its events.
const FRAME: usize = 100;

/// Events of one visitor, as their pages told them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Who it was, by the id of then. If the browser has another one by now, or none, nobody is told.
    visitor: String,
    /// What pages said; the shop reads it.
    events: Vec<Value>,
}

#[derive(Deserialize)]
struct Batch {
    events: Vec<Value>,
}

/// Whether this is a report, open or not.
pub(super) fn is_report(waiting: &Waiting) -> bool {
    waiting.aggregate() == ABOUT
}

impl Report {
    /// The events of a page's body; `None`, if that is no batch, or more than the shop takes.
    fn read(visitor: &str, body: &str) -> Option<Self> {
        let Batch { events } = serde_json::from_str(body).ok()?;
        let is_taken = !events.is_empty() && events.len() <= MOST_EVENTS && body.len() <= LONGEST_BODY;
        is_taken.then(|| Report { visitor: visitor.to_owned(), events })
    }

    /// Takes these events, too, if there is room for them. A page that was not heard tells them again: each once.
    fn add(&mut self, other: &Report) -> bool {
        let is_new = |event: &&Value| self.events.iter().all(|known| known.get("id") != event.get("id"));
        let events = other.events.iter().filter(is_new).cloned().collect();
        let other = Report { visitor: other.visitor.clone(), events };
        let fits = self.visitor == other.visitor
            && self.events.len() + other.events.len() <= MOST_EVENTS
            && self.size() + other.size() + FRAME <= LONGEST_BODY;
        if fits {
            self.events.extend(other.events);
        }
        fits
    }

    fn size(&self) -> usize {
        self.events.iter().map(|event| event.to_string().len() + 1).sum()
    }

    /// Whether it is of whom the browser is counted as now, and still news. `now` is in milliseconds since 1970, by the
    /// clock of the events.
    pub(super) fn is_wanted(&self, counted: Option<&str>, now: i64) -> bool {
        counted == Some(self.visitor.as_str()) && self.news(now).next().is_some()
    }

    fn news(&self, now: i64) -> impl Iterator<Item = &Value> {
        let is_news = move |event: &&Value| {
            let at = event.get("at").and_then(Value::as_i64);
            at.is_some_and(|at| now.saturating_sub(at) <= LONGEST_AGE)
        };
        self.events.iter().filter(is_news)
    }

    /// The body of `POST /e`. It says when it is sent, and so, beside when something happened, how long ago that was: for
    /// the shop that is what counts, whatever the device's clock says.
    pub(super) fn request(&self, now: i64) -> String {
        json!({ "sent": now, "events": self.news(now).collect::<Vec<_>>() }).to_string()
    }
}

impl Outbox {
    /// Keeps what a page of this visitor told, until the shop can be told. What is no batch of events nobody could read,
    /// and beyond the room that there is, nothing is kept.
    ///
    /// # Errors
    /// The storage's.
    pub async fn tell_later(&self, visitor: &str, body: &str) -> Result<(), PortError> {
        let Some(report) = Report::read(visitor, body) else { return Ok(()) };
        for _ in 0..MOST_TRIES {
            let mut reports = self.everything().await?;
            reports.retain(is_report);
            if self.add_report(reports, &report).await? {
                return Ok(());
            }
        }
        Err(PortError::Unavailable(format!("{MOST_TRIES} others told something first")))
    }

    /// Adds it to the last of these, if there is room, or behind them. False: somebody else was first.
    async fn add_report(&self, mut reports: Vec<Waiting>, report: &Report) -> Result<bool, PortError> {
        let place = match reports.last_mut() {
            Some(last) => {
                let over = last.version();
                let grow = |known: &mut Command| match known {
                    Command::Report(known) => known.add(report),
                    Command::Order(_) | Command::Request(_) => false,
                };
                if last.extend(grow) {
                    return self.write(over, last).await;
                }
                last.place().saturating_add(1)
            }
            None => BEHIND,
        };
        if reports.len() >= MOST_REPORTS {
            return Ok(true);
        }
        let (id, command) = (format!("{ABOUT} {place}"), Command::Report(report.clone()));
        let waiting = Waiting::new(id, ABOUT.to_owned(), place, command, self.clock.now(), false);
        self.write(0, &waiting).await
    }
}
