//! What an import will write: decided here, in Rust, from the batch and what the store has.

use super::assign;
use super::index;
use super::rows::Rows;
use super::stored::{Stored, TakenSku};
use orilla_catalog::facets::fits_facet;
use orilla_catalog::{Attribute, AttributeValue, CategoryPath, Product, Status};
use orilla_shop::catalog::{ImportCounts, ImportError};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The rows of each table, and what an import will have done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) counts: ImportCounts,
    /// `[handle, version that it has now or 0]` of each product of the batch.
    pub(super) guard: Rows,
    /// The id of the first new product; the others follow on.
    pub(super) first_new: Option<i64>,
    /// By depth: `[slug, name, slug of the one above or null]`.
    pub(super) categories: BTreeMap<usize, Rows>,
    /// `[id, handle, title, brand, description, status, category slug, version, digest]`
    pub(super) products: Rows,
    /// `[product, position, name]`
    pub(super) options: Rows,
    /// `[id or null, product, position, sku, barcode, option1, option2, option3, price, currency, compare_at, available,
    /// counted]`
    pub(super) variants: Rows,
    /// `[product, position, key, name, kind, value, number, unit, in_facets]`
    pub(super) attributes: Rows,
    /// `[id or null, product, position, url, alt]`
    pub(super) images: Rows,
    /// Ids of the products that were there and change.
    pub(super) changed: Rows,
    /// `[product, minor units of one unit of its currency]` of the written products that are active.
    pub(super) active: Rows,
    /// `[product, title, brand, numbers, category, attributes, description]` of the same.
    pub(super) search: Rows,
    /// `[product, position of the variant, counted]` of unchanged products.
    pub(super) stock: Rows,
}

impl Plan {
    /// Decides what happens to each product.
    ///
    /// # Errors
    /// [`ImportError::Conflict`] for a SKU that belongs to a product that keeps it.
    pub(super) fn new(
        products: &[Product],
        digests: &[String],
        stored: &Stored,
    ) -> Result<Self, ImportError> {
        free_skus(products, &stored.taken)?;
        let mut plan = Plan::default();
        let mut next_id = stored.next_id;
        plan.plan_categories(products);
        for (product, digest) in products.iter().zip(digests) {
            let known = stored.products.get(product.handle());
            plan.guard.push(&(product.handle(), known.map_or(0, |known| known.version)));
            match known {
                Some(known) if known.digest == *digest => {
                    plan.counts.unchanged += 1;
                    plan.plan_stock(known.id, product);
                }
                Some(known) => {
                    plan.counts.changed += 1;
                    plan.changed.push(&known.id);
                    plan.plan_product(product, known.id, known.version + 1, digest, stored);
                }
                None => {
                    plan.counts.added += 1;
                    plan.first_new.get_or_insert(next_id);
                    plan.plan_product(product, next_id, 1, digest, stored);
                    next_id += 1;
                }
            }
        }
        Ok(plan)
    }

    /// All categories of the batch with those above them: unchanged products may bring a new name.
    fn plan_categories(&mut self, products: &[Product]) {
        let mut names = BTreeMap::<(usize, String), (String, Option<String>)>::new();
        for category in products.iter().filter_map(|product| product.category.as_ref()) {
            let mut next = Some(category.clone());
            while let Some(path) = next {
                next = path.parent();
                let above = next.as_ref().map(CategoryPath::slug);
                names.insert((path.names().len(), path.slug()), (path.name().to_owned(), above));
            }
        }
        for ((depth, slug), (name, above)) in names {
            self.categories.entry(depth).or_default().push(&(slug, name, above));
        }
    }

    fn plan_stock(&mut self, id: i64, product: &Product) {
        for (position, variant) in product.variants.iter().enumerate() {
            self.stock.push(&(id, position, variant.counted()));
        }
    }

    fn plan_product(&mut self, product: &Product, id: i64, version: u32, digest: &str, stored: &Stored) {
        let category = product.category.as_ref().map(CategoryPath::slug);
        self.products.push(&(
            id,
            &product.handle,
            &product.title,
            &product.brand,
            &product.description,
            product.status,
            category,
            version,
            digest,
        ));
        for (position, name) in product.options.iter().enumerate() {
            self.options.push(&(id, position, name));
        }
        self.plan_variants(product, id, stored);
        self.plan_attributes(&product.attributes, id);
        self.plan_images(product, id, stored);
        if product.status == Status::Active
            && let Some(variant) = product.variants.first()
        {
            self.active.push(&(id, 10_i64.pow(u32::from(variant.price.currency.decimals()))));
            self.search.push(&index::row(id, product));
        }
    }

