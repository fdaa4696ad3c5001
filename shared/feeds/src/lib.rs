//! Catalogues of other systems, read as a stream of checked products.
//!
//! [`read`] takes anything that is [`BufRead`] and gives one [`Entry`] after the other: a product with the
//! line it came from, or a [`Rejection`] that says where and why. A malformed row never stops the rest; only a
//! [`FeedError`] does (the reading failed, or the file is not of the format at all). At most one product is held
//! in memory.
//!
//! ```
//! use orilla_feeds::{Entry, Format, Settings, read};
//! use orilla_money::Currency;
//!
//! let csv = "Handle,Title,Variant Price\nlantern,Lantern,39.00\noops,Oops,cheap\n";
//! for entry in read(Format::Shopify, csv.as_bytes(), Settings { currency: Currency::EUR }) {
//!     match entry.unwrap() {
//!         Entry::Product(found) => assert_eq!((found.line, found.value.handle()), (2, "lantern")),
//!         Entry::Rejected(why) => assert_eq!(
//!             why.to_string(),
//!             "line 3, column 3, Variant Price: \"cheap\" is not an amount: write a decimal number such as 12.50"
//!         ),
//!     }
//! }
//! ```
#![deny(missing_docs)]

mod entry;
mod format;
mod google;
mod icecat;
mod lines;
mod ndjson;
mod shopify;
mod table;
mod text;

pub use entry::{Entry, FeedError, Located, Rejection};
pub use format::{Format, UnknownFormat};
pub use ndjson::write_ndjson;
use orilla_money::Currency;
use std::io::BufRead;

/// What a feed does not say about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The shop's currency. Formats without a currency (Shopify, Icecat) are read in it; a price in another one
    /// is a rejection.
    pub currency: Currency,
}

/// Pieces of a variant whose feed says that it can be bought but not how many there are: Icecat and Google feeds
/// without a quantity, Shopify products whose stock is not tracked.
pub const ASSUMED_STOCK: u32 = 25;

/// The largest row, item or line of a foreign feed, in bytes.
pub const LONGEST_ROW: usize = 1024 * 1024;

/// Reads `reader` as `format`.
///
/// Entries come in the order of the file, but for one case: a product that is made of several rows comes after the
/// last of them, so a rejected row that belongs to no product may come before the product around it.
pub fn read<R: BufRead>(format: Format, reader: R, settings: Settings) -> Feed<R> {
    Feed {
        source: match format {
            Format::Shopify => Source::Shopify(Box::new(shopify::Reader::new(reader, settings))),
            Format::Icecat => Source::Icecat(icecat::Reader::new(reader, settings)),
            Format::GoogleXml => Source::GoogleXml(Box::new(google::xml(reader, settings))),
            Format::GoogleTsv => Source::GoogleTsv(Box::new(google::tsv(reader, settings))),
            Format::Ndjson => Source::Ndjson(ndjson::Reader::new(reader, settings)),
        },
        ended: false,
    }
}

/// The stream that [`read`] gives. It ends after the last row or after the first [`FeedError`].
pub struct Feed<R> {
    source: Source<R>,
    ended: bool,
}

enum Source<R> {
    // In boxes: what they hold of a product and of the CSV parser is large.
    Shopify(Box<shopify::Reader<R>>),
    Icecat(icecat::Reader<R>),
    GoogleXml(Box<google::Reader<google::XmlItems<R>>>),
    GoogleTsv(Box<google::Reader<google::TsvItems<R>>>),
    Ndjson(ndjson::Reader<R>),
}

impl<R: BufRead> Iterator for Feed<R> {
    type Item = Result<Entry, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match &mut self.source {
            Source::Shopify(reader) => reader.next(),
            Source::Icecat(reader) => reader.next(),
            Source::GoogleXml(reader) => reader.next(),
            Source::GoogleTsv(reader) => reader.next(),
            Source::Ndjson(reader) => reader.next(),
        };
        self.ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

impl<R: BufRead> std::iter::FusedIterator for Feed<R> {}
