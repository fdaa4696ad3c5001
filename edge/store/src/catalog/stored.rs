//! What the store knows about the products of a batch, before an import writes.

use super::product::OPTIONS;
use super::rows::Rows;
use crate::{Database, DbError, Statement, db};
use orilla_catalog::Product;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// A product that is there already.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StoredProduct {
    pub(super) handle: String,
    pub(super) id: i64,
    pub(super) version: u32,
    pub(super) digest: String,
}

/// A variant of a product that is about to change.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StoredVariant {
    pub(super) product: i64,
    pub(super) id: i64,
    pub(super) sku: Option<String>,
    pub(super) options: Vec<String>,
    /// 1 if it is no longer sold.
    pub(super) archived: u8,
}

/// A picture of a product that is about to change.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StoredImage {
    pub(super) product: i64,
    pub(super) id: i64,
    pub(super) url: String,
}

/// A SKU of the batch that is in use for another product.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TakenSku {
    pub(super) sku: String,
    /// The product that has it.
    pub(super) handle: String,
    /// The place in the batch of the product that wants it.
    pub(super) index: usize,
}

/// The state of the store that a plan is made for.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    /// The id that the next new product gets.
    pub(super) next_id: i64,
    /// By handle.
    pub(super) products: HashMap<String, StoredProduct>,
    /// By product, those of changed products only, active ones first.
    pub(super) variants: BTreeMap<i64, Vec<StoredVariant>>,
    /// Which stored variant each of the document's is, of a product that is edited: else the plan finds out.
    pub(super) said: Vec<Option<i64>>,
    /// By product, those of changed products only, in their order.
    pub(super) images: BTreeMap<i64, Vec<StoredImage>>,
    /// SKUs that other products have.
    pub(super) taken: Vec<TakenSku>,
}

const NEXT_ID: &str = "SELECT json_quote(coalesce(max(id), 0) + 1) AS doc FROM products";

const PRODUCTS: &str = "SELECT json_object('handle', p.handle, 'id', p.id, 'version', p.version, 'digest', p.digest) \
     AS doc FROM json_each(?1) f CROSS JOIN products p ON p.handle = f.value ->> 0";

const IMAGES: &str = "SELECT json_object('product', p.id, 'id', i.id, 'url', i.url) AS doc
     FROM json_each(?1) f CROSS JOIN products p ON p.handle = f.value ->> 0
     CROSS JOIN images i ON i.product_id = p.id
     WHERE p.digest <> f.value ->> 1 ORDER BY i.position";

const TAKEN: &str = "SELECT json_object('sku', v.sku, 'handle', p.handle, 'index', f.value ->> 2) AS doc
     FROM json_each(?1) f CROSS JOIN variants v ON v.sku = f.value ->> 0 AND v.archived = 0
     JOIN products p ON p.id = v.product_id
     WHERE p.handle <> f.value ->> 1";

fn variants() -> String {
    format!(
        "SELECT json_object('product', p.id, 'id', v.id, 'sku', v.sku, 'archived', v.archived,
           'options', {OPTIONS}) AS doc
         FROM json_each(?1) f CROSS JOIN products p ON p.handle = f.value ->> 0
         CROSS JOIN variants v ON v.product_id = p.id
         WHERE p.digest <> f.value ->> 1 ORDER BY v.archived, v.id"
    )
}

impl Stored {
    /// Asks for all that a plan needs, in one round trip.
    pub(super) async fn read(
        db: &dyn Database,
        products: &[Product],
        digests: &[String],
    ) -> Result<Self, DbError> {
        let keys: Rows = products.iter().zip(digests).map(|(p, digest)| (p.handle(), digest)).collect();
        let skus: Rows = products
            .iter()
            .enumerate()
            .flat_map(|(i, p)| p.variants.iter().filter_map(move |v| Some((v.sku.as_ref()?, p.handle(), i))))
            .collect();
        let variants = variants();
        let mut questions = vec![(Question::NextId, Statement::new(NEXT_ID))];
        for keys in keys.into_chunks() {
            let ask = |sql: &str| Statement::new(sql).bind(keys.as_str());
            questions.push((Question::Products, ask(PRODUCTS)));
            questions.push((Question::Variants, ask(&variants)));
            questions.push((Question::Images, ask(IMAGES)));
        }
        questions
            .extend(skus.into_chunks().into_iter().map(|s| (Question::Taken, Statement::new(TAKEN).bind(s))));
        let (kinds, statements): (Vec<_>, Vec<_>) = questions.into_iter().unzip();
        let mut stored = Stored::default();
        for (kind, docs) in kinds.into_iter().zip(db.batch(statements).await?) {
            stored.take(kind, &docs)?;
        }
        Ok(stored)
    }

    fn take(&mut self, question: Question, docs: &[String]) -> Result<(), DbError> {
        match question {
            Question::NextId => self.next_id = db::decode(docs)?.into_iter().next().unwrap_or(1),
            Question::Products => {
                let products = db::decode::<StoredProduct>(docs)?;
                self.products.extend(products.into_iter().map(|p| (p.handle.clone(), p)));
            }
            Question::Variants => {
                for variant in db::decode::<StoredVariant>(docs)? {
                    self.variants.entry(variant.product).or_default().push(variant);
                }
            }
            Question::Images => {
                for image in db::decode::<StoredImage>(docs)? {
                    self.images.entry(image.product).or_default().push(image);
                }
            }
            Question::Taken => self.taken.extend(db::decode::<TakenSku>(docs)?),
        }
        Ok(())
    }
}

/// Which question an answer belongs to.
#[derive(Clone, Copy)]
enum Question {
    NextId,
    Products,
    Variants,
    Images,
    Taken,
}
