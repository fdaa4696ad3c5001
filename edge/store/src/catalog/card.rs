//! The SQL of a [`Card`](orilla_catalog::read::Card).

/// A card as JSON, of `c` (cards), `p` (products) and `g` (categories, or NULL): see [`JOINS`].
///
/// D1 allows 32 arguments per function. The stock of all variants may be above what `Card::available` holds.
pub(super) const JSON: &str = "json_object(
  'id', c.product_id, 'handle', p.handle, 'title', p.title, 'brand', p.brand,
  'price_from', json_object('minor', c.price_min, 'currency', c.currency),
  'price_to', json_object('minor', c.price_max, 'currency', c.currency),
  'compare_at', json(CASE WHEN c.compare_at IS NOT NULL
    THEN json_object('minor', c.compare_at, 'currency', c.currency) END),
  'available', min(c.available, 4294967295), 'variants', c.variants, 'only_variant', c.only_variant,
  'image', c.image_id, 'category', g.name)";

/// What [`JSON`] needs beside `cards c`.
pub(super) const JOINS: &str =
    "JOIN products p ON p.id = c.product_id LEFT JOIN categories g ON g.id = c.category_id";
