//! Telling shoppers, by Web Push, what becomes of their orders.

#[cfg(test)]
mod tests;

use crate::{Host, Team};
use async_trait::async_trait;
use orilla_orders::{Event, IdempotencyKey, OrderNumber, OrderToken, Recorded};
use orilla_shop::PortError;
use orilla_shop::checkout::{Append, AppendError, Earlier, ListedOrder, Orders, StoredOrder};
use orilla_shop::notices::{Fate, Subscriber, Teller, announce, tell, wait};
use orilla_ui::Locale;
use serde_json::json;
use std::sync::Arc;

/// The team's ports, with orders whose events are told, whoever writes them.
pub fn telling(host: &Host, mut team: Team) -> Team {
    if team.notices.vapid.is_some() {
        team.placed = Arc::new(Told { host: host.clone(), team: team.clone() });
    }
    team
}

/// Orders whose events go on the queue of notices, after the answer.
struct Told {
    host: Host,
    team: Team,
}

#[async_trait]
impl Orders for Told {
    async fn order(&self, token: &OrderToken) -> Result<Option<StoredOrder>, PortError> {
        self.team.placed.order(token).await
    }

    async fn done(&self, key: &IdempotencyKey) -> Result<Option<Earlier>, PortError> {
        self.team.placed.done(key).await
    }

    async fn withdraw(&self, key: &IdempotencyKey, now: i64) -> Result<Earlier, PortError> {
        self.team.placed.withdraw(key, now).await
    }

    async fn append(&self, append: &Append) -> Result<OrderNumber, AppendError> {
        let number = self.team.placed.append(append).await?;
        // Nobody can have asked yet to be told of an order that is just being placed.
        if !matches!(append.recorded.event, Event::Placed(_)) {
            let (host, notices, token) = (self.host.clone(), self.team.notices.clone(), append.token.clone());
            self.host.background.run(Box::pin(async move {
                if let Err(error) = announce(&*notices.subscriptions, &*notices.queue, &token).await {
                    host.complain(&format!("order {number} is not told of: {error}"));
                }
            }));
        }
        Ok(number)
    }

    async fn list(&self, before: Option<OrderNumber>, most: u32) -> Result<Vec<ListedOrder>, PortError> {
        self.team.placed.list(before, most).await
    }
}

/// Tells what the queue of notices delivers: messages, each with how often it was delivered. Answers for each after how many
/// seconds it has to come again; 0: never.
pub async fn deliver(host: &Host, team: &Team, messages: &[(String, u32)]) -> Vec<u32> {
    let mut waits = Vec::with_capacity(messages.len());
    // One after the other: two messages for one browser are one, if the first tells both.
    for (message, attempts) in messages {
        waits.push(deliver_one(host, team, message, *attempts).await);
    }
    waits
}

async fn deliver_one(host: &Host, team: &Team, message: &str, attempts: u32) -> u32 {
    let Some(vapid) = &team.notices.vapid else { return 0 };
    let teller = Teller {
        subscriptions: &*team.notices.subscriptions,
        orders: &*team.placed,
        service: &*team.notices.service,
        random: &*host.random,
        vapid,
        loopback: team.notices.loopback.as_ref(),
        words: &words,
    };
    match tell(teller, message, attempts, host.clock.now()).await {
        Ok(Fate::Told | Fate::Nothing | Fate::Forgotten) => 0,
        Ok(Fate::Again(seconds)) => seconds,
        Ok(Fate::Refused(status)) => {
            host.complain(&format!("a push service refuses a message: {status}"));
            0
        }
        Err(error) => {
            host.complain(&format!("a message is not told: {error}"));
            wait(attempts)
        }
    }
}

/// What the service worker shows: the order's number, what happened, and the way to the order's page, nothing else of it.
fn words(subscriber: &Subscriber, stored: &StoredOrder, last: &Recorded) -> String {
    let locale = Locale::from_segment(&subscriber.language).unwrap_or(Locale::En);
    let text = match &last.event {
        Event::Placed(_) => locale.order_event_placed(),
        Event::Paid => locale.order_event_paid(),
        Event::Packed => locale.order_event_packed(),
        Event::Shipped { .. } => locale.order_event_shipped(),
        Event::Delivered => locale.order_event_delivered(),
        Event::Cancelled { .. } => locale.order_event_cancelled(),
        Event::Refunded { .. } => locale.order_event_refunded(),
    };
    let number = stored.number.to_string();
    json!({
        "title": locale.order_title(&number),
        "text": text,
        "url": format!("/{}/orders/{}", locale.code(), stored.token.as_str()),
        "tag": format!("order-{number}"),
        // What comes late does not take the place of what is newer.
        "version": last.version,
        "language": locale.code(),
    })
    .to_string()
}
