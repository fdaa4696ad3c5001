-- What shoppers say of products that they have received. Times are in milliseconds since 1970.

-- One of each account and product. `version` grows with each change of its writer, who says which one they saw; `key` is
-- that of the last change. What was removed leaves its row: a copy of an earlier request that comes late finds it.
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  product_id INTEGER NOT NULL REFERENCES products (id),
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  version INTEGER NOT NULL CONSTRAINT review_version_is_positive CHECK (version > 0),
  key TEXT NOT NULL,
  state TEXT NOT NULL CONSTRAINT review_state_is_known CHECK (state IN ('waiting', 'shown', 'hidden', 'removed')),
  stars INTEGER CONSTRAINT review_has_one_to_five_stars CHECK (stars BETWEEN 1 AND 5),
  author TEXT,
  text TEXT,
  language TEXT CONSTRAINT language_has_two_letters CHECK (length(language) = 2),
  at INTEGER NOT NULL,
  UNIQUE (product_id, account_id),
  CONSTRAINT review_says_something CHECK (state = 'removed'
    OR stars IS NOT NULL AND author IS NOT NULL AND text IS NOT NULL AND language IS NOT NULL)
) STRICT;

CREATE INDEX reviews_state ON reviews (state, at);
CREATE INDEX reviews_account ON reviews (account_id);

-- A publish looks at the products whose shown reviews are others. What is shown is never edited: an edit waits.
CREATE TRIGGER product_changes_follow_reviews AFTER UPDATE ON reviews WHEN (old.state = 'shown') <> (new.state = 'shown')
BEGIN
  DELETE FROM product_changes WHERE product_id = new.product_id;
  INSERT INTO product_changes (product_id) VALUES (new.product_id);
END;

CREATE TRIGGER product_changes_follow_removed_reviews AFTER DELETE ON reviews WHEN old.state = 'shown'
BEGIN
  DELETE FROM product_changes WHERE product_id = old.product_id;
  INSERT INTO product_changes (product_id) VALUES (old.product_id);
END;
