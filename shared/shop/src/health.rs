//! Whether what stands behind the shop can be reached.

use crate::PortError;
use async_trait::async_trait;

/// What `GET /health` asks.
#[async_trait]
pub trait HealthCheck: Send + Sync {
    /// Whether the database answers a trivial question.
    ///
    /// # Errors
    /// [`PortError`] if it does not.
    async fn reachable(&self) -> Result<(), PortError>;
}
