//! Lists: a page of cards with facets, in one statement and so in one round trip.
//!
//! `base` has each product of the category and text with the filters that it misses, one bit per filter. A product
//! is on the list if it misses none, and counts for a facet if it misses none but that facet's own: all counts come
//! from one look at each product.

use super::{card, terms};
use crate::{Database, DbError, Statement, db};
use orilla_catalog::facets;
use orilla_catalog::query::{Filter, ListQuery, PAGE_SIZE, Range, Sort};
use orilla_catalog::read::{Card, Listing};
use orilla_money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// How well a text fits; the lowest is the best. The columns are title, brand, numbers, category, attributes and
/// description. BM25 saturates: larger weights would make the first columns alike, not more important.
pub(super) const RANK: &str = "bm25(product_search, 4.0, 2.0, 2.0, 1.5, 1.0, 0.7)";

/// The bits of filters in `miss`; the attribute at index `i` of the question has `ATTRIBUTE << i`.
const BRAND: i64 = 1;
const STOCK: i64 = 2;
const PRICE: i64 = 4;
const ATTRIBUTE: i64 = 8;
/// Attributes that one question can filter by: fewer than bits, and SQL whose depth D1 accepts. URLs that the shop
/// makes stay far below; more are ignored.
const MOST_ATTRIBUTES: usize = 40;

/// The products that tell which facets are worth counting: the best ones of a search, a fixed shuffled choice of a
/// category. Exact for results of this size, a good estimate for larger ones.
const SAMPLE: u32 = 200;
/// Results up to this size are counted product by product, larger ones value by value: from here on it is faster.
/// Tests have small catalogues and see both ways.
const NARROW: u32 = if cfg!(test) { 4 } else { 3_000 };

/// The one parameter of the statement. What comes from outside gets into SQL through it only.
#[derive(Serialize)]
struct Question<'a> {
    text: Option<&'a str>,
    category: Option<&'a str>,
    brands: Vec<&'a str>,
    price: Option<Ends>,
    attributes: Vec<Wanted<'a>>,
    offset: u32,
}

#[derive(Serialize)]
struct Ends {
    from: Option<f64>,
    to: Option<f64>,
}

#[derive(Serialize)]
struct Wanted<'a> {
    key: &'a str,
    tokens: Vec<&'a str>,
    within: Option<Ends>,
}

impl From<Range> for Ends {
    fn from(range: Range) -> Self {
        Ends { from: range.from, to: range.to }
    }
}

/// The one row that it answers.
#[derive(Deserialize)]
struct Answer {
    /// 1 if the category exists, or none was asked for.
    exists: u8,
    /// 1 if anything has the text in the category, whatever the filters say.
    found: u8,
    total: u32,
    in_stock: u32,
    /// Lowest and highest price and their currency.
    price: (Option<i64>, Option<i64>, Option<Currency>),
    cards: Vec<Card>,
    counts: Vec<facets::Count>,
}

/// See [`orilla_shop::catalog::Catalog::list`]. If nothing has all words of the text, a second question asks for
/// what has any of them.
pub(super) async fn list(db: &dyn Database, query: &ListQuery) -> Result<Option<Listing>, DbError> {
    let text =
        (!query.text.is_empty()).then(|| terms::all_words(&query.text).unwrap_or_else(|| NOTHING.to_owned()));
    let mut answer = ask(db, query, text.as_deref()).await?;
    if answer.found == 0
        && answer.exists == 1
        && text.is_some()
        && let Some(any) = terms::any_word(&query.text)
    {
        answer = ask(db, query, Some(&any)).await?;
    }
    Ok((answer.exists == 1).then(|| listing(query, answer)))
}

/// An FTS5 expression that fits nothing.
const NOTHING: &str = "\"\"";

async fn ask(db: &dyn Database, query: &ListQuery, text: Option<&str>) -> Result<Answer, DbError> {
    let answers = db::rows(db, statement(query, text)).await?;
    answers.into_iter().next().ok_or_else(|| DbError::Unexpected("a list without an answer".into()))
}

fn listing(query: &ListQuery, answer: Answer) -> Listing {
    let price_range = match answer.price {
        (Some(low), Some(high), Some(currency)) => {
            Some((Money::new(low, currency), Money::new(high, currency)))
        }
        _ => None,
    };
    Listing {
        total: answer.total,
        cards: answer.cards,
        facets: facets::facets(query, answer.counts),
        price_range,
        in_stock: answer.in_stock,
    }
}

