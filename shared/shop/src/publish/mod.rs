//! Publishing: from what the team wrote to the snapshot that every page reads.

mod attached;
mod pending;
mod ports;

use crate::PortError;
pub use attached::{Attaching, attached};
use orilla_catalog::ProductId;
use orilla_snapshot::{BuildError, Builder, Change, Entry, FormatError, Hash, Manifest, Segment, group};
pub use pending::{Pending, Waiting, pending};
pub use ports::{Changes, Press, Publication, Publications, Segments, Written};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Products that are read in one question.
const PAGE: u32 = 200;
/// Changes from which on it is less work to read the whole catalogue than to look for each of them.
const MANY: usize = 5_000;
/// Bytes of segments that wait to be stored: a Worker has 128 MB for everything.
const WAITING: usize = 8 << 20;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 200;

/// What [`publish`] did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What is current now.
    #[serde(flatten)]
    pub publication: Publication,
    /// Whether it is new; else nothing had changed.
    pub is_new: bool,
    /// Products that were looked at because they changed.
    pub changed: u32,
    /// Segments that were written; all others are shared with versions before.
    pub segments: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// Why nothing was published. What was current still is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// Another publish was quicker; this one can be tried again.
    #[error("another publish was quicker: try again")]
    Overtaken,
    /// There is no such publication.
    #[error("there is no publication {0}")]
    NoSuch(u64),
    /// The files of this publication are gone, or another release wrote them.
    #[error("publication {0} can't be read any more: publish the catalogue anew")]
    Unreadable(u64),
    /// The catalogue can't be made a snapshot.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A stored manifest is not what it should be.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Makes what the team wrote until now current. `now` is in milliseconds since 1970.
///
/// Reads the changes since the last publication only, if there are few; stores what is new, and names it last: at
/// whatever moment it is interrupted, pages go on with what they had.
///
/// # Errors
/// See [`PublishError`].
pub async fn publish(press: Press<'_>, now: i64, note: &str) -> Result<Published, PublishError> {
    let current = press.publications.current().await?;
    let before = match &current {
        Some(publication) => stored_manifest(press.segments, publication).await?,
        None => None,
    };
    let early = press.written.shop().await?;
    let mut job = Job { press, builder: Builder::default(), waiting: Vec::new(), done: Done::default() };
    let position = job.build(before.as_ref()).await?;
    let mut shop = press.written.shop().await?;
    // A product that was read before its category was moved still names the earlier one; the next publish brings both
    // together. Of two with one slug, the first counts.
    shop.categories.extend(early.categories);
    let attached = before.as_ref().map(|manifest| manifest.attachments).unwrap_or_default();
    for (what, document) in press.written.attachments(now, attached).await? {
        if let Some(segment) = job.builder.attach(what, &document) {
            job.waiting.push(job.done.count(segment));
        }
    }
    let number = current.as_ref().map_or(0, |publication| publication.number) + 1;
    // The version is part of the manifest and so of its hash: it moves only if something else does.
    let version = before.as_ref().map_or(0, |manifest| manifest.version);
    let Job { builder, waiting, done, .. } = job;
    let mut manifest = builder.finish(version, now, position, shop);
    let is_known = before.is_some_and(|before| is_same(&before, &manifest));
    if let Some(publication) = current.filter(|_| is_known) {
        return Ok(done.published(publication, false));
    }
    manifest.version = number;
    let publication = name(press, &manifest, waiting, now, note).await?;
    Ok(done.published(publication, true))
}

/// Stores what waits and the manifest, and makes it current under its version as the number.
async fn name(
    press: Press<'_>,
    manifest: &Manifest,
    mut waiting: Vec<(Hash, Vec<u8>)>,
    now: i64,
    note: &str,
) -> Result<Publication, PublishError> {
    let file = manifest.encode();
    let hash = Hash::of(&file);
    waiting.push((hash, file));
    press.segments.put(waiting).await?;
    let publication = Publication {
        number: manifest.version,
        manifest: hash.to_string(),
        products: manifest.products(),
        at: now,
        note: note.chars().filter(|c| !c.is_control()).take(LONGEST_NOTE).collect(),
    };
    if press.publications.append(&publication).await? {
        Ok(publication)
    } else {
        Err(PublishError::Overtaken)
    }
}

/// Makes the catalogue of an earlier publication current again, as a new one, if it is not already. What the team wrote
/// stays as it is.
///
/// So do the attachments: they have histories of their own. Going back to last week's prices must not switch on again a
/// flag that was switched off since, nor an experiment that has ended or a rollout that a guardrail undid.
///
/// # Errors
/// See [`PublishError`].
pub async fn roll_back(press: Press<'_>, to: u64, now: i64) -> Result<Publication, PublishError> {
    let earlier = press.publications.numbered(to).await?.ok_or(PublishError::NoSuch(to))?;
    let current = press.publications.current().await?.ok_or(PublishError::NoSuch(to))?;
    if current.manifest == earlier.manifest {
        return Ok(current);
    }
    let mut manifest = readable(press, &earlier).await?;
    // What is attached now has to be seen: those of then would take its place unasked.
    let now_shown = readable(press, &current).await?;
    let attachments = now_shown.attachments;
    let (number, note) = (current.number + 1, format!("back to {to}"));
    if manifest.attachments == attachments {
        // The very file of then, so that pages of then are fresh.
        let publication = Publication { number, at: now, note, ..earlier };
        let is_first = press.publications.append(&publication).await?;
        return if is_first { Ok(publication) } else { Err(PublishError::Overtaken) };
    }
    manifest.attachments = attachments;
    if is_same(&now_shown, &manifest) {
        return Ok(current);
    }
    manifest.version = number;
    manifest.created_at = now;
    name(press, &manifest, Vec::new(), now, &note).await
}

