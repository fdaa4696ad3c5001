//! Which stored row each variant and picture of a changed document is.
//!
//! Orders point at variants and caches at pictures, so what is the same keeps its id.

use super::stored::{StoredImage, StoredVariant};
use orilla_catalog::{Image, Variant};

/// For each variant of the document the id of the stored one that it is, or `None` for a new one: first by SKU,
/// then by options, those still sold before archived ones. No id is given twice.
pub(super) fn variants(document: &[Variant], stored: &[StoredVariant]) -> Vec<Option<i64>> {
    let mut free: Vec<&StoredVariant> = stored.iter().collect();
    free.sort_by_key(|variant| variant.archived);
    let mut take = |fits: &dyn Fn(&StoredVariant) -> bool| {
        let at = free.iter().position(|stored| fits(stored))?;
        Some(free.remove(at).id)
    };
    let by_sku: Vec<_> = document
        .iter()
        .map(|variant| variant.sku.as_ref().and_then(|sku| take(&|stored| stored.sku.as_ref() == Some(sku))))
        .collect();
    by_sku
        .into_iter()
        .zip(document)
        .map(|(id, variant)| id.or_else(|| take(&|stored| stored.options == variant.options)))
        .collect()
}

/// The same, where somebody has said of each variant of the document which stored one it is. A new one can still be one
/// that was archived; one that nothing was said of is known as in a feed.
pub(super) fn chosen(
    document: &[Variant],
    stored: &[StoredVariant],
    said: &[Option<i64>],
) -> Vec<Option<i64>> {
    if said.len() != document.len() {
        return variants(document, stored);
    }
    let is_there = |id: &i64| stored.iter().any(|variant| variant.id == *id);
    let said: Vec<_> = said.iter().map(|id| id.filter(is_there)).collect();
    let free: Vec<_> = stored
        .iter()
        .filter(|variant| variant.archived == 1 && !said.contains(&Some(variant.id)))
        .cloned()
        .collect();
    let new: Vec<Variant> = document
        .iter()
        .zip(&said)
        .filter(|(_, id)| id.is_none())
        .map(|(variant, _)| variant.clone())
        .collect();
    let mut found = variants(&new, &free).into_iter();
    said.iter().map(|id| id.or_else(|| found.next().flatten())).collect()
}

/// For each picture of the document the id of the stored one with its URL, or `None` for a new one.
pub(super) fn images(document: &[Image], stored: &[StoredImage]) -> Vec<Option<i64>> {
    let mut free: Vec<&StoredImage> = stored.iter().collect();
    document
        .iter()
        .map(|image| {
            let at = free.iter().position(|stored| stored.url == image.url.as_str())?;
            Some(free.remove(at).id)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_money::{Currency, Money};

    fn stored(id: i64, sku: &str, option: &str, archived: u8) -> StoredVariant {
        let sku = (!sku.is_empty()).then(|| sku.to_owned());
        StoredVariant { product: 1, id, sku, options: vec![option.to_owned()], archived }
    }

    #[track_caller]
    fn check(document: &[(&str, &str)], stored: &[StoredVariant], expected: &[Option<i64>]) {
        let document: Vec<_> = document
            .iter()
            .map(|(sku, option)| Variant {
                sku: (!sku.is_empty()).then(|| (*sku).to_owned()),
                barcode: None,
                options: vec![(*option).to_owned()],
                price: Money::zero(Currency::EUR),
                compare_at: None,
                available: 0,
                sold: 0,
            })
            .collect();
        assert_eq!(variants(&document, stored), expected);
    }

    #[test]
    fn what_was_said_of_a_variant_counts() {
        let variant = |sku: &str, option: &str| Variant {
            sku: Some(sku.to_owned()),
            barcode: None,
            options: vec![option.to_owned()],
            price: Money::zero(Currency::EUR),
            compare_at: None,
            available: 0,
            sold: 0,
        };
        let stored = [stored(7, "A", "S", 0), stored(8, "B", "M", 0), stored(9, "C", "L", 1)];
        // Both its SKU and its options are others now, and it is the same.
        let document = [variant("B", "X"), variant("C", "Y"), variant("A", "S")];
        assert_eq!(chosen(&document, &stored, &[Some(7), None, Some(99)]), [Some(7), Some(9), None]);
        assert_eq!(chosen(&document, &stored, &[]), [Some(8), Some(9), Some(7)]);
    }

    #[test]
    fn a_variant_is_known_by_its_sku_then_by_its_options() {
        let two = [stored(7, "A", "S", 0), stored(8, "B", "M", 0)];
        check(&[("A", "S"), ("B", "M")], &two, &[Some(7), Some(8)]);
        check(&[("B", "S"), ("A", "M")], &two, &[Some(8), Some(7)]);
        check(&[("C", "S")], &two, &[Some(7)]);
        check(&[("", "M")], &two, &[Some(8)]);
        check(&[("C", "L")], &two, &[None]);
        check(&[("C", "M"), ("B", "L")], &two, &[None, Some(8)]);
        check(&[("", "S")], &[stored(7, "", "S", 1), stored(9, "", "S", 0)], &[Some(9)]);
        check(&[("A", "S")], &[stored(7, "A", "S", 1)], &[Some(7)]);
    }
}
