//! Events as they arrive from the queue.

use crate::PortError;
use async_trait::async_trait;
use orilla_events::{Event, Rejected, Sender, events};
use serde::{Deserialize, Serialize};

/// What a delivery of the queue holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The events, with who sent each.
    pub events: Vec<(Sender, Event)>,
    /// What is none.
    pub refused: Vec<Refused>,
}

/// What is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why, as a stable name.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What came, as far as it is kept.
    pub body: String,
}

impl From<Rejected> for Refused {
    fn from(Rejected { reason, text }: Rejected) -> Self {
        Refused { code: reason.code().to_owned(), reason: reason.to_string(), body: text }
    }
}

/// What was refused, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Why, as a stable name.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What came, as far as it is kept.
    pub body: String,
}

/// How often something was refused for one reason, of the dead letters that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFor {
    /// Why, as a stable name.
    pub code: String,
    /// How often.
    pub count: u64,
    /// When last, in milliseconds since 1970.
    pub last: i64,
}

/// Why a delivery was not recorded. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The store refuses what it holds: it would do so again.
    #[error("refused: {0}")]
    Refused(String),
    /// The store failed: deliver it again.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Where events are kept and counted.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Records a delivery in one transaction: each event once, whatever was delivered before, and all that experiments
    /// sum up of it. `now` is milliseconds since 1970.
    async fn record(&self, arrived: &Arrived, now: i64) -> Result<(), RecordError>;

    /// Up to `most` of what was refused, the last first; with a `code`, for that reason alone.
    async fn dead_letters(&self, code: Option<&str>, most: u32) -> Result<Vec<DeadLetter>, PortError>;

    /// How often something was refused for each reason, the last first.
    async fn refused(&self) -> Result<Vec<RefusedFor>, PortError>;
}

/// Records what the queue delivers: when this answers, all of it is kept, as events or as dead letters, and may be
/// acknowledged. A message that the store refuses is kept as a dead letter and does not hold up the others.
///
/// # Errors
/// [`PortError`] of the store: deliver all of it again.
pub async fn record_delivery(log: &dyn EventLog, messages: &[String], now: i64) -> Result<(), PortError> {
    let mut waiting: Vec<&[String]> = vec![messages];
    while let Some(part) = waiting.pop().filter(|part| !part.is_empty()) {
        match log.record(&read(part), now).await {
            Ok(()) => {}
            Err(RecordError::Port(error)) => return Err(error),
            Err(RecordError::Refused(why)) => match part {
                [message] => log.record(&dead(message, &why), now).await.map_err(|error| match error {
                    RecordError::Port(error) => error,
                    RecordError::Refused(why) => PortError::Unexpected(why),
                })?,
                _ => {
                    let (first, second) = part.split_at(part.len() / 2);
                    waiting.extend([second, first]);
                }
            },
        }
    }
    Ok(())
}

fn read(messages: &[String]) -> Arrived {
    let mut arrived = Arrived::default();
    for message in messages {
        match events(message) {
            Ok((sender, found)) => {
                for event in found {
                    match event {
                        Ok(event) => arrived.events.push((sender.clone(), event)),
                        Err(rejected) => arrived.refused.push(rejected.into()),
                    }
                }
            }
            Err(rejected) => arrived.refused.push(rejected.into()),
        }
    }
    arrived
}

fn dead(message: &str, why: &str) -> Arrived {
    let body = message.chars().take(500).collect();
    let refused = Refused { code: "refused_by_the_store".to_owned(), reason: why.to_owned(), body };
    Arrived { events: Vec::new(), refused: vec![refused] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use orilla_events::{Device, EventId, Message, Origin, What};
    use std::sync::Mutex;

    /// Refuses whatever holds an event with this id.
    #[derive(Default)]
    struct Picky {
        hates: &'static str,
        kept: Mutex<Vec<String>>,
        dead: Mutex<Vec<String>>,
        is_down: bool,
    }

    #[async_trait]
    impl EventLog for Picky {
        async fn record(&self, arrived: &Arrived, _: i64) -> Result<(), RecordError> {
            if self.is_down {
                return Err(PortError::Unavailable("down".into()).into());
            }
            let ids: Vec<_> = arrived.events.iter().map(|(_, event)| event.id.as_str().to_owned()).collect();
            if ids.iter().any(|id| id == self.hates) {
                return Err(RecordError::Refused("no".into()));
            }
            self.kept.lock().unwrap().extend(ids);
            self.dead.lock().unwrap().extend(arrived.refused.iter().map(|refused| refused.code.clone()));
            Ok(())
        }

        async fn dead_letters(&self, _: Option<&str>, _: u32) -> Result<Vec<DeadLetter>, PortError> {
            Ok(Vec::new())
        }

        async fn refused(&self) -> Result<Vec<RefusedFor>, PortError> {
            Ok(Vec::new())
        }
    }

    fn message(id: &str) -> String {
        let sender = Sender { visitor: "visitor-1".into(), country: None, device: Device::Desktop };
        let event = Event { id: EventId::parse(id).unwrap(), at: 5, what: What::CheckoutBegun };
        Message { sender, received: 5, origin: Origin::Shop(event) }.text()
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|i| format!("event-{i:03}")).collect()
    }

    #[test]
    fn what_the_store_refuses_holds_nothing_else_up() {
        for count in [1, 2, 7, 100] {
            let log = Picky { hates: "event-000", ..Picky::default() };
            let mut messages: Vec<_> = names(count).iter().map(|id| message(id)).collect();
            messages.push("nonsense".into());
            block_on(record_delivery(&log, &messages, 9)).unwrap();
            assert_eq!(*log.kept.lock().unwrap(), names(count)[1..]);
            let mut dead = log.dead.lock().unwrap().clone();
            dead.sort();
            assert_eq!(dead, ["not_json", "refused_by_the_store"]);
        }
    }

    #[test]
    fn a_store_that_is_away_acknowledges_nothing() {
        let log = Picky { is_down: true, ..Picky::default() };
        assert!(block_on(record_delivery(&log, &[message("event-001")], 9)).is_err());
        assert!(block_on(record_delivery(&log, &[], 9)).is_ok());
    }
}
