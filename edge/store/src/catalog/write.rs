//! The SQL of an import. Each statement loads the rows of one table from one JSON array (`json_each(?1)`), so that
//! a batch of 500 products takes some thirty statements in one transaction.

use super::plan::Plan;
use crate::Statement;

/// Fails if a product of the batch is no longer at the version that the plan was made for.
pub(super) const GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0 FROM json_each(?1) f
  LEFT JOIN products p ON p.handle = f.value ->> 0
  WHERE coalesce(p.version, 0) <> f.value ->> 1 LIMIT 1";

/// Fails if somebody has made products since the ids of this batch's new ones were chosen: what has their ids is not theirs.
const NEW_GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0 FROM products WHERE id >= ?1 LIMIT 1";

/// One level of the tree; the level above is there already. The last name wins, unless the team has named it.
const CATEGORIES: &str = "INSERT INTO categories (slug, name, parent_id)
  SELECT f.value ->> 0, f.value ->> 1, (SELECT id FROM categories WHERE slug = f.value ->> 2)
  FROM json_each(?1) f WHERE true
  ON CONFLICT (slug) DO UPDATE SET name = excluded.name WHERE name <> excluded.name AND version = 0";

const PRODUCTS: &str = "INSERT INTO products
    (id, handle, title, brand, description, status, category_id, version, digest)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5,
    (SELECT id FROM categories WHERE slug = f.value ->> 6), f.value ->> 7, f.value ->> 8
  FROM json_each(?1) f WHERE true
  ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, title = excluded.title, brand = excluded.brand,
    description = excluded.description, status = excluded.status, category_id = excluded.category_id,
    version = excluded.version, digest = excluded.digest";

/// What changed products had: their parts are written anew.
const CLEAR: [&str; 7] = [
    "DELETE FROM product_options WHERE product_id IN (SELECT value FROM json_each(?1))",
    "DELETE FROM attributes WHERE product_id IN (SELECT value FROM json_each(?1))",
    "DELETE FROM product_facets WHERE product_id IN (SELECT value FROM json_each(?1))",
    "DELETE FROM cards WHERE product_id IN (SELECT value FROM json_each(?1))",
    "DELETE FROM product_search WHERE rowid IN (SELECT value FROM json_each(?1))",
    // Out of sight and out of the way of a SKU that moves to another variant; those that stay come back at once.
    "UPDATE variants SET archived = 1 WHERE product_id IN (SELECT value FROM json_each(?1))",
    // A negative position marks what goes unless the document still has it.
    "UPDATE images SET position = -1 WHERE product_id IN (SELECT value FROM json_each(?1))",
];

const OPTIONS: &str = "INSERT INTO product_options (product_id, position, name)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2 FROM json_each(?1) f";

const VARIANTS: &str = "INSERT INTO variants (id, product_id, position, sku, barcode, option1, option2, option3,
    price_minor, currency, compare_at_minor, available, imported_available, archived)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6,
    f.value ->> 7, f.value ->> 8, f.value ->> 9, f.value ->> 10, f.value ->> 11, f.value ->> 12, 0
  FROM json_each(?1) f WHERE true
  ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku = excluded.sku, barcode = excluded.barcode,
    option1 = excluded.option1, option2 = excluded.option2, option3 = excluded.option3,
    price_minor = excluded.price_minor, currency = excluded.currency,
    compare_at_minor = excluded.compare_at_minor, archived = 0,
    available = max(0, available + excluded.imported_available - imported_available),
    imported_available = excluded.imported_available";

const ATTRIBUTES: &str = "INSERT INTO attributes
    (product_id, position, key, name, kind, value, number, unit, in_facets)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6,
    f.value ->> 7, f.value ->> 8
  FROM json_each(?1) f";

const IMAGES: &str = "INSERT INTO images (id, product_id, position, url, alt)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4 FROM json_each(?1) f WHERE true
  ON CONFLICT (id) DO UPDATE SET position = excluded.position, url = excluded.url, alt = excluded.alt";

const GONE_IMAGES: &str = "DELETE FROM images
  WHERE position < 0 AND product_id IN (SELECT value FROM json_each(?1))";

/// After variants and images. The multiplier is Knuth's for hashing by multiplication.
const CARDS: &str = "INSERT INTO cards (product_id, category_id, price_min, price_max, compare_at, currency,
    minor_units, available, variants, only_variant, image_id, shuffle)
  SELECT p.id, p.category_id, min(v.price_minor), max(v.price_minor),
    (SELECT low.compare_at_minor FROM variants low WHERE low.product_id = p.id AND low.archived = 0
      ORDER BY low.price_minor, low.position LIMIT 1),
    v.currency, f.value ->> 1, sum(v.available), count(*), iif(count(*) = 1, min(v.id), NULL),
    (SELECT i.id FROM images i WHERE i.product_id = p.id AND i.position = 0),
    p.id * 2654435761 % 4294967296
  FROM json_each(?1) f CROSS JOIN products p ON p.id = f.value ->> 0
  CROSS JOIN variants v ON v.product_id = p.id AND v.archived = 0
  GROUP BY p.id";

