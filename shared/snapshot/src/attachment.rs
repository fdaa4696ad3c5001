//! Documents that are published with the catalogue, and that the snapshot only carries: it names them, keeps them from
//! version to version, and checks that a file is the one that is named. What they say is their readers' affair.

use crate::build::Segment;
use crate::frame::{FormatError, Kind, SegmentRef, open_named, reference, seal};
use serde::{Deserialize, Serialize};

/// Which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attachment {
    /// Flags and experiments: JSON, as `orilla_flags` reads it.
    Flags,
    /// Which pages are likely to be asked for next.
    Next,
}

impl Attachment {
    /// All there are.
    pub const ALL: [Attachment; 2] = [Attachment::Flags, Attachment::Next];

    fn kind(self) -> Kind {
        match self {
            Attachment::Flags => Kind::Flags,
            Attachment::Next => Kind::Next,
        }
    }

    /// The file of a document, to be stored under its hash. The same bytes make the same file.
    pub fn seal(self, document: &[u8]) -> Segment {
        let file = seal(self.kind(), document);
        Segment { reference: reference(&file), file }
    }

    /// The document in the file that a manifest names.
    ///
    /// # Errors
    /// Whatever is not that file. The caller goes on with the document that it has.
    pub fn open<'f>(self, named: &SegmentRef, file: &'f [u8]) -> Result<&'f [u8], FormatError> {
        open_named(self.kind(), named, file)
    }
}

/// The documents of one version, each with its file's name. None: there is no such document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachments {
    /// [`Attachment::Flags`].
    pub flags: Option<SegmentRef>,
    /// [`Attachment::Next`].
    pub next: Option<SegmentRef>,
}

impl Attachments {
    /// The file with this document.
    pub fn get(&self, what: Attachment) -> Option<SegmentRef> {
        match what {
            Attachment::Flags => self.flags,
            Attachment::Next => self.next,
        }
    }

    /// Puts a file in the place of the one that was named.
    pub fn set(&mut self, what: Attachment, named: Option<SegmentRef>) {
        match what {
            Attachment::Flags => self.flags = named,
            Attachment::Next => self.next = named,
        }
    }

    /// The files there are.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentRef> {
        self.flags.iter().chain(&self.next)
    }
}
