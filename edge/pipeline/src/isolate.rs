//! What an isolate keeps from one request to the next: the published snapshot with its flags, documents of it, and
//! pages. No port and no handle of the host: those come with each request.

use crate::Host;
use crate::flags::PublishedFlags;
use crate::memo::PageMemo;
use crate::rollouts::Seen;
use futures_util::future::try_join_all;
use orilla_prefetch::Tally;
use orilla_shop::PortError;
use orilla_shop::publish::Publication;
use orilla_snapshot::{Documents, Hash, Loading, Manifest, Shop, Snapshot};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Milliseconds after which the list of publications is asked again, beside the request that is answered.
const CHECK_AFTER: i64 = 1_500;
/// Milliseconds after which a request waits for that question: what it shows must not be older than this and the time
/// that the answer takes. Together they keep a publish from being unseen for more than five seconds.
const TRUST_FOR: i64 = 4_000;
/// Milliseconds for which a failed check is remembered: while the list or a file can't be reached, not every request asks
/// for it, and waits.
const TRY_AGAIN_AFTER: i64 = 1_000;
/// Milliseconds after which a look that requests wait for was lost with its own request, and another one begins. Who has the
/// catalogue loads what is new of it alone, and needs not be as patient.
const LOST_AFTER: i64 = TRUST_FOR;
const LOST_AFTER_IF_WARM: i64 = 500;
/// Milliseconds between two looks of a request at what the one that it waits for has found.
const TURN: u32 = 20;
/// Turns that a request waits at most: as long as three looks that get lost, one after the other.
const TURNS: u32 = 600;
/// Bytes of product documents.
const DOCUMENTS: usize = 16 << 20;
/// Segments that are fetched at the same time: Workers allow six connections.
const AT_ONCE: usize = 6;

/// The state of an isolate.
pub struct Isolate {
    shelf: Mutex<Shelf>,
    pub(crate) documents: Documents,
    pub(crate) pages: PageMemo,
    pub(crate) rollouts: Mutex<Seen>,
    /// Steps of shoppers that are not stored yet.
    pub(crate) steps: Mutex<Tally>,
}

/// A publication in memory: what a request is answered from, from its beginning to its end.
#[derive(Clone)]
pub struct Edition {
    /// The catalogue.
    pub snapshot: Arc<Snapshot>,
    /// Flags and experiments.
    pub flags: Arc<PublishedFlags>,
}

#[derive(Default)]
struct Shelf {
    /// The publication that `edition` is; none before the first.
    publication: Option<Publication>,
    edition: Option<Edition>,
    /// When the list of publications was last read.
    checked_at: Option<i64>,
    /// When a check beside a request began; none: there is none.
    checking_since: Option<i64>,
    /// When a look began that requests wait for; none: there is none. It may have been lost with its request.
    awaited_since: Option<i64>,
    /// How often somebody has published here: a look that began before does not know of it.
    expired: u64,
    /// The last check, if it failed, and when that was.
    failed: Option<(i64, PortError)>,
}

/// What the age of the last check asks for.
enum Age {
    Fresh,
    Due,
    Overdue,
}

impl Default for Isolate {
    fn default() -> Self {
        Isolate {
            shelf: Mutex::default(),
            documents: Documents::new(DOCUMENTS),
            pages: PageMemo::default(),
            rollouts: Mutex::default(),
            steps: Mutex::default(),
        }
    }
}

impl Isolate {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the publication that pages show; 0 before the first.
    pub fn publication(&self) -> u64 {
        self.shelf().number()
    }

    /// The publication that pages show; `None` before the first.
    pub fn published(&self) -> Option<Publication> {
        self.shelf().publication.clone()
    }

    /// The snapshot that pages show; `None` before the first.
    pub fn shown(&self) -> Option<Arc<Snapshot>> {
        self.shelf().edition.as_ref().map(|edition| edition.snapshot.clone())
    }

    /// Lets the next request look for a new publication.
    pub fn expire(&self) {
        let mut shelf = self.shelf();
        shelf.expired = shelf.expired.wrapping_add(1);
        shelf.checked_at = None;
        shelf.failed = None;
        // It does not know of what was published now: nobody waits for it any more.
        shelf.awaited_since = None;
    }

    /// The publication that a request made now is answered from. An isolate that can't reach the list of publications or a
    /// segment goes on with what it has.
    ///
    /// # Errors
    /// The isolate has none yet, and can't get it.
    pub async fn current(&self, host: &Host) -> Result<Edition, PortError> {
        let now = host.clock.now();
        let age = self.shelf().age(now);
        match age {
            Age::Fresh => {}
            Age::Due => self.check_beside(host, now),
            Age::Overdue => self.check_once(host).await,
        }
        let shelf = self.shelf();
        let why = || shelf.failed.as_ref().map(|(_, error)| error.clone());
        let none = || why().unwrap_or_else(|| PortError::Unavailable("no snapshot".to_owned()));
        shelf.edition.clone().ok_or_else(none)
    }

    /// Looks for a new publication in one request, while all others that need it wait for what it finds: each would load
    /// the whole catalogue, and the memory of WebAssembly never shrinks.
    async fn check_once(&self, host: &Host) {
        for _ in 0..TURNS {
            let (began, expired) = {
                let mut shelf = self.shelf();
                let now = host.clock.now();
                if shelf.failed_lately(now) || !matches!(shelf.age(now), Age::Overdue) {
                    return;
                }
                // The runtime does not go on with a request whose visitor is gone, and tells nobody.
                let lost_after = if shelf.edition.is_some() { LOST_AFTER_IF_WARM } else { LOST_AFTER };
                let begins = shelf.awaited_since.is_none_or(|since| now - since >= lost_after);
                if begins {
                    shelf.awaited_since = Some(now);
                }
                (begins.then_some(now), shelf.expired)
            };
            let Some(began) = began else {
                host.timer.sleep(TURN).await;
                continue;
            };
            // A failure is noted.
            let _ = self.check(host).await;
            let mut shelf = self.shelf();
            if shelf.expired == expired && shelf.awaited_since == Some(began) {
                shelf.awaited_since = None;
            }
            return;
        }
    }

