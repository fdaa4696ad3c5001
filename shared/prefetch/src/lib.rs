//! Which page is likely to be asked for next: counts of steps from page to page, and the table that is made of them.
//!
//! - A [`Step`] leads from one [`PageKey`] to another. Only pages that everybody shares have a key, so nothing private is
//!   ever counted, and nothing private ever suggested.
//! - A [`Tally`] counts steps in memory, within bounds, until somebody stores them. It knows of nobody: no ids, no
//!   addresses, no times of a single step.
//! - [`Table::learn`] makes the [`Table`] of what was stored: steps fade with a half-life, what was seen too seldom is left
//!   out, and a page that is hardly known is helped by the pages like it (its [`Area`]).
//! - [`Limits::choose`] says what of it a browser should fetch, and what it should even draw, before it is asked for.
#![deny(missing_docs)]

mod choose;
mod learn;
mod page;
mod table;
mod tally;

pub use choose::{Ahead, Limits};
pub use learn::{Model, Settings, Sighting};
pub use page::{Area, PageKey};
pub use table::{Likely, Table, TableError};
pub use tally::{Counted, Step, Tally};
