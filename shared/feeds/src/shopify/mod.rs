//! Shopify's CSV export of products: one row for each variant and each further picture, grouped by handle.
//!
//! The columns are those of the export ("Handle", "Body (HTML)", "Variant SKU", …); the names of Shopify's newer
//! import template ("URL handle", "Description", "SKU", …) are understood too. Other columns are ignored.

mod columns;
mod metafield;
mod product;

use crate::entry::Next;
use crate::table::Table;
use crate::{Entry, FeedError, Rejection, Settings};
use columns::Columns;
use product::Group;
use std::collections::VecDeque;
use std::io::BufRead;

pub(crate) struct Reader<R> {
    table: Table<R>,
    columns: Option<Columns>,
    /// The product whose rows are coming in.
    group: Option<Group>,
    ready: VecDeque<Entry>,
    settings: Settings,
}

impl<R: BufRead> Reader<R> {
    pub(crate) fn new(reader: R, settings: Settings) -> Self {
        Reader {
            table: Table::new(reader, b','),
            columns: None,
            group: None,
            ready: VecDeque::new(),
            settings,
        }
    }

    pub(crate) fn next(&mut self) -> Next {
        if self.columns.is_none() {
            self.table.read_header(columns::FORMAT, str::to_owned)?;
            self.columns = Some(Columns::find(&self.table)?);
        }
        while self.ready.is_empty() && self.read_row()? {}
        Ok(self.ready.pop_front())
    }

    /// Takes in one row; false at the end of the file.
    fn read_row(&mut self) -> Result<bool, FeedError> {
        let Some(columns) = &self.columns else { return Ok(false) };
        let Some(row) = self.table.next()? else {
            self.ready.extend(self.group.take().map(|group| group.finish(columns)));
            return Ok(false);
        };
        match row {
            Err(rejection) => self.ready.push_back(Entry::Rejected(rejection)),
            Ok(row) => match row.cell(Some(&columns.handle)) {
                "" => {
                    let missing = || columns.handle.fault(row.line, "is empty");
                    self.ready.push_back(Entry::Rejected(row.fault.clone().unwrap_or_else(missing)));
                }
                handle => {
                    let same = self.group.as_ref().is_some_and(|group| group.handle() == handle);
                    if !same {
                        self.ready.extend(self.group.take().map(|group| group.finish(columns)));
                    }
                    let group = self.group.get_or_insert_with(|| Group::new(handle, row.line));
                    group.add(&row, columns, self.settings);
                }
            },
        }
        Ok(true)
    }
}

/// What reading a row gives.
type Read<T> = Result<T, Rejection>;
