//! The fingerprint by which an import sees that a product is as it was.

use orilla_catalog::{CategoryPath, Product, ProductDraft};
use serde::Serialize;

/// A product's document without what may change while the product stays the same.
#[derive(Serialize)]
struct Content<'a> {
    draft: &'a ProductDraft,
    category: Option<String>,
}

/// XXH3-128, in hex, of the product's JSON: its fields in the order of the type, without stock (it changes with
/// every sale), and with the slug of its category in place of the names (a renamed category is no new product).
/// XXH3 is fast, its output is fixed since its version 0.8, and nobody gains by forging it: who may import may
/// also write any product. Not a hash of secrets.
pub(super) fn digest(product: &Product) -> String {
    let mut draft = ProductDraft::clone(product);
    let category = draft.category.take().as_ref().map(CategoryPath::slug);
    for variant in &mut draft.variants {
        (variant.available, variant.sold) = (0, 0);
    }
    // Serialising plain data can't fail; the empty text would only make a product look changed.
    let json = serde_json::to_vec(&Content { draft: &draft, category }).unwrap_or_default();
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&json))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tests::lantern;

    #[track_caller]
    fn check(edit: impl FnOnce(&mut ProductDraft), same: bool) {
        let mut draft = lantern();
        edit(&mut draft);
        let before = digest(&lantern().check().unwrap());
        assert_eq!(digest(&draft.check().unwrap()) == before, same);
    }

    #[test]
    fn sees_the_document_but_not_the_stock() {
        check(|_| (), true);
        check(|p| p.variants[0].available += 1, true);
        check(|p| p.variants[0].sold += 1, true);
        check(|p| p.category = CategoryPath::new(vec!["LIGHTING".into(), "Lanterns".into()]).ok(), true);
        check(|p| p.category = CategoryPath::new(vec!["Lighting".into()]).ok(), false);
        check(|p| p.title.push('x'), false);
        check(|p| p.variants[0].price.minor += 1, false);
        check(|p| p.attributes.clear(), false);
        check(|p| p.images.clear(), false);
    }

    #[test]
    fn never_changes_between_releases() {
        // A new value here would make every product of every shop look changed once.
        assert_eq!(digest(&lantern().check().unwrap()), "d334ed0cadf3600e926a7fdf7e9c1fbd");
    }
}
