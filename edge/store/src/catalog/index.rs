//! What the search index and the facets hold of a product.

use orilla_catalog::{Attribute, AttributeKey, AttributeValue, Product};
use orilla_richtext::SafeHtml;

/// The longest value that a facet shows, in characters.
const LONGEST_TOKEN: usize = 100;
/// The most of one column that is searched, in bytes: a row must fit into a parameter.
const LONGEST_TEXT: usize = 60_000;
/// Attributes that are numbers by which people look for a product.
const NUMBERS: [&str; 6] = ["mpn", "ean", "gtin", "isbn", "upc", "model_number"];

/// The searchable text of a product, beside its title and brand.
pub(super) struct Text {
    /// SKUs, barcodes and the maker's numbers.
    pub(super) numbers: String,
    /// The names of the category, from the top.
    pub(super) category: String,
    /// The values of attributes; of a yes-or-no attribute its name, if it is a yes.
    pub(super) attributes: String,
    /// The description without markup.
    pub(super) description: String,
}

/// Gathers the searchable text.
pub(super) fn text(product: &Product) -> Text {
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

/// Whether a value can stand in a facet: short, and read from a URL as it is written there (no doubled spaces, and
/// nothing that a range is written with). The key `brand` is the brand's own facet.
pub(super) fn fits_facet(key: &AttributeKey, token: &str) -> bool {
    key.as_str() != "brand"
        && token.chars().count() <= LONGEST_TOKEN
        && !token.contains("..")
        && !token.contains(char::is_control)
        && token.split_whitespace().collect::<Vec<_>>().join(" ") == token
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_catalog::query::{Filter, ListQuery};

    #[track_caller]
    fn check(key: &str, token: &str, expected: bool) {
        let key = AttributeKey::parse(key).unwrap();
        assert_eq!(fits_facet(&key, token), expected);
        if expected {
            let query = ListQuery::default().toggled(key.as_str(), token);
            let read = ListQuery::parse(None, &query.to_query_string());
            assert_eq!(read.attributes.get(&key), Some(&Filter::AnyOf([token.to_owned()].into())));
        }
    }

    #[test]
    fn facets_hold_what_a_url_can_say() {
        check("colour", "Black", true);
        check("size", "12.5", true);
        check("ip", "IP 67, 1 m & more; ñ+ü", true);
        check("colour", &"x".repeat(101), false);
        check("colour", "a  b", false);
        check("colour", " a", false);
        check("colour", "a\nb", false);
        check("range", "10..20", false);
        check("brand", "Faro", false);
    }
}
