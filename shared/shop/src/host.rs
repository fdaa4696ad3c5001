//! What every use case may need of its host, beside the data.

use crate::PortError;
use async_trait::async_trait;
use std::future::Future;
use std::pin::Pin;

/// The time. A port, so that tests choose it.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
}

/// Randomness that nobody can guess. A port, so that tests choose it.
pub trait Random: Send + Sync {
    /// 128 random bits.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] if the host has none to give.
    fn bytes(&self) -> Result<[u8; 16], PortError>;
}

/// Waiting. A port, so that tests need not.
pub trait Timer: Send + Sync {
    /// Ends after so many milliseconds, or later.
    fn sleep(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Whether what the shop stands on can be reached.
#[async_trait]
pub trait Health: Send + Sync {
    /// Asks the database for nothing, to see that it answers.
    async fn database(&self) -> Result<(), PortError>;
}

/// A picture as another host gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/jpeg`, `image/png`, `image/webp`, `image/avif` or `image/gif`. Never SVG: it can run scripts.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Fetches pictures from the hosts that the catalogue names.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Fetches the picture behind this URL, without following redirects, within a few seconds and up to
    /// `most` bytes, from the host's cache if it is there. The caller has checked the URL.
    async fn fetch(&self, url: &str, most: usize) -> Result<Picture, PortError>;
}

/// Keeps pages for all isolates of a place. What it has may be gone at any time, and may be what another build or
/// program stored.
#[async_trait]
pub trait PageStore: Send + Sync {
    /// What was stored under a key.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError>;

    /// Stores bytes for at most so many seconds. A key is letters and digits.
    async fn put(&self, key: &str, bytes: Vec<u8>, seconds: u32) -> Result<(), PortError>;
}

/// Work that goes on after the answer has left.
pub trait Background: Send + Sync {
    /// Runs this to its end, if the host can; it must be safe to lose.
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>);
}
