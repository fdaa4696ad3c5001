//! What a device needs of its browser.

use super::Announced;
use crate::PortError;
use async_trait::async_trait;
use orilla_snapshot::Hash;

/// Why something was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// The browser gives no more room.
    #[error("there is no more room on this device")]
    Full,
    /// The browser's storage failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The device's own storage. What it has may be gone at any time.
#[async_trait]
pub trait Home: Send + Sync {
    /// The files that are here.
    async fn files(&self) -> Result<Vec<Hash>, PortError>;

    /// The file with this hash.
    async fn file(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError>;

    /// Keeps a file.
    async fn keep(&self, hash: Hash, file: Vec<u8>) -> Result<(), HomeError>;

    /// Removes a file.
    async fn forget(&self, hash: Hash) -> Result<(), PortError>;

    /// The text of a note.
    async fn note(&self, name: &str) -> Result<Option<String>, PortError>;

    /// Writes a note over what it said before.
    async fn write(&self, name: &str, text: String) -> Result<(), HomeError>;
}

/// The shop at the edge.
#[async_trait]
pub trait Origin: Send + Sync {
    /// What is current.
    async fn announced(&self) -> Result<Announced, PortError>;

    /// A published file; whatever a network makes of it.
    async fn file(&self, hash: Hash) -> Result<Vec<u8>, PortError>;
}