/// The facets of written products that are active, after their cards: first the keys, then the values, then the
/// links. A key's name and unit are those that the last import brought.
const FACETS: [&str; 5] = [
    "INSERT INTO facet_keys (key, name, unit) SELECT a.key, max(a.name), max(a.unit)
      FROM json_each(?1) f CROSS JOIN attributes a ON a.product_id = f.value ->> 0
      WHERE a.in_facets = 1 GROUP BY a.key
      ON CONFLICT (key) DO UPDATE SET name = excluded.name, unit = excluded.unit
        WHERE name <> excluded.name OR unit IS NOT excluded.unit",
    "INSERT INTO facet_values (key_id, token, kind) SELECT DISTINCT k.id, p.brand, 'text'
      FROM json_each(?1) f CROSS JOIN products p ON p.id = f.value ->> 0
      CROSS JOIN facet_keys k ON k.key = 'brand' WHERE length(p.brand) <= 200
      ON CONFLICT (key_id, token, kind) DO NOTHING",
    "INSERT INTO facet_values (key_id, token, kind, number) SELECT k.id, a.value, a.kind, a.number
      FROM json_each(?1) f CROSS JOIN attributes a ON a.product_id = f.value ->> 0
      CROSS JOIN facet_keys k ON k.key = a.key
      WHERE a.in_facets = 1
      ON CONFLICT (key_id, token, kind) DO NOTHING",
    "INSERT INTO product_facets (product_id, key_id, value_id) SELECT p.id, k.id, v.id
      FROM json_each(?1) f CROSS JOIN products p ON p.id = f.value ->> 0
      CROSS JOIN facet_keys k ON k.key = 'brand'
      CROSS JOIN facet_values v ON v.key_id = k.id AND v.token = p.brand AND v.kind = 'text'",
    "INSERT INTO product_facets (product_id, key_id, value_id) SELECT a.product_id, k.id, v.id
      FROM json_each(?1) f CROSS JOIN attributes a ON a.product_id = f.value ->> 0
      CROSS JOIN facet_keys k ON k.key = a.key
      CROSS JOIN facet_values v ON v.key_id = k.id AND v.token = a.value AND v.kind = a.kind
      WHERE a.in_facets = 1",
];

pub(super) const SEARCH: &str = "INSERT INTO product_search (rowid, title, brand, numbers, category, attributes, description)
  SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6
  FROM json_each(?1) f";

/// The stock changes by what the count has changed since the last import, so that what was sold meanwhile stays sold.
/// The trigger carries it to the card.
const STOCK: &str = "UPDATE variants SET available = max(0, available + f.counted - imported_available),
    imported_available = f.counted
  FROM (SELECT value ->> 0 AS product_id, value ->> 1 AS position, value ->> 2 AS counted FROM json_each(?1)) f
  WHERE variants.product_id = f.product_id AND variants.position = f.position AND variants.archived = 0
    AND variants.imported_available <> f.counted";

impl Plan {
    /// The transaction that does what the plan says.
    pub(super) fn statements(self) -> Vec<Statement> {
        let new = self.first_new.map(|first| Statement::new(NEW_GUARD).bind(first));
        let mut all: Vec<_> = new.into_iter().collect();
        let mut load = |sql: &[&str], chunks: &[String]| {
            for chunk in chunks {
                all.extend(sql.iter().map(|sql| Statement::new(*sql).bind(chunk.as_str())));
            }
        };
        let changed = self.changed.into_chunks();
        load(&[GUARD], &self.guard.into_chunks());
        for (_, level) in self.categories {
            load(&[CATEGORIES], &level.into_chunks());
        }
        load(&[PRODUCTS], &self.products.into_chunks());
        load(&CLEAR, &changed);
        load(&[OPTIONS], &self.options.into_chunks());
        load(&[VARIANTS], &self.variants.into_chunks());
        load(&[ATTRIBUTES], &self.attributes.into_chunks());
        load(&[IMAGES], &self.images.into_chunks());
        load(&[GONE_IMAGES], &changed);
        let active = self.active.into_chunks();
        load(&[CARDS], &active);
        load(&FACETS, &active);
        load(&[SEARCH], &self.search.into_chunks());
        load(&[STOCK], &self.stock.into_chunks());
        all
    }
}
