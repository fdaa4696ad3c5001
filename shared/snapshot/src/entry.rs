//! What a host brings of the catalogue.

use orilla_catalog::ProductId;
use orilla_catalog::read::{CategoryRef, ProductView};
use serde::{Deserialize, Serialize};

/// An active product as the store has it. All that lists need follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The product's page.
    pub view: ProductView,
    /// The URL of each of the view's pictures.
    pub image_urls: Vec<String>,
}

impl Entry {
    /// The product.
    pub fn id(&self) -> ProductId {
        self.view.id
    }
}

/// What an attribute that facets count is called: the same for all products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetKey {
    /// The stable name; `brand` for the brand.
    pub key: String,
    /// What a shopper reads; empty for the brand.
    pub name: String,
    /// The unit of numbers.
    pub unit: Option<String>,
    /// Of two attributes that as many products have, the one with the lower rank is counted, if not both can be.
    pub rank: i64,
}

/// What products share: small, and so given whole at each publish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shop {
    /// All categories, empty ones too, with those above them ([`orilla_catalog::CategoryPath::slug`]), in any order.
    pub categories: Vec<CategoryRef>,
    /// The attributes of facets, in any order.
    pub keys: Vec<FacetKey>,
}
