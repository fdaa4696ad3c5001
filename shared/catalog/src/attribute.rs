//! Typed attributes: what facets count and product pages list.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The stable name of an attribute: lower-case ASCII letters, digits and `_`, 1 to 80 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttributeKey(String);

impl AttributeKey {
    /// Reads a key; `None` if it has other characters or a wrong length.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        (!text.is_empty() && text.len() <= 80 && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// Makes a key from any label: "Tip type" → `tip_type`; `None` if no ASCII letter or digit is left.
    pub fn from_label(label: &str) -> Option<Self> {
        let slug: String =
            crate::slug(label).replace('-', "_").chars().filter(char::is_ascii).take(80).collect();
        Self::parse(slug.trim_matches('_'))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttributeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AttributeKey {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| {
            format!("\"{text}\" is not an attribute key: use a-z, 0-9 and _, at most 80 characters")
        })
    }
}

impl From<AttributeKey> for String {
    fn from(key: AttributeKey) -> String {
        key.0
    }
}

/// One property of a product. A product may have several with one key: a tent in two colours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// The stable name, the same for all products: `cable_length`.
    pub key: AttributeKey,
    /// What a shopper reads: "Cable length".
    pub name: String,
    /// The value.
    pub value: AttributeValue,
    /// The unit of a number, as it is written after it: `mm`, `kg`, `h`. Only numbers have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The value of an attribute; in JSON a plain text, number or boolean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// Yes or no.
    Boolean(bool),
    /// A finite number. Not for money.
    Number(f64),
    /// A text.
    Text(String),
}

impl AttributeValue {
    /// The value as facets and URLs write it: `true`, `12.5`, `Black`.
    pub fn token(&self) -> String {
        match self {
            AttributeValue::Boolean(yes) => yes.to_string(),
            AttributeValue::Number(number) => number.to_string(),
            AttributeValue::Text(text) => text.clone(),
        }
    }
}
