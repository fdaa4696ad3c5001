//! Small parts for the tests of the gateway.

use http::{HeaderMap, HeaderName, HeaderValue};
use orilla_shop::{Clock, PortError, Random};

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
