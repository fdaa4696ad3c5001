-- The catalogue: what the shop's team writes (products … images), and what follows from it for readers
-- (cards, facets, product_search), which every import keeps up to date in its own transaction.

-- Categories form a tree. The slug is the whole path, so that a category and all below it are one range of slugs.
CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES categories (id),
  slug TEXT NOT NULL UNIQUE CONSTRAINT category_slug_is_not_empty CHECK (slug <> ''),
  name TEXT NOT NULL CONSTRAINT category_name_is_not_empty CHECK (name <> '')
) STRICT;

CREATE INDEX categories_parent ON categories (parent_id);

-- Products are never deleted: orders and links point at them. `version` grows with each change of the document;
-- `digest` is the hash of the document without stock, by which an import sees that nothing changed.
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE CONSTRAINT handle_is_not_empty CHECK (handle <> ''),
  title TEXT NOT NULL CONSTRAINT title_is_not_empty CHECK (title <> ''),
  brand TEXT,
  description TEXT NOT NULL,
  status TEXT NOT NULL CONSTRAINT status_is_known CHECK (status IN ('active', 'draft', 'archived')),
  category_id INTEGER REFERENCES categories (id),
  version INTEGER NOT NULL CONSTRAINT version_is_positive CHECK (version > 0),
  digest TEXT NOT NULL
) STRICT;

CREATE INDEX products_category ON products (category_id);

CREATE TABLE product_options (
  product_id INTEGER NOT NULL REFERENCES products (id),
  position INTEGER NOT NULL CONSTRAINT options_are_at_most_three CHECK (position BETWEEN 0 AND 2),
  name TEXT NOT NULL,
  PRIMARY KEY (product_id, position)
) STRICT, WITHOUT ROWID;

-- Variants are never deleted either: one that vanished from its product's document is archived.
-- `imported_available` is the count that the last import brought: an import changes `available` by the difference of
-- its own count to that, so that it never undoes a sale.
CREATE TABLE variants (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id),
  position INTEGER NOT NULL CONSTRAINT variant_position_is_not_negative CHECK (position >= 0),
  sku TEXT,
  barcode TEXT,
  option1 TEXT,
  option2 TEXT,
  option3 TEXT,
  price_minor INTEGER NOT NULL CONSTRAINT price_is_not_negative CHECK (price_minor >= 0),
  currency TEXT NOT NULL CONSTRAINT currency_has_three_letters CHECK (length(currency) = 3),
  compare_at_minor INTEGER CONSTRAINT compare_at_is_above_the_price CHECK (compare_at_minor > price_minor),
  available INTEGER NOT NULL CONSTRAINT stock_is_not_negative CHECK (available >= 0),
  imported_available INTEGER NOT NULL CONSTRAINT imported_stock_is_not_negative CHECK (imported_available >= 0),
  archived INTEGER NOT NULL DEFAULT 0 CONSTRAINT variant_archived_is_a_flag CHECK (archived IN (0, 1))
) STRICT;

CREATE INDEX variants_product ON variants (product_id, position);
-- An archived variant keeps its SKU for the orders that name it, and frees it for others.
CREATE UNIQUE INDEX variants_sku ON variants (sku) WHERE sku IS NOT NULL AND archived = 0;

-- `value` is the exact value as text: the text itself, a decimal number, `true` or `false`. `number` is the same for
-- arithmetic. `in_facets`: whether the value is fit for a facet and a URL.
CREATE TABLE attributes (
  product_id INTEGER NOT NULL REFERENCES products (id),
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT attribute_kind_is_known CHECK (kind IN ('text', 'number', 'boolean')),
  value TEXT NOT NULL,
  number REAL CONSTRAINT numbers_have_a_number CHECK ((kind = 'number') = (number IS NOT NULL)),
  unit TEXT CONSTRAINT only_numbers_have_a_unit CHECK (unit IS NULL OR kind = 'number'),
  in_facets INTEGER NOT NULL CONSTRAINT in_facets_is_a_flag CHECK (in_facets IN (0, 1)),
  PRIMARY KEY (product_id, position)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: caches know pictures by id, so an id is never given out twice.
CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  product_id INTEGER NOT NULL REFERENCES products (id),
  position INTEGER NOT NULL,
  url TEXT NOT NULL CONSTRAINT image_url_is_http CHECK (substr(url, 1, 4) = 'http'),
  alt TEXT NOT NULL
) STRICT;

CREATE INDEX images_product ON images (product_id, position);

-- One line per request of an import. `at` is in milliseconds since 1970.
CREATE TABLE import_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run TEXT NOT NULL,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX import_log_run ON import_log (run);

-- Always empty. An import inserts a row that fails if the products are no longer those that it compared with.
CREATE TABLE import_guard (
  ok INTEGER NOT NULL CONSTRAINT import_saw_the_current_products CHECK (ok = 1)
) STRICT;

-- What lists filter and sort by: one row per ACTIVE product. Readers start here, so a draft can't be seen.
-- `minor_units` is how many minor units make one of the currency; `shuffle` a stable pseudo-random order.
CREATE TABLE cards (
  product_id INTEGER PRIMARY KEY REFERENCES products (id),
  category_id INTEGER REFERENCES categories (id),
  price_min INTEGER NOT NULL,
  price_max INTEGER NOT NULL,
  compare_at INTEGER,
  currency TEXT NOT NULL,
  minor_units INTEGER NOT NULL,
  available INTEGER NOT NULL,
  variants INTEGER NOT NULL,
  only_variant INTEGER REFERENCES variants (id),
  image_id INTEGER REFERENCES images (id) ON DELETE SET NULL,
  shuffle INTEGER NOT NULL
) STRICT;

CREATE INDEX cards_category ON cards (category_id, shuffle);
CREATE INDEX cards_image ON cards (image_id);

-- Sales and cancellations change the stock of variants; the card follows.
CREATE TRIGGER cards_follow_stock AFTER UPDATE OF available ON variants
WHEN new.available <> old.available AND new.archived = 0
BEGIN
  UPDATE cards SET available = available + new.available - old.available WHERE product_id = new.product_id;
END;

-- Facets of active products, as integers. The brand is a facet with the key `brand`.
CREATE TABLE facet_keys (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  unit TEXT
) STRICT;

INSERT INTO facet_keys (key, name) VALUES ('brand', '');

CREATE TABLE facet_values (
  id INTEGER PRIMARY KEY,
  key_id INTEGER NOT NULL REFERENCES facet_keys (id),
  token TEXT NOT NULL,
  kind TEXT NOT NULL,
  number REAL,
  UNIQUE (key_id, token, kind)
) STRICT;

CREATE TABLE product_facets (
  product_id INTEGER NOT NULL REFERENCES cards (product_id) ON DELETE CASCADE,
  key_id INTEGER NOT NULL,
  value_id INTEGER NOT NULL REFERENCES facet_values (id),
  PRIMARY KEY (product_id, key_id, value_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX product_facets_value ON product_facets (value_id, product_id);

-- Search over active products; rowid is the product's id. `numbers`: SKUs, barcodes, the maker's numbers.
CREATE VIRTUAL TABLE product_search USING fts5 (
  title, brand, numbers, category, attributes, description,
  content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
