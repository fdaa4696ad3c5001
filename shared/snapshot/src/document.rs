//! Product pages in document segments.

use crate::entry::Entry;
use crate::frame::{FormatError, decode, encode};
use orilla_catalog::read::{AttributeView, CategoryRef, ImageView, ProductView, VariantView};
use orilla_catalog::{AttributeKey, AttributeValue, Handle, ProductId};
use orilla_richtext::SafeHtml;
use serde::{Deserialize, Deserializer, Serialize};

/// A document segment is closed when it has this many bytes: what a page has to fetch for one product.
const ENOUGH: usize = 96 * 1024;

/// A product page as it is stored: without the names of its categories, so that a renamed category rewrites nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) handle: Handle,
    pub(crate) version: u32,
    pub(crate) title: String,
    pub(crate) brand: Option<String>,
    /// The shop's own store wrote it, after it was sanitised: doing that once more for each page would cost time, and a
    /// parser of HTML in each module.
    #[serde(deserialize_with = "from_store")]
    pub(crate) description: SafeHtml,
    /// The slug.
    pub(crate) category: Option<String>,
    pub(crate) options: Vec<String>,
    pub(crate) variants: Vec<VariantView>,
    pub(crate) attributes: Vec<Property>,
    pub(crate) images: Vec<ImageView>,
    pub(crate) image_urls: Vec<String>,
}

fn from_store<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SafeHtml, D::Error> {
    String::deserialize(deserializer).map(SafeHtml::from_store)
}

/// [`AttributeView`], whose untagged value only a self-describing format can read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Property {
    pub(crate) key: AttributeKey,
    name: String,
    pub(crate) value: Value,
    unit: Option<String>,
}

/// See [`AttributeValue`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Value {
    Text(String),
    Number(f64),
    Boolean(bool),
}

impl From<AttributeView> for Property {
    fn from(view: AttributeView) -> Self {
        let value = match view.value {
            AttributeValue::Text(text) => Value::Text(text),
            AttributeValue::Number(number) => Value::Number(number),
            AttributeValue::Boolean(yes) => Value::Boolean(yes),
        };
        Property { key: view.key, name: view.name, value, unit: view.unit }
    }
}

impl From<Property> for AttributeView {
    fn from(property: Property) -> Self {
        let value = match property.value {
            Value::Text(text) => AttributeValue::Text(text),
            Value::Number(number) => AttributeValue::Number(number),
            Value::Boolean(yes) => AttributeValue::Boolean(yes),
        };
        AttributeView { key: property.key, name: property.name, value, unit: property.unit }
    }
}

impl From<Entry> for Document {
    fn from(Entry { view, image_urls }: Entry) -> Self {
        Document {
            handle: view.handle,
            version: view.version,
            title: view.title,
            brand: view.brand,
            description: view.description,
            category: view.categories.into_iter().next_back().map(|category| category.slug),
            options: view.options,
            variants: view.variants,
            attributes: view.attributes.into_iter().map(Property::from).collect(),
            images: view.images,
            image_urls,
        }
    }
}

impl Document {
    /// The page, with the way to its category.
    pub(crate) fn into_view(self, id: ProductId, categories: Vec<CategoryRef>) -> ProductView {
        ProductView {
            id,
            handle: self.handle,
            version: self.version,
            title: self.title,
            brand: self.brand,
            description: self.description,
            categories,
            options: self.options,
            variants: self.variants,
            attributes: self.attributes.into_iter().map(AttributeView::from).collect(),
            images: self.images,
        }
    }
}

/// What stands at the beginning of a document segment: where each product's document ends in the bytes after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Contents {
    slots: Vec<u8>,
    ends: Vec<u32>,
}

/// A document segment in memory. A document is decoded when a page needs it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shelf {
    contents: Contents,
    bytes: Vec<u8>,
}

impl Shelf {
    pub(crate) fn decode(payload: &[u8]) -> Result<Self, FormatError> {
        let (contents, bytes) = postcard::take_from_bytes::<Contents>(payload)
            .map_err(|_| FormatError::Content("a document segment without contents"))?;
        let length = contents.ends.last().copied().map_or(Ok(0), usize::try_from);
        let sound = contents.slots.len() == contents.ends.len()
            && contents.slots.is_sorted_by(|a, b| a < b)
            && contents.ends.is_sorted()
            && length == Ok(bytes.len());
        if sound {
            Ok(Shelf { contents, bytes: bytes.to_vec() })
        } else {
            Err(FormatError::Content("a document segment with wrong contents"))
        }
    }

    /// The document of a product; `None` if it is not here.
    pub(crate) fn get(&self, slot: u8) -> Result<Option<Document>, FormatError> {
        let Ok(at) = self.contents.slots.binary_search(&slot) else { return Ok(None) };
        let end = |at: usize| self.contents.ends.get(at).and_then(|end| usize::try_from(*end).ok());
        let start = at.checked_sub(1).map_or(Some(0), end);
        let bytes = start.zip(end(at)).and_then(|(start, end)| self.bytes.get(start..end));
        bytes.map(decode).transpose()
    }

    pub(crate) fn slots(&self) -> &[u8] {
        &self.contents.slots
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len() + self.contents.slots.len() * 5 + size_of::<Self>()
    }
}

/// The payloads of the document segments of a bucket, each with the place of its last product.
pub(crate) fn shelves<'a>(documents: impl Iterator<Item = (u8, &'a [u8])>) -> Vec<(u8, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = (Contents { slots: Vec::new(), ends: Vec::new() }, Vec::new());
    let mut close = |(contents, bytes): &mut (Contents, Vec<u8>)| {
        if let Some(last) = contents.slots.last().copied() {
            let mut payload = encode(contents);
            payload.append(bytes);
            all.push((last, payload));
            *contents = Contents { slots: Vec::new(), ends: Vec::new() };
        }
    };
    for (slot, document) in documents {
        if open.1.len() + document.len() > ENOUGH {
            close(&mut open);
        }
        open.1.extend_from_slice(document);
        open.0.slots.push(slot);
        open.0.ends.push(u32::try_from(open.1.len()).unwrap_or(u32::MAX));
    }
    close(&mut open);
    all
}
