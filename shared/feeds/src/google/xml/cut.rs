//! Cuts a feed into its items without parsing them.

use crate::{FeedError, LONGEST_ROW, Rejection};
use std::io::{self, BufRead, ErrorKind};

/// The format, in words, for errors.
const FORMAT: &str = "a Google Merchant feed (RSS or Atom)";

/// A piece of the feed.
pub(super) enum Cut {
    /// From `<item …>` to `</item>`.
    Item { line: u64, bytes: Vec<u8> },
    /// An item without an end, or one that is too long.
    Broken(Rejection),
}

pub(super) struct Cutter<R> {
    reader: R,
    /// The line of the next byte.
    line: u64,
    /// Whether the root element has been seen, and is one of a feed.
    in_feed: bool,
    /// The item that is being collected.
    open: Option<Open>,
}

struct Open {
    line: u64,
    name: Vec<u8>,
    bytes: Vec<u8>,
}

/// What the text up to a `>` ends with.
enum Tag<'a> {
    Start(&'a [u8]),
    End(&'a [u8]),
    /// An empty element, a declaration, or nothing that is a tag.
    Other,
}

/// Sections in which `<` and `>` mean nothing.
const SECTIONS: [(&[u8], &[u8]); 3] = [(b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];

impl<R: BufRead> Cutter<R> {
    pub(super) fn new(reader: R) -> Self {
        Cutter { reader, line: 1, in_feed: false, open: None }
    }

    /// The next item.
    pub(super) fn next(&mut self) -> Result<Option<Cut>, FeedError> {
        loop {
            let line = self.line;
            let Some(piece) = self.piece()? else {
                if !self.in_feed {
                    return Err(not_xml("it has no root element <rss> or <feed>"));
                }
                return Ok(self.open.take().map(|open| Cut::Broken(unclosed(&open))));
            };
            if !self.in_feed {
                self.enter(&piece, line)?;
                continue;
            }
            if let Some(cut) = self.take(&piece) {
                return Ok(Some(cut));
            }
        }
    }

    /// Looks for the root element.
    fn enter(&mut self, piece: &Piece, line: u64) -> Result<(), FeedError> {
        let bytes = piece.bytes.as_slice();
        let bytes = if line == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        if bytes.trim_ascii_start().first().is_some_and(|byte| *byte != b'<') {
            return Err(not_xml("it does not begin with <"));
        }
        if let Some(encoding) = declared_encoding(bytes)
            && !["utf-8", "utf8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str())
        {
            return Err(not_xml(&format!("it is written in {encoding}: save it as UTF-8")));
        }
        match piece.tag() {
            Tag::Start(b"rss" | b"feed" | b"RDF") => self.in_feed = true,
            Tag::Start(_) | Tag::End(_) => {
                return Err(not_xml("its root element is neither <rss> nor <feed>"));
            }
            Tag::Other => {}
        }
        Ok(())
    }

    /// Adds a piece to the open item, or opens one.
    fn take(&mut self, piece: &Piece) -> Option<Cut> {
        let tag = piece.tag();
        if let Tag::Start(name @ (b"item" | b"entry")) = tag {
            let bytes = piece.last_tag().to_vec();
            let before = self.open.replace(Open { line: piece.tag_line, name: name.to_vec(), bytes });
            return before.map(|open| Cut::Broken(unclosed(&open)));
        }
        let open = self.open.as_mut()?;
        if !piece.complete || open.bytes.len() + piece.bytes.len() > LONGEST_ROW {
            let message = format!("is longer than {} KiB", LONGEST_ROW / 1024);
            let rejection = Rejection::new(open.line, &String::from_utf8_lossy(&open.name), message);
            self.open = None;
            return Some(Cut::Broken(rejection));
        }
        open.bytes.extend_from_slice(&piece.bytes);
        match tag {
            Tag::End(name) if name == open.name => {
                self.open.take().map(|open| Cut::Item { line: open.line, bytes: open.bytes })
            }
            _ => None,
        }
    }

    /// Reads up to and including the next `>` that ends a tag or a section. `None` at the end of the file.
    fn piece(&mut self) -> io::Result<Option<Piece>> {
        let mut piece = Piece { bytes: Vec::new(), complete: true, tag_at: None, tag_line: self.line };
        // The last bytes read, even where the piece itself is too long to keep.
        let mut tail: Vec<u8> = Vec::new();
        let mut section: Option<&[u8]> = None;
        let mut seen = false;
        while let Some(byte) = self.byte()? {
            seen = true;
            if byte == b'<' && section.is_none() {
                piece.tag_line = self.line;
                // A text without end, such as a file of another kind, is not kept.
                if !piece.complete {
                    piece.bytes.clear();
                }
                piece.tag_at = Some(piece.bytes.len());
            }
            self.line += u64::from(byte == b'\n');
            if piece.bytes.len() < LONGEST_ROW {
                piece.bytes.push(byte)
            } else {
                piece.complete = false
            }
            if tail.len() == 9 {
                tail.remove(0);
            }
            tail.push(byte);
            match section {
                Some(end) if tail.ends_with(end) => section = None,
                Some(_) => continue,
                None => {
                    section = SECTIONS.iter().find(|(start, _)| tail.ends_with(start)).map(|(_, end)| *end);
                    if section.is_some() {
                        // "<!-->" opens a comment; it does not close it.
                        tail.clear();
                        piece.tag_at = None;
                        continue;
                    }
                }
            }
            if byte == b'>' {
                break;
            }
        }
        Ok(seen.then_some(piece))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.reader.fill_buf() {
                Ok(available) => {
                    let byte = available.first().copied();
                    self.reader.consume(usize::from(byte.is_some()));
                    return Ok(byte);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The text up to a `>`.
struct Piece {
    bytes: Vec<u8>,
    /// False if it was longer than allowed.
    complete: bool,
    /// Where its last `<` stands, unless that begins a section.
    tag_at: Option<usize>,
    /// The line of that `<`.
    tag_line: u64,
}

impl Piece {
    /// The tag at the end, from `<` to `>`; empty if there is none.
    fn last_tag(&self) -> &[u8] {
        self.tag_at.and_then(|at| self.bytes.get(at..)).unwrap_or_default()
    }

    fn tag(&self) -> Tag<'_> {
        let Some(inside) = self.last_tag().strip_prefix(b"<").and_then(|tag| tag.strip_suffix(b">")) else {
            return Tag::Other;
        };
        match inside.first() {
            Some(b'/') => Tag::End(local_name(inside.get(1..).unwrap_or_default())),
            None | Some(b'!' | b'?') => Tag::Other,
            Some(_) if inside.ends_with(b"/") => Tag::Other,
            Some(_) => Tag::Start(local_name(inside)),
        }
    }
}

/// The name at the beginning of a tag, without its prefix.
fn local_name(tag: &[u8]) -> &[u8] {
    let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let declaration = text.trim_start().strip_prefix("<?xml")?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.split(quote).nth(1).map(|name| name.chars().take(40).collect())
}

fn unclosed(open: &Open) -> Rejection {
    let name = String::from_utf8_lossy(&open.name);
    Rejection::new(open.line, &name, format!("is not closed: </{name}> is missing"))
}

fn not_xml(message: &str) -> FeedError {
    FeedError::NotThisFormat { format: FORMAT, message: message.to_owned() }
}
