//! The form in which the team edits a product: texts as they were typed.

mod make;
#[cfg(test)]
mod tests;

pub use make::{Ground, Made};

use super::StoredProduct;
use orilla_catalog::{Attribute, AttributeValue, CategoryPath, FaultKind, Image, LIMITS, Status, VariantId};
use orilla_money::{Currency, Money};

/// The form of a product. A row without anything in it counts for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductForm {
    /// The name in URLs, of a new product: it stays as it is. Empty: it is made of the title.
    pub handle: String,
    /// What it is called.
    pub title: String,
    /// Who makes it. Empty: nobody says.
    pub brand: String,
    /// HTML.
    pub description: String,
    /// `active`, `draft` or `archived`.
    pub status: String,
    /// The slug of the category. Empty: none.
    pub category: String,
    /// The names of the options. Empty: there is none.
    pub options: [String; LIMITS.options],
    /// The variants.
    pub variants: Vec<VariantForm>,
    /// The attributes.
    pub attributes: Vec<AttributeForm>,
    /// The pictures.
    pub images: Vec<ImageForm>,
}

/// The fields of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantForm {
    /// Which variant. The place in the form is not enough: another may have changed their order. Empty: a new one.
    pub id: String,
    /// The value of each option.
    pub options: [String; LIMITS.options],
    /// The shop's number. Empty: none.
    pub sku: String,
    /// The printed number. Empty: none.
    pub barcode: String,
    /// A decimal number in the product's currency.
    pub price: String,
    /// The same. Empty: it is not reduced.
    pub compare_at: String,
    /// Pieces in stock, of a new variant. Those of another change by a command of their own.
    pub pieces: String,
    /// Whether it is no longer sold.
    pub is_removed: bool,
}

/// The fields of an attribute. One without a name and a value is taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeForm {
    /// The stable name. Empty: it is made of the name.
    pub key: String,
    /// What a shopper reads.
    pub name: String,
    /// `text`, `number` or `boolean`.
    pub kind: String,
    /// The value.
    pub value: String,
    /// The unit of a number. Empty: none.
    pub unit: String,
}

/// The fields of a picture. One without an address is taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageForm {
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub alt: String,
    /// Its place in the order, from 1. Empty: where it stands.
    pub place: String,
}

impl VariantForm {
    fn is_blank(&self) -> bool {
        let texts = [&self.sku, &self.barcode, &self.price, &self.compare_at, &self.pieces];
        self.id.is_empty() && texts.into_iter().chain(&self.options).all(|text| text.trim().is_empty())
    }
}

impl AttributeForm {
    /// The kinds of values.
    pub const KINDS: [&'static str; 3] = ["text", "number", "boolean"];

    fn is_blank(&self) -> bool {
        [&self.name, &self.value, &self.unit].into_iter().all(|text| text.trim().is_empty())
    }

    fn of(attribute: &Attribute) -> Self {
        let kind = match attribute.value {
            AttributeValue::Text(_) => "text",
            AttributeValue::Number(_) => "number",
            AttributeValue::Boolean(_) => "boolean",
        };
        AttributeForm {
            key: attribute.key.as_str().to_owned(),
            name: attribute.name.clone(),
            kind: kind.to_owned(),
            value: attribute.value.token(),
            unit: attribute.unit.clone().unwrap_or_default(),
        }
    }
}

impl ProductForm {
    /// The form of a product as it is.
    pub fn of(stored: &StoredProduct) -> Self {
        let product = &stored.product;
        let variants = stored.variants.iter().zip(&product.variants).map(|(id, variant)| VariantForm {
            id: id.0.to_string(),
            options: columns(&variant.options),
            sku: variant.sku.clone().unwrap_or_default(),
            barcode: variant.barcode.clone().unwrap_or_default(),
            price: variant.price.decimal(),
            compare_at: variant.compare_at.map(Money::decimal).unwrap_or_default(),
            ..VariantForm::default()
        });
        let image = |(i, image): (usize, &Image)| ImageForm {
            url: image.url.as_str().to_owned(),
            alt: image.alt.clone(),
            place: (i + 1).to_string(),
        };
        ProductForm {
            handle: String::new(),
            title: product.title.clone(),
            brand: product.brand.clone().unwrap_or_default(),
            description: product.description.clone(),
            status: product.status.token().to_owned(),
            category: product.category.as_ref().map(CategoryPath::slug).unwrap_or_default(),
            options: columns(&product.options),
            variants: variants.collect(),
            attributes: product.attributes.iter().map(AttributeForm::of).collect(),
            images: product.images.iter().enumerate().map(image).collect(),
        }
    }

    /// The form for a new product: nobody sees it yet, and it has one variant.
    pub fn blank() -> Self {
        let status = Status::Draft.token().to_owned();
        ProductForm { status, ..ProductForm::default() }.with_room(1, 1, 1)
    }

    /// The form with at least so many rows without anything in them at the end.
    #[must_use]
    pub fn with_room(mut self, variants: usize, attributes: usize, images: usize) -> Self {
        fn pad<T: Clone + Default>(rows: &mut Vec<T>, blank: impl Fn(&T) -> bool, room: usize, most: usize) {
            let there = rows.iter().rev().take_while(|row| blank(row)).count();
            let wanted = rows.len() + room.saturating_sub(there);
            rows.resize(wanted.min(most).max(rows.len()), T::default());
        }
        pad(&mut self.variants, VariantForm::is_blank, variants, LIMITS.variants);
        pad(&mut self.attributes, AttributeForm::is_blank, attributes, LIMITS.attributes);
        pad(&mut self.images, |image| image.url.trim().is_empty(), images, LIMITS.images);
        self
    }

    /// The form with the variants that a product has got since it was made: they stay.
    #[must_use]
    pub fn completed(mut self, stored: &StoredProduct) -> Self {
        for (id, variant) in stored.variants.iter().zip(ProductForm::of(stored).variants) {
            if self.variant(*id).is_none() {
                self.variants.push(variant);
            }
        }
        self
    }

    /// What was typed for a variant.
    pub fn variant(&self, id: VariantId) -> Option<&VariantForm> {
        self.variants.iter().find(|variant| variant.id == id.0.to_string())
    }
}

fn columns(texts: &[String]) -> [String; LIMITS.options] {
    let mut texts = texts.iter();
    std::array::from_fn(|_| texts.next().cloned().unwrap_or_default())
}

/// What is wrong with a field of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductFault {
    /// The field, as the form calls it: `variants[2].price`.
    pub field: String,
    /// What is wrong with it.
    pub kind: ProductFaultKind,
}

/// What is wrong with a field of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductFaultKind {
    /// What the check of every product says.
    Checked(FaultKind),
    /// No status that there is.
    NoStatus,
    /// No category that there is.
    NoCategory,
    /// No amount.
    NotAnAmount,
    /// No number.
    NotANumber,
    /// No number of pieces.
    NotPieces,
    /// Neither yes nor no.
    NotYesOrNo,
    /// A name of which no key can be made.
    NoKey,
    /// No kind of value that there is.
    NoKind,
    /// No address of a picture.
    NotAUrl,
    /// No place in an order.
    NotAPlace,
    /// A value of an option that has no name.
    NamelessOption,
    /// Another product has this name in URLs.
    HandleTaken,
    /// The product with this handle has this SKU.
    SkuTaken(String),
}

/// An amount as people type it: `12.50` or `12,50`.
///
/// # Errors
/// What is wrong with it.
pub fn amount(typed: &str, currency: Currency) -> Result<Money, String> {
    Money::parse(&typed.trim().replace(',', "."), currency).map_err(|error| error.to_string())
}
