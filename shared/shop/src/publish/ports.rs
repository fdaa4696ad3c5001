//! What a publish needs of a host.

use crate::PortError;
use async_trait::async_trait;
use orilla_catalog::ProductId;
use orilla_snapshot::{Attachment, Attachments, Change, Entry, Hash, Shop};
use serde::{Deserialize, Serialize};

/// Where segments and manifests are kept, each under the hash of its bytes: what is there never changes.
#[async_trait]
pub trait Segments: Send + Sync {
    /// The file with this hash; `None` if it is not there (yet: a store may take a while to show it everywhere).
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError>;

    /// Stores files under their hashes.
    async fn put(&self, files: Vec<(Hash, Vec<u8>)>) -> Result<(), PortError>;
}

/// A version of the catalogue that was or is what pages show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// 1, 2, 3, … in the order in which they were published.
    pub number: u64,
    /// The hash of the manifest. A rollback has that of an earlier publication.
    pub manifest: String,
    /// Products in it.
    pub products: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What the publisher said of it.
    pub note: String,
}

impl Publication {
    /// The manifest's name in [`Segments`].
    pub fn hash(&self) -> Option<Hash> {
        self.manifest.parse().ok()
    }
}

/// The list of publications: strongly consistent, as it says what is current.
#[async_trait]
pub trait Publications: Send + Sync {
    /// The last publication; `None` before the first.
    async fn current(&self) -> Result<Option<Publication>, PortError>;

    /// The last `most`, the newest first.
    async fn history(&self, most: u32) -> Result<Vec<Publication>, PortError>;

    /// The publication with this number.
    async fn numbered(&self, number: u64) -> Result<Option<Publication>, PortError>;

    /// Makes this one current if its number follows on the last; false if another publication was quicker.
    async fn append(&self, publication: &Publication) -> Result<bool, PortError>;
}

/// What the team wrote, as a publish reads it.
#[async_trait]
pub trait Written: Send + Sync {
    /// How far the log of changes reaches now.
    async fn position(&self) -> Result<u64, PortError>;

    /// Up to `most` active products in the order of their ids, from the one after `after`.
    async fn entries(&self, after: ProductId, most: u32) -> Result<Vec<Entry>, PortError>;

    /// Up to `most` products that changed after a position.
    async fn changes(&self, position: u64, most: u32) -> Result<Changes, PortError>;

    /// Categories and facet keys.
    async fn shop(&self) -> Result<Shop, PortError>;

    /// The documents that go with the catalogue, as they are now (`now` is in milliseconds since 1970). One that is not
    /// among them stays as it was published; `current` says which there are.
    async fn attachments(
        &self,
        now: i64,
        current: Attachments,
    ) -> Result<Vec<(Attachment, Vec<u8>)>, PortError>;
}

/// What changed since a position.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// New, different and removed products.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub position: u64,
    /// Whether there may be more.
    pub more: bool,
}

/// The ports of [`publish`].
#[derive(Clone, Copy)]
pub struct Press<'a> {
    /// What the team wrote.
    pub written: &'a dyn Written,
    /// Where it goes.
    pub segments: &'a dyn Segments,
    /// What is current.
    pub publications: &'a dyn Publications,
}
