//! What lies between a device and the shop.

use crate::dice::Dice;
use crate::shop::Shop;
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::outbox::{Answer, Counter, Outbox};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// What has happened to requests, of all devices.
#[derive(Default)]
pub struct Told {
    pub away: AtomicU32,
    pub lost_requests: AtomicU32,
    pub lost_answers: AtomicU32,
    pub duplicates: AtomicU32,
    pub held_up: AtomicU32,
    pub stops: AtomicU32,
    pub regretted: AtomicU32,
    pub unanswered: AtomicU32,
}

/// The network of all devices: what it holds up gets there later, out of order, or twice.
pub struct Weather<'a> {
    shop: &'a Shop,
    held_up: Mutex<Vec<(String, Option<String>)>>,
    pub told: Told,
}

impl<'a> Weather<'a> {
    pub fn new(shop: &'a Shop) -> Self {
        Weather { shop, held_up: Mutex::default(), told: Told::default() }
    }

    /// Something that was held up gets there.
    pub fn deliver(&self, dice: &mut Dice) {
        let Ok(mut held) = self.held_up.lock() else { return };
        if held.is_empty() {
            return;
        }
        let index = usize::try_from(dice.below(held.len() as u64)).unwrap_or(0);
        let (key, body) = held.swap_remove(index);
        drop(held);
        self.shop.order(&key, body.as_deref()).ok();
    }

    /// All of it gets there.
    pub fn deliver_all(&self) {
        let held = self.held_up.lock().map(|mut held| std::mem::take(&mut *held)).unwrap_or_default();
        for (key, body) in held {
            self.shop.order(&key, body.as_deref()).ok();
        }
    }

    fn hold_up(&self, key: &str, body: Option<&str>) {
        if let Ok(mut held) = self.held_up.lock() {
            held.push((key.to_owned(), body.map(str::to_owned)));
        }
    }
}

/// A device's own line.
pub struct Line<'a> {
    pub weather: &'a Weather<'a>,
    /// The orders of the device, whose shopper may want one back while it is on its way.
    pub outbox: &'a Outbox,
    pub dice: Mutex<Dice>,
    /// Whether it does what networks do; if not, it works.
    pub is_rough: bool,
}

impl Line<'_> {
    /// Any of a hundred.
    fn chance(&self) -> u64 {
        self.dice.lock().map(|mut dice| dice.below(100)).unwrap_or_default()
    }

    fn sent(&self, key: &str, body: Option<&str>) -> Result<Answer, PortError> {
        let sent = self.weather.shop.order(key, body);
        let (status, retry_after, body) = sent.map_err(|error| {
            count(&self.weather.told.unanswered);
            PortError::Unavailable(error)
        })?;
        Ok(Answer { status, retry_after, body })
    }
}

fn count(counter: &AtomicU32) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn lost() -> PortError {
    PortError::Unavailable("the network lost it".into())
}

#[async_trait]
impl Counter for Line<'_> {
    async fn is_open(&self) -> bool {
        if self.is_rough && self.chance() < 25 {
            count(&self.weather.told.away);
            return false;
        }
        self.weather.shop.answers()
    }

    async fn counted(&self) -> Option<String> {
        None
    }

    async fn send(&self, _: &str, key: &str, body: Option<String>) -> Result<Answer, PortError> {
        self.hand_over(key, body.as_deref()).await
    }
}

impl Line<'_> {
    /// An order, or that it is not wanted any more.
    async fn hand_over(&self, key: &str, body: Option<&str>) -> Result<Answer, PortError> {
        let told = &self.weather.told;
        if self.is_rough && self.chance() < 3 {
            count(&told.regretted);
            self.outbox.take_back(key).await?;
        }
        match if self.is_rough { self.chance() } else { 100 } {
            0..8 => {
                count(&told.lost_requests);
                Err(lost())
            }
            8..18 => {
                count(&told.lost_answers);
                self.sent(key, body).ok();
                Err(lost())
            }
            18..25 => {
                count(&told.held_up);
                self.weather.hold_up(key, body);
                Err(lost())
            }
            25..33 => {
                count(&told.duplicates);
                self.weather.hold_up(key, body);
                self.sent(key, body).and_then(|_| self.sent(key, body))
            }
            // The device stops, before the request leaves or after it has: nobody waits for this any more.
            33..37 => {
                count(&told.stops);
                std::future::pending().await
            }
            37..41 => {
                count(&told.stops);
                self.sent(key, body).ok();
                std::future::pending().await
            }
            _ => self.sent(key, body),
        }
    }
}
