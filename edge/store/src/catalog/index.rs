//! What the search index holds of a product.

use orilla_catalog::{Product, Searchable};
use serde::Serialize;

/// A product's row in the search index: `[product, title, brand, numbers, category, attributes, description]`.
pub(super) fn row(id: i64, product: &Product) -> impl Serialize {
    let Searchable { numbers, category, attributes, description } = Searchable::from(product);
    (id, &product.title, &product.brand, numbers, category, attributes, description)
}
