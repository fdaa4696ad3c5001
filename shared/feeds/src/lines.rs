//! Lines of bounded length, numbered.

use crate::Rejection;
use std::io::{self, BufRead, ErrorKind};

/// Reads lines; holds at most one.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
    longest: usize,
}

/// A line with its number, from 1.
pub(crate) struct Line {
    pub(crate) number: u64,
    /// Without its end; `None` if it was longer than allowed (it was skipped).
    pub(crate) bytes: Option<Vec<u8>>,
}

impl Line {
    /// The text, if it is short enough and valid UTF-8.
    pub(crate) fn text(self, longest: usize) -> Result<String, Rejection> {
        let bytes = self.bytes.ok_or_else(|| too_long(self.number, longest))?;
        String::from_utf8(bytes).map_err(|error| {
            let column = error.utf8_error().valid_up_to() as u64 + 1;
            Rejection { column: Some(column), ..Rejection::new(self.number, "line", NOT_UTF8) }
        })
    }
}

/// What to do about a text that is not UTF-8.
pub(crate) const NOT_UTF8: &str = "is not valid UTF-8: save the file as UTF-8";

pub(crate) fn too_long(number: u64, longest: usize) -> Rejection {
    Rejection::new(number, "line", format!("is longer than {} KiB", longest / 1024))
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, longest: usize) -> Self {
        Lines { reader, number: 0, longest }
    }

    /// The next line; `None` at the end of the file. A byte order mark and the `\r` of a line's end are dropped.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let mut seen = false;
        let mut fits = true;
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            seen = true;
            let end = available.iter().position(|b| *b == b'\n');
            let piece = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            fits = fits && bytes.len() + piece.len() <= self.longest;
            if fits {
                bytes.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !seen {
            return Ok(None);
        }
        self.number += 1;
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
        if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Some(Line { number: self.number, bytes: fits.then_some(bytes) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[Option<&str>]) {
        for capacity in [1, 3, 7, 8192] {
            let mut lines = Lines::new(io::BufReader::with_capacity(capacity, text.as_bytes()), 5);
            let mut found = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                assert_eq!(line.number, found.len() as u64 + 1);
                found.push(line.bytes.map(|bytes| String::from_utf8(bytes).unwrap()));
            }
            assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn are_cut_at_their_ends() {
        check("", &[]);
        check("\n", &[Some("")]);
        check("a\r\nb\n\nc", &[Some("a"), Some("b"), Some(""), Some("c")]);
        check("\u{feff}a\n\u{feff}b", &[Some("a"), Some("\u{feff}b")]);
        check("12345\n123456\n1\r2\n", &[Some("12345"), None, Some("1\r2")]);
    }
}
