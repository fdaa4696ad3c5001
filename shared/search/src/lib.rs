//! Full-text search in memory, with the answers of the store's index (SQLite's FTS5, <https://sqlite.org/fts5.html>): the
//! same words, the same products, the same order. A device searches with it where no database can be asked.
//!
//! - [`words`] says what people look for in what they type; the store asks by it too.
//! - [`Index`] holds the texts of each document in columns, and finds by [`Index::find`].
//!
//! How letters are made alike is the host's ([`Fold`]): the tables for it are larger than all of this.
#![deny(missing_docs)]

mod index;
mod words;

pub use index::{Index, Wanted};
pub use words::words;

/// Makes texts alike that a search takes for the same: lower case, without marks on letters. It keeps spaces, and what
/// separates words goes on to do so.
pub type Fold = fn(&str) -> String;
