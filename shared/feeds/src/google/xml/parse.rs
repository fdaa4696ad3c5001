//! Parses one item that was cut out of a feed.

use super::super::item::{Field, Item, normal};
use crate::Rejection;
use crate::lines::NOT_UTF8;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// The fields of an item whose start tag stands at `line`.
pub(super) fn item(line: u64, bytes: Vec<u8>) -> Result<Item, Rejection> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = line + before.iter().filter(|byte| **byte == b'\n').count() as u64;
            return Err(Rejection::new(line, "item", NOT_UTF8));
        }
    };
    let mut parse =
        Parse { line, text: &text, read_to: 0, fields: Vec::new(), depth: 0, open: None, fault: None };
    parse.run();
    Ok(Item { line, fields: parse.fields, fault: parse.fault })
}

/// The parsing of an item. The item itself has depth 1, its fields have depth 2.
struct Parse<'a> {
    /// The line of the byte at `read_to`.
    line: u64,
    text: &'a str,
    read_to: usize,
    fields: Vec<Field>,
    depth: usize,
    /// The field that is being read. Elements below it (`g:shipping`'s price) make it a group, which is ignored.
    open: Option<(Field, bool)>,
    fault: Option<Rejection>,
}

impl Parse<'_> {
    fn run(&mut self) {
        let mut reader = Reader::from_str(self.text);
        while self.fault.is_none() {
            let event = reader.read_event();
            let line = self.line;
            self.advance(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
            match event {
                Ok(Event::Eof) => break,
                Ok(event) => self.event(event, line),
                Err(error) => {
                    let name = self.field_name();
                    self.fault = Some(Rejection::new(line, &name, format!("is malformed XML: {error}")));
                }
            }
        }
    }

    /// Counts the lines up to `position`.
    fn advance(&mut self, position: usize) {
        let passed = self.text.as_bytes().get(self.read_to..position).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.read_to = self.read_to.max(position);
    }

    fn field_name(&self) -> String {
        self.open.as_ref().map_or_else(|| "item".to_owned(), |(field, _)| field.name.clone())
    }

    fn event(&mut self, event: Event<'_>, line: u64) {
        match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth == 2 {
                    let name = normal(start.local_name().as_ref());
                    self.open = Some((Field { name, value: String::new(), line, column: None }, false));
                } else if let Some((_, nested)) = &mut self.open {
                    *nested = true;
                }
            }
            Event::End(_) => {
                if self.depth == 2
                    && let Some((mut field, nested)) = self.open.take()
                {
                    field.value = field.value.trim().to_owned();
                    if !nested && !field.value.is_empty() {
                        self.fields.push(field);
                    }
                }
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Text(text) => self.push(&text),
            Event::CData(text) => self.push(&text),
            Event::GeneralRef(reference) => match resolved(&reference) {
                Some(c) => self.push(c.encode_utf8(&mut [0; 4])),
                None => {
                    let name = self.field_name();
                    let message =
                        format!("has the unknown entity &{};: write the character itself", &*reference);
                    self.fault = Some(Rejection::new(line, &name, message));
                }
            },
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some((field, _)) = &mut self.open {
            field.value.push_str(text);
        }
    }
}

/// XML's own entities and those that feeds borrow from HTML.
fn resolved(reference: &BytesRef<'_>) -> Option<char> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten();
    }
    Some(match &**reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "reg" => '®',
        "trade" => '™',
        "copy" => '©',
        "deg" => '°',
        "eacute" => 'é',
        "ndash" => '–',
        "mdash" => '—',
        "euro" => '€',
        _ => return None,
    })
}
