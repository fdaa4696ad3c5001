//! The items of one group become one product.

use super::Read;
use super::item::Item;
use super::offer::{OPTIONS, Offer, lacks};
use crate::entry::checked;
use crate::text::{attribute, category, is_html, number, paragraphs};
use crate::{Entry, Rejection, Settings};
use orilla_catalog::{
    Attribute, AttributeKey, AttributeValue, CategoryPath, LIMITS, ProductDraft, Variant, slug,
};

/// Text fields that become attributes as they are.
const TEXTS: [(&str, &str); 5] = [
    ("mpn", "Maker's number"),
    ("condition", "Condition"),
    ("gender", "Gender"),
    ("age_group", "Age group"),
    ("energy_efficiency_class", "Energy class"),
];

/// Fields with a number and a unit, such as `1.2 kg`.
const MEASURES: [(&str, &str); 4] = [
    ("product_weight", "Weight"),
    ("product_length", "Length"),
    ("product_width", "Width"),
    ("product_height", "Height"),
];

/// A product while its items come in.
pub(super) struct Group {
    line: u64,
    /// What makes items one product; `None` for an item of its own.
    id: Option<String>,
    draft: ProductDraft,
    offers: Vec<Offer>,
    /// The first fault of any item: it rejects the whole product.
    fault: Option<Rejection>,
}

impl Group {
    pub(super) fn new(item: &Item) -> Self {
        Group {
            line: item.line,
            id: item.get("item_group_id").map(|field| field.value.clone()),
            draft: ProductDraft::default(),
            offers: Vec::new(),
            fault: None,
        }
    }

    /// Whether an item belongs to this product.
    pub(super) fn takes(&self, item: &Item) -> bool {
        self.id.as_deref().is_some_and(|id| id == item.value("item_group_id"))
    }

    pub(super) fn add(&mut self, item: &Item, settings: Settings) {
        if self.fault.is_none() {
            self.fault = item.fault.clone().or_else(|| self.read(item, settings).err());
        }
    }

    fn read(&mut self, item: &Item, settings: Settings) -> Read<()> {
        if self.offers.len() == LIMITS.variants {
            let message =
                format!("is one item of a group more than the {} that are allowed", LIMITS.variants);
            return Err(Rejection::new(item.line, "item_group_id", message));
        }
        if self.offers.is_empty() {
            self.draft = product(item)?;
        }
        let offer = Offer::read(item, settings)?;
        for image in &offer.images {
            if self.draft.images.len() < LIMITS.images && !self.draft.images.contains(image) {
                self.draft.images.push(image.clone());
            }
        }
        self.offers.push(Offer { images: Vec::new(), ..offer });
        Ok(())
    }

    /// The product, when all its items are in.
    pub(super) fn finish(mut self) -> Entry {
        if let Some(fault) = self.fault.take().or_else(|| self.set_variants().err()) {
            return Entry::Rejected(fault);
        }
        let lines: Vec<u64> = self.offers.iter().map(|offer| offer.line).collect();
        checked(self.draft, self.line, &lines, |field| match field {
            "handle" => "id".to_owned(),
            _ if field.ends_with(".options") => "item_group_id".to_owned(),
            _ if field.ends_with(".sku") => "id".to_owned(),
            _ if field.ends_with(".barcode") => "gtin".to_owned(),
            _ => field.to_owned(),
        })
    }

    fn set_variants(&mut self) -> Read<()> {
        let offers = &self.offers;
        // What differs within the group is an option; what does not is an attribute.
        let differs = |option: usize| {
            offers.iter().any(|offer| {
                offer.options.get(option) != offers.first().and_then(|first| first.options.get(option))
            })
        };
        let options: Vec<usize> = (0..OPTIONS.len()).filter(|option| differs(*option)).collect();
        for (index, (field, name)) in OPTIONS.iter().enumerate() {
            let same =
                offers.first().and_then(|offer| offer.options.get(index)).filter(|value| !value.is_empty());
            if options.contains(&index) {
                self.draft.options.push((*name).to_owned());
                if let Some(offer) =
                    offers.iter().find(|offer| offer.options.get(index).is_some_and(String::is_empty))
                {
                    return Err(lacks(offer, field));
                }
            } else if let (Some(value), Some(key)) = (same, AttributeKey::parse(field)) {
                // Several colours of one piece are written "Red/White".
                self.draft.attributes.extend(
                    value
                        .split('/')
                        .map(str::trim)
                        .filter(|v| !v.is_empty())
                        .map(|v| attribute(&key, name, v)),
                );
            }
        }
        self.draft.variants = offers
            .iter()
            .map(|offer| Variant {
                sku: Some(offer.id.clone()),
                barcode: offer.gtin.clone(),
                options: options.iter().filter_map(|index| offer.options.get(*index).cloned()).collect(),
                price: offer.price,
                compare_at: offer.compare_at,
                available: offer.available,
                sold: 0,
            })
            .collect();
        Ok(())
    }
}

/// What the first item says of the whole group.
fn product(item: &Item) -> Read<ProductDraft> {
    let id = item.get("item_group_id").map_or_else(|| item.need("id"), Ok)?;
    let handle = slug(&id.value);
    if handle.is_empty() {
        return Err(id.fault("has no letter or digit to make a handle of"));
    }
    let description = item.value("description");
    Ok(ProductDraft {
        handle,
        title: item.need("title")?.value.clone(),
        brand: item.get("brand").map(|field| field.value.clone()),
        description: if is_html(description) { description.to_owned() } else { paragraphs(description) },
        category: item_category(item)?,
        attributes: attributes(item),
        ..ProductDraft::default()
    })
}

/// The shop's own path before Google's; Google's may be a bare number, which names nothing.
fn item_category(item: &Item) -> Read<Option<CategoryPath>> {
    for name in ["product_type", "google_product_category"] {
        if let Some(field) = item.get(name).filter(|field| field.value.parse::<u64>().is_err()) {
            return category(&field.value).map_err(|why| field.fault(why));
        }
    }
    Ok(None)
}

fn attributes(item: &Item) -> Vec<Attribute> {
    let texts = TEXTS.iter().filter_map(|(field, name)| {
        let value = item.get(field)?;
        Some(attribute(&AttributeKey::parse(field)?, name, &value.value))
    });
    let measures = MEASURES.iter().filter_map(|(field, name)| {
        let (amount, unit) = item.get(field)?.value.split_once(' ')?;
        let key = AttributeKey::parse(field.strip_prefix("product_").unwrap_or(field))?;
        let value = AttributeValue::Number(number(amount)?);
        Some(Attribute { key, name: (*name).to_owned(), value, unit: Some(unit.trim().to_owned()) })
    });
    texts.chain(measures).collect()
}
