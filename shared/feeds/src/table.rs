//! CSV and TSV: rows under a header, with the line at which each begins.

use crate::lines::{Line, Lines, NOT_UTF8, too_long};
use crate::{FeedError, LONGEST_ROW, Rejection};
use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use std::collections::VecDeque;
use std::io::{self, BufRead};

/// How often the lines that an unclosed quote swallowed are read again as rows of their own. Without a limit, a
/// hostile file could make every line cost a mebibyte.
const RESCUES: u32 = 16;

/// A column of the header.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) index: usize,
    pub(crate) name: String,
}

impl Column {
    /// A rejection of this column's cell.
    pub(crate) fn fault(&self, line: u64, message: impl Into<String>) -> Rejection {
        Rejection { column: Some(self.index as u64 + 1), ..Rejection::new(line, &self.name, message) }
    }
}

/// A row: as many cells as the header has columns.
pub(crate) struct Row {
    pub(crate) line: u64,
    cells: Vec<String>,
    /// Set if the cells can't be trusted.
    pub(crate) fault: Option<Rejection>,
}

impl Row {
    /// The trimmed cell; empty if there is no such column.
    pub(crate) fn cell(&self, column: Option<&Column>) -> &str {
        column.and_then(|column| self.cells.get(column.index)).map_or("", |cell| cell.trim())
    }
}

pub(crate) struct Table<R> {
    lines: Lines<R>,
    /// Lines to read again, before those of the file.
    again: VecDeque<Line>,
    rescues: u32,
    parser: csv_core::Reader,
    pub(crate) header: Vec<Column>,
}

/// A record before its cells are looked at.
enum Record {
    Cells { first: u64, last: u64, cells: Vec<Vec<u8>> },
    Broken(Rejection),
}

impl<R: BufRead> Table<R> {
    pub(crate) fn new(reader: R, delimiter: u8) -> Self {
        Table {
            lines: Lines::new(reader, LONGEST_ROW),
            again: VecDeque::new(),
            rescues: RESCUES,
            parser: ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build(),
            header: Vec::new(),
        }
    }

    /// Reads the header. `normal` is applied to each name.
    pub(crate) fn read_header(
        &mut self,
        format: &'static str,
        normal: impl Fn(&str) -> String,
    ) -> Result<(), FeedError> {
        let fail = |message: String| FeedError::NotThisFormat { format, message };
        let cells = match self.record()? {
            Some(Record::Cells { cells, .. }) => cells,
            Some(Record::Broken(why)) => return Err(fail(format!("its header is broken ({why})"))),
            None => return Err(fail("the file is empty".into())),
        };
        for (index, cell) in cells.into_iter().enumerate() {
            let name = String::from_utf8(cell).map_err(|_| fail(format!("its header {NOT_UTF8}")))?;
            self.header.push(Column { index, name: normal(name.trim()) });
        }
        Ok(())
    }

    /// The first column that has one of the names, in upper or lower case.
    pub(crate) fn column(&self, names: &[&str]) -> Option<Column> {
        names.iter().find_map(|name| self.header.iter().find(|c| c.name.eq_ignore_ascii_case(name))).cloned()
    }

    /// The next row; `Err` inside for text that is no row at all.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Row, Rejection>>> {
        Ok(self.record()?.map(|record| match record {
            Record::Cells { first, last, cells } => Ok(self.row(first, last, cells)),
            Record::Broken(rejection) => Err(rejection),
        }))
    }

    fn row(&self, first: u64, last: u64, cells: Vec<Vec<u8>>) -> Row {
        let mut fault = None;
        if cells.len() != self.header.len() {
            let (found, expected) = (cells.len(), self.header.len());
            let hint = if last > first {
                format!("lines {first} to {last} make one row with {found} cells")
            } else {
                format!("has {found} cells")
            };
            let message = format!("{hint}, the header has {expected}: is a quote or a separator missing?");
            fault = Some(Rejection::new(first, "row", message));
        }
        let text = |(index, bytes): (usize, Vec<u8>)| {
            String::from_utf8(bytes).unwrap_or_else(|error| {
                if let Some(column) = self.header.get(index) {
                    fault.get_or_insert_with(|| column.fault(first, NOT_UTF8));
                }
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            })
        };
        let cells = cells.into_iter().enumerate().map(text).collect();
        Row { line: first, cells, fault }
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        match self.again.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }

    /// Reads lines until a record is complete; empty lines between records are skipped.
    fn record(&mut self) -> io::Result<Option<Record>> {
        let mut taken: Vec<Line> = Vec::new();
        let mut size = 0;
        let mut cells = Cells::default();
        self.parser.reset();
        loop {
            let Some(line) = self.next_line()? else {
                return Ok(self.unclosed(taken));
            };
            size += line.bytes.as_ref().map_or(0, |bytes| bytes.len() + 1);
            let Some(bytes) = line.bytes.as_ref().filter(|_| size <= LONGEST_ROW + 1) else {
                if taken.is_empty() {
                    return Ok(Some(Record::Broken(too_long(line.number, LONGEST_ROW))));
                }
                taken.push(line);
                return Ok(self.unclosed(taken));
            };
            if taken.is_empty() && bytes.is_empty() {
                size = 0;
                continue;
            }
            if cells.feed(&mut self.parser, bytes) {
                let first = taken.first().map_or(line.number, |line| line.number);
                return Ok(Some(Record::Cells { first, last: line.number, cells: cells.split() }));
            }
            taken.push(line);
        }
    }

    /// The record that `taken` begins never ends: its first line is rejected, the others are read again.
    fn unclosed(&mut self, taken: Vec<Line>) -> Option<Record> {
        let last = taken.last()?.number;
        let mut taken = taken.into_iter();
        let first = taken.next()?.number;
        let mut message = "opens a quote that is not closed".to_owned();
        if self.rescues > 0 {
            self.rescues -= 1;
            taken.rev().for_each(|line| self.again.push_front(line));
        } else if last > first {
            message.push_str(&format!("; the lines up to {last} are lost with it"));
        }
        Some(Record::Broken(Rejection::new(first, "row", message)))
    }
}