/// The statement that answers `query`, with `text` as an FTS5 expression.
pub(super) fn statement(query: &ListQuery, text: Option<&str>) -> Statement {
    let attributes: Vec<Wanted> = query
        .attributes
        .iter()
        .take(MOST_ATTRIBUTES)
        .map(|(key, filter)| match filter {
            Filter::AnyOf(tokens) => Wanted {
                key: key.as_str(),
                tokens: tokens.iter().map(String::as_str).collect(),
                within: None,
            },
            Filter::Within(range) => {
                Wanted { key: key.as_str(), tokens: Vec::new(), within: Some((*range).into()) }
            }
        })
        .collect();
    let question = Question {
        text,
        category: query.category.as_deref(),
        brands: query.brands.iter().map(String::as_str).collect(),
        price: query.price.map(Ends::from),
        attributes,
        offset: query.page.saturating_sub(1).saturating_mul(PAGE_SIZE),
    };
    let sql = sql(query, &question);
    // Serialising plain data can't fail; without a question SQL would answer "no such category".
    Statement::new(sql).bind(serde_json::to_string(&question).unwrap_or_default())
}

fn sql(query: &ListQuery, question: &Question) -> String {
    let base = base(question, query.in_stock);
    let order = order(query.sort, question.text.is_some());
    // The facets hold active products only: what takes in all of them needs no comparison with the list.
    let count = if query.is_unfiltered() && question.category.is_none() && question.text.is_none() {
        "SELECT count(*) FROM product_facets f WHERE f.value_id = v.id"
    } else {
        "SELECT count(*) FROM product_facets f CROSS JOIN base b ON b.id = f.product_id
         WHERE f.value_id = v.id AND b.miss & ~k.bit = 0"
    };
    let exists = match question.category {
        Some(_) => "EXISTS (SELECT 1 FROM categories WHERE slug = ?1 ->> 'category')",
        None => "1",
    };
    format!(
        "WITH base AS MATERIALIZED ({base}),
         sample AS MATERIALIZED (SELECT id FROM base WHERE miss = 0 ORDER BY rank, id LIMIT {SAMPLE}),
         selected AS MATERIALIZED (
           SELECT k.id AS key_id, {BRAND} AS bit FROM facet_keys k WHERE k.key = 'brand'
           UNION ALL
           SELECT k.id, {ATTRIBUTE} << j.key FROM json_each(?1, '$.attributes') j
           CROSS JOIN facet_keys k ON k.key = j.value ->> 'key'
         ),
         coverage AS MATERIALIZED (
           SELECT f.key_id, count(DISTINCT f.product_id) AS products, count(DISTINCT f.value_id) AS choices
           FROM sample s CROSS JOIN product_facets f ON f.product_id = s.id GROUP BY f.key_id
         ),
         counted AS MATERIALIZED (
           SELECT s.key_id, s.bit, coalesce(c.products, 0) AS products
           FROM selected s LEFT JOIN coverage c ON c.key_id = s.key_id
           UNION ALL
           SELECT * FROM (
             SELECT key_id, 0, products FROM coverage
             WHERE choices BETWEEN 2 AND {most} AND products * 10 >= (SELECT count(*) FROM sample)
               AND key_id NOT IN (SELECT key_id FROM selected)
             ORDER BY products DESC, key_id LIMIT {candidates}
           )
         ),
         counts AS MATERIALIZED (
           SELECT f.key_id, f.value_id, count(*) AS n
           FROM base b CROSS JOIN product_facets f ON f.product_id = b.id
           CROSS JOIN counted k ON k.key_id = f.key_id
           WHERE (SELECT count(*) FROM base) <= {NARROW} AND b.miss & ~k.bit = 0
           GROUP BY f.value_id
           UNION ALL
           SELECT v.key_id, v.id, ({count})
           FROM counted k CROSS JOIN facet_values v ON v.key_id = k.key_id
           WHERE (SELECT count(*) FROM base) > {NARROW}
         )
         SELECT json_object(
           'exists', {exists},
           'found', EXISTS (SELECT 1 FROM base),
           'total', (SELECT count(*) FROM base WHERE miss = 0),
           'in_stock', (SELECT count(*) FROM base WHERE miss & ~{STOCK} = 0 AND available > 0),
           'price', (
             SELECT json_array(min(price_min), max(price_max), min(currency)) FROM base
             WHERE miss & ~{PRICE} = 0 AND currency = (
               SELECT currency FROM cards
               WHERE product_id = (SELECT min(id) FROM base WHERE miss & ~{PRICE} = 0)
             )
           ),
           'cards', (
             SELECT json_group_array(json(card)) FROM (
               SELECT {CARD} AS card FROM (
                 SELECT b.id, {order} AS place FROM base b WHERE b.miss = 0
                 ORDER BY place COLLATE NOCASE, b.id LIMIT {PAGE_SIZE} OFFSET ?1 ->> 'offset'
               ) page CROSS JOIN cards c ON c.product_id = page.id {JOINS}
               ORDER BY page.place COLLATE NOCASE, page.id
             )
           ),
           'counts', (
             SELECT json_group_array(json_array(k.key, k.name, k.unit, v.kind, v.token, v.number, n.n, c.products))
             FROM counts n CROSS JOIN counted c ON c.key_id = n.key_id
             CROSS JOIN facet_keys k ON k.id = n.key_id CROSS JOIN facet_values v ON v.id = n.value_id
             WHERE n.n > 0
           )
         ) AS doc",
        most = facets::MOST_VALUES,
        candidates = facets::CANDIDATES,
        CARD = card::JSON,
        JOINS = card::JOINS,
    )
}

