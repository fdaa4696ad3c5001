//! The check that makes a draft a product: what is wrong with it, and how large it may be.

use super::{Product, ProductDraft};
use crate::{AttributeValue, Handle, InvalidHandle};
use orilla_richtext::SafeHtml;
use std::collections::BTreeSet;

/// What is wrong with one field of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, as in JSON: `variants[2].price`.
    pub field: String,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// What is wrong with a field. Shown, it says so in English, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Something has to stand there.
    #[error("is empty")]
    Empty,
    /// A character that no text has.
    #[error("has a control character")]
    ControlCharacter,
    /// More than there may be.
    #[error("has {count} {unit}, {most} are allowed")]
    TooMuch {
        /// How many there are.
        count: usize,
        /// How many are allowed.
        most: usize,
        /// What is counted, in English.
        unit: &'static str,
    },
    /// A name, a combination of options or a SKU that another part of the product has.
    #[error("\"{0}\" stands twice")]
    Twice(String),
    /// An amount below 0.
    #[error("is negative")]
    Negative,
    /// A price above the most minor units.
    #[error("is above {0} minor units")]
    PriceTooHigh(i64),
    /// More pieces than can be counted.
    #[error("is above {0}")]
    TooManyPieces(u32),
    /// Pieces sold that no stock fits to.
    #[error("added to \"available\" must be from 0 to {0}")]
    Sold(u32),
    /// Another currency than the first variant's.
    #[error("all variants have one currency")]
    OtherCurrency,
    /// A former price that is none.
    #[error("must be above the price, in its currency")]
    NotReduced,
    /// Nothing to buy.
    #[error("a product needs at least one variant, with a price")]
    NoVariant,
    /// Not one value for each option.
    #[error("has {values} values for {options} options")]
    OptionCount {
        /// Values of the variant.
        values: usize,
        /// Options of the product.
        options: usize,
    },
    /// An infinite number, or none at all.
    #[error("is not a finite number")]
    NotFinite,
    /// A unit behind something that is no number.
    #[error("only numbers have a unit")]
    UnitOfNoNumber,
    /// Not a handle.
    #[error(transparent)]
    Handle(InvalidHandle),
}

/// How large a product may be, so that no feed can fill the store or a page.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Characters of a title.
    pub title: usize,
    /// Bytes of a description.
    pub description: usize,
    /// Options of a product, as in Shopify.
    pub options: usize,
    /// Variants of a product.
    pub variants: usize,
    /// Attributes of a product.
    pub attributes: usize,
    /// Pictures of a product.
    pub images: usize,
    /// Characters of any other text: a brand, an option's value, an attribute's name.
    pub text: usize,
    /// Characters of the text value of an attribute.
    pub attribute_text: usize,
    /// Pieces of one variant.
    pub available: u32,
    /// A price in minor units: the fullest cart of the dearest variants is still an amount of money.
    pub price: i64,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    title: 500,
    description: 60_000,
    options: 3,
    variants: 500,
    attributes: 500,
    images: 50,
    text: 255,
    attribute_text: 4_000,
    available: 10_000_000,
    price: 1_000_000_000_000,
};

impl ProductDraft {
    /// Checks every field and sanitises the description.
    ///
    /// # Errors
    /// All faults, not only the first.
    pub fn check(mut self) -> Result<Product, Vec<Fault>> {
        let mut faults = Faults(Vec::new());
        if let Err(error) = Handle::parse(&self.handle) {
            faults.add("handle", FaultKind::Handle(error));
        }
        self.title = tidy(&self.title);
        faults.text("title", &self.title, LIMITS.title);
        self.brand = self.brand.map(|brand| tidy(&brand)).filter(|brand| !brand.is_empty());
        if let Some(brand) = &self.brand {
            faults.text("brand", brand, LIMITS.text);
        }
        faults.most("description", self.description.len(), LIMITS.description, "bytes");
        if self.description.len() <= LIMITS.description {
            self.description = SafeHtml::sanitise(&self.description).as_str().trim().to_owned();
        }
        self.check_options(&mut faults);
        self.check_variants(&mut faults);
        self.check_attributes(&mut faults);
        faults.most("images", self.images.len(), LIMITS.images, "pictures");
        for (i, image) in self.images.iter().enumerate() {
            faults.most(&format!("images[{i}].alt"), image.alt.chars().count(), LIMITS.title, "characters");
        }
        if faults.0.is_empty() { Ok(Product(self)) } else { Err(faults.0) }
    }