/// Whether two versions show the same.
fn is_same(a: &Manifest, b: &Manifest) -> bool {
    a.buckets == b.buckets
        && a.categories == b.categories
        && a.keys == b.keys
        && a.attachments == b.attachments
}

/// The manifest of a publication that there is nothing to do without.
async fn readable(press: Press<'_>, publication: &Publication) -> Result<Manifest, PublishError> {
    let manifest = stored_manifest(press.segments, publication).await?;
    manifest.ok_or(PublishError::Unreadable(publication.number))
}

/// The manifest of a publication; `None` if the store does not show it, or shows something else: then everything is
/// published anew.
async fn stored_manifest(
    segments: &dyn Segments,
    publication: &Publication,
) -> Result<Option<Manifest>, PortError> {
    let Some(hash) = publication.hash() else { return Ok(None) };
    let file = segments.get(hash).await?;
    Ok(file.filter(|file| Hash::of(file) == hash).and_then(|file| Manifest::decode(&file).ok()))
}

#[derive(Default)]
struct Done {
    changed: u32,
    segments: u32,
    bytes: u64,
}

impl Done {
    /// Counts a segment that is written.
    fn count(&mut self, segment: Segment) -> (Hash, Vec<u8>) {
        self.segments += 1;
        self.bytes += u64::try_from(segment.file.len()).unwrap_or_default();
        (segment.reference.hash, segment.file)
    }

    fn published(self, publication: Publication, is_new: bool) -> Published {
        let Done { changed, segments, bytes } = self;
        Published { publication, is_new, changed, segments, bytes }
    }
}

struct Job<'a> {
    press: Press<'a>,
    builder: Builder,
    waiting: Vec<(Hash, Vec<u8>)>,
    done: Done,
}

impl Job<'_> {
    /// Builds all buckets that differ from `before`, and answers the position up to which it has read.
    async fn build(&mut self, before: Option<&Manifest>) -> Result<u64, PublishError> {
        if let Some(before) = before
            && let Some((changes, position)) = self.few_changes(before.position).await?
        {
            self.builder = Builder::new(Some(before));
            self.done.changed = u32::try_from(changes.len()).unwrap_or(u32::MAX);
            for (bucket, changes) in group(changes) {
                match self.apply(bucket, changes).await {
                    // A segment of the version before is missing or broken: everything anew mends that.
                    Err(PublishError::Build(BuildError::Missing(_) | BuildError::Format(_))) => {
                        return self.build_anew(Some(before)).await;
                    }
                    other => other?,
                }
            }
            return Ok(position);
        }
        self.build_anew(before).await
    }

    /// What changed after a position, if it is not much.
    async fn few_changes(&self, position: u64) -> Result<Option<(Vec<Change>, u64)>, PortError> {
        let mut all = Vec::new();
        let mut position = position;
        loop {
            let page = self.press.written.changes(position, PAGE).await?;
            all.extend(page.changes);
            position = page.position;
            if !page.more {
                return Ok(Some((all, position)));
            }
            if all.len() > MANY {
                return Ok(None);
            }
        }
    }

    async fn build_anew(&mut self, before: Option<&Manifest>) -> Result<u64, PublishError> {
        self.builder = Builder::anew(before);
        // Read first: what changes while products are read is read again by the next publish.
        let position = self.press.written.position().await?;
        let mut after = ProductId(0);
        let mut bucket = Vec::new();
        loop {
            let page = self.press.written.entries(after, PAGE).await?;
            let Some(last) = page.last().map(Entry::id) else { break };
            after = last;
            self.done.changed =
                self.done.changed.saturating_add(u32::try_from(page.len()).unwrap_or(u32::MAX));
            bucket.extend(page.into_iter().map(|entry| Change::Put(Box::new(entry))));
            let mut groups = group(bucket);
            // The last bucket may go on in the next page.
            let open = groups.pop_last();
            for (number, changes) in groups {
                self.apply(number, changes).await?;
            }
            bucket = open.map(|(_, changes)| changes).unwrap_or_default();
        }
        for (number, changes) in group(bucket) {
            self.apply(number, changes).await?;
        }
        Ok(position)
    }

    async fn apply(&mut self, bucket: i64, changes: Vec<Change>) -> Result<(), PublishError> {
        let mut loaded = BTreeMap::new();
        for named in self.builder.needs(bucket) {
            if let Some(file) = self.press.segments.get(named.hash).await? {
                loaded.insert(named.hash, file);
            }
        }
        for segment in self.builder.apply(bucket, &loaded, changes)? {
            self.waiting.push(self.done.count(segment));
        }
        if self.waiting.iter().map(|(_, file)| file.len()).sum::<usize>() > WAITING {
            self.press.segments.put(std::mem::take(&mut self.waiting)).await?;
        }
        Ok(())
    }
}
