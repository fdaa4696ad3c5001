//! Products as the team works on them.

use crate::PortError;
use crate::catalog::ImportRun;
use async_trait::async_trait;

/// What the team asks of all products, those too that shoppers don't see.
#[async_trait]
pub trait ProductDesk: Send + Sync {
    /// How many products are on sale and have no piece in stock.
    async fn sold_out(&self) -> Result<u32, PortError>;

    /// Up to `most` requests of imports, the last first.
    async fn imports(&self, most: u32) -> Result<Vec<ImportRun>, PortError>;
}
