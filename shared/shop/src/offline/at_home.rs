//! What the edge asks its database, answered from what is on the device.

use super::Home;
use crate::PortError;
use crate::catalog::{Search, Words};
use crate::checkout::Variants;
use async_trait::async_trait;
use orilla_catalog::read::{Card, ProductView, Suggestion};
use orilla_catalog::{ProductId, Searchable, VariantId};
use orilla_orders::CartVariant;
use orilla_search::{Fold, Index, Wanted};
use orilla_snapshot::Snapshot;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a word counts in a product's title, brand, numbers, category, attributes and description: as in the store's
/// index.
const WEIGHTS: [f64; 6] = [4.0, 2.0, 2.0, 1.5, 1.0, 0.7];
/// What identifies a product: title, brand and numbers.
const NAMES: [u32; 3] = [0, 1, 2];

/// Gives the snapshot that pages show.
type Shown = Arc<dyn Fn() -> Option<Arc<Snapshot>> + Send + Sync>;

/// The catalogue on the device. What is asked for often is made when it is first asked for, of each version once.
pub struct AtHome {
    home: Arc<dyn Home>,
    shown: Shown,
    fold: Fold,
    made: Mutex<Option<Made>>,
}

/// What was made of one version.
#[derive(Clone)]
struct Made {
    snapshot: Arc<Snapshot>,
    index: Option<Arc<Index>>,
    variants: Option<Arc<Sold>>,
}

/// What can be bought.
struct Sold {
    variants: HashMap<VariantId, CartVariant>,
    /// Whether these are all of the shop.
    is_whole: bool,
}

impl AtHome {
    /// Answers from what is at `home`, of the snapshot that `shown` gives.
    pub fn new(home: Arc<dyn Home>, shown: Shown, fold: Fold) -> Self {
        AtHome { home, shown, fold, made: Mutex::default() }
    }

    fn made(&self) -> Result<Made, PortError> {
        let shown = (self.shown)();
        let snapshot = shown.ok_or_else(|| PortError::Unavailable("no snapshot is shown".to_owned()))?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some(made) if Arc::ptr_eq(&made.snapshot, &snapshot) => Ok(made.clone()),
            _ => Ok(made.insert(Made { snapshot, index: None, variants: None }).clone()),
        }
    }

    /// Remembers what was made, if it is still of what is shown.
    fn remember(&self, of: &Arc<Snapshot>, note: impl FnOnce(&mut Made)) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_mut().filter(|made| Arc::ptr_eq(&made.snapshot, of)) {
            note(made);
        }
    }

    /// Looks at every product whose page is here. False if some are not.
    async fn each(&self, snapshot: &Snapshot, mut look: impl FnMut(ProductView)) -> Result<bool, PortError> {
        let mut is_whole = true;
        for (bucket, named) in snapshot.document_segments() {
            let file = self.home.file(named.hash).await?;
            match file.map(|file| snapshot.products_in(bucket, named, &file)) {
                Some(Ok(products)) => products.into_iter().for_each(&mut look),
                // What can't be read is as what is not there.
                Some(Err(_)) | None => is_whole = false,
            }
        }
        Ok(is_whole)
    }

    /// Products whose pages are not here are found by what is on their cards.
    async fn index(&self) -> Result<(Arc<Snapshot>, Arc<Index>), PortError> {
        let Made { snapshot, index, .. } = self.made()?;
        if let Some(index) = index {
            return Ok((snapshot, index));
        }
        let mut index = Index::new(self.fold, &WEIGHTS);
        let mut whole = Vec::new();
        let is_whole = self.each(&snapshot, |product| {
            let text = Searchable::from(&product);
            let brand = product.brand.unwrap_or_default();
            let texts =
                [product.title, brand, text.numbers, text.category, text.attributes, text.description];
            index.add(product.id.0, &texts);
            whole.push(product.id);
        });
        if !is_whole.await? {
            whole.sort_unstable();
            let others = cards(&snapshot).filter(|card| whole.binary_search(&card.id).is_err());
            others.for_each(|card| {
                let (brand, category) = (card.brand.unwrap_or_default(), card.category.unwrap_or_default());
                index.add(card.id.0, &[card.title, brand, String::new(), category]);
            });
        }
        let index = Arc::new(index);
        self.remember(&snapshot, |made| made.index = Some(index.clone()));
        Ok((snapshot, index))
    }

    async fn sold(&self) -> Result<Arc<Sold>, PortError> {
        let Made { snapshot, variants, .. } = self.made()?;
        if let Some(variants) = variants {
            return Ok(variants);
        }
        let mut variants = HashMap::new();
        let is_whole = self.each(&snapshot, |product| {
            variants.extend(variants_of(product).map(|variant| (variant.id, variant)));
        });
        let is_whole = is_whole.await?;
        if !is_whole {
            for card in cards(&snapshot) {
                let Some(only) = card.only_variant else { continue };
                variants.entry(only).or_insert_with(|| only_variant(only, card));
            }
        }
        let sold = Arc::new(Sold { variants, is_whole });
        self.remember(&snapshot, |made| made.variants = Some(sold.clone()));
        Ok(sold)
    }
}