/// The cells of a record while its lines come in.
#[derive(Default)]
struct Cells {
    text: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    count: usize,
}

impl Cells {
    /// Feeds one line; true when the record is complete.
    fn feed(&mut self, parser: &mut csv_core::Reader, line: &[u8]) -> bool {
        // Every byte makes at most one byte and one cell.
        self.text.resize(self.used + line.len() + 2, 0);
        self.ends.resize(self.count + line.len() + 2, 0);
        for part in [line, b"\n"] {
            let mut rest = part;
            while !rest.is_empty() {
                let text = self.text.get_mut(self.used..).unwrap_or_default();
                let ends = self.ends.get_mut(self.count..).unwrap_or_default();
                let (result, read, written, ended) = parser.read_record(rest, text, ends);
                self.used += written;
                self.count += ended;
                rest = rest.get(read..).unwrap_or_default();
                match result {
                    ReadRecordResult::Record => return true,
                    ReadRecordResult::InputEmpty => {}
                    // There is room for all, so this is not reached; it must not loop either.
                    _ => return true,
                }
            }
        }
        false
    }

    fn split(&self) -> Vec<Vec<u8>> {
        let mut start = 0;
        let ends = self.ends.iter().take(self.count);
        ends.map(|&end| self.text.get(std::mem::replace(&mut start, end)..end).unwrap_or_default().to_vec())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows under a header of two columns, as `line: a|b` or `line! message`.
    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let text = format!("a,b\n{body}");
        let mut table = Table::new(text.as_bytes(), b',');
        table.read_header("a test", str::to_owned).unwrap();
        let mut found = Vec::new();
        while let Some(row) = table.next().unwrap() {
            found.push(match row {
                Ok(Row { fault: None, line, cells }) => format!("{line}: {}", cells.join("|")),
                Ok(Row { fault: Some(why), .. }) | Err(why) => format!("{}! {}", why.line, why.message),
            });
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn cells_may_hold_anything() {
        check("1,2\n\n\n3,4", &["2: 1|2", "5: 3|4"]);
        check("\"x, \"\"y\"\"\",\"1\r\n\n2\"\r\n3,4\r\n", &["2: x, \"y\"|1\n\n2", "5: 3|4"]);
        check("17\" screen,\r\n,\n", &["2: 17\" screen|", "3: |"]);
    }

    #[test]
    fn a_broken_row_stands_alone() {
        check(
            "1\n2,3\n4,5,6\n7,8",
            &[
                "2! has 1 cells, the header has 2: is a quote or a separator missing?",
                "3: 2|3",
                "4! has 3 cells, the header has 2: is a quote or a separator missing?",
                "5: 7|8",
            ],
        );
        check(
            "1,2\n\"3,4\n5,6\n7,8\n",
            &["2: 1|2", "3! opens a quote that is not closed", "4: 5|6", "5: 7|8"],
        );
        check(
            "\"1,2\n3,\"4\n5,6\n",
            &[
                "2! lines 2 to 3 make one row with 1 cells, the header has 2: is a quote or a separator missing?",
                "4: 5|6",
            ],
        );
    }

    #[test]
    fn long_rows_and_unclosed_quotes_cost_little() {
        let long = "x".repeat(LONGEST_ROW);
        check(&format!("{long},\n1,2"), &["2! is longer than 1024 KiB", "3: 1|2"]);
        // Each of these lines opens a quote and closes the one before it.
        let hostile = "x\"y,\"\n".repeat(1_000_000);
        let mut table = Table::new(hostile.as_bytes(), b',');
        table.header = vec![Column { index: 0, name: "a".into() }];
        let mut rows = 0;
        while table.next().unwrap().is_some() {
            rows += 1;
        }
        assert!(rows < 100, "{rows}");
    }
}
