//! An item of a feed: named texts, before anything is made of them.

use crate::Rejection;

/// A text of an item, with its place.
#[derive(Debug)]
pub(crate) struct Field {
    /// Without `g:`, in lower case, with `_` between words: `image_link`.
    pub(crate) name: String,
    /// Trimmed, not empty.
    pub(crate) value: String,
    pub(crate) line: u64,
    /// The number of the column in tab-separated text.
    pub(crate) column: Option<u64>,
}

impl Field {
    pub(crate) fn fault(&self, message: impl Into<String>) -> Rejection {
        Rejection { column: self.column, ..Rejection::new(self.line, &self.name, message) }
    }
}

/// An item of a feed.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) line: u64,
    pub(crate) fields: Vec<Field>,
    /// Set if the fields can't be trusted.
    pub(crate) fault: Option<Rejection>,
}

impl Item {
    /// The first field of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value of [`Item::get`]; empty if there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.get(name).map_or("", |field| field.value.as_str())
    }

    /// All fields of this name, in their order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.name == name)
    }

    /// The field, or a rejection that it is missing.
    pub(crate) fn need(&self, name: &str) -> Result<&Field, Rejection> {
        self.get(name).ok_or_else(|| Rejection::new(self.line, name, "is missing"))
    }
}

/// The name of a field, however the feed writes it: `g:image_link`, `Image link`.
pub(crate) fn normal(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    name.rsplit(':').next().unwrap_or_default().replace([' ', '-'], "_")
}