/// The products of the category and text, each with the filters that it misses.
fn base(question: &Question, in_stock: bool) -> String {
    let misses = misses(question, in_stock);
    let in_category = "c.category_id IN (SELECT id FROM categories WHERE slug = ?1 ->> 'category'
        OR slug > (?1 ->> 'category') || '/' AND slug < (?1 ->> 'category') || '0')";
    let category = if question.category.is_some() { in_category } else { "true" };
    let (rank, source) = match question.text {
        Some(_) => (RANK, "product_search s CROSS JOIN cards c ON c.product_id = s.rowid"),
        None => ("c.shuffle", "cards c"),
    };
    let text = if question.text.is_some() { "s.product_search MATCH ?1 ->> 'text'" } else { "true" };
    format!(
        "SELECT c.product_id AS id, {rank} AS rank, c.available, c.price_min, c.price_max, c.currency,
           {misses} AS miss
         FROM {source} WHERE {text} AND {category}"
    )
}

/// The bits of the filters that a product `c` misses.
fn misses(question: &Question, in_stock: bool) -> String {
    const HAS_VALUE: &str =
        "SELECT f.product_id FROM facet_keys k CROSS JOIN facet_values v ON v.key_id = k.id
        CROSS JOIN product_facets f ON f.value_id = v.id";
    let mut bits = Vec::new();
    if !question.brands.is_empty() {
        bits.push(format!(
            "{BRAND} * (c.product_id NOT IN ({HAS_VALUE}
               WHERE k.key = 'brand' AND v.token IN (SELECT value FROM json_each(?1, '$.brands'))))"
        ));
    }
    if in_stock {
        bits.push(format!("{STOCK} * (c.available = 0)"));
    }
    if let Some(ends) = &question.price {
        bits.push(format!("{PRICE} * (NOT {})", within_price(ends)));
    }
    for (i, wanted) in question.attributes.iter().enumerate() {
        let value = match &wanted.within {
            None => format!("v.token IN (SELECT value FROM json_each(?1, '$.attributes[{i}].tokens'))"),
            Some(ends) => {
                let end = |end: &str| format!("(?1 ->> '$.attributes[{i}].within.{end}')");
                between("v.number", ends, &end("from"), &end("to"))
            }
        };
        bits.push(format!(
            "{bit} * (c.product_id NOT IN ({HAS_VALUE} WHERE k.key = ?1 ->> '$.attributes[{i}].key' AND {value}))",
            bit = ATTRIBUTE << i
        ));
    }
    if bits.is_empty() { "0".to_owned() } else { bits.join(" | ") }
}

/// Whether a variant of the product `c` has a price in the range; its ends are in major units. A thousandth of a
/// minor unit makes up for what 19.99 lacks as a binary number.
fn within_price(ends: &Ends) -> String {
    let (from, to) =
        ("(?1 ->> '$.price.from') * c.minor_units - 0.001", "(?1 ->> '$.price.to') * c.minor_units + 0.001");
    let variant = between("v.price_minor", ends, from, to);
    let lowest = between("c.price_min", ends, from, to);
    // Most products have one price: no need to look at the variants.
    format!(
        "CASE WHEN c.price_min = c.price_max THEN {lowest}
           ELSE EXISTS (SELECT 1 FROM variants v WHERE v.product_id = c.product_id AND v.archived = 0 AND {variant})
         END"
    )
}

/// The condition that a column lies between two expressions, as far as the range has ends.
fn between(column: &str, ends: &Ends, from: &str, to: &str) -> String {
    match (ends.from, ends.to) {
        (Some(_), Some(_)) => format!("({column} >= {from} AND {column} <= {to})"),
        (Some(_), None) => format!("{column} >= {from}"),
        (None, Some(_)) => format!("{column} <= {to}"),
        (None, None) => format!("{column} IS NOT NULL"),
    }
}

/// What orders `b` (base), the lowest first. The id makes the order total, so that pages don't overlap.
fn order(sort: Sort, text: bool) -> &'static str {
    match sort {
        Sort::Best if text => "b.rank",
        Sort::Best => "b.available = 0",
        Sort::PriceUp => "b.price_min",
        Sort::PriceDown => "-b.price_min",
        Sort::Newest => "-b.id",
        Sort::Title => "(SELECT title FROM products WHERE id = b.id)",
    }
}
