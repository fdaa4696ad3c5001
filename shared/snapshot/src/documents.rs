//! Document segments in memory, up to a number of bytes.

use crate::document::{Document, Shelf};
use crate::frame::{FormatError, Hash, Kind, SegmentRef, open_named};
use crate::place;
use crate::snapshot::Need;
use orilla_catalog::ProductId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A cache of document segments for all snapshots of a host: what was used longest ago goes first. Segments are named by
/// their content, so one that is shared by two versions is held once, and nothing in here is ever stale.
#[derive(Debug)]
pub struct Documents {
    most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    shelves: HashMap<Hash, (u64, Arc<Shelf>)>,
    /// Which segment was used when, by a counter.
    used: BTreeMap<u64, Hash>,
    now: u64,
    bytes: usize,
}

impl Documents {
    /// A cache of up to this many bytes. The segment that came last stays even if it alone is larger.
    pub fn new(most: usize) -> Self {
        Documents { most, held: Mutex::default() }
    }

    /// Takes the file that was stored under `named.hash`.
    ///
    /// # Errors
    /// Whatever is not the segment that was named.
    pub fn insert(&self, named: &SegmentRef, file: &[u8]) -> Result<(), FormatError> {
        let shelf = Shelf::decode(open_named(Kind::Documents, named, file)?)?;
        let mut held = self.held();
        held.forget(named.hash);
        held.bytes += shelf.weight();
        held.now += 1;
        let now = held.now;
        held.used.insert(now, named.hash);
        held.shelves.insert(named.hash, (now, Arc::new(shelf)));
        while held.bytes > self.most && held.used.len() > 1 {
            let Some((_, oldest)) = held.used.first_key_value() else { break };
            let oldest = *oldest;
            held.forget(oldest);
        }
        Ok(())
    }

    /// The memory in use, in bytes.
    pub fn bytes(&self) -> usize {
        self.held().bytes
    }

    pub(crate) fn document(&self, named: &SegmentRef, id: ProductId) -> Result<Document, Need> {
        let shelf = self.held().touch(named.hash).ok_or(Need::Segment(*named))?;
        let document = shelf.get(place(id).1)?;
        document.ok_or(Need::Format(FormatError::Content("a document segment without its product")))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The segment, which is the latest used now.
    fn touch(&mut self, hash: Hash) -> Option<Arc<Shelf>> {
        let (used, shelf) = self.shelves.get_mut(&hash)?;
        self.now += 1;
        self.used.remove(used);
        *used = self.now;
        self.used.insert(self.now, hash);
        Some(Arc::clone(shelf))
    }

    fn forget(&mut self, hash: Hash) {
        if let Some((used, shelf)) = self.shelves.remove(&hash) {
            self.used.remove(&used);
            self.bytes = self.bytes.saturating_sub(shelf.weight());
        }
    }
}
