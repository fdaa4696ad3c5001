//! From what was typed to a product, or to what is wrong with it.

use super::{
    AttributeForm, ImageForm, ProductFault, ProductFaultKind as Kind, ProductForm, StoredProduct,
    VariantForm, amount,
};
use crate::team::CategoryTree;
use orilla_catalog::{
    Attribute, AttributeKey, AttributeValue, CategoryPath, Fault, Image, ImageUrl, LIMITS, Product,
    ProductDraft, Status, Variant, VariantId, slug,
};
use orilla_money::{Currency, Money};

/// What a form stands on.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The product that it changes; `None`: it makes a new one.
    pub stored: Option<&'a StoredProduct>,
    /// The categories that there are.
    pub categories: &'a CategoryTree,
    /// The shop's currency.
    pub currency: Currency,
}

/// What a form makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The document.
    pub product: Product,
    /// Which stored variant each of its variants is; `None`: a new one.
    pub variants: Vec<Option<VariantId>>,
    /// The row of the form in which each of its variants was typed.
    pub rows: Vec<usize>,
}

impl ProductForm {
    /// The product that this form makes. Of a stored one, what the form has no field for stays as it is.
    ///
    /// # Errors
    /// All that is wrong, each at its field of the form.
    pub fn make(&self, ground: Ground<'_>) -> Result<Made, Vec<ProductFault>> {
        let mut draft = ground.stored.map(|stored| stored.product.clone().into_draft()).unwrap_or_default();
        let mut making =
            Making { form: self, ground, faults: Vec::new(), ids: Vec::new(), rows: Rows::default() };
        making.head(&mut draft);
        making.options(&mut draft);
        making.variants(&mut draft);
        making.attributes(&mut draft);
        making.images(&mut draft);
        let Making { mut faults, ids, rows, .. } = making;
        match draft.check() {
            Ok(product) if faults.is_empty() => Ok(Made { product, variants: ids, rows: rows.variants }),
            Ok(_) => Err(faults),
            Err(found) => {
                faults.extend(found.into_iter().map(|fault| rows.at_its_field(fault)));
                Err(faults)
            }
        }
    }
}

/// In which row of the form each part of the draft was typed.
#[derive(Default)]
struct Rows {
    options: Vec<usize>,
    variants: Vec<usize>,
    attributes: Vec<usize>,
    images: Vec<usize>,
}

impl Rows {
    /// A fault of the draft, at the field of the form in which it was typed.
    fn at_its_field(&self, Fault { field, kind }: Fault) -> ProductFault {
        let field = match field.split_once('[').and_then(|(list, rest)| Some((list, rest.split_once(']')?))) {
            Some((list, (at, part))) => {
                let rows = match list {
                    "options" => &self.options,
                    "variants" => &self.variants,
                    "attributes" => &self.attributes,
                    _ => &self.images,
                };
                let row = at.parse::<usize>().ok().and_then(|at| rows.get(at)).copied().unwrap_or_default();
                match (list, part) {
                    ("variants", ".options") => {
                        let column = self.options.first().copied().unwrap_or_default();
                        format!("variants[{row}].options[{column}]")
                    }
                    ("variants", ".available" | ".sold") => format!("variants[{row}].pieces"),
                    _ => format!("{list}[{row}]{part}"),
                }
            }
            None => field,
        };
        ProductFault { field, kind: Kind::Checked(kind) }
    }
}

struct Making<'a> {
    form: &'a ProductForm,
    ground: Ground<'a>,
    faults: Vec<ProductFault>,
    ids: Vec<Option<VariantId>>,
    rows: Rows,
}

