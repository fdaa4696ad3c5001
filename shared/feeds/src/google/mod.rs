//! Google Merchant feeds: RSS 2.0 or Atom with the `g:` namespace, and tab-separated text.
//!
//! Items with one `item_group_id` that follow each other become the variants of one product. A handle is made of
//! the group's id, or of the item's: titles change, ids do not. `link` is ignored: the shop has its own pages.

mod item;
mod offer;
mod product;
mod tsv;
mod xml;

use crate::entry::Next;
use crate::{Entry, FeedError, Rejection, Settings};
use item::Item;
use product::Group;
use std::collections::VecDeque;
use std::io::BufRead;
pub(crate) use tsv::TsvItems;
pub(crate) use xml::XmlItems;

/// Where items come from.
pub(crate) trait Items {
    /// The next item; `Err` inside for what is no item at all.
    fn next_item(&mut self) -> Result<Option<Result<Item, Rejection>>, FeedError>;
}

/// Reads the XML form.
pub(crate) fn xml<R: BufRead>(reader: R, settings: Settings) -> Reader<XmlItems<R>> {
    Reader { items: XmlItems::new(reader), group: None, ready: VecDeque::new(), settings }
}

/// Reads the tab-separated form.
pub(crate) fn tsv<R: BufRead>(reader: R, settings: Settings) -> Reader<TsvItems<R>> {
    Reader { items: TsvItems::new(reader), group: None, ready: VecDeque::new(), settings }
}

pub(crate) struct Reader<I> {
    items: I,
    /// The product whose items are coming in.
    group: Option<Group>,
    ready: VecDeque<Entry>,
    settings: Settings,
}

impl<I: Items> Reader<I> {
    pub(crate) fn next(&mut self) -> Next {
        while self.ready.is_empty() && self.read_item()? {}
        Ok(self.ready.pop_front())
    }

    /// Takes in one item; false at the end of the feed.
    fn read_item(&mut self) -> Result<bool, FeedError> {
        let Some(item) = self.items.next_item()? else {
            self.ready.extend(self.group.take().map(Group::finish));
            return Ok(false);
        };
        match item {
            Err(rejection) => self.ready.push_back(Entry::Rejected(rejection)),
            Ok(item) => {
                if !self.group.as_ref().is_some_and(|group| group.takes(&item)) {
                    self.ready.extend(self.group.take().map(Group::finish));
                }
                self.group.get_or_insert_with(|| Group::new(&item)).add(&item, self.settings);
            }
        }
        Ok(true)
    }
}

/// What reading a field gives.
type Read<T> = Result<T, Rejection>;
