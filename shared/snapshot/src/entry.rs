//! What a host brings of the catalogue.

use orilla_catalog::read::{CategoryRef, ProductView};
use orilla_catalog::{CategoryPath, ProductId};
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
}

/// What products share: small, and so given whole at each publish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shop {
    /// All categories, empty ones too, with those above them ([`CategoryPath::slug`]), in any order.
    pub categories: Vec<CategoryRef>,
    /// The attributes of facets, in any order.
    pub keys: Vec<FacetKey>,
}

impl Shop {
    /// The categories on these paths and above them, as an import makes them; of two names the later one stays.
    pub fn add_category(&mut self, path: &CategoryPath) {
        let mut next = Some(path.clone());
        while let Some(path) = next {
            let (slug, name) = (path.slug(), path.name().to_owned());
            match self.categories.iter_mut().find(|category| category.slug == slug) {
                Some(category) => category.name = name,
                None => self.categories.push(CategoryRef { slug, name }),
            }
            next = path.parent();
        }
    }
}
