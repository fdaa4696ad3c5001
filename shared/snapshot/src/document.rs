//! Product pages in document segments.

use crate::entry::Entry;
use crate::frame::{FormatError, decode, encode};
use orilla_catalog::read::{AttributeView, CategoryRef, ImageView, ProductView, Reviews, VariantView};
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
    /// Stored behind the rest, and only if there are any: see [`Document::encode`].
    #[serde(skip)]
    pub(crate) reviews: Reviews,
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
            reviews: view.reviews,
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
            reviews: self.reviews,
        }
    }

    /// The bytes of its slot. Reviews stand behind those of the rest, so a document without any is what it was before there
    /// were reviews: the segments of a shop that is published stay, and are read.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = encode(self);
        if self.reviews.count > 0 {
            bytes.append(&mut encode(&self.reviews));
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let (mut document, rest) = postcard::take_from_bytes::<Document>(bytes)
            .map_err(|_| FormatError::Content("a document that is not readable"))?;
        if !rest.is_empty() {
            document.reviews = decode(rest)?;
        }
        Ok(document)
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
        bytes.map(Document::decode).transpose()
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

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_catalog::read::ReviewView;

    fn document(reviews: Reviews) -> Document {
        Document {
            handle: Handle::parse("rope").unwrap(),
            version: 2,
            title: "Rope".into(),
            brand: None,
            description: SafeHtml::sanitise("<p>Long.</p>"),
            category: Some("ropes".into()),
            options: Vec::new(),
            variants: Vec::new(),
            attributes: Vec::new(),
            images: Vec::new(),
            image_urls: Vec::new(),
            reviews,
        }
    }

    fn reviews() -> Reviews {
        let newest = ReviewView {
            stars: 4,
            author: "Ada".into(),
            text: "It holds.".into(),
            language: "en".into(),
            at: 7,
        };
        Reviews { count: 1, stars: 4, newest: vec![newest] }
    }

    #[test]
    fn a_document_without_reviews_has_the_bytes_that_it_had_before_there_were_any() {
        let plain = document(Reviews::default());
        let bytes = b"\x04rope\x02\x04Rope\x00\x0c<p>Long.</p>\x01\x05ropes\x00\x00\x00\x00\x00";
        assert_eq!(plain.encode(), bytes);
        assert_eq!(Document::decode(bytes), Ok(plain));
    }

    #[test]
    fn reviews_stand_behind_the_rest() {
        let said = document(reviews());
        let bytes = said.encode();
        assert!(bytes.starts_with(&document(Reviews::default()).encode()));
        assert_eq!(Document::decode(&bytes), Ok(said));
        let more = [bytes.as_slice(), b"\0"].concat();
        assert_eq!(Document::decode(&more), Err(FormatError::Content("more bytes than the content needs")));
        assert!(Document::decode(&bytes[..bytes.len() - 1]).is_err());
    }
}
