//! Rows of a CSV file.

use super::AnalyzeError;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use std::io::{BufRead, BufReader, Read};

/// The largest field and the most fields of a row that are read into.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A file with a header.
pub(super) struct Table<R> {
    input: BufReader<R>,
    parser: Reader,
    header: Vec<String>,
    /// The cells of the current row: their bytes, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Table<R> {
    /// Reads the header, and from it what separates the cells.
    pub(super) fn open(reader: R) -> Result<Self, AnalyzeError> {
        let mut input = BufReader::new(reader);
        let start = input.fill_buf()?;
        let mark: usize = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |separator: &u8| first.iter().filter(|byte| *byte == separator).count();
        let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',');
        input.consume(mark);
        let mut table = Table {
            input,
            parser: ReaderBuilder::new().delimiter(separator).terminator(Terminator::Any(b'\n')).build(),
            header: Vec::new(),
            bytes: vec![0; 1024],
            ends: vec![0; 64],
        };
        let cells = table.record()?.ok_or(AnalyzeError::Empty)?;
        table.header = cells.into_iter().map(|cell| cell.trim().to_owned()).collect();
        Ok(table)
    }

    /// The index of a column.
    pub(super) fn column(&self, name: &str) -> Result<usize, AnalyzeError> {
        let mut found = self.header.iter().enumerate().filter(|(_, column)| *column == name);
        let Some((index, _)) = found.next() else {
            let available =
                self.header.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            return Err(AnalyzeError::MissingColumn { name: name.to_owned(), available });
        };
        match found.next() {
            None => Ok(index),
            Some(_) => Err(AnalyzeError::AmbiguousColumn(name.to_owned())),
        }
    }

    /// The next row with the line on which it begins; None at the end. Cells are not trimmed: the last one may end
    /// with a carriage return.
    pub(super) fn row(&mut self) -> Result<Option<(u64, Vec<String>)>, AnalyzeError> {
        loop {
            let before = self.parser.line();
            let Some(cells) = self.record()? else { return Ok(None) };
            let expected = self.header.len();
            if expected > 1 && cells.iter().all(|cell| cell.trim().is_empty()) && cells.len() == 1 {
                continue;
            }
            // Blank lines before the row were skipped by the parser.
            let inside = cells.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
            let line = before + (self.parser.line() - before).saturating_sub(1 + inside);
            if cells.len() != expected {
                return Err(AnalyzeError::Ragged { line, found: cells.len(), expected });
            }
            return Ok(Some((line, cells)));
        }
    }

    fn record(&mut self) -> Result<Option<Vec<String>>, AnalyzeError> {
        let (mut written, mut ended) = (0, 0);
        loop {
            let input = self.input.fill_buf()?;
            let (result, read, wrote, ends) = self.parser.read_record(
                input,
                self.bytes.get_mut(written..).unwrap_or_default(),
                self.ends.get_mut(ended..).unwrap_or_default(),
            );
            self.input.consume(read);
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => grow(&mut self.bytes)?,
                ReadRecordResult::OutputEndsFull => grow(&mut self.ends)?,
                ReadRecordResult::Record => return self.cells(ended).map(Some),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn cells(&self, count: usize) -> Result<Vec<String>, AnalyzeError> {
        let mut start = 0;
        let mut cells = Vec::with_capacity(count);
        for end in self.ends.iter().take(count) {
            let bytes = self.bytes.get(start..*end).unwrap_or_default();
            let text = std::str::from_utf8(bytes).map_err(|_| AnalyzeError::NotUtf8(self.parser.line()))?;
            cells.push(text.to_owned());
            start = *end;
        }
        Ok(cells)
    }
}

/// Doubles a buffer, up to a limit that only a file that is no table reaches.
fn grow<T: Default + Clone>(buffer: &mut Vec<T>) -> Result<(), AnalyzeError> {
    if buffer.len() >= MOST_BYTES {
        let message = "a row is longer than 16 MB: an unclosed quote, most likely";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message).into());
    }
    buffer.resize(buffer.len() * 2, T::default());
    Ok(())
}
