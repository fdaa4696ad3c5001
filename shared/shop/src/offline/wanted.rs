//! Which files a device keeps.

use orilla_catalog::query::ListQuery;
use orilla_catalog::{Handle, ProductId};
use orilla_snapshot::{Manifest, SegmentRef, Snapshot};
use std::collections::BTreeSet;

/// The most that lists, cards and flags may take, in bytes: they are kept whole or not at all, and held in memory.
pub(super) const LARGEST_INDEX: u64 = 24 << 20;
/// The most that product pages may take, in bytes. A shop whose pages are fewer is kept whole.
pub(super) const MOST_DOCUMENTS: u64 = 8 << 20;
/// Products of the home page's choice whose pages are kept before those that nobody asked for.
const FEATURED: u32 = 48;

/// What has to be there before a version can be shown.
pub(super) fn needed(manifest: &Manifest) -> Vec<SegmentRef> {
    let indexes = manifest.buckets.iter().map(|bucket| bucket.index);
    indexes.chain(manifest.attachments.flags).collect()
}

/// The sizes of these files together, in bytes.
pub(super) fn bytes(files: &[SegmentRef]) -> u64 {
    files.iter().map(|named| u64::from(named.bytes)).sum()
}

/// The document segments to keep, of at most so many bytes, the most wanted first: products that were looked at, those
/// of categories that were looked at, those that the shop shows first, all others. `visited` are paths behind the
/// language, the latest first: `/p/storm-lantern`, `/c/lighting`.
pub(super) fn documents(snapshot: &Snapshot, visited: &[String], most: u64) -> Vec<SegmentRef> {
    let of = |ids: Vec<ProductId>| ids.into_iter().filter_map(|id| snapshot.document_segment(id));
    let looked_at = visited.iter().flat_map(|path| of(products_at(snapshot, path)));
    let featured: Vec<ProductId> = snapshot.featured(FEATURED).iter().map(|card| card.id).collect();
    let all = snapshot.document_segments().map(|(_, named)| *named);
    let mut seen = BTreeSet::new();
    let mut room = most;
    looked_at
        .chain(of(featured))
        .chain(all)
        .filter(|named| seen.insert(named.hash))
        .map_while(|named| {
            room = room.checked_sub(u64::from(named.bytes))?;
            Some(named)
        })
        .collect()
}

/// The products of a page: its own, or those of a category's first page.
fn products_at(snapshot: &Snapshot, path: &str) -> Vec<ProductId> {
    if let Some(handle) = path.strip_prefix("/p/") {
        return Handle::parse(handle).ok().and_then(|handle| snapshot.find(&handle)).into_iter().collect();
    }
    let Some(slug) = path.strip_prefix("/c/") else { return Vec::new() };
    let list = snapshot.list(&ListQuery::parse(Some(slug), ""), None);
    list.map(|list| list.cards.iter().map(|card| card.id).collect()).unwrap_or_default()
}
