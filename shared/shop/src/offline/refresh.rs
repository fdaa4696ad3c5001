//! Bringing home what is published.

use super::wanted::{LARGEST_INDEX, MOST_DOCUMENTS, bytes, documents, needed};
use super::{Announced, Home, HomeError, Kept, NOTE, Origin};
use crate::PortError;
use futures_util::future::try_join_all;
use orilla_snapshot::{Hash, Loading, Manifest, SegmentRef, Snapshot};
use std::collections::BTreeSet;

/// Files that are fetched at the same time: pages go first.
const AT_ONCE: usize = 4;
/// Milliseconds for which a lower number of a publication is another isolate that has not seen the last one yet. After
/// that it is a shop that was set up anew.
const SETTLED: i64 = 60_000;
/// The name of the note that lists what was visited.
const VISITED: &str = "visited";
/// Pages of which it is remembered that they were visited.
const MOST_VISITED: usize = 50;

/// What came of a look at the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// What the device has is current.
    Current,
    /// It has a new version.
    New,
    /// Nothing is published, or more than a device should hold: it goes on with what it has.
    Nothing,
    /// The shop is no longer to be kept on devices: it has to be forgotten.
    Withdrawn,
}

/// Notes that a page was visited: a path behind the language. Others than those of products and categories change
/// nothing.
///
/// # Errors
/// The storage's.
pub async fn visited(home: &dyn Home, path: &str) -> Result<(), HomeError> {
    if !path.starts_with("/p/") && !path.starts_with("/c/") {
        return Ok(());
    }
    let mut all = visits(home).await?;
    if all.first().is_some_and(|latest| latest == path) {
        return Ok(());
    }
    all.retain(|known| known != path);
    all.insert(0, path.to_owned());
    all.truncate(MOST_VISITED);
    home.write(VISITED, serde_json::to_string(&all).unwrap_or_default()).await
}

async fn visits(home: &dyn Home) -> Result<Vec<String>, PortError> {
    let text = home.note(VISITED).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Brings the device up to date. `now` is in milliseconds since 1970.
///
/// # Errors
/// The network's, the storage's, or [`HomeError::Full`]: pages go on with what was there.
pub async fn refresh(home: &dyn Home, shop: &dyn Origin, now: i64) -> Result<Refreshed, HomeError> {
    let announced = shop.announced().await?;
    if !announced.offered {
        return Ok(Refreshed::Withdrawn);
    }
    let before = home.note(NOTE).await?.and_then(|text| Kept::read(&text));
    let Some(publication) = &announced.publication else { return Ok(Refreshed::Nothing) };
    let is_behind = |kept: &Kept| {
        let known = kept.announced.publication.as_ref().map_or(0, |known| known.number);
        known > publication.number && now.saturating_sub(kept.checked_at) < SETTLED
    };
    if before.as_ref().is_some_and(is_behind) {
        return Ok(Refreshed::Current);
    }
    let mut visited = visits(home).await?;
    let is_same = before.as_ref().is_some_and(|kept| kept.manifest() == publication.manifest);
    // The order of visits decides nothing where all are remembered.
    visited.sort();
    let chosen_for = before.filter(|_| is_same).and_then(|kept| kept.chosen_for);
    let is_settled = chosen_for.as_ref().is_some_and(|chosen| *chosen == visited);
    if is_settled {
        write(home, announced, now, chosen_for).await?;
        return Ok(Refreshed::Current);
    }
    let unexpected = |error: &dyn std::fmt::Display| {
        PortError::Unexpected(format!("publication {}: {error}", publication.number))
    };
    let hash = publication.hash().ok_or_else(|| unexpected(&"its manifest has no name"))?;
    let file = match home.file(hash).await? {
        Some(file) => file,
        None => fetch(home, shop, hash).await?,
    };
    let manifest = Manifest::decode(&file).map_err(|error| unexpected(&error))?;
    let needed = needed(&manifest);
    if bytes(&needed) > LARGEST_INDEX {
        return Ok(Refreshed::Nothing);
    }
    bring(home, shop, &needed).await?;
    let snapshot = load(home, manifest).await?;
    // From here on pages show it.
    write(home, announced.clone(), now, chosen_for).await?;
    let latest_first = visits(home).await?;
    let documents = documents(&snapshot, &latest_first, MOST_DOCUMENTS);
    let brought = bring(home, shop, &documents).await;
    let all = needed.iter().chain(&documents).map(|named| named.hash).chain([hash]).collect();
    forget_others(home, &all).await?;
    match brought {
        // There is what there is room for.
        Ok(()) | Err(HomeError::Full) => {}
        Err(error) => return Err(error),
    }
    write(home, announced, now, Some(visited)).await?;
    Ok(if is_same { Refreshed::Current } else { Refreshed::New })
}

async fn write(
    home: &dyn Home,
    announced: Announced,
    checked_at: i64,
    chosen_for: Option<Vec<String>>,
) -> Result<(), HomeError> {
    home.write(NOTE, Kept { announced, checked_at, chosen_for }.text()).await
}

/// Fetches and keeps a file, if it is the one that was asked for: networks have pages of their own.
async fn fetch(home: &dyn Home, shop: &dyn Origin, hash: Hash) -> Result<Vec<u8>, HomeError> {
    let file = shop.file(hash).await?;
    if Hash::of(&file) != hash {
        return Err(PortError::Unavailable(format!("something else came for the file {hash}")).into());
    }
    home.keep(hash, file.clone()).await?;
    Ok(file)
}

/// Fetches what is not here yet. What was fetched before something failed stays, for the next time.
async fn bring(home: &dyn Home, shop: &dyn Origin, files: &[SegmentRef]) -> Result<(), HomeError> {
    let here: BTreeSet<Hash> = home.files().await?.into_iter().collect();
    let missing: Vec<Hash> =
        files.iter().map(|named| named.hash).filter(|hash| !here.contains(hash)).collect();
    for some in missing.chunks(AT_ONCE) {
        try_join_all(some.iter().map(|hash| fetch(home, shop, *hash))).await?;
    }
    Ok(())
}

async fn load(home: &dyn Home, manifest: Manifest) -> Result<Snapshot, HomeError> {
    let mut loading = Loading::new(manifest, None);
    for named in loading.needs() {
        if let Some(file) = home.file(named.hash).await? {
            let inserted = loading.insert(named.hash, &file);
            inserted.map_err(|error| PortError::Unexpected(error.to_string()))?;
        }
    }
    Ok(loading.finish().map_err(|error| PortError::Unavailable(error.to_string()))?)
}

async fn forget_others(home: &dyn Home, wanted: &BTreeSet<Hash>) -> Result<(), PortError> {
    for hash in home.files().await? {
        if !wanted.contains(&hash) {
            home.forget(hash).await?;
        }
    }
    Ok(())
}
