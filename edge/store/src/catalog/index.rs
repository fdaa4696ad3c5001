//! What the search index and the facets hold of a product.

use orilla_catalog::{Attribute, AttributeValue, Product};
use orilla_richtext::SafeHtml;
use serde::Serialize;

/// The most of one column that is searched, in bytes: a row must fit into a parameter.
const LONGEST_TEXT: usize = 60_000;
/// Attributes that are numbers by which people look for a product.
const NUMBERS: [&str; 6] = ["mpn", "ean", "gtin", "isbn", "upc", "model_number"];

/// A product's row in the search index: `[product, title, brand, numbers, category, attributes, description]`.
pub(super) fn row(id: i64, product: &Product) -> impl Serialize {
    let Text { numbers, category, attributes, description } = text(product);
    (id, &product.title, &product.brand, numbers, category, attributes, description)
}

/// The searchable text of a product, beside its title and brand.
struct Text {
    /// SKUs, barcodes and the maker's numbers.
    numbers: String,
    /// The names of the category, from the top.
    category: String,
    /// The values of attributes; of a yes-or-no attribute its name, if it is a yes.
    attributes: String,
    /// The description without markup.
    description: String,
}

/// Gathers the searchable text.
fn text(product: &Product) -> Text {
    let variants = product.variants.iter().flat_map(|v| v.sku.iter().chain(&v.barcode)).map(String::as_str);
    let is_number = |attribute: &&Attribute| NUMBERS.contains(&attribute.key.as_str());
    let numbers = product.attributes.iter().filter(is_number).map(|a| a.value.token());
    let words = product.attributes.iter().filter(|a| !is_number(a)).filter_map(words_of);
    Text {
        numbers: cut(variants.map(str::to_owned).chain(numbers).collect::<Vec<_>>().join(" ")),
        category: product.category.as_ref().map(|path| path.names().join(" ")).unwrap_or_default(),
        attributes: cut(words.collect::<Vec<_>>().join(" ")),
        description: cut(SafeHtml::from_store(product.description.clone()).plain_text()),
    }
}

fn words_of(attribute: &Attribute) -> Option<String> {
    match &attribute.value {
        AttributeValue::Text(text) => Some(text.clone()),
        AttributeValue::Boolean(true) => Some(attribute.name.clone()),
        AttributeValue::Boolean(false) => None,
        AttributeValue::Number(number) => Some(
            attribute.unit.as_ref().map_or_else(|| number.to_string(), |unit| format!("{number} {unit}")),
        ),
    }
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    }
    text
}