    fn check_beside(&self, host: &Host, now: i64) {
        {
            let mut shelf = self.shelf();
            // One that takes longer than this was lost with its request.
            let is_checking = shelf.checking_since.is_some_and(|since| now - since < TRUST_FOR);
            if is_checking || shelf.failed_lately(now) {
                return;
            }
            shelf.checking_since = Some(now);
        }
        let (work, background) = (host.clone(), host.background.clone());
        background.run(Box::pin(async move {
            // The isolate goes on with what it has; a later request tries again.
            let _ = work.isolate.check(&work).await;
            work.isolate.shelf().checking_since = None;
        }));
    }

    /// Looks for a new publication and loads it. A failure is noted.
    async fn check(&self, host: &Host) -> Result<(), PortError> {
        let (asked, expired) = (host.clock.now(), self.shelf().expired);
        let checked = self.look(host).await;
        let mut shelf = self.shelf();
        if shelf.expired == expired {
            // What was loaded since may have taken its time: it is as old as the question.
            shelf.checked_at = shelf.checked_at.max(checked.is_ok().then_some(asked));
            shelf.failed = checked.clone().err().map(|error| (host.clock.now(), error));
        }
        checked
    }

    async fn look(&self, host: &Host) -> Result<(), PortError> {
        let current = host.publications.current().await?;
        let (number, previous) = {
            let shelf = self.shelf();
            (shelf.number(), shelf.edition.clone())
        };
        let is_known = previous.is_some() && current.as_ref().map_or(0, |current| current.number) == number;
        let loaded = match current {
            _ if is_known => None,
            None => Some((None, Edition { snapshot: Arc::new(empty()?), flags: Arc::default() })),
            Some(publication) => {
                let edition = edition(host, &publication, previous.as_ref()).await?;
                Some((Some(publication), edition))
            }
        };
        let mut shelf = self.shelf();
        // Two may look at once: the slower one does not bring back what the other has found to be over.
        let is_overtaken = shelf.number() != number;
        if let Some((publication, edition)) = loaded.filter(|(publication, _)| {
            !is_overtaken || publication.as_ref().map_or(0, |found| found.number) > shelf.number()
        }) {
            shelf.publication = publication;
            shelf.edition = Some(edition);
        }
        Ok(())
    }
}

impl Shelf {
    fn number(&self) -> u64 {
        self.publication.as_ref().map_or(0, |publication| publication.number)
    }

    fn failed_lately(&self, now: i64) -> bool {
        self.failed.as_ref().is_some_and(|(at, _)| now.saturating_sub(*at) < TRY_AGAIN_AFTER)
    }

    fn age(&self, now: i64) -> Age {
        match self.checked_at.filter(|_| self.edition.is_some()).map(|at| now.saturating_sub(at)) {
            Some(age) if age < CHECK_AFTER => Age::Fresh,
            Some(age) if age < TRUST_FOR => Age::Due,
            _ => Age::Overdue,
        }
    }
}

/// The snapshot of a shop that has published nothing.
fn empty() -> Result<Snapshot, PortError> {
    let manifest = orilla_snapshot::Builder::new(None).finish(0, 0, 0, Shop::default());
    Loading::new(manifest, None).finish().map_err(|error| PortError::Unexpected(error.to_string()))
}

/// A publication with all that it carries; what did not change is shared with the one before.
async fn edition(
    host: &Host,
    publication: &Publication,
    previous: Option<&Edition>,
) -> Result<Edition, PortError> {
    let snapshot = load(host, publication, previous.map(|edition| &*edition.snapshot)).await?;
    let before = previous.map(|edition| edition.flags.clone()).unwrap_or_default();
    let flags = PublishedFlags::load(host, snapshot.manifest().attachments.flags, before).await?;
    Ok(Edition { snapshot: Arc::new(snapshot), flags })
}

async fn load(
    host: &Host,
    publication: &Publication,
    previous: Option<&Snapshot>,
) -> Result<Snapshot, PortError> {
    let unexpected =
        |error: String| PortError::Unexpected(format!("publication {}: {error}", publication.number));
    let hash = publication.hash().ok_or_else(|| unexpected("its manifest has no name".to_owned()))?;
    let manifest =
        Manifest::decode(&file(host, hash).await?).map_err(|error| unexpected(error.to_string()))?;
    let mut loading = Loading::new(manifest, previous);
    for some in loading.needs().chunks(AT_ONCE) {
        let files = try_join_all(some.iter().map(|named| file(host, named.hash))).await?;
        for (named, file) in some.iter().zip(files) {
            loading.insert(named.hash, &file).map_err(|error| unexpected(error.to_string()))?;
        }
    }
    // A page is as good without it: who can't have it now goes on with that of before, until the next publication.
    if let Some(named) = loading.wants()
        && let Ok(file) = file(host, named.hash).await
    {
        let _ = loading.insert(named.hash, &file);
    }
    loading.finish().map_err(|error| unexpected(error.to_string()))
}

/// A published file.
pub(crate) async fn file(host: &Host, hash: Hash) -> Result<Vec<u8>, PortError> {
    let missing = || PortError::Unavailable(format!("the file {hash} is not there yet"));
    host.segments.get(hash).await?.ok_or_else(missing)
}

#[cfg(test)]
mod tests;
