//! What a publish reads: products as entries of the snapshot, all of them or those that changed.
//!
//! A publish reads the position first, then products, then the shop: what changes meanwhile is read again by the next
//! one. Facet keys are only ever added; categories can go, so a publish reads them before the products, too.

use super::CatalogStore;
use super::export::parts;
use super::product::{OPTIONS, PRICE, REVIEWS, VALUE};
use crate::NavigationStore;
use crate::{DbError, Statement, db, flags};
use async_trait::async_trait;
use orilla_catalog::read::{AttributeView, CategoryRef, ImageView, ProductView, Reviews, VariantView};
use orilla_catalog::{Handle, ImageId, ProductId};
use orilla_richtext::SafeHtml;
use orilla_shop::PortError;
use orilla_shop::navigation::likely_pages;
use orilla_shop::publish::{Changes, Written};
use orilla_shop::team::flags::StoredFlags;
use orilla_snapshot::{Attachment, Attachments, Change, Entry, Shop};
use serde::Deserialize;

/// The ids of active products after `?1`.
const BY_ID: &str = "SELECT product_id AS id FROM cards WHERE product_id > ?1 ORDER BY product_id LIMIT ?2";
/// The ids of products of any status that changed after the position `?1`.
const CHANGED: &str = "SELECT product_id AS id FROM product_changes WHERE seq > ?1 ORDER BY seq LIMIT ?2";

#[async_trait]
impl Written for CatalogStore {
    async fn position(&self) -> Result<u64, PortError> {
        let last = "SELECT json_quote(coalesce(max(seq), 0)) AS doc FROM product_changes";
        Ok(db::rows(&*self.db, Statement::new(last)).await?.into_iter().next().unwrap_or_default())
    }

    async fn entries(&self, after: ProductId, most: u32) -> Result<Vec<Entry>, PortError> {
        let answers = self.db.batch(statements(BY_ID, after.0, most)).await?;
        Ok(entries(&answers)?)
    }

