//! Telling shoppers what became of their orders, by Web Push: who asked for it, what waits to be told, and telling it.
//!
//! An event of an order puts a [`Due`] on a queue for each browser that wants to know. The queue delivers at least once and
//! in any order; [`tell`] says what the order is *now*, and notes the version that it told: so what comes twice or late says
//! nothing twice, and two events shortly after each other may be one message.

mod ports;
#[cfg(test)]
mod tests;

pub use ports::{Added, NoticeQueue, PushAnswer, PushService, Subscribe, Subscriber, Subscriptions};

use crate::checkout::{Orders, StoredOrder};
use crate::{PortError, Random};
use orilla_orders::{OrderToken, Recorded};
use orilla_push::{Answer, EncryptError, Endpoint, Fresh, Loopback, Notice, Request, Urgency, Vapid, topic};
use serde::{Deserialize, Serialize};

/// The most browsers that are told of one order.
pub const MOST_PER_ORDER: u32 = 8;
/// How long a browser is told of an order, in milliseconds: half a year after it asked.
pub const KEPT: i64 = 180 * 24 * 3600 * 1000;
/// How old news may be, in milliseconds: what nobody could be told for a day stands on the order's page.
const FRESH: i64 = 24 * 3600 * 1000;
/// How long a push service keeps a message for a browser that is away, in seconds.
const TTL: u32 = 24 * 3600;
/// The length to which messages are padded, in bytes: all look the same to a push service.
const PADDED: usize = 512;
/// What a queue can wait, in seconds.
const LONGEST_WAIT: u32 = 12 * 3600;
/// The first wait after a failure that says nothing of how long, and the longest of such, in seconds.
const WAITS: (u32, u32) = (30, 3600);

/// Something to tell somebody, as it waits in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The number of the subscription.
    pub subscription: i64,
}

impl Due {
    /// As a message of the queue.
    pub fn text(self) -> String {
        format!("{{\"subscription\":{}}}", self.subscription)
    }
}

/// Puts on the queue what is to be told of an order.
///
/// # Errors
/// [`PortError`] of the store or the queue.
pub async fn announce(
    subscriptions: &dyn Subscriptions,
    queue: &dyn NoticeQueue,
    token: &OrderToken,
) -> Result<(), PortError> {
    let due: Vec<String> =
        subscriptions.of_order(token).await?.into_iter().map(|id| Due { subscription: id }.text()).collect();
    if due.is_empty() { Ok(()) } else { queue.put(&due).await }
}

/// What telling needs.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// Who asked.
    pub subscriptions: &'a dyn Subscriptions,
    /// The orders.
    pub orders: &'a dyn Orders,
    /// The push services.
    pub service: &'a dyn PushService,
    /// Random bytes for the encryption.
    pub random: &'a dyn Random,
    /// The shop's key.
    pub vapid: &'a Vapid,
    /// A push service on this machine, in development.
    pub loopback: Option<&'a Loopback>,
    /// What a browser shows of an event: JSON, for its service worker.
    pub words: &'a (dyn Fn(&Subscriber, &StoredOrder, &Recorded) -> String + Sync),
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The push service has it.
    Told,
    /// There is nothing to tell: it was told before, is old, or nobody wants to know any more.
    Nothing,
    /// The subscription is no more, and forgotten.
    Forgotten,
    /// The push service refuses it for good, with this status.
    Refused(u16),
    /// Try again after so many seconds.
    Again(u32),
}

/// Tells what a message of the queue is about; `attempts` is how often it was delivered, this time included. `now` is
/// milliseconds since 1970.
///
/// # Errors
/// [`PortError`] of the store: try again, after [`wait`].
pub async fn tell(teller: Teller<'_>, message: &str, attempts: u32, now: i64) -> Result<Fate, PortError> {
    let Ok(Due { subscription }) = serde_json::from_str(message) else { return Ok(Fate::Nothing) };
    let Some(subscriber) = teller.subscriptions.find(subscription).await? else { return Ok(Fate::Nothing) };
    let Some(stored) = teller.orders.order(&subscriber.token).await? else { return Ok(Fate::Nothing) };
    let Some(last) = stored.history.last() else { return Ok(Fate::Nothing) };
    if last.version <= subscriber.told || now.saturating_sub(last.at) > FRESH {
        return Ok(Fate::Nothing);
    }
    // Checked when it was taken, and again now: what may be asked for can have changed.
    let Ok(endpoint) = Endpoint::parse(&subscriber.endpoint, teller.loopback) else {
        teller.subscriptions.forget(&subscriber.endpoint).await?;
        return Ok(Fate::Forgotten);
    };
    let text = (teller.words)(&subscriber, &stored, last);
    let request = match request(teller, &subscriber, &endpoint, &text, now) {
        Ok(request) => request,
        Err(Unmade::TooLong) => return Ok(Fate::Refused(413)),
        Err(Unmade::Dice) => return Ok(Fate::Again(wait(attempts))),
    };
    let Ok(said) = teller.service.send(&request).await else { return Ok(Fate::Again(wait(attempts))) };
    match Answer::of(said.status, said.retry_after.as_deref(), now) {
        Answer::Taken => teller.subscriptions.told(subscription, last.version).await.map(|()| Fate::Told),
        Answer::Gone => teller.subscriptions.forget(&subscriber.endpoint).await.map(|()| Fate::Forgotten),
        Answer::Later(after) => {
            Ok(Fate::Again(after.map_or_else(|| wait(attempts), |after| after.clamp(1, LONGEST_WAIT))))
        }
        Answer::Refused(status) => Ok(Fate::Refused(status)),
    }
}

/// Why there is no request.
enum Unmade {
    TooLong,
    Dice,
}

fn request(
    teller: Teller<'_>,
    subscriber: &Subscriber,
    endpoint: &Endpoint,
    text: &str,
    now: i64,
) -> Result<Request, Unmade> {
    let drawn = || teller.random.bytes().map_err(|_| Unmade::Dice);
    let fresh = Fresh::from_random(drawn()?, drawn()?, drawn()?);
    let topic = topic(subscriber.token.as_str());
    let notice =
        Notice { text: text.as_bytes(), padded: PADDED, ttl: TTL, urgency: Urgency::Normal, topic: &topic };
    // A push service wants to know where it finds the operator: an address that is not encrypted is none (RFC 8292, 2.1).
    let site = Some(subscriber.site.as_str()).filter(|site| site.starts_with("https://"));
    Request::new((endpoint, &subscriber.keys), &notice, (teller.vapid, site), &fresh, now).map_err(|error| {
        match error {
            EncryptError::TooLong => Unmade::TooLong,
            EncryptError::Draw => Unmade::Dice,
        }
    })
}

/// How long to wait after so many attempts, in seconds: twice as long each time, up to an hour.
pub fn wait(attempts: u32) -> u32 {
    let (first, longest) = WAITS;
    first.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(longest)
}
