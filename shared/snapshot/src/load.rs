//! From a manifest and segments to a snapshot.

use crate::bucket::{Bucket, Wire};
use crate::dictionary::Dictionary;
use crate::frame::{FormatError, Hash, Kind, SegmentRef, open_named};
use crate::manifest::Manifest;
use crate::next::Next;
use crate::snapshot::Snapshot;
use std::collections::HashMap;
use std::sync::Arc;

/// A snapshot while its index is loaded: ask what it [`needs`](Loading::needs), [`insert`](Loading::insert) each,
/// [`finish`](Loading::finish).
#[derive(Debug)]
pub struct Loading {
    manifest: Manifest,
    buckets: Vec<Option<Arc<Bucket>>>,
    dictionary: Arc<Dictionary>,
    next: Option<Arc<Next>>,
}

/// An index segment was not inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the segment {0} was not loaded")]
pub struct Missing(pub Hash);

impl Loading {
    /// Begins. Buckets that did not change since `previous` are shared with it. Now and then, when it has gathered too
    /// many names that no product has any more, nothing is shared and everything is needed.
    pub fn new(manifest: Manifest, previous: Option<&Snapshot>) -> Self {
        let next = previous.map(|snapshot| Arc::clone(snapshot.next()));
        let previous = previous.filter(|snapshot| !snapshot.dictionary().is_stale());
        let known: HashMap<Hash, &Arc<Bucket>> = previous
            .into_iter()
            .flat_map(|snapshot| snapshot.manifest().buckets.iter().zip(snapshot.buckets()))
            .map(|(named, bucket)| (named.index.hash, bucket))
            .collect();
        let of = |named: &crate::BucketRef| known.get(&named.index.hash).map(|bucket| Arc::clone(bucket));
        Loading {
            buckets: manifest.buckets.iter().map(of).collect(),
            dictionary: previous.map(|snapshot| Arc::clone(snapshot.dictionary())).unwrap_or_default(),
            manifest,
            next,
        }
    }

    /// The index segments that are not there yet.
    pub fn needs(&self) -> Vec<SegmentRef> {
        let all = self.manifest.buckets.iter().zip(&self.buckets);
        all.filter(|(_, loaded)| loaded.is_none()).map(|(named, _)| named.index).collect()
    }

    /// The file of likely pages, if it is not there yet. A snapshot is as good without: who can't get it goes on, and has
    /// those of `previous`.
    pub fn wants(&self) -> Option<SegmentRef> {
        let known = self.next.as_ref().and_then(|next| next.file);
        self.manifest.attachments.next.filter(|named| known != Some(*named))
    }

    /// Takes the file that was stored under `hash`. One that the manifest does not name is ignored.
    ///
    /// # Errors
    /// Whatever is not the segment that the manifest names. The caller goes on with the snapshot that it has.
    pub fn insert(&mut self, hash: Hash, file: &[u8]) -> Result<(), FormatError> {
        if let Some(named) = self.manifest.attachments.next.filter(|named| named.hash == hash) {
            self.next = Some(Arc::new(Next::open(named, file)?));
        }
        let all = self.manifest.buckets.iter().zip(&mut self.buckets);
        for (named, place) in all.filter(|(named, _)| named.index.hash == hash) {
            let wire = Wire::decode(open_named(Kind::Index, &named.index, file)?)?;
            let bucket = wire.resolve(Arc::make_mut(&mut self.dictionary));
            if bucket.number != named.number || u32::try_from(bucket.len()) != Ok(named.products) {
                return Err(FormatError::OtherSegment);
            }
            *place = Some(Arc::new(bucket));
        }
        Ok(())
    }

    /// The snapshot.
    ///
    /// # Errors
    /// [`Missing`] names the first segment that was not inserted.
    pub fn finish(mut self) -> Result<Snapshot, Missing> {
        let all = self.manifest.buckets.iter().zip(self.buckets);
        let buckets = all.map(|(named, bucket)| bucket.ok_or(Missing(named.index.hash)));
        let buckets = buckets.collect::<Result<Vec<_>, _>>()?;
        if let Some(dictionary) = Arc::get_mut(&mut self.dictionary) {
            dictionary.close();
        }
        Ok(Snapshot::new(self.manifest, buckets, self.dictionary, self.next.unwrap_or_default()))
    }
}
