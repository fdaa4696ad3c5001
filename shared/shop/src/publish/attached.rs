//! Documents that are published with the catalogue, and go out without it too.

use super::{Done, Press, PublishError, Published, name, readable};
use orilla_snapshot::{Attachment, Builder, Shop};

/// How often a document is published on top of a publication that was quicker, before its publisher is told.
const ATTEMPTS: u32 = 4;

/// Makes a document current at once, and nothing else: what the team has written of the catalogue since the last
/// publication waits for [`publish`]. The same bytes as before are nothing new. `now` is in milliseconds since 1970.
///
/// If another publication is quicker, it tries again on top of that one.
///
/// # Errors
/// See [`PublishError`].
pub async fn publish_attached(
    press: Press<'_>,
    what: Attachment,
    document: &[u8],
    now: i64,
    note: &str,
) -> Result<Published, PublishError> {
    for _ in 1..ATTEMPTS {
        match attach_once(press, what, document, now, note).await {
            Err(PublishError::Overtaken) => {}
            other => return other,
        }
    }
    attach_once(press, what, document, now, note).await
}

async fn attach_once(
    press: Press<'_>,
    what: Attachment,
    document: &[u8],
    now: i64,
    note: &str,
) -> Result<Published, PublishError> {
    let current = press.publications.current().await?;
    // Before the first publication of a catalogue, the document goes out with an empty one.
    let (number, mut manifest) = match &current {
        Some(publication) => (publication.number, readable(press, publication).await?),
        None => (0, Builder::default().finish(0, now, 0, Shop::default())),
    };
    let segment = what.seal(document);
    let is_there = manifest.attachments.get(what) == Some(segment.reference);
    if let Some(publication) = current.filter(|_| is_there) {
        return Ok(Done::default().published(publication, false));
    }
    manifest.attachments.set(what, Some(segment.reference));
    manifest.version = number + 1;
    manifest.created_at = now;
    let mut done = Done::default();
    let waiting = vec![done.count(segment)];
    let publication = name(press, &manifest, waiting, now, note).await?;
    Ok(done.published(publication, true))
}

/// The document that is current; `None` if there is none.
///
/// # Errors
/// See [`PublishError`].
pub async fn attached(press: Press<'_>, what: Attachment) -> Result<Option<Vec<u8>>, PublishError> {
    let Some(current) = press.publications.current().await? else { return Ok(None) };
    let Some(named) = readable(press, &current).await?.attachments.get(what) else { return Ok(None) };
    let file = press.segments.get(named.hash).await?.ok_or(PublishError::Unreadable(current.number))?;
    Ok(Some(what.open(&named, &file)?.to_vec()))
}