impl Making<'_> {
    fn fault(&mut self, field: impl Into<String>, kind: Kind) {
        self.faults.push(ProductFault { field: field.into(), kind });
    }

    fn head(&mut self, draft: &mut ProductDraft) {
        let form = self.form;
        if self.ground.stored.is_none() {
            draft.handle = some(&form.handle).unwrap_or_else(|| slug(&form.title));
        }
        draft.title.clone_from(&form.title);
        draft.brand = Some(form.brand.clone());
        draft.description.clone_from(&form.description);
        match Status::ALL.into_iter().find(|status| status.token() == form.status) {
            Some(status) => draft.status = status,
            None => self.fault("status", Kind::NoStatus),
        }
        let category = form.category.trim();
        if category.is_empty() {
            draft.category = None;
        } else if draft.category.as_ref().map(CategoryPath::slug).as_deref() != Some(category) {
            match self.ground.categories.path(category) {
                Some(path) => draft.category = Some(path),
                None => self.fault("category", Kind::NoCategory),
            }
        }
    }

    fn options(&mut self, draft: &mut ProductDraft) {
        draft.options.clear();
        for (column, name) in self.form.options.iter().enumerate() {
            if let Some(name) = some(name) {
                draft.options.push(name);
                self.rows.options.push(column);
            } else if self.form.variants.iter().any(|variant| {
                !variant.is_removed
                    && variant.options.get(column).is_some_and(|value| !value.trim().is_empty())
            }) {
                self.fault(format!("options[{column}]"), Kind::NamelessOption);
            }
        }
    }

    fn variants(&mut self, draft: &mut ProductDraft) {
        let stored = std::mem::take(&mut draft.variants);
        let known = self.ground.stored.map_or(&[][..], |stored| stored.variants.as_slice());
        let currency = stored.first().map_or(self.ground.currency, |variant| variant.price.currency);
        for (row, typed) in self.form.variants.iter().enumerate() {
            let at = known.iter().position(|id| id.0.to_string() == typed.id);
            if typed.is_blank() || typed.is_removed {
                continue;
            }
            let before = at.and_then(|at| stored.get(at));
            draft.variants.push(self.variant(row, typed, before, currency));
            self.ids.push(at.and_then(|at| known.get(at)).copied());
            self.rows.variants.push(row);
        }
        // One that came meanwhile stands in no form: it stays as it is.
        for (id, variant) in known.iter().zip(stored) {
            if self.form.variant(*id).is_none() {
                draft.variants.push(variant);
                self.ids.push(Some(*id));
                self.rows.variants.push(0);
            }
        }
    }

    fn variant(
        &mut self,
        row: usize,
        typed: &VariantForm,
        before: Option<&Variant>,
        currency: Currency,
    ) -> Variant {
        let currency = before.map_or(currency, |variant| variant.price.currency);
        let price = amount(&typed.price, currency).unwrap_or_else(|_| {
            self.fault(format!("variants[{row}].price"), Kind::NotAnAmount);
            Money::zero(currency)
        });
        let compare_at = some(&typed.compare_at).and_then(|typed| {
            let compare_at = amount(&typed, currency).ok();
            if compare_at.is_none() {
                self.fault(format!("variants[{row}].compare_at"), Kind::NotAnAmount);
            }
            compare_at
        });
        let available = match (before, some(&typed.pieces)) {
            (Some(variant), _) => variant.available,
            (None, None) => 0,
            (None, Some(pieces)) => match pieces.parse().ok().filter(|pieces| *pieces <= LIMITS.available) {
                Some(pieces) => pieces,
                None => {
                    self.fault(format!("variants[{row}].pieces"), Kind::NotPieces);
                    0
                }
            },
        };
        let value = |column: &usize| typed.options.get(*column).map(|value| value.trim().to_owned());
        Variant {
            sku: some(&typed.sku),
            barcode: some(&typed.barcode),
            options: self.rows.options.iter().filter_map(value).collect(),
            price,
            compare_at,
            available,
            sold: before.map_or(0, |variant| variant.sold),
        }
    }

    fn attributes(&mut self, draft: &mut ProductDraft) {
        draft.attributes.clear();
        for (row, typed) in self.form.attributes.iter().enumerate() {
            if typed.is_blank() {
                continue;
            }
            let key = AttributeKey::parse(&typed.key).or_else(|| AttributeKey::from_label(&typed.name));
            let value = value(typed);
            if let Err((part, kind)) = &value {
                self.fault(format!("attributes[{row}].{part}"), kind.clone());
            }
            if key.is_none() {
                self.fault(format!("attributes[{row}].name"), Kind::NoKey);
            }
            if let (Some(key), Ok(value)) = (key, value) {
                let (name, unit) = (typed.name.trim().to_owned(), some(&typed.unit));
                draft.attributes.push(Attribute { key, name, value, unit });
                self.rows.attributes.push(row);
            }
        }
    }

    fn images(&mut self, draft: &mut ProductDraft) {
        let mut images = Vec::new();
        for (row, ImageForm { url, alt, place }) in self.form.images.iter().enumerate() {
            let Some(url) = some(url) else { continue };
            let here = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1);
            let place = some(place).map_or(Some(here), |place| place.parse::<u32>().ok());
            match (ImageUrl::parse(&url), place) {
                (Ok(url), Some(place)) => {
                    // Who is sent to a place comes before who stands there.
                    let order = (place, place == here, row);
                    images.push((order, Image { url, alt: alt.trim().to_owned() }));
                }
                (Err(_), _) => self.fault(format!("images[{row}].url"), Kind::NotAUrl),
                (_, None) => self.fault(format!("images[{row}].place"), Kind::NotAPlace),
            }
        }
        images.sort_by_key(|(order, _)| *order);
        self.rows.images = images.iter().map(|((_, _, row), _)| *row).collect();
        draft.images = images.into_iter().map(|(_, image)| image).collect();
    }
}

/// The value of an attribute, or the part of the row that is wrong.
fn value(typed: &AttributeForm) -> Result<AttributeValue, (&'static str, Kind)> {
    let text = typed.value.trim();
    match typed.kind.as_str() {
        "text" | "" => Ok(AttributeValue::Text(text.to_owned())),
        "number" => {
            let number = text.replace(',', ".").replace('\u{2212}', "-").parse::<f64>();
            let number = number.ok().filter(|number| number.is_finite());
            number.map(AttributeValue::Number).ok_or(("value", Kind::NotANumber))
        }
        "boolean" => match text.to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "sí" | "si" | "sim" => Ok(AttributeValue::Boolean(true)),
            "false" | "no" | "n" | "0" | "não" | "nao" => Ok(AttributeValue::Boolean(false)),
            _ => Err(("value", Kind::NotYesOrNo)),
        },
        _ => Err(("kind", Kind::NoKind)),
    }
}

/// The text without white space at its ends; `None` if there is none.
fn some(typed: &str) -> Option<String> {
    let trimmed = typed.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
