//! Which pages follow on which: counted while shoppers browse, learned from when the catalogue is published.

use crate::PortError;
use crate::publish::{Attaching, Press, PublishError, Published};
use async_trait::async_trait;
use orilla_prefetch::{Counted, Settings, Sighting, Table};
use orilla_snapshot::Attachment;

/// Milliseconds of a day.
const DAY: i64 = 24 * 3600 * 1000;
/// Steps that a table is learned from, those taken most often first: a Worker has to hold them.
const MOST_STEPS: u32 = 20_000;

/// Where counts go.
#[async_trait]
pub trait Navigations: Send + Sync {
    /// Adds steps to those of a day, in days since 1970. Steps between pages that the catalogue does not have are left out.
    ///
    /// The same counts twice count twice: who is not sure whether they arrived does not try again, and loses a few.
    async fn add(&self, day: i64, steps: &[Counted]) -> Result<(), PortError>;
}

/// What was counted.
#[async_trait]
pub trait NavigationBook: Send + Sync {
    /// What was seen until today, each time as heavy as `fades` says of its day: today, yesterday, and so on.
    ///
    /// A step that was seen less often than `at_least` times, or is not among the `most` that were seen most often, or
    /// leads to what is not on sale, is not told apart from others of its page.
    async fn sightings(
        &self,
        today: i64,
        fades: &[u64],
        at_least: u32,
        most: u32,
    ) -> Result<Vec<Sighting>, PortError>;

    /// Forgets the days before this one.
    async fn forget(&self, before: i64) -> Result<(), PortError>;
}

/// The day of a time in milliseconds since 1970, in days since then.
pub fn day_of(now: i64) -> i64 {
    now.div_euclid(DAY)
}

/// The table of likely pages, as its bytes are published. What is too old is forgotten. `None`: nothing is known, and
/// nothing has to be published; if a table is current (`is_there`), an empty one has to take its place.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn likely_pages(
    book: &dyn NavigationBook,
    now: i64,
    is_there: bool,
) -> Result<Option<Vec<u8>>, PortError> {
    let settings = Settings::default();
    let (today, fades) = (day_of(now), settings.fades());
    let sightings = book.sightings(today, &fades, settings.at_least, MOST_STEPS).await?;
    book.forget(today - i64::try_from(fades.len()).unwrap_or(i64::MAX)).await?;
    let table = Table::learn(&sightings, &settings);
    Ok((is_there || !table.is_empty()).then(|| table.encode()))
}

/// Publishes the likely pages of now, and nothing else: what the team has written of the catalogue waits. `None`: there
/// are none to publish, or no catalogue that they are pages of.
///
/// # Errors
/// See [`PublishError`].
pub async fn publish_likely_pages(
    press: Press<'_>,
    book: &dyn NavigationBook,
    now: i64,
) -> Result<Option<Published>, PublishError> {
    if press.publications.current().await?.is_none() {
        return Ok(None);
    }
    let place = Attaching::begin(press, Attachment::Next).await?;
    match likely_pages(book, now, place.is_there()).await? {
        Some(document) => place.publish(&document, now, "likely pages").await.map(Some),
        None => Ok(None),
    }
}