fn cards(snapshot: &Snapshot) -> impl Iterator<Item = Card> {
    snapshot.page_by_id(ProductId(i64::MIN), u32::MAX).into_iter()
}

fn variants_of(product: ProductView) -> impl Iterator<Item = CartVariant> {
    let ProductView { id, handle, title, categories, variants, images, .. } = product;
    let (image, category) = (images.first().map(|image| image.id), categories.last().map(|c| c.name.clone()));
    variants.into_iter().map(move |variant| CartVariant {
        id: variant.id,
        product: id,
        handle: handle.clone(),
        title: title.clone(),
        options: variant.options,
        sku: variant.sku,
        unit: variant.price,
        available: variant.available,
        image,
        category: category.clone(),
    })
}

/// The variant of a product whose page is not here: its card says all but the names of options, which nobody chooses
/// among.
fn only_variant(id: VariantId, card: Card) -> CartVariant {
    CartVariant {
        id,
        product: card.id,
        handle: card.handle,
        title: card.title,
        options: Vec::new(),
        sku: None,
        unit: card.price_from,
        available: card.available,
        image: card.image,
        category: card.category,
    }
}

#[async_trait]
impl Search for AtHome {
    async fn matches(&self, text: &str, words: Words) -> Result<Vec<(ProductId, f64)>, PortError> {
        let wanted = match words {
            Words::All => Wanted::All,
            Words::Any => Wanted::Any,
        };
        let (_, index) = self.index().await?;
        Ok(index.find(text, wanted, &[]).into_iter().map(|(id, rank)| (ProductId(id), rank)).collect())
    }

    async fn suggest(&self, typed: &str, most: u32) -> Result<Vec<Suggestion>, PortError> {
        let (snapshot, index) = self.index().await?;
        let mut found = index.find(typed, Wanted::All, &NAMES);
        found.sort_by(|(a, x), (b, y)| x.partial_cmp(y).unwrap_or(Ordering::Equal).then(a.cmp(b)));
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let cards = found.into_iter().filter_map(|(id, _)| snapshot.card(ProductId(id)));
        let suggestion = |card: Card| Suggestion {
            handle: card.handle,
            title: card.title,
            brand: card.brand,
            price_from: card.price_from,
        };
        Ok(cards.map(suggestion).collect())
    }

    /// The database knows where a category was moved: here, there is nothing at its old place.
    async fn moved(&self, _: &str) -> Result<Option<String>, PortError> {
        Ok(None)
    }
}

#[async_trait]
impl Variants for AtHome {
    /// A variant that is not here is not on sale only if everything is here: else nobody knows, and the cart must not
    /// lose it.
    async fn variants(&self, ids: &[VariantId]) -> Result<Vec<CartVariant>, PortError> {
        let sold = self.sold().await?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match sold.variants.get(id) {
                Some(variant) => found.push(variant.clone()),
                None if sold.is_whole => {}
                None => {
                    return Err(PortError::Unavailable(format!("variant {} is not on this device", id.0)));
                }
            }
        }
        Ok(found)
    }
}
