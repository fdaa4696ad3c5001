//! The product as a whole document: what feeds bring, exports write and the Studio edits.

mod check;

pub use check::{Fault, FaultKind, LIMITS, Limits};

use crate::{Attribute, CategoryPath};
use orilla_money::Money;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// Whether shoppers see a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// On sale.
    #[default]
    Active,
    /// Not yet on sale: only the team sees it.
    Draft,
    /// No longer on sale; kept for the orders that name it.
    Archived,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 3] = [Status::Active, Status::Draft, Status::Archived];

    /// The name in JSON and the store.
    pub fn token(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Draft => "draft",
            Status::Archived => "archived",
        }
    }
}

/// A form of a product that can be bought: "Large, navy".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The shop's stock-keeping unit. Unique in the shop where present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// EAN, UPC, ISBN or GTIN as printed on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<String>,
    /// The value of each of the product's options, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What one piece costs, tax included.
    pub price: Money,
    /// What it cost before, if it is reduced. In the same currency and above `price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// Pieces that can be sold.
    pub available: u32,
    /// Pieces sold since the last import, less those that came back. Exports write it, so that an import of one finds
    /// the count that it goes back to ([`Variant::counted`]); feeds know nothing of it and bring 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sold: i64,
}

impl Variant {
    /// The count that the shop's stock is kept against: an import changes the stock by what this has changed.
    pub fn counted(&self) -> i64 {
        i64::from(self.available).saturating_add(self.sold)
    }
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// An absolute `https:` or `http:` URL of a picture, at most 2,000 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageUrl(String);

impl ImageUrl {
    /// Reads a URL. Only its form is checked here; whether it may be fetched is for the one who fetches.
    ///
    /// # Errors
    /// A message that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
        let clean = !text.bytes().any(|b| b <= b' ' || b == 0x7f || b"\\\"<>`{}|^".contains(&b));
        if host.is_empty() || host.contains('@') || !clean || text.len() > 2_000 {
            return Err(format!(
                "\"{}\" is not the URL of a picture: use https://host/path, at most 2,000 bytes",
                text.chars().take(80).collect::<String>()
            ));
        }
        Ok(ImageUrl(text.to_owned()))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ImageUrl {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        ImageUrl::parse(&text)
    }
}

impl From<ImageUrl> for String {
    fn from(url: ImageUrl) -> String {
        url.0
    }
}

/// A picture of a product on another host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it is.
    pub url: ImageUrl,
    /// What it shows, for those who can't see it. Empty: the product's title serves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
}

/// A product as it came in: any text, nothing checked. [`ProductDraft::check`] makes it a [`Product`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductDraft {
    /// See [`crate::Handle`].
    pub handle: String,
    /// What it is called.
    pub title: String,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// HTML, sanitised by the check.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether shoppers see it.
    #[serde(default)]
    pub status: Status,
    /// The category it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryPath>,
    /// The names of the options in which its variants differ: `["Size", "Colour"]`; at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// Typed properties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Pictures, the first is the main one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// A [`ProductDraft`] that passed [`ProductDraft::check`]. In JSON the same; reading it checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ProductDraft", into = "ProductDraft")]
pub struct Product(ProductDraft);

impl Product {
    /// The handle.
    pub fn handle(&self) -> &str {
        &self.0.handle
    }

    /// The draft, to edit it. Check it again afterwards.
    pub fn into_draft(self) -> ProductDraft {
        self.0
    }
}

impl Deref for Product {
    type Target = ProductDraft;
    fn deref(&self) -> &ProductDraft {
        &self.0
    }
}

impl TryFrom<ProductDraft> for Product {
    type Error = String;
    fn try_from(draft: ProductDraft) -> Result<Self, Self::Error> {
        draft.check().map_err(|faults| {
            faults.iter().map(|f| format!("{}: {}", f.field, f.kind)).collect::<Vec<_>>().join("; ")
        })
    }
}

impl From<Product> for ProductDraft {
    fn from(product: Product) -> ProductDraft {
        product.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_urls_are_absolute() {
        assert!(ImageUrl::parse("https://images.example/a.jpg?x=1").is_ok());
        for url in [
            "",
            "a.jpg",
            "//host/a.jpg",
            "file:///etc/passwd",
            "javascript:1",
            "https://",
            "https://u@h/a",
            "http://h/a b",
        ] {
            assert!(ImageUrl::parse(url).is_err(), "{url}");
        }
    }
}
