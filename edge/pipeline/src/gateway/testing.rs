//! Small parts for the tests of the gateway.

use super::limit::{LimitClass, RateLimiter};
use super::log::{Level, LogSink};
use super::otlp::TraceExport;
use async_trait::async_trait;
use futures::executor::block_on;
use http::{HeaderMap, HeaderName, HeaderValue};
use orilla_shop::{Background, Clock, PortError, Random};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

/// Always this byte.
pub struct Dice(pub u8);

impl Random for Dice {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok([self.0; 16])
    }
}

/// A host without randomness.
pub struct NoDice;

impl Random for NoDice {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Err(PortError::Unavailable("no dice".into()))
    }
}

/// Headers from pairs; a name may stand twice.
pub fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        })
        .collect()
}

/// Always this time.
pub struct FixedTime(pub i64);

impl Clock for FixedTime {
    fn now(&self) -> i64 {
        self.0
    }
}

/// Keeps what is logged and exported.
#[derive(Default)]
pub struct Collected {
    pub lines: Mutex<Vec<(Level, String)>>,
    pub traces: Mutex<Vec<String>>,
}

impl LogSink for Collected {
    fn line(&self, level: Level, line: &str) {
        self.lines.lock().unwrap().push((level, line.to_owned()));
    }
}

#[async_trait]
impl TraceExport for Collected {
    async fn send(&self, body: String) {
        self.traces.lock().unwrap().push(body);
    }
}

/// What a limiter says to everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limiting {
    #[default]
    Admits,
    Refuses,
    Fails,
}

/// A limiter that says what it is told, and remembers what it was asked.
#[derive(Default)]
pub struct Switched {
    answer: Mutex<Limiting>,
    pub asked: Mutex<Vec<(LimitClass, String)>>,
}

impl Switched {
    pub fn switch(&self, answer: Limiting) {
        *self.answer.lock().unwrap() = answer;
    }
}

#[async_trait]
impl RateLimiter for Switched {
    async fn admits(&self, class: LimitClass, key: &str) -> Result<bool, PortError> {
        self.asked.lock().unwrap().push((class, key.to_owned()));
        match *self.answer.lock().unwrap() {
            Limiting::Admits => Ok(true),
            Limiting::Refuses => Ok(false),
            Limiting::Fails => Err(PortError::Unavailable("no counter in tests".into())),
        }
    }
}

/// Does what is for later at once.
pub struct AtOnce;

impl Background for AtOnce {
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        block_on(work);
    }
}
