//! The manifest: a version of the snapshot, as a list of its segments.

use crate::attachment::Attachments;
use crate::entry::FacetKey;
use crate::frame::{FormatError, Kind, SegmentRef, WITHOUT_ATTACHMENTS, decode, encode, open, seal};
use crate::place;
use orilla_catalog::ProductId;
use orilla_catalog::read::CategoryRef;
use serde::{Deserialize, Serialize};

/// One version of the catalogue. A pointer to it is all that has to move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the snapshot. Grows with each publish.
    pub version: u64,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// How far the host had read its log of changes: where the next publish goes on.
    pub position: u64,
    /// The buckets that have products, by number.
    pub buckets: Vec<BucketRef>,
    /// All categories, by slug.
    pub categories: Vec<CategoryRef>,
    /// The attributes of facets, by key.
    pub keys: Vec<FacetKey>,
    /// The documents that are published with it.
    pub attachments: Attachments,
}

/// A bucket: [`crate::BUCKET`] ids of products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketRef {
    /// The ids from `number * BUCKET` on.
    pub number: i64,
    /// How many products it has.
    pub products: u32,
    /// Its index.
    pub index: SegmentRef,
    /// Its documents: each segment with the place of its last product, ascending.
    pub documents: Vec<(u8, SegmentRef)>,
}

impl BucketRef {
    /// The segments of the bucket.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentRef> {
        self.documents.iter().map(|(_, segment)| segment).chain([&self.index])
    }
}

impl Manifest {
    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        seal(Kind::Manifest, &encode(self))
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// Whatever is not a whole manifest of a format that this release reads.
    pub fn decode(file: &[u8]) -> Result<Self, FormatError> {
        let payload = open(Kind::Manifest, file)?;
        let manifest: Manifest = match file.get(7) {
            // The attachments stand last, and none is a zero each.
            Some(&WITHOUT_ATTACHMENTS) => decode(&[payload, &[0, 0]].concat())?,
            _ => decode(payload)?,
        };
        let sound = manifest.buckets.is_sorted_by(|a, b| a.number < b.number)
            && manifest.categories.is_sorted_by(|a, b| a.slug < b.slug)
            && manifest.keys.is_sorted_by(|a, b| a.key < b.key)
            && manifest.buckets.iter().all(|bucket| bucket.documents.is_sorted_by(|(a, _), (b, _)| a < b));
        if sound { Ok(manifest) } else { Err(FormatError::Content("a manifest out of order")) }
    }

    /// The bucket with this number.
    pub fn bucket(&self, number: i64) -> Option<&BucketRef> {
        let at = self.buckets.binary_search_by_key(&number, |bucket| bucket.number).ok()?;
        self.buckets.get(at)
    }

    /// The document segment in which a product stands if it is in this version, with the number of its bucket.
    pub fn segment_of(&self, id: ProductId) -> Option<(i64, SegmentRef)> {
        let (number, slot) = place(id);
        let documents = &self.bucket(number)?.documents;
        let at = documents.partition_point(|(last, _)| *last < slot);
        documents.get(at).map(|(_, segment)| (number, *segment))
    }

    /// All segments of this version. What is in no manifest that can still be asked for may be deleted.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentRef> {
        self.buckets.iter().flat_map(BucketRef::segments).chain(self.attachments.segments())
    }

    /// Products in this version.
    pub fn products(&self) -> u32 {
        self.buckets.iter().map(|bucket| bucket.products).sum()
    }

    /// The size of all segments together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.segments().map(|segment| u64::from(segment.bytes)).sum()
    }
}
