//! From a message to its events.

use crate::{
    Event, EventId, EventKind, ExperimentKey, LONGEST_BODY, Message, Origin, PageKind, ProductName,
    Rejection, Sender, VariationKey, What,
};
use serde_json::{Map, Value};

/// The most events of a batch.
pub const MOST_EVENTS: usize = 50;
/// The most milliseconds between an event and its sending.
pub const LONGEST_AGE: i64 = 24 * 3_600_000;
/// Milliseconds by which an event may be ahead of its sending: a clock that was set in between.
const JITTER: i64 = 1_000;
/// Characters of what was refused that are kept.
const KEPT: usize = 500;

/// What is no event, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: Rejection,
    /// What came, as far as it is kept.
    pub text: String,
}

impl Rejected {
    fn new(reason: Rejection, text: &str) -> Self {
        Rejected { reason, text: text.chars().take(KEPT).collect() }
    }
}

/// The events of a message's text, each or why it is none; and who sent them.
///
/// A page's clock may be wrong by years. What counts is how long before its sending something happened: the time of an
/// event is that much before the shop received it.
///
/// # Errors
/// [`Rejected`] for what is no message at all.
pub fn events(text: &str) -> Result<(Sender, Vec<Result<Event, Rejected>>), Rejected> {
    let message: Message = serde_json::from_str(text).map_err(|_| Rejected::new(Rejection::NotJson, text))?;
    let Message { sender, received, origin } = message;
    if !is_visitor(&sender.visitor) {
        let reason = Rejection::Wrong { field: "visitor", expected: "an id of the shop's" };
        return Err(Rejected::new(reason, text));
    }
    let events = match origin {
        Origin::Shop(event) => vec![
            in_time(event.at, received, received)
                .map(|at| Event { at, ..event })
                .map_err(|reason| Rejected::new(reason, text)),
        ],
        Origin::Page(body) => batch(&body, received)?,
    };
    Ok((sender, events))
}

/// 22 characters of base64url are what the shop signs; this leaves room for another shop's.
fn is_visitor(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn batch(body: &str, received: i64) -> Result<Vec<Result<Event, Rejected>>, Rejected> {
    let refuse = |reason| Rejected::new(reason, body);
    if body.len() > LONGEST_BODY {
        return Err(refuse(Rejection::TooLong { field: "body", most: LONGEST_BODY }));
    }
    let value: Value = serde_json::from_str(body).map_err(|_| refuse(Rejection::NotJson))?;
    let sent = value.get("sent").and_then(Value::as_i64);
    let events = value.get("events").and_then(Value::as_array);
    let (Some(sent), Some(events)) = (sent, events) else { return Err(refuse(Rejection::NotABatch)) };
    if events.len() > MOST_EVENTS {
        return Err(refuse(Rejection::TooMany { most: MOST_EVENTS }));
    }
    let one = |value: &Value| {
        event(value, sent, received).map_err(|reason| Rejected::new(reason, &value.to_string()))
    };
    Ok(events.iter().map(one).collect())
}

/// When something happened by the shop's clock.
fn in_time(at: i64, sent: i64, received: i64) -> Result<i64, Rejection> {
    let age = sent.saturating_sub(at);
    match age {
        _ if age < -JITTER => Err(Rejection::FromTheFuture),
        _ if age > LONGEST_AGE => Err(Rejection::TooOld),
        _ => Ok(received.saturating_sub(age.max(0))),
    }
}

fn event(value: &Value, sent: i64, received: i64) -> Result<Event, Rejection> {
    let Value::Object(fields) = value else {
        return Err(Rejection::Wrong { field: "events", expected: "a list of objects" });
    };
    let kind = EventKind::of(text(fields, "type")?).ok_or(Rejection::UnknownType)?;
    let id = EventId::parse(text(fields, "id")?)?;
    let at = number(fields, "at")?.ok_or(Rejection::Missing { field: "at" })?;
    let product = || {
        let name = fields.get("product").filter(|value| !value.is_null());
        name.map(|_| ProductName::parse(text(fields, "product")?)).transpose()
    };
    let what = match kind {
        EventKind::Exposure => What::Exposure {
            experiment: ExperimentKey::parse(text(fields, "experiment")?)?,
            variation: VariationKey::parse(text(fields, "variation")?)?,
            is_away: yes(fields, "away")?,
        },
        EventKind::PageView => What::PageView {
            page: PageKind::of(text(fields, "page")?)
                .ok_or(Rejection::Wrong { field: "page", expected: "a kind of page" })?,
        },
        EventKind::ProductView => {
            What::ProductView { product: product()?.ok_or(Rejection::Missing { field: "product" })? }
        }
        EventKind::AddToCart => What::AddToCart { product: product()? },
        EventKind::CheckoutBegun => What::CheckoutBegun,
        EventKind::Search => What::Search { found: small(fields, "found")? },
        EventKind::OrderPlaced => return Err(Rejection::NotForPages),
    };
    Ok(Event { id, at: in_time(at, sent, received)?, what })
}

fn text<'a>(fields: &'a Map<String, Value>, field: &'static str) -> Result<&'a str, Rejection> {
    let value = fields.get(field).ok_or(Rejection::Missing { field })?;
    value.as_str().ok_or(Rejection::Wrong { field, expected: "a text" })
}

fn number(fields: &Map<String, Value>, field: &'static str) -> Result<Option<i64>, Rejection> {
    let value = fields.get(field).filter(|value| !value.is_null());
    let number = |value: &Value| value.as_i64().ok_or(Rejection::Wrong { field, expected: "a whole number" });
    value.map(number).transpose()
}

/// Whether something holds; no, if nothing is said of it.
fn yes(fields: &Map<String, Value>, field: &'static str) -> Result<bool, Rejection> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(false),
        Some(value) => value.as_bool().ok_or(Rejection::Wrong { field, expected: "true or false" }),
    }
}

/// A number that fits into its type.
fn small<N: TryFrom<i64>>(fields: &Map<String, Value>, field: &'static str) -> Result<Option<N>, Rejection> {
    let fits =
        |n: i64| N::try_from(n).map_err(|_| Rejection::Wrong { field, expected: "a small number from 0" });
    number(fields, field)?.map(fits).transpose()
}

#[cfg(test)]
mod tests;
