//! A page is a memoised function of what it read.
//!
//! While a page renders, a [`Recorder`] writes down each thing that it reads, in one of two lists: **dimensions** of
//! the visitor (locale, variant of an experiment), which make the key, and **reads** of the shop (the offer of product
//! 42), which make the validators. A later request has the same page if the visitor's dimensions match, and the page
//! is fresh if each read still gives what it gave. So nobody writes cache keys, tags or purges: they follow from the
//! render, and a page that reads nothing of the visitor is shared by everyone.
//!
//! ```
//! use orilla_memo::{Class, Fingerprint, Limits, Look, Memo, Recorder, Source, Version, Why};
//! use std::sync::Arc;
//!
//! // A shop with one lamp. A new `edition` may change both, one or none of its values.
//! struct Shop { edition: u64, title: &'static str, price: u32 }
//!
//! #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
//! enum Read { Title, Price }
//!
//! impl Source<Read> for Shop {
//!     fn revision(&self) -> u64 { self.edition }
//!     fn version(&self, _: &Read) -> Option<Version> { Some(self.edition) }
//!     fn fingerprint(&self, read: &Read) -> Option<Fingerprint> {
//!         // In earnest: a hash of 128 bits.
//!         Some(Fingerprint::new(match read {
//!             Read::Title => self.title.len() as u128,
//!             Read::Price => self.price.into(),
//!         }))
//!     }
//!     fn class(&self, read: &Read) -> Class {
//!         match read { Read::Title => Class::Lenient, Read::Price => Class::Strict }
//!     }
//! }
//!
//! // The page. It asks for the visitor's locale, and shows title and price.
//! fn render(shop: &Shop, locale: &'static str, recorder: &Recorder<&str, &'static str, Read>) -> Arc<str> {
//!     recorder.dimension("locale", locale);
//!     recorder.read_from(Read::Title, shop);
//!     recorder.read_from(Read::Price, shop);
//!     format!("<html lang={locale}>{}: {} €", shop.title, shop.price).into()
//! }
//!
//! let mut memo = Memo::new(Limits { bytes: 1 << 20, refresh_ms: 5_000 });
//! let mut visit = |shop: &Shop, locale: &'static str| {
//!     let look = memo.look("/lamp", |_| locale, shop, 0);
//!     let answer = match &look {
//!         Look::Hit(page) => format!("hit {page}"),
//!         Look::Stale { page, refresh, .. } => format!("stale {page}, refresh: {}", refresh.is_some()),
//!         Look::Miss(why) => format!("{why:?}"),
//!     };
//!     // Who has missed renders the page and keeps it; so does, when its answer is on the way, who has a ticket.
//!     if matches!(look, Look::Miss(_) | Look::Stale { refresh: Some(_), .. }) {
//!         let recorder = Recorder::new();
//!         let page = render(shop, locale, &recorder);
//!         let bytes = page.len();
//!         memo.keep("/lamp", recorder.finish().unwrap(), page, bytes, shop, 0).unwrap();
//!     }
//!     answer
//! };
//!
//! let shop = Shop { edition: 1, title: "Lamp", price: 30 };
//! assert_eq!(visit(&shop, "de"), "Unseen");
//! assert_eq!(visit(&shop, "de"), "hit <html lang=de>Lamp: 30 €");
//! assert_eq!(visit(&shop, "fr"), "Visitor(\"locale\")");
//!
//! // An edit of something else: the versions moved, what was read is equal, nothing is rendered.
//! let shop = Shop { edition: 2, ..shop };
//! assert_eq!(visit(&shop, "de"), "hit <html lang=de>Lamp: 30 €");
//!
//! // A new price is never late, a new title may be while one render brings it.
//! let shop = Shop { edition: 3, price: 25, ..shop };
//! assert_eq!(visit(&shop, "de"), "Red(Price)");
//! let shop = Shop { edition: 4, title: "Lantern", ..shop };
//! assert_eq!(visit(&shop, "de"), "stale <html lang=de>Lamp: 25 €, refresh: true");
//! assert_eq!(visit(&shop, "de"), "hit <html lang=de>Lantern: 25 €");
//! ```
//!
//! # What it relies upon
//! - A render is a function of what it recorded: it reads nothing else that varies, and records a thing before it
//!   depends on it.
//! - One render reads one state of the shop. If it did see two values of one thing, [`Recorder::finish`] says [`Torn`].
//! - Versions and revisions never come back with another value ([`Source`]).
//!
//! # How it is found
//! The route leads to a trie of dimensions, in the order in which the renders read them; which is asked for next may
//! depend on the values of those before. Its leaf names an entry, whose reads are compared with the shop, once per
//! revision: a read whose version is unchanged is green; one whose version moved while the fingerprint is equal is
//! green as well; another one is amber or red ([`Colour`]), by its [`Class`].
//!
//! After an edit, a render may ask for other dimensions than those of the trie. Then its path takes the place of what
//! it disagrees with, and that never costs a page that could be served: two renders that were given the same
//! values and go on to ask for different things have read different values of the shop, and the newer one's hold now.
//!
//! # Further
//! - [`Template`] and [`private`]: parts of a page that belong to one visitor are slots, filled per request; the types
//!   keep private values out of the shared part.
//! - [`Record::check`], [`Record::fits`] and [`Plan`]: the same in a second level, such as the Cache API.
//! - [`Memo::inspect`] and [`Memo::stats`]: what the memo has, and why it would serve it or not.
#![deny(missing_docs)]

mod inspect;
mod memo;
mod plan;
pub mod private;
mod record;
mod recorder;
mod template;
mod trie;

#[cfg(test)]
mod memo_tests;
#[cfg(test)]
mod model;

pub use inspect::{Inspection, Misses, Stats};
pub use memo::{Limits, Look, Memo, Refused, Ticket, Why};
pub use plan::Plan;
pub use record::{Class, Colour, Fingerprint, Read, Record, Source, Verdict, Version};
pub use recorder::{Recorder, Torn};
pub use template::{Marks, Piece, Slot, Template, UnknownMark};
