//! What waits to be published.

use super::{PAGE, Press, Segments, stored_manifest};
use crate::PortError;
use orilla_catalog::{Handle, ProductId};
use orilla_snapshot::{Change, Hash, Manifest, SegmentRef, titles_in};
use std::collections::BTreeMap;

/// Pages of changes that are looked at: those of many drafts have nothing that waits.
const PAGES: usize = 5;
/// Segments that are read for the titles of removed products: somebody waits for the page.
const SEGMENTS: usize = 12;

/// What a publish would change, by and large: the first of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Products that pages would show otherwise than now.
    pub changes: Vec<Waiting>,
    /// Whether there may be more.
    pub more: bool,
}

impl Pending {
    /// Whether there is nothing to publish.
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && !self.more
    }
}

/// A product that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It is new or different.
    Put {
        /// Its handle.
        handle: Handle,
        /// Its title, as it will be.
        title: String,
    },
    /// It will not be on sale any more.
    Remove {
        /// Its title, as pages have it now.
        title: String,
    },
}

/// What a publish would change now. A draft that nobody has published is no change. `None`: all of the catalogue, for
/// there is no publication, or its files can't be read.
///
/// # Errors
/// [`PortError`] of a store.
pub async fn pending(press: Press<'_>) -> Result<Option<Pending>, PortError> {
    let Some(current) = press.publications.current().await? else { return Ok(None) };
    let Some(manifest) = stored_manifest(press.segments, &current).await? else { return Ok(None) };
    let mut position = manifest.position;
    let mut pending = Pending::default();
    let mut left = SEGMENTS;
    for _ in 0..PAGES {
        let page = press.written.changes(position, PAGE).await?;
        let Some(changes) = waiting(press.segments, &manifest, page.changes, &mut left).await? else {
            return Ok(None);
        };
        // Of segments that are not read nobody knows whether something waits there.
        (position, pending.more) = (page.position, page.more || left == 0);
        pending.changes = changes;
        if !pending.more || left == 0 || !pending.changes.is_empty() {
            break;
        }
    }
    Ok(Some(pending))
}

/// The changes of products that are on sale or will be; `None` if a segment can't be read.
async fn waiting(
    segments: &dyn Segments,
    manifest: &Manifest,
    changes: Vec<Change>,
    left: &mut usize,
) -> Result<Option<Vec<Waiting>>, PortError> {
    let removed = changes.iter().filter_map(|change| match change {
        Change::Remove(id) => Some(*id),
        Change::Put(_) => None,
    });
    let Some(mut titles) = titles(segments, manifest, removed, left).await? else { return Ok(None) };
    let waiting = changes.into_iter().filter_map(|change| match change {
        Change::Put(entry) => Some(Waiting::Put { handle: entry.view.handle, title: entry.view.title }),
        Change::Remove(id) => titles.remove(&id).map(|title| Waiting::Remove { title }),
    });
    Ok(Some(waiting.collect()))
}

/// The titles of the products of the segments in which these can stand, as many as are `left`; `None` if one of those can't
/// be read.
async fn titles(
    segments: &dyn Segments,
    manifest: &Manifest,
    ids: impl Iterator<Item = ProductId>,
    left: &mut usize,
) -> Result<Option<BTreeMap<ProductId, String>>, PortError> {
    let named: BTreeMap<(i64, Hash), SegmentRef> = ids
        .filter_map(|id| manifest.segment_of(id))
        .map(|(bucket, segment)| ((bucket, segment.hash), segment))
        .collect();
    let mut titles = BTreeMap::new();
    for ((bucket, hash), segment) in named.into_iter().take(*left) {
        *left -= 1;
        let Some(file) = segments.get(hash).await? else { return Ok(None) };
        let Ok(found) = titles_in(bucket, &segment, &file) else { return Ok(None) };
        titles.extend(found);
    }
    Ok(Some(titles))
}