    fn check_options(&self, faults: &mut Faults) {
        faults.most("options", self.options.len(), LIMITS.options, "options");
        let mut names = BTreeSet::new();
        for (i, name) in self.options.iter().enumerate() {
            faults.text(&format!("options[{i}]"), name, LIMITS.text);
            if !names.insert(name) {
                faults.add(&format!("options[{i}]"), FaultKind::Twice(name.clone()));
            }
        }
    }

    fn check_variants(&self, faults: &mut Faults) {
        if self.variants.is_empty() {
            faults.add("variants", FaultKind::NoVariant);
        }
        faults.most("variants", self.variants.len(), LIMITS.variants, "variants");
        let mut combinations = BTreeSet::new();
        let mut skus = BTreeSet::new();
        let currency = self.variants.first().map(|v| v.price.currency);
        for (i, variant) in self.variants.iter().enumerate() {
            let field = |name: &str| format!("variants[{i}].{name}");
            if variant.options.len() != self.options.len() {
                let (values, options) = (variant.options.len(), self.options.len());
                faults.add(&field("options"), FaultKind::OptionCount { values, options });
            }
            for value in &variant.options {
                faults.text(&field("options"), value, LIMITS.text);
            }
            if !combinations.insert(&variant.options) {
                faults.add(&field("options"), FaultKind::Twice(variant.options.join(" / ")));
            }
            for (name, text) in [("sku", &variant.sku), ("barcode", &variant.barcode)] {
                if let Some(text) = text {
                    faults.text(&field(name), text, LIMITS.text);
                }
            }
            if let Some(sku) = &variant.sku
                && !skus.insert(sku)
            {
                faults.add(&field("sku"), FaultKind::Twice(sku.clone()));
            }
            if variant.price.minor < 0 {
                faults.add(&field("price"), FaultKind::Negative);
            }
            if variant.price.minor.max(variant.compare_at.map_or(0, |before| before.minor)) > LIMITS.price {
                faults.add(&field("price"), FaultKind::PriceTooHigh(LIMITS.price));
            }
            if Some(variant.price.currency) != currency {
                faults.add(&field("price"), FaultKind::OtherCurrency);
            }
            if let Some(before) = variant.compare_at
                && (before.currency != variant.price.currency || before.minor <= variant.price.minor)
            {
                faults.add(&field("compare_at"), FaultKind::NotReduced);
            }
            if variant.available > LIMITS.available {
                faults.add(&field("available"), FaultKind::TooManyPieces(LIMITS.available));
            } else if !(0..=i64::from(LIMITS.available)).contains(&variant.counted()) {
                faults.add(&field("sold"), FaultKind::Sold(LIMITS.available));
            }
        }
    }

    fn check_attributes(&self, faults: &mut Faults) {
        faults.most("attributes", self.attributes.len(), LIMITS.attributes, "attributes");
        for (i, attribute) in self.attributes.iter().enumerate() {
            let field = |name: &str| format!("attributes[{i}].{name}");
            faults.text(&field("name"), &attribute.name, LIMITS.text);
            match &attribute.value {
                AttributeValue::Text(text) => faults.text(&field("value"), text, LIMITS.attribute_text),
                AttributeValue::Number(number) if !number.is_finite() => {
                    faults.add(&field("value"), FaultKind::NotFinite);
                }
                _ => {}
            }
            match (&attribute.unit, &attribute.value) {
                (Some(unit), AttributeValue::Number(_)) => faults.text(&field("unit"), unit, 20),
                (Some(_), _) => faults.add(&field("unit"), FaultKind::UnitOfNoNumber),
                (None, _) => {}
            }
        }
    }
}