    async fn changes(&self, position: u64, most: u32) -> Result<Changes, PortError> {
        let position =
            i64::try_from(position).map_err(|_| DbError::Unexpected("a position beyond all".into()))?;
        let mut batch = statements(CHANGED, position, most);
        batch.push(
            Statement::new(
                "SELECT json_array(seq, product_id) AS doc FROM product_changes WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )
            .bind(position)
            .bind(most),
        );
        let mut answers = self.db.batch(batch).await?;
        let changed: Vec<(i64, ProductId)> = db::decode(&answers.pop().unwrap_or_default())?;
        let put = entries(&answers)?;
        let last = changed.last().map_or(position, |(seq, _)| *seq);
        let gone = |id: &ProductId| put.iter().all(|entry| entry.id() != *id);
        let removed: Vec<Change> =
            changed.iter().map(|(_, id)| *id).filter(gone).map(Change::Remove).collect();
        Ok(Changes {
            more: u32::try_from(changed.len()) == Ok(most),
            changes: put.into_iter().map(|entry| Change::Put(Box::new(entry))).chain(removed).collect(),
            position: u64::try_from(last).unwrap_or_default(),
        })
    }

    async fn shop(&self) -> Result<Shop, PortError> {
        let categories =
            "SELECT json_object('slug', slug, 'name', name) AS doc FROM categories ORDER BY slug";
        let keys = "SELECT json_object('key', key, 'name', name, 'unit', unit, 'rank', id) AS doc FROM facet_keys ORDER BY key";
        let answers = self.db.batch(vec![Statement::new(categories), Statement::new(keys)]).await?;
        let [categories, keys] = answers.as_slice() else {
            return Err(DbError::Unexpected(format!("{} answers for 2 statements", answers.len())).into());
        };
        Ok(Shop { categories: db::decode(categories)?, keys: db::decode(keys)? })
    }

    async fn attachments(
        &self,
        now: i64,
        current: Attachments,
    ) -> Result<Vec<(Attachment, Vec<u8>)>, PortError> {
        let saved = db::rows::<StoredFlags>(&*self.db, flags::last()).await?.pop();
        let flags = saved.map(|saved| (Attachment::Flags, saved.bytes()));
        let likely =
            likely_pages(&NavigationStore::new(self.db.clone()), now, current.next.is_some()).await?;
        Ok(flags.into_iter().chain(likely.map(|bytes| (Attachment::Next, bytes))).collect())
    }
}

/// What stands in a product's own row, with the way to its category.
#[derive(Deserialize)]
struct Head {
    id: ProductId,
    handle: Handle,
    version: u32,
    title: String,
    brand: Option<String>,
    description: String,
    categories: Vec<CategoryRef>,
}

/// A picture with its URL.
#[derive(Deserialize)]
struct Picture {
    id: ImageId,
    alt: String,
    url: String,
}

fn entries(answers: &[Vec<String>]) -> Result<Vec<Entry>, DbError> {
    let [heads, options, variants, attributes, images, reviews] = answers else {
        return Err(DbError::Unexpected(format!("{} answers for 6 statements", answers.len())));
    };
    let mut options = parts::<String>(options)?;
    let mut variants = parts::<VariantView>(variants)?;
    let mut attributes = parts::<AttributeView>(attributes)?;
    let mut images = parts::<Picture>(images)?;
    let mut reviews = parts::<Reviews>(reviews)?;
    let entry = |head: Head| {
        let pictures = images.remove(&head.id.0).unwrap_or_default();
        let (images, image_urls) =
            pictures.into_iter().map(|p| (ImageView { id: p.id, alt: p.alt }, p.url)).unzip();
        let view = ProductView {
            id: head.id,
            handle: head.handle,
            version: head.version,
            title: head.title,
            brand: head.brand,
            // It was sanitised when it came in.
            description: SafeHtml::from_store(head.description),
            categories: head.categories,
            options: options.remove(&head.id.0).unwrap_or_default(),
            variants: variants.remove(&head.id.0).unwrap_or_default(),
            attributes: attributes.remove(&head.id.0).unwrap_or_default(),
            images,
            reviews: reviews.remove(&head.id.0).and_then(|mut all| all.pop()).unwrap_or_default(),
        };
        Entry { view, image_urls }
    };
    Ok(db::decode::<Head>(heads)?.into_iter().map(entry).collect())
}

/// The statements that read the active ones among the products of `ids`; all of one batch see the same.
fn statements(ids: &str, from: i64, most: u32) -> Vec<Statement> {
    let page = format!(
        "WITH page AS MATERIALIZED (
           SELECT p.* FROM ({ids}) i CROSS JOIN cards c ON c.product_id = i.id CROSS JOIN products p ON p.id = i.id
         )"
    );
    let sql = [
        "SELECT json_object('id', p.id, 'handle', p.handle, 'version', p.version, 'title', p.title,
           'brand', p.brand, 'description', p.description, 'categories', json((
             WITH RECURSIVE way (parent_id, slug, name) AS (
               SELECT parent_id, slug, name FROM categories WHERE id = p.category_id
               UNION ALL
               SELECT g.parent_id, g.slug, g.name FROM way JOIN categories g ON g.id = way.parent_id
             )
             SELECT json_group_array(json_object('slug', slug, 'name', name))
             FROM (SELECT slug, name FROM way ORDER BY length(slug))
           ))) AS doc
         FROM page p ORDER BY p.id"
            .to_owned(),
        "SELECT json_array(p.id, o.name) AS doc
         FROM page p CROSS JOIN product_options o ON o.product_id = p.id ORDER BY o.product_id, o.position"
            .to_owned(),
        format!(
            "SELECT json_array(p.id, json_object('id', v.id, 'sku', v.sku, 'barcode', v.barcode,
               'options', {OPTIONS}, {PRICE})) AS doc
             FROM page p CROSS JOIN variants v ON v.product_id = p.id
             WHERE v.archived = 0 ORDER BY v.product_id, v.position"
        ),
        format!(
            "SELECT json_array(p.id,
               json_object('key', a.key, 'name', a.name, 'value', {VALUE}, 'unit', a.unit)) AS doc
             FROM page p CROSS JOIN attributes a ON a.product_id = p.id ORDER BY a.product_id, a.position"
        ),
        "SELECT json_array(p.id, json_object('id', i.id, 'alt', i.alt, 'url', i.url)) AS doc
         FROM page p CROSS JOIN images i ON i.product_id = p.id ORDER BY i.product_id, i.position"
            .to_owned(),
        format!(
            "SELECT json_array(p.id, {REVIEWS}) AS doc
             FROM page p CROSS JOIN reviews r ON r.product_id = p.id
             WHERE +r.state = 'shown' GROUP BY p.id ORDER BY p.id"
        ),
    ];
    sql.into_iter().map(|sql| Statement::new(format!("{page} {sql}")).bind(from).bind(most)).collect()
}
