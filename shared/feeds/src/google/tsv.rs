//! The tab-separated form: one item on each row, the fields named by the header.

use super::Items;
use super::item::{Field, Item, normal};
use crate::table::{Row, Table};
use crate::{FeedError, Rejection};
use std::io::BufRead;

/// The format, in words, for errors.
const FORMAT: &str = "a Google Merchant feed (tab-separated)";

pub(crate) struct TsvItems<R> {
    table: Table<R>,
}

impl<R: BufRead> TsvItems<R> {
    pub(crate) fn new(reader: R) -> Self {
        TsvItems { table: Table::new(reader, b'\t') }
    }

    fn item(&self, row: &Row) -> Item {
        let field = |column: &crate::table::Column| {
            let value = row.cell(Some(column));
            (!value.is_empty()).then(|| Field {
                name: column.name.clone(),
                value: value.to_owned(),
                line: row.line,
                column: Some(column.index as u64 + 1),
            })
        };
        Item {
            line: row.line,
            fields: self.table.header.iter().filter_map(field).collect(),
            fault: row.fault.clone(),
        }
    }
}

impl<R: BufRead> Items for TsvItems<R> {
    fn next_item(&mut self) -> Result<Option<Result<Item, Rejection>>, FeedError> {
        if self.table.header.is_empty() {
            self.table.read_header(FORMAT, normal)?;
            for name in ["id", "title", "price"] {
                if self.table.column(&[name]).is_none() {
                    let message = format!("its header lacks the column {name}");
                    return Err(FeedError::NotThisFormat { format: FORMAT, message });
                }
            }
        }
        Ok(self.table.next()?.map(|row| row.map(|row| self.item(&row))))
    }
}
