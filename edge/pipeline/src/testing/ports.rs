//! Ports that tests can look into, and that misbehave when they are told to.

use super::NOW;
use crate::{Isolate, inspect};
use async_trait::async_trait;
use futures::executor::block_on;
use orilla_push::Request as PushRequest;
use orilla_shop::accounts::{MailRequest, MailService, NoAnswer};
use orilla_shop::events::{EventQueue, Message};
use orilla_shop::notices::{NoticeQueue, PushAnswer, PushService};
use orilla_shop::team::rollouts::Alarm;
use orilla_shop::team::{KeptPages, PagesReport};
use orilla_shop::{Background, Clock, PageStore, Picture, Pictures, PortError, Random, Timer};
use orilla_store::testing::TestDatabase;
use orilla_store::{Database, DbError, Statement};
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A push service, and the queue before it.
#[derive(Default)]
pub struct Push {
    pub waiting: Mutex<Vec<String>>,
    pub sent: Mutex<Vec<PushRequest>>,
    /// What it says; 0: 201.
    pub status: AtomicI64,
}

#[async_trait]
impl NoticeQueue for Push {
    async fn put(&self, messages: &[String]) -> Result<(), PortError> {
        self.waiting.lock().unwrap().extend_from_slice(messages);
        Ok(())
    }
}

#[async_trait]
impl PushService for Push {
    async fn send(&self, request: &PushRequest) -> Result<PushAnswer, PortError> {
        self.sent.lock().unwrap().push(request.clone());
        let status = match self.status.load(Ordering::Relaxed) {
            0 => 201,
            status => u16::try_from(status).unwrap(),
        };
        Ok(PushAnswer { status, retry_after: (status == 429).then(|| "9".to_owned()) })
    }
}

/// A provider of e-mail, which notes what it is asked.
pub struct PostOffice {
    /// What it says; `Err`: nothing.
    pub says: Mutex<Result<u16, ()>>,
    pub asked: Mutex<Vec<Posted>>,
}

/// What it was asked.
pub struct Posted {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub mail: Value,
}

impl Default for PostOffice {
    fn default() -> Self {
        PostOffice { says: Mutex::new(Ok(200)), asked: Mutex::default() }
    }
}

#[async_trait]
impl MailService for PostOffice {
    async fn post(&self, request: &MailRequest) -> Result<u16, NoAnswer> {
        let MailRequest { url, headers, body } = request;
        let mail = serde_json::from_str(body).unwrap();
        self.asked.lock().unwrap().push(Posted { url: url.clone(), headers: headers.clone(), mail });
        self.says.lock().unwrap().map_err(|()| PortError::Unavailable("timed out".into()).into())
    }
}

/// A database that can be made to fail.
pub struct Breakable {
    pub database: TestDatabase,
    pub is_broken: AtomicBool,
    /// Does what it is told, but nobody hears of it.
    pub loses_answers: AtomicBool,
}

#[async_trait]
impl Database for Breakable {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(DbError::Unavailable("switched off for a test".into()));
        }
        let answer = self.database.batch(statements).await;
        if self.loses_answers.load(Ordering::Relaxed) {
            return Err(DbError::Unavailable("the answer was lost for a test".into()));
        }
        answer
    }
}

/// A clock that stands until a test moves it.
#[derive(Default)]
pub struct Hand(pub AtomicI64);

impl Clock for Hand {
    fn now(&self) -> i64 {
        NOW + self.0.load(Ordering::Relaxed)
    }
}

/// 1, 2, 3, …
#[derive(Default)]
pub struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1).to_be_bytes())
    }
}

/// Work that waits until the answer has left.
#[derive(Default)]
pub struct Later(Mutex<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>>);

impl Background for Later {
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.lock().unwrap().push(work);
    }
}

impl Later {
    /// Does it.
    pub fn finish(&self) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap());
        waiting.into_iter().for_each(block_on);
    }
}

/// A timer that rings at once: what waits has waited too long.
pub struct AtOnce;

impl Timer for AtOnce {
    fn sleep(&self, _: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

/// Messages that wait to be delivered.
#[derive(Default)]
pub struct Queue {
    pub waiting: Mutex<Vec<String>>,
    pub is_broken: AtomicBool,
}

/// What the isolates of a place share.
#[derive(Default)]
pub struct Near {
    pub entries: Mutex<BTreeMap<String, Vec<u8>>>,
    pub is_broken: AtomicBool,
}

#[async_trait]
impl EventQueue for Queue {
    async fn put(&self, message: &Message) -> Result<(), PortError> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(PortError::Unavailable("switched off for a test".into()));
        }
        self.waiting.lock().unwrap().push(message.text());
        Ok(())
    }
}

#[async_trait]
impl PageStore for Near {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(PortError::Unavailable("switched off for a test".into()));
        }
        Ok(self.entries.lock().unwrap().get(key).cloned())
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, _: u32) -> Result<(), PortError> {
        self.entries.lock().unwrap().insert(key.to_owned(), bytes);
        Ok(())
    }
}

/// The team's module asks the shop's, beside it in one isolate.
pub struct Beside {
    pub isolate: Arc<Isolate>,
    pub clock: Arc<dyn Clock>,
}

impl KeptPages for Beside {
    fn inspect(&self, address: &str) -> Result<PagesReport, PortError> {
        Ok(inspect(&self.isolate, "test", address, self.clock.now()))
    }
}

/// Tests call the driver themselves.
pub struct NoAlarm;

#[async_trait]
impl Alarm for NoAlarm {
    async fn wake(&self, _: i64) -> Result<(), PortError> {
        Ok(())
    }
}

/// No picture can be reached.
pub struct NoPictures;

#[async_trait]
impl Pictures for NoPictures {
    async fn fetch(&self, _: &str, _: usize) -> Result<Picture, PortError> {
        Err(PortError::Unavailable("no network in tests".into()))
    }
}
