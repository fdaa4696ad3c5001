-- What a publish has to look at: each product that was ever written, with the place of its last change in the order of
-- all changes. `version` in products sees the document only; this sees stock too. AUTOINCREMENT: a place is never given
-- out twice, so that a publish that knows how far it had read misses nothing.
CREATE TABLE product_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  product_id INTEGER NOT NULL UNIQUE REFERENCES products (id)
) STRICT;

INSERT INTO product_changes (product_id) SELECT id FROM products ORDER BY id;

CREATE TRIGGER product_changes_follow_new_products AFTER INSERT ON products
BEGIN
  INSERT INTO product_changes (product_id) VALUES (new.id);
END;

CREATE TRIGGER product_changes_follow_documents AFTER UPDATE ON products
BEGIN
  DELETE FROM product_changes WHERE product_id = new.id;
  INSERT INTO product_changes (product_id) VALUES (new.id);
END;

-- Prices change with the document; a sale, a cancellation and a count change the stock alone.
CREATE TRIGGER product_changes_follow_stock AFTER UPDATE OF available ON variants
WHEN new.available <> old.available AND new.archived = 0
BEGIN
  DELETE FROM product_changes WHERE product_id = new.product_id;
  INSERT INTO product_changes (product_id) VALUES (new.product_id);
END;
