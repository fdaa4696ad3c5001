//! The XML form. The elements `item` (RSS) or `entry` (Atom) are cut out of the stream one by one, and only such
//! a piece is parsed: what is malformed inside one item can't spoil the next, and memory is bounded by the item.

mod cut;
mod parse;

use super::Items;
use super::item::Item;
use crate::{FeedError, Rejection};
use cut::{Cut, Cutter};
use std::io::BufRead;

pub(crate) struct XmlItems<R> {
    cutter: Cutter<R>,
}

impl<R: BufRead> XmlItems<R> {
    pub(crate) fn new(reader: R) -> Self {
        XmlItems { cutter: Cutter::new(reader) }
    }
}

impl<R: BufRead> Items for XmlItems<R> {
    fn next_item(&mut self) -> Result<Option<Result<Item, Rejection>>, FeedError> {
        Ok(self.cutter.next()?.map(|cut| match cut {
            Cut::Item { line, bytes } => parse::item(line, bytes),
            Cut::Broken(rejection) => Err(rejection),
        }))
    }
}
