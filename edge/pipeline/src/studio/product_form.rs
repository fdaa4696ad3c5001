//! The form of a product, as it was sent.

use super::member::Member;
use orilla_catalog::LIMITS;
use orilla_money::Currency;
use orilla_richtext::SafeHtml;
use orilla_shop::team::{
    AttributeForm, CategoryTree, Ground, ImageForm, ProductFault, ProductForm, StoredProduct, VariantForm,
};
use orilla_studio::pages::{self, Editor};
use std::collections::HashMap;

/// The fields that every form of a product has; the last of them stands at its end.
const ALWAYS: [&str; 6] = ["title", "brand", "description", "status", "category", "end"];
/// Rows that stand ready for more, when they are asked for.
const MORE: usize = 3;

/// What a form of a product asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// To be stored.
    Save,
    /// To be shown with a preview.
    Preview,
    /// To be shown with more rows.
    More,
}

/// The form, with what it asks for. `None` if a part is missing: what it does not hold must not look as if somebody
/// had emptied it.
pub fn read(fields: &mut HashMap<String, String>) -> Option<(ProductForm, Intent)> {
    if !ALWAYS.iter().all(|name| fields.contains_key(*name)) {
        return None;
    }
    let intent = match fields.remove("intent").as_deref() {
        Some("preview") => Intent::Preview,
        Some("more") => Intent::More,
        _ => Intent::Save,
    };
    // Browsers send line breaks as two characters.
    let mut take = |name: &str| fields.remove(name).map(|text| text.replace("\r\n", "\n"));
    let mut form = ProductForm {
        handle: take("handle").unwrap_or_default(),
        title: take("title").unwrap_or_default(),
        brand: take("brand").unwrap_or_default(),
        description: take("description").unwrap_or_default(),
        status: take("status").unwrap_or_default(),
        category: take("category").unwrap_or_default(),
        options: std::array::from_fn(|column| take(&format!("options[{column}]")).unwrap_or_default()),
        ..ProductForm::default()
    };
    for row in 0..LIMITS.variants {
        let mut part = |name: &str| take(&format!("variants[{row}].{name}"));
        let Some(id) = part("id") else { break };
        form.variants.push(VariantForm {
            id,
            options: std::array::from_fn(|column| part(&format!("options[{column}]")).unwrap_or_default()),
            sku: part("sku").unwrap_or_default(),
            barcode: part("barcode").unwrap_or_default(),
            price: part("price").unwrap_or_default(),
            compare_at: part("compare_at").unwrap_or_default(),
            pieces: part("pieces").unwrap_or_default(),
            is_removed: part("remove").is_some(),
        });
    }
    for row in 0..LIMITS.attributes {
        let mut part = |name: &str| take(&format!("attributes[{row}].{name}"));
        let Some(name) = part("name") else { break };
        form.attributes.push(AttributeForm {
            name,
            key: part("key").unwrap_or_default(),
            kind: part("kind").unwrap_or_default(),
            value: part("value").unwrap_or_default(),
            unit: part("unit").unwrap_or_default(),
        });
    }
    for row in 0..LIMITS.images {
        let mut part = |name: &str| take(&format!("images[{row}].{name}"));
        let Some(url) = part("url") else { break };
        let (alt, place) = (part("alt").unwrap_or_default(), part("place").unwrap_or_default());
        form.images.push(ImageForm { url, alt, place });
    }
    let form = if intent == Intent::More { form.with_room(MORE, MORE, MORE) } else { form };
    Some((form, intent))
}

/// What a form of a product stands on.
pub fn ground<'a>(
    member: &Member,
    stored: Option<&'a StoredProduct>,
    categories: &'a CategoryTree,
) -> Ground<'a> {
    Ground { stored, categories, currency: member.visit.host.config.currency }
}

/// The form as it is drawn: with room for another row of each kind.
pub fn editor(
    member: &Member,
    stored: Option<&StoredProduct>,
    form: ProductForm,
    categories: CategoryTree,
    faults: Vec<ProductFault>,
    show_preview: bool,
) -> Editor {
    let is_short = form.description.len() <= LIMITS.description;
    let preview = SafeHtml::sanitise(if is_short { &form.description } else { "" });
    let first = stored.and_then(|stored| stored.product.variants.first());
    let currency: Currency =
        first.map_or(member.visit.host.config.currency, |variant| variant.price.currency);
    let faults = faults.into_iter().map(|fault| pages::product_fault(&member.studio, fault)).collect();
    Editor {
        form: form.with_room(1, 1, 1),
        version: stored.map(|stored| stored.version),
        action: match stored {
            Some(stored) => format!("/studio/products/{}", stored.product.handle()),
            None => "/studio/new-product".to_owned(),
        },
        currency,
        categories,
        preview,
        show_preview,
        faults,
    }
}
