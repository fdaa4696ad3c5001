//! Publishing: from what the team wrote to the snapshot that every page reads.

use crate::PortError;
use async_trait::async_trait;
use orilla_catalog::ProductId;
use orilla_snapshot::{BuildError, Builder, Change, Entry, FormatError, Hash, Manifest, Shop, group};
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
    let mut job = Job { press, builder: Builder::default(), waiting: Vec::new(), done: Done::default() };
    let position = job.build(before.as_ref()).await?;
    let shop = press.written.shop().await?;
    let number = current.as_ref().map_or(0, |publication| publication.number) + 1;
    // The version is part of the manifest and so of its hash: it moves only if something else does.
    let version = before.as_ref().map_or(0, |manifest| manifest.version);
    let Job { builder, mut waiting, done, .. } = job;
    let same = |manifest: &Manifest| {
        before.as_ref().is_some_and(|before| {
            before.buckets == manifest.buckets
                && before.categories == manifest.categories
                && before.keys == manifest.keys
        })
    };
    let mut manifest = builder.finish(version, now, position, shop);
    if let Some(publication) = current.filter(|_| same(&manifest)) {
        return Ok(done.published(publication, false));
    }
    manifest.version = number;
    let file = manifest.encode();
    let hash = Hash::of(&file);
    waiting.push((hash, file));
    press.segments.put(waiting).await?;
    let publication = Publication {
        number,
        manifest: hash.to_string(),
        products: manifest.products(),
        at: now,
        note: note.chars().filter(|c| !c.is_control()).take(LONGEST_NOTE).collect(),
    };
    if !press.publications.append(&publication).await? {
        return Err(PublishError::Overtaken);
    }
    Ok(done.published(publication, true))
}

/// What a publish would look at now: up to 200 changes since the current publication. `None`: all of the catalogue, for
/// there is no publication, or its manifest can't be read.
///
/// # Errors
/// [`PortError`] of a store.
pub async fn pending(press: Press<'_>) -> Result<Option<Changes>, PortError> {
    let Some(current) = press.publications.current().await? else { return Ok(None) };
    match stored_manifest(press.segments, &current).await? {
        Some(manifest) => Ok(Some(press.written.changes(manifest.position, PAGE).await?)),
        None => Ok(None),
    }
}

/// Makes an earlier publication current again, as a new one, if it is not already. What the team wrote stays as it is.
///
/// # Errors
/// See [`PublishError`].
pub async fn roll_back(press: Press<'_>, to: u64, now: i64) -> Result<Publication, PublishError> {
    let earlier = press.publications.numbered(to).await?.ok_or(PublishError::NoSuch(to))?;
    let current = press.publications.current().await?.ok_or(PublishError::NoSuch(to))?;
    if current.manifest == earlier.manifest {
        return Ok(current);
    }
    let note = format!("back to {to}");
    let publication = Publication { number: current.number + 1, at: now, note, ..earlier };
    if press.publications.append(&publication).await? {
        Ok(publication)
    } else {
        Err(PublishError::Overtaken)
    }
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
                        return self.build_anew().await;
                    }
                    other => other?,
                }
            }
            return Ok(position);
        }
        self.build_anew().await
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

    async fn build_anew(&mut self) -> Result<u64, PublishError> {
        self.builder = Builder::default();
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
            self.done.segments += 1;
            self.done.bytes += u64::try_from(segment.file.len()).unwrap_or_default();
            self.waiting.push((segment.reference.hash, segment.file));
        }
        if self.waiting.iter().map(|(_, file)| file.len()).sum::<usize>() > WAITING {
            self.press.segments.put(std::mem::take(&mut self.waiting)).await?;
        }
        Ok(())
    }
}