/// The list of faults while it grows.
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, field: &str, kind: FaultKind) {
        // A hostile document must not make a report without end.
        if self.0.len() < 50 {
            self.0.push(Fault { field: field.to_owned(), kind });
        }
    }

    fn text(&mut self, field: &str, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.add(field, FaultKind::Empty);
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            self.add(field, FaultKind::ControlCharacter);
        }
        self.most(field, text.chars().count(), longest, "characters");
    }

    fn most(&mut self, field: &str, count: usize, most: usize, unit: &'static str) {
        if count > most {
            self.add(field, FaultKind::TooMuch { count, most, unit });
        }
    }
}

/// Text without white space at its ends or doubled inside.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variant;
    use orilla_money::{Currency, Money};

    fn lantern() -> ProductDraft {
        let variant = |size: &str, cents| Variant {
            sku: Some(format!("LAN-{size}")),
            barcode: None,
            options: vec![size.to_owned()],
            price: Money::new(cents, Currency::EUR),
            compare_at: None,
            available: 3,
            sold: 0,
        };
        ProductDraft {
            handle: "storm-lantern".into(),
            title: " Storm   lantern ".into(),
            description: "<p>Burns in a gale.</p><script>x</script>".into(),
            options: vec!["Size".into()],
            variants: vec![variant("S", 3900), variant("L", 5900)],
            ..ProductDraft::default()
        }
    }

    /// The faults of the lantern after `edit`, as `field: message` lines.
    #[track_caller]
    fn check(edit: impl FnOnce(&mut ProductDraft), expected: &[&str]) {
        let mut draft = lantern();
        edit(&mut draft);
        let faults = draft.check().err().unwrap_or_default();
        let lines: Vec<_> = faults.iter().map(|f| format!("{}: {}", f.field, f.kind)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_good_draft_is_tidied() {
        let product = lantern().check().unwrap();
        assert_eq!(product.title, "Storm lantern");
        assert_eq!(product.description, "<p>Burns in a gale.</p>");
    }

    #[test]
    fn each_fault_names_its_field() {
        check(|_| (), &[]);
        check(|p| p.title = " \n".into(), &["title: is empty"]);
        check(|p| p.variants.clear(), &["variants: a product needs at least one variant, with a price"]);
        check(|p| p.variants[1].options = vec!["S".into()], &["variants[1].options: \"S\" stands twice"]);
        check(|p| p.variants[0].options.clear(), &["variants[0].options: has 0 values for 1 options"]);
        check(|p| p.variants[1].sku = Some("LAN-S".into()), &["variants[1].sku: \"LAN-S\" stands twice"]);
        check(|p| p.variants[0].price.minor = -1, &["variants[0].price: is negative"]);
        check(
            |p| p.variants[0].compare_at = Some(Money::new(LIMITS.price + 1, Currency::EUR)),
            &["variants[0].price: is above 1000000000000 minor units"],
        );
        check(
            |p| p.variants[0].compare_at = Some(Money::new(3900, Currency::EUR)),
            &["variants[0].compare_at: must be above the price, in its currency"],
        );
        for sold in [-4, 9_999_998, i64::MAX, i64::MIN] {
            check(
                |p| p.variants[1].sold = sold,
                &["variants[1].sold: added to \"available\" must be from 0 to 10000000"],
            );
        }
        check(|p| p.title = "a\0b".into(), &["title: has a control character"]);
        check(|p| p.title = "x".repeat(501), &["title: has 501 characters, 500 are allowed"]);
        check(|p| p.description = "x".repeat(60_001), &["description: has 60001 bytes, 60000 are allowed"]);
    }

    #[test]
    fn a_checked_product_survives_json() {
        let product = lantern().check().unwrap();
        let json = serde_json::to_string(&product).unwrap();
        assert_eq!(serde_json::from_str::<Product>(&json).unwrap(), product);
    }
}
