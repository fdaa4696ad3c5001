//! Small parts for the tests of the gateway.

use super::limit::{LimitClass, RateLimiter};
use super::log::{Level, LogSink};
use super::otlp::TraceExport;
use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};
use orilla_shop::{Clock, PortError, Random};
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

/// Admits everybody.
pub struct NoLimits;

#[async_trait]
impl RateLimiter for NoLimits {
    async fn admits(&self, _: LimitClass, _: &str) -> Result<bool, PortError> {
        Ok(true)
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

impl TraceExport for Collected {
    fn send(&self, body: String) {
        self.traces.lock().unwrap().push(body);
    }
}
