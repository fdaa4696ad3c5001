//! Documents that are published with the catalogue, and go out without it too.

use super::{Done, Press, PublishError, Published, name, readable};
use orilla_snapshot::{Attachment, Builder, SegmentRef, Shop};

/// How often a document is published on top of a publication that was quicker, before its publisher is told.
const ATTEMPTS: u32 = 4;

/// A document that is to take the place of the one that is current: begun before it is made, so that it takes the place
/// of no other one. What was published by somebody else in between is in no document that was made before.
#[derive(Clone, Copy)]
pub struct Attaching<'a> {
    press: Press<'a>,
    what: Attachment,
    /// The publication at the beginning, 0 before the first.
    number: u64,
    /// Its document.
    before: Option<SegmentRef>,
}

impl<'a> Attaching<'a> {
    /// Notes which document is current. Only what is read after this may be what the new one is made of.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub async fn begin(press: Press<'a>, what: Attachment) -> Result<Self, PublishError> {
        let (number, before) = match press.publications.current().await? {
            Some(current) => (current.number, readable(press, &current).await?.attachments.get(what)),
            None => (0, None),
        };
        Ok(Attaching { press, what, number, before })
    }

    /// Whether there is a document that is current.
    pub const fn is_there(&self) -> bool {
        self.before.is_some()
    }

    /// The document that is current; `None` if there is none.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub async fn before(&self) -> Result<Option<Vec<u8>>, PublishError> {
        let Some(named) = self.before else { return Ok(None) };
        let file = self.press.segments.get(named.hash).await?.ok_or(PublishError::Unreadable(self.number))?;
        Ok(Some(self.what.open(&named, &file)?.to_vec()))
    }

    /// Makes a document current at once, and nothing else: what the team has written of the catalogue since the last
    /// publication waits for [`publish`](super::publish). The same bytes as are current are nothing new. `now` is in
    /// milliseconds since 1970.
    ///
    /// If another publication is quicker and leaves this document as it was, it tries again on top of that one.
    ///
    /// # Errors
    /// [`PublishError::Overtaken`]: another document is current than at the beginning, and this one has to be made anew.
    /// Else see [`PublishError`].
    pub async fn publish(self, document: &[u8], now: i64, note: &str) -> Result<Published, PublishError> {
        for _ in 1..ATTEMPTS {
            if let Some(done) = self.publish_once(document, now, note).await? {
                return Ok(done);
            }
        }
        self.publish_once(document, now, note).await?.ok_or(PublishError::Overtaken)
    }

    /// `None` if another publication was quicker.
    async fn publish_once(
        &self,
        document: &[u8],
        now: i64,
        note: &str,
    ) -> Result<Option<Published>, PublishError> {
        let Attaching { press, what, before, .. } = *self;
        let current = press.publications.current().await?;
        // Before the first publication of a catalogue, the document goes out with an empty one.
        let (number, mut manifest) = match &current {
            Some(publication) => (publication.number, readable(press, publication).await?),
            None => (0, Builder::default().finish(0, now, 0, Shop::default())),
        };
        let segment = what.seal(document);
        let is_there = manifest.attachments.get(what) == Some(segment.reference);
        if let Some(publication) = current.filter(|_| is_there) {
            return Ok(Some(Done::default().published(publication, false)));
        }
        if manifest.attachments.get(what) != before {
            return Err(PublishError::Overtaken);
        }
        manifest.attachments.set(what, Some(segment.reference));
        manifest.version = number + 1;
        manifest.created_at = now;
        let mut done = Done::default();
        let waiting = vec![done.count(segment)];
        match name(press, &manifest, waiting, now, note).await {
            Ok(publication) => Ok(Some(done.published(publication, true))),
            Err(PublishError::Overtaken) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The document that is current; `None` if there is none.
///
/// # Errors
/// See [`PublishError`].
pub async fn attached(press: Press<'_>, what: Attachment) -> Result<Option<Vec<u8>>, PublishError> {
    Attaching::begin(press, what).await?.before().await
}
