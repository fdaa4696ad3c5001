//! The catalogue as pages read it: an immutable, versioned **snapshot**, published as a manifest and
//! content-addressed segments, and held in memory.
//!
//! - Products stand in **buckets** of [`BUCKET`] ids. Each bucket has one *index segment* (what lists, cards, facets,
//!   sorting and validation need: always in memory) and *document segments* (whole product pages: fetched when a page
//!   needs one, kept in [`Documents`] up to a number of bytes). A change of one product rewrites its index segment and
//!   one document segment; all others are shared between versions, because a segment's name is its hash.
//! - [`Builder`] makes segments and manifests; [`Loading`] makes a [`Snapshot`] of them; [`Reader`] answers pages and
//!   says what each answer was read from ([`Read`]); [`Snapshot::version`] and [`Snapshot::fingerprint`] say whether
//!   what was read is still the same.
//! - A version carries **attachments** ([`Attachment`]): documents of others that are published with the catalogue.
//! - Everything is a function of the catalogue: the same products make the same bytes, in whatever order they changed.
//!   Versions of products and lists are digests of what they are, not counters: a rollback makes old pages fresh again.
//!
//! Each file is an envelope (magic, kind, format version, checksum) around postcard
//! (<https://postcard.jamesmunns.com/wire-format>).
#![deny(missing_docs)]

mod attachment;
mod bucket;
mod build;
mod columns;
mod dictionary;
mod document;
mod documents;
mod entry;
mod fingerprint;
mod frame;
mod list;
mod load;
mod manifest;
mod next;
mod pick;
mod read;
mod reader;
mod shelved;
mod snapshot;
mod tables;
mod tally;
#[cfg(test)]
mod tests;

pub use attachment::{Attachment, Attachments};
pub use build::{BuildError, Builder, Change, Segment, group};
pub use documents::Documents;
pub use entry::{Entry, FacetKey, Shop};
pub use fingerprint::{PLENTY, list_fingerprint, shown_stock};
pub use frame::{FormatError, Hash, NoHash, SegmentRef};
pub use list::Matches;
pub use load::{Loading, Missing};
pub use manifest::{BucketRef, Manifest};
use orilla_catalog::ProductId;
pub use read::{Class, Read};
pub use reader::{Level, Reader, Record, RemotePicture};
pub use shelved::titles_in;
pub use snapshot::{Need, Snapshot};

/// Ids in a bucket. Small enough that one change rewrites little, large enough that 100,000 products are 400 segments.
pub const BUCKET: u32 = 256;
/// The size that segments are meant to stay below, in bytes. Only a single document that is larger makes a larger one.
pub const LARGEST_SEGMENT: usize = 1 << 20;

/// The bucket of a product, and its place there.
fn place(id: ProductId) -> (i64, u8) {
    (id.0.div_euclid(i64::from(BUCKET)), id.0.rem_euclid(i64::from(BUCKET)).to_le_bytes()[0])
}

/// The product at a place of a bucket.
fn product_at(bucket: i64, slot: u8) -> ProductId {
    ProductId(bucket.saturating_mul(i64::from(BUCKET)).saturating_add(i64::from(slot)))
}
