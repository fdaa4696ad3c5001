//! The form in which the team edits a product: texts as they were typed.

use super::StoredProduct;
use orilla_catalog::{CategoryPath, Fault, ProductDraft, Status, VariantId};
use orilla_money::{Currency, Money};

/// What stands between the names of a category.
const BETWEEN: &str = " > ";

/// The form of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductForm {
    /// What it is called.
    pub title: String,
    /// Who makes it. Empty: nobody says.
    pub brand: String,
    /// HTML.
    pub description: String,
    /// `active`, `draft` or `archived`.
    pub status: String,
    /// The names of the category with `>` between them. Empty: none.
    pub category: String,
    /// The variants.
    pub variants: Vec<VariantForm>,
}

/// The fields of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantForm {
    /// Which variant. The place in the form is not enough: another may have changed their order.
    pub id: String,
    /// The shop's number. Empty: none.
    pub sku: String,
    /// The printed number. Empty: none.
    pub barcode: String,
    /// A decimal number in the product's currency.
    pub price: String,
    /// The same. Empty: it is not reduced.
    pub compare_at: String,
}

impl ProductForm {
    /// The form of a product as it is.
    pub fn of(stored: &StoredProduct) -> Self {
        let product = &stored.product;
        let variants = stored.variants.iter().zip(&product.variants).map(|(id, variant)| VariantForm {
            id: id.0.to_string(),
            sku: variant.sku.clone().unwrap_or_default(),
            barcode: variant.barcode.clone().unwrap_or_default(),
            price: variant.price.decimal(),
            compare_at: variant.compare_at.map(Money::decimal).unwrap_or_default(),
        });
        ProductForm {
            title: product.title.clone(),
            brand: product.brand.clone().unwrap_or_default(),
            description: product.description.clone(),
            status: product.status.token().to_owned(),
            category: product.category.as_ref().map(|path| path.names().join(BETWEEN)).unwrap_or_default(),
            variants: variants.collect(),
        }
    }

    /// What was typed for a variant.
    pub fn variant(&self, id: VariantId) -> Option<&VariantForm> {
        self.variants.iter().find(|variant| variant.id == id.0.to_string())
    }

    /// The document that this form makes of a product; what the form has no field for stays as it is.
    ///
    /// # Errors
    /// What can't be read. [`ProductDraft::check`] says what else is wrong.
    pub fn apply(&self, stored: &StoredProduct) -> Result<ProductDraft, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault =
            |field: &str, message: String| faults.push(Fault { field: field.to_owned(), message });
        let mut draft = stored.product.clone().into_draft();
        draft.title.clone_from(&self.title);
        draft.brand = Some(self.brand.clone());
        draft.description.clone_from(&self.description);
        match Status::ALL.into_iter().find(|status| status.token() == self.status) {
            Some(status) => draft.status = status,
            None => fault("status", "is active, draft or archived".into()),
        }
        let names: Vec<_> = self.category.split('>').map(|name| name.trim().to_owned()).collect();
        match (self.category.trim().is_empty(), CategoryPath::new(names)) {
            (true, _) => draft.category = None,
            (false, Ok(path)) => draft.category = Some(path),
            (false, Err(message)) => fault("category", message),
        }
        for (i, (id, variant)) in stored.variants.iter().zip(&mut draft.variants).enumerate() {
            // One that came meanwhile stands in no form: it stays as it is.
            let Some(typed) = self.variant(*id) else { continue };
            variant.sku = some(&typed.sku);
            variant.barcode = some(&typed.barcode);
            let currency = variant.price.currency;
            match amount(&typed.price, currency) {
                Ok(price) => variant.price = price,
                Err(message) => fault(&format!("variants[{i}].price"), message),
            }
            match some(&typed.compare_at).map(|typed| amount(&typed, currency)).transpose() {
                Ok(before) => variant.compare_at = before,
                Err(message) => fault(&format!("variants[{i}].compare_at"), message),
            }
        }
        if faults.is_empty() { Ok(draft) } else { Err(faults) }
    }
}

/// The text without white space at its ends; `None` if there is none.
fn some(typed: &str) -> Option<String> {
    let trimmed = typed.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// An amount as people type it: `12.50` or `12,50`.
///
/// # Errors
/// What is wrong with it.
pub fn amount(typed: &str, currency: Currency) -> Result<Money, String> {
    Money::parse(&typed.trim().replace(',', "."), currency).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::differences;
    use super::*;
    use orilla_catalog::{ProductId, Variant};

    fn stored() -> StoredProduct {
        let variant = |sku: &str, size: &str, minor| Variant {
            sku: Some(sku.into()),
            barcode: None,
            options: vec![size.into()],
            price: Money::new(minor, Currency::EUR),
            compare_at: None,
            available: 3,
            sold: 1,
        };
        let draft = ProductDraft {
            handle: "lantern".into(),
            title: "Lantern".into(),
            category: CategoryPath::new(vec!["Light".into(), "Lanterns".into()]).ok(),
            options: vec!["Size".into()],
            variants: vec![variant("A", "S", 3_900), variant("B", "L", 5_900)],
            ..ProductDraft::default()
        };
        let product = draft.check().unwrap();
        StoredProduct { id: ProductId(1), version: 4, product, variants: vec![VariantId(7), VariantId(8)] }
    }

    /// What an edit of the form changes, as `field: before → after`.
    #[track_caller]
    fn check(edit: impl FnOnce(&mut ProductForm), expected: &[&str]) {
        let stored = stored();
        let mut form = ProductForm::of(&stored);
        edit(&mut form);
        let lines: Vec<_> = match form.apply(&stored).and_then(ProductDraft::check) {
            Ok(product) => differences(&stored.product, &product)
                .into_iter()
                .map(|change| format!("{}: {} → {}", change.field, change.before, change.after))
                .collect(),
            Err(faults) => {
                faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
            }
        };
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        check(|_| (), &[]);
    }

    #[test]
    fn each_field_changes_what_it_names() {
        check(|f| f.title = " Storm  lantern ".into(), &["title: Lantern → Storm lantern"]);
        check(|f| f.brand = "Faro".into(), &["brand:  → Faro"]);
        check(|f| f.description = "<p>a<script>b</script></p>".into(), &["description:  → <p>a</p>"]);
        check(|f| f.status = "draft".into(), &["status: active → draft"]);
        check(|f| f.category = "Light".into(), &["category: Light > Lanterns → Light"]);
        check(|f| f.category = " ".into(), &["category: Light > Lanterns → "]);
        check(|f| f.variants[1].price = "49,5".into(), &["variants[1].price: 59.00 EUR → 49.50 EUR"]);
        check(|f| f.variants[0].compare_at = "45".into(), &["variants[0].compare_at:  → 45.00 EUR"]);
        check(|f| f.variants[0].sku = String::new(), &["variants[0].sku: A → "]);
        check(|f| f.variants.swap(0, 1), &[]);
        check(|f| f.variants.clear(), &[]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        check(|f| f.status = "gone".into(), &["status: is active, draft or archived"]);
        check(
            |f| f.category = "a > > b".into(),
            &["category: \"\" is not a category name: 1 to 80 characters, with a letter or digit"],
        );
        check(|f| f.title = " ".into(), &["title: is empty"]);
        check(|f| f.variants[0].sku = "B".into(), &["variants[1].sku: \"B\" stands twice"]);
        check(
            |f| f.variants[0].compare_at = "1".into(),
            &["variants[0].compare_at: must be above the price, in its currency"],
        );
        check(|f| f.variants[1].price = "-1".into(), &["variants[1].price: is negative"]);
    }
}
