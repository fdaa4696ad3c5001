//! Making a version: from the one before and what changed, or from everything.

use crate::attachment::{Attachment, Attachments};
use crate::bucket::Wire;
use crate::document::{Document, Shelf, shelves};
use crate::entry::{Entry, Shop};
use crate::frame::{FormatError, Hash, Kind, SegmentRef, open_named, reference, seal};
use crate::manifest::{BucketRef, Manifest};
use crate::place;
use orilla_catalog::ProductId;
use orilla_sorting::sort_by;
use std::collections::{BTreeMap, BTreeSet};

/// What happened to a product.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is new or different.
    Put(Box<Entry>),
    /// It is not on sale any more.
    Remove(ProductId),
}

impl Change {
    fn id(&self) -> ProductId {
        match self {
            Change::Put(entry) => entry.id(),
            Change::Remove(id) => *id,
        }
    }
}

/// The changes of each bucket. Of two changes of one product the later one counts.
pub fn group(changes: impl IntoIterator<Item = Change>) -> BTreeMap<i64, Vec<Change>> {
    let mut buckets = BTreeMap::<i64, Vec<Change>>::new();
    for change in changes {
        buckets.entry(place(change.id()).0).or_default().push(change);
    }
    buckets
}

/// A new segment, to be stored under its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its name and size.
    pub reference: SegmentRef,
    /// What to store.
    pub file: Vec<u8>,
}

/// Why a version can't be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A segment that [`Builder::needs`] named was not given.
    #[error("the segment {0} is missing")]
    Missing(Hash),
    /// A segment of the version before is not what it should be: publish everything anew.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A change of a product that stands in another bucket.
    #[error("product {} does not stand in this bucket", .0.0)]
    OtherBucket(ProductId),
    /// A product whose pictures and their URLs don't fit together, or without variants.
    #[error("product {} is not whole", .0.0)]
    Incomplete(ProductId),
}

/// Builds a version bucket by bucket, so that a host never needs the whole catalogue in memory.
///
/// 1. [`group`] the changes. 2. For each bucket, load what it [`needs`](Builder::needs), [`apply`](Builder::apply), and
///    store the new segments. 3. [`finish`](Builder::finish), and store the manifest.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    buckets: BTreeMap<i64, BucketRef>,
    attachments: Attachments,
}

impl Builder {
    /// Starts from the version before; from nothing, every product is a change.
    pub fn new(previous: Option<&Manifest>) -> Self {
        let buckets = previous.into_iter().flat_map(|manifest| &manifest.buckets);
        Builder {
            buckets: buckets.map(|bucket| (bucket.number, bucket.clone())).collect(),
            ..Builder::anew(previous)
        }
    }

    /// Starts from nothing, as if every product were a change; the attachments of the version before stay.
    pub fn anew(previous: Option<&Manifest>) -> Self {
        let attachments = previous.map(|manifest| manifest.attachments).unwrap_or_default();
        Builder { buckets: BTreeMap::new(), attachments }
    }

    /// Puts a document in the place of the one that the version before carries, and answers its file, if that is new.
    pub fn attach(&mut self, what: Attachment, document: &[u8]) -> Option<Segment> {
        let segment = what.seal(document);
        if self.attachments.get(what) == Some(segment.reference) {
            return None;
        }
        self.attachments.set(what, Some(segment.reference));
        Some(segment)
    }

    /// The segments that the next change of this bucket is made from.
    pub fn needs(&self, bucket: i64) -> Vec<SegmentRef> {
        self.buckets
            .get(&bucket)
            .into_iter()
            .flat_map(|b| &b.documents)
            .map(|(_, segment)| *segment)
            .collect()
    }

    /// Applies the changes of one bucket, and answers its new segments; those that stay as they are, are not among
    /// them. `loaded` has what [`Builder::needs`] named.
    ///
    /// # Errors
    /// See [`BuildError`]. The bucket is as it was.
    pub fn apply(
        &mut self,
        bucket: i64,
        loaded: &BTreeMap<Hash, Vec<u8>>,
        changes: Vec<Change>,
    ) -> Result<Vec<Segment>, BuildError> {
        let mut documents = BTreeMap::<u8, (Document, Vec<u8>)>::new();
        for named in self.needs(bucket) {
            let file = loaded.get(&named.hash).ok_or(BuildError::Missing(named.hash))?;
            let shelf = Shelf::decode(open_named(Kind::Documents, &named, file)?)?;
            for slot in shelf.slots() {
                if let Some(document) = shelf.get(*slot)? {
                    let bytes = document.encode();
                    documents.insert(*slot, (document, bytes));
                }
            }
        }
        for change in changes {
            let id = change.id();
            let (number, slot) = place(id);
            if number != bucket {
                return Err(BuildError::OtherBucket(id));
            }
            match change {
                Change::Remove(_) => drop(documents.remove(&slot)),
                Change::Put(entry) => {
                    let document = Document::from(*entry);
                    if document.images.len() != document.image_urls.len() || document.variants.is_empty() {
                        return Err(BuildError::Incomplete(id));
                    }
                    let bytes = document.encode();
                    documents.insert(slot, (document, bytes));
                }
            }
        }
        Ok(self.replace(bucket, &documents))
    }

    /// Puts the segments of these documents in the bucket's place.
    fn replace(&mut self, number: i64, documents: &BTreeMap<u8, (Document, Vec<u8>)>) -> Vec<Segment> {
        let before = self.buckets.remove(&number);
        if documents.is_empty() {
            return Vec::new();
        }
        let mut known: BTreeSet<Hash> =
            before.iter().flat_map(BucketRef::segments).map(|segment| segment.hash).collect();
        let mut segments = Vec::new();
        let mut add = |kind, payload: &[u8]| {
            let file = seal(kind, payload);
            let reference = reference(&file);
            if known.insert(reference.hash) {
                segments.push(Segment { reference, file });
            }
            reference
        };
        let index = add(Kind::Index, &Wire::new(number, documents).encode());
        let shelves = shelves(documents.iter().map(|(slot, (_, bytes))| (*slot, bytes.as_slice())));
        let documents_of =
            shelves.into_iter().map(|(last, payload)| (last, add(Kind::Documents, &payload))).collect();
        let products = u32::try_from(documents.len()).unwrap_or(u32::MAX);
        self.buckets.insert(number, BucketRef { number, products, index, documents: documents_of });
        segments
    }

    /// The manifest of what was built. `created_at` is in milliseconds since 1970; `position` is how far the host had
    /// read its log of changes.
    pub fn finish(self, version: u64, created_at: i64, position: u64, shop: Shop) -> Manifest {
        let mut categories = shop.categories;
        sort_by(&mut categories, |a, b| a.slug.cmp(&b.slug));
        categories.dedup_by(|a, b| a.slug == b.slug);
        let mut keys = shop.keys;
        sort_by(&mut keys, |a, b| a.key.cmp(&b.key));
        keys.dedup_by(|a, b| a.key == b.key);
        Manifest {
            version,
            created_at,
            position,
            buckets: self.buckets.into_values().collect(),
            categories,
            keys,
            attachments: self.attachments,
        }
    }
}
