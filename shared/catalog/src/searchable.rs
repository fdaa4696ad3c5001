//! What a search looks at, beside a product's title and brand.

use crate::read::ProductView;
use crate::{AttributeKey, AttributeValue, Product};
use orilla_richtext::SafeHtml;

/// The most of one text that is searched, in bytes: a row of the store's index must fit into a parameter.
const LONGEST_TEXT: usize = 60_000;
/// Attributes that are numbers by which people look for a product.
const NUMBERS: [&str; 6] = ["mpn", "ean", "gtin", "isbn", "upc", "model_number"];

/// The searchable text of a product, whether it is read where it was written or where it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searchable {
    /// SKUs, barcodes and the maker's numbers.
    pub numbers: String,
    /// The names of the category, from the top.
    pub category: String,
    /// The values of attributes; of a yes-or-no attribute its name, if it is a yes.
    pub attributes: String,
    /// The description without markup.
    pub description: String,
}

impl From<&Product> for Searchable {
    fn from(product: &Product) -> Self {
        let codes = product.variants.iter().flat_map(|v| v.sku.iter().chain(&v.barcode));
        let attributes = product.attributes.iter();
        Searchable::gather(
            codes,
            attributes.map(|a| (&a.key, &a.name, &a.value, &a.unit)),
            product.category.as_ref().map(|path| path.names().join(" ")).unwrap_or_default(),
            &SafeHtml::from_store(product.description.clone()),
        )
    }
}

impl From<&ProductView> for Searchable {
    fn from(product: &ProductView) -> Self {
        let codes = product.variants.iter().flat_map(|v| v.sku.iter().chain(&v.barcode));
        let attributes = product.attributes.iter();
        let names: Vec<&str> = product.categories.iter().map(|category| category.name.as_str()).collect();
        Searchable::gather(
            codes,
            attributes.map(|a| (&a.key, &a.name, &a.value, &a.unit)),
            names.join(" "),
            &product.description,
        )
    }
}

type Property<'a> = (&'a AttributeKey, &'a String, &'a AttributeValue, &'a Option<String>);

impl Searchable {
    fn gather<'a>(
        codes: impl Iterator<Item = &'a String>,
        attributes: impl Iterator<Item = Property<'a>>,
        category: String,
        description: &SafeHtml,
    ) -> Self {
        let mut numbers: Vec<String> = codes.cloned().collect();
        let mut words = Vec::new();
        for (key, name, value, unit) in attributes {
            if NUMBERS.contains(&key.as_str()) {
                numbers.push(value.token());
            } else {
                words.extend(words_of(name, value, unit.as_deref()));
            }
        }
        Searchable {
            numbers: cut(numbers.join(" ")),
            category,
            attributes: cut(words.join(" ")),
            description: cut(description.plain_text()),
        }
    }
}

fn words_of(name: &str, value: &AttributeValue, unit: Option<&str>) -> Option<String> {
    match value {
        AttributeValue::Text(text) => Some(text.clone()),
        AttributeValue::Boolean(true) => Some(name.to_owned()),
        AttributeValue::Boolean(false) => None,
        AttributeValue::Number(number) => {
            Some(unit.map_or_else(|| number.to_string(), |unit| format!("{number} {unit}")))
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    }
    text
}