    fn plan_variants(&mut self, product: &Product, id: i64, stored: &Stored) {
        let known = stored.variants.get(&id).map_or(&[][..], Vec::as_slice);
        let ids = assign::chosen(&product.variants, known, &stored.said);
        for (position, (variant, variant_id)) in product.variants.iter().zip(ids).enumerate() {
            let mut options = variant.options.iter();
            self.variants.push(&(
                variant_id,
                id,
                position,
                &variant.sku,
                &variant.barcode,
                options.next(),
                options.next(),
                options.next(),
                variant.price.minor,
                variant.price.currency,
                variant.compare_at.map(|before| before.minor),
                variant.available,
                variant.counted(),
            ));
        }
    }

    fn plan_attributes(&mut self, attributes: &[Attribute], id: i64) {
        let mut seen = BTreeSet::new();
        for (position, attribute) in attributes.iter().enumerate() {
            let Attribute { key, name, value, unit } = attribute;
            let token = value.token();
            let (kind, number) = match value {
                AttributeValue::Text(_) => ("text", None),
                AttributeValue::Number(number) => ("number", Some(*number)),
                AttributeValue::Boolean(_) => ("boolean", None),
            };
            // One product counts once for a token, whatever kinds of value have it.
            let in_facets = fits_facet(key, &token) && seen.insert((key, token.clone()));
            let in_facets = u8::from(in_facets);
            self.attributes.push(&(id, position, key, name, kind, token, number, unit, in_facets));
        }
    }

    fn plan_images(&mut self, product: &Product, id: i64, stored: &Stored) {
        let known = stored.images.get(&id).map_or(&[][..], Vec::as_slice);
        let ids = assign::images(&product.images, known);
        for (position, (image, image_id)) in product.images.iter().zip(ids).enumerate() {
            self.images.push(&(image_id, id, position, &image.url, &image.alt));
        }
    }
}

/// Refuses a batch in which a handle or a SKU stands twice.
pub(super) fn no_repeats(products: &[Product]) -> Result<(), ImportError> {
    let mut handles = HashMap::new();
    let mut skus = HashMap::new();
    for (index, product) in products.iter().enumerate() {
        if let Some(first) = handles.insert(product.handle(), index) {
            let message = format!(
                "the handle \"{}\" stands in entry {first} too; each product needs its own",
                product.handle()
            );
            return Err(ImportError::Conflict { index, field: "handle".into(), message });
        }
        for (i, variant) in product.variants.iter().enumerate() {
            if let Some(sku) = &variant.sku
                && let Some(other) = skus.insert(sku, product.handle())
            {
                return Err(sku_conflict(index, i, sku, other));
            }
        }
    }
    Ok(())
}

/// Refuses a SKU that another product has and keeps. Within one batch, a SKU may move from product to product.
fn free_skus(products: &[Product], taken: &[TakenSku]) -> Result<(), ImportError> {
    let moving: HashMap<&str, &Product> = match taken {
        [] => return Ok(()),
        _ => products.iter().map(|product| (product.handle(), product)).collect(),
    };
    for TakenSku { sku, handle, index } in taken {
        // Were it still in the owner's new document, it would stand in the batch twice.
        if moving.contains_key(handle.as_str()) {
            continue;
        }
        let has = |product: &Product| product.variants.iter().position(|v| v.sku.as_ref() == Some(sku));
        let variant = products.get(*index).and_then(has).unwrap_or_default();
        return Err(sku_conflict(*index, variant, sku, handle));
    }
    Ok(())
}

fn sku_conflict(index: usize, variant: usize, sku: &str, owner: &str) -> ImportError {
    ImportError::Conflict {
        index,
        field: format!("variants[{variant}].sku"),
        message: format!(
            "the SKU \"{sku}\" belongs to the product \"{owner}\"; give this variant another one or leave it out"
        ),
    }
}
