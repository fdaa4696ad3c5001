//! The question of a search: the same as that of a list page, but nothing of it is dropped in silence.

use super::cursor;
use super::extract::limit;
use crate::Problem;
use orilla_catalog::query::{LAST_PAGE, LONGEST_TEXT, ListQuery, PAGE_SIZE};
use orilla_catalog::read::Listing;
use orilla_shop::PortError;
use orilla_shop::catalog::Catalog;
use schemars::JsonSchema;
use std::collections::BTreeMap;

/// The most parameters of a search.
const MOST_PARAMETERS: usize = 60;

/// The parameters of a search, for the document: [`Asked::parse`] reads them.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by the schema alone")]
pub struct SearchQuery {
    /// The search text: at most 200 characters.
    #[schemars(length(max = 200))]
    q: Option<String>,
    /// The slug of a category: products in it and below it.
    category: Option<String>,
    /// One of these brands. Repeat the parameter for several.
    brand: Option<Vec<String>>,
    /// `a.KEY=VALUE` for each attribute: one of these values, or a range of numbers such as `10..20`. A facet's
    /// `parameter` and `value` say what can be asked.
    #[schemars(extend("propertyNames" = { "pattern": "^a\\.[a-z0-9_]{1,80}$" }))]
    attributes: Option<BTreeMap<String, String>>,
    /// A range of prices in major units of the shop's currency: `10..49.50`, `10..` or `..50`.
    price: Option<String>,
    /// `1`: only what can be bought now.
    stock: Option<Switch>,
    /// The order: by relevance, by price (`-price`: the dearest first), the newest first, or by title.
    sort: Option<SortOrder>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many products.
    #[schemars(range(min = 1, max = 48))]
    limit: Option<u32>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by the schema alone")]
enum Switch {
    #[serde(rename = "0")]
    Off,
    #[serde(rename = "1")]
    On,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by the schema alone")]
enum SortOrder {
    #[serde(rename = "best")]
    Best,
    #[serde(rename = "price")]
    PriceUp,
    #[serde(rename = "-price")]
    PriceDown,
    #[serde(rename = "newest")]
    Newest,
    #[serde(rename = "title")]
    Title,
}

/// A question with the part of the answer that is wanted.
#[derive(Debug, PartialEq)]
pub struct Asked {
    query: ListQuery,
    /// The first product, counted from 0.
    first: u32,
    limit: u32,
}

impl Asked {
    /// Reads a query string.
    ///
    /// # Errors
    /// 422 that names the parameter that is unknown or has a wrong value.
    pub fn parse(query_string: &str) -> Result<Self, Problem> {
        let (mut category, mut cursor_text, mut asked_limit) = (None, None, None);
        let mut question = form_urlencoded::Serializer::new(String::new());
        for (index, (name, value)) in form_urlencoded::parse(query_string.as_bytes()).enumerate() {
            if index >= MOST_PARAMETERS {
                return Err(Problem::field(
                    &name,
                    "too_many",
                    format!("send at most {MOST_PARAMETERS} parameters"),
                ));
            }
            match &*name {
                "category" => category = Some(value.into_owned()),
                "cursor" => cursor_text = Some(value.into_owned()),
                "limit" => {
                    // What is no number is outside of every range.
                    asked_limit = Some(value.parse().unwrap_or(0));
                }
                _ => {
                    check(&name, &value)?;
                    question.append_pair(&name, &value);
                }
            }
        }
        let query = ListQuery::parse(category.as_deref(), &question.finish());
        let limit = limit(asked_limit, PAGE_SIZE, PAGE_SIZE)?;
        let first = cursor_text.map_or(Ok(0), |text| cursor::read(&text, &name(&query)))?;
        let first = u32::try_from(first).unwrap_or(u32::MAX).min(PAGE_SIZE * LAST_PAGE);
        Ok(Asked { query, first, limit })
    }

    /// The wanted part of the answer, and the cursor of the next. `None` if the category does not exist.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn answer(
        &self,
        catalog: &dyn Catalog,
    ) -> Result<Option<(Listing, Option<String>)>, PortError> {
        let Some(mut listing) = catalog.list(&self.query.at_page(self.page())).await? else {
            return Ok(None);
        };
        let skipped = (self.first % PAGE_SIZE) as usize;
        let limit = self.limit as usize;
        listing.cards = listing.cards.into_iter().skip(skipped).take(limit).collect();
        // The store answers whole pages: a part that begins within one may end in the next.
        if listing.cards.len() < limit
            && self.page() < LAST_PAGE
            && listing.total > self.page() * PAGE_SIZE
            && let Some(next) = catalog.list(&self.query.at_page(self.page() + 1)).await?
        {
            let missing = limit - listing.cards.len();
            listing.cards.extend(next.cards.into_iter().take(missing));
        }
        let end = self.first + u32::try_from(listing.cards.len()).unwrap_or(0);
        let has_more = !listing.cards.is_empty() && end < listing.total.min(PAGE_SIZE * LAST_PAGE);
        let next = has_more.then(|| cursor::write(i64::from(end), &name(&self.query)));
        Ok(Some((listing, next)))
    }

    /// The page of the store in which the part begins, from 1.
    fn page(&self) -> u32 {
        self.first / PAGE_SIZE + 1
    }
}

/// The name of the question in cursors.
fn name(query: &ListQuery) -> String {
    format!("search {:?} {}", query.category, query.to_query_string())
}

/// Whether a parameter is understood.
fn check(name: &str, value: &str) -> Result<(), Problem> {
    let problem = |code, message: &str| Err(Problem::field(name, code, message));
    let is_known = matches!(name, "q" | "brand" | "price" | "stock" | "sort") || name.starts_with("a.");
    if !is_known {
        return problem("unknown", "there is no such parameter: see /api/v1/openapi.json");
    }
    if value.chars().count() > LONGEST_TEXT {
        return problem("too_long", "write at most 200 characters");
    }
    let is_default = matches!((name, value), ("q", _) | ("stock", "0") | ("sort", "best"));
    let mut alone = form_urlencoded::Serializer::new(String::new());
    let read = ListQuery::parse(None, &alone.append_pair(name, value).finish());
    // A list page drops what it does not understand: a parameter without an effect was not understood.
    if !is_default && read == ListQuery::parse(None, "") {
        return problem("invalid", "this is not one of its values: see /api/v1/openapi.json");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The field at fault and its code, or the question that was read.
    #[track_caller]
    fn check(query_string: &str, expected: Result<&str, (&str, &str)>) {
        let read = Asked::parse(query_string).map(|asked| asked.query.to_query_string()).map_err(|problem| {
            let field = problem.fields.into_iter().next().unwrap();
            (field.field, field.code)
        });
        let expected =
            expected.map(str::to_owned).map_err(|(field, code)| (field.to_owned(), code.to_owned()));
        assert_eq!(read, expected, "{query_string}");
    }

    #[test]
    fn reads_what_list_pages_read() {
        check("", Ok(""));
        check("q=storm+lantern&brand=B&brand=A", Ok("q=storm%20lantern&brand=A&brand=B"));
        check("a.colour=red&a.width=10..20", Ok("a.colour=red&a.width=10..20"));
        check("price=10..49.5&stock=1&sort=-price", Ok("price=10..49.5&stock=1&sort=-price"));
        check("q=&stock=0&sort=best&limit=10", Ok(""));
    }

    #[test]
    fn says_what_it_does_not_understand() {
        check("colour=red", Err(("colour", "unknown")));
        check("page=2", Err(("page", "unknown")));
        check("price=abc", Err(("price", "invalid")));
        check("price=20..10", Err(("price", "invalid")));
        check("price=nan..", Err(("price", "invalid")));
        check("stock=yes", Err(("stock", "invalid")));
        check("sort=random", Err(("sort", "invalid")));
        check("a.Colour=red", Err(("a.Colour", "invalid")));
        check("a.=red", Err(("a.", "invalid")));
        check("brand=", Err(("brand", "invalid")));
        check(&format!("q={}", "x".repeat(201)), Err(("q", "too_long")));
        check(&"brand=a&".repeat(61), Err(("brand", "too_many")));
        for limit in ["0", "49", "-1", "1.5", "", "99999999999", "ten"] {
            check(&format!("limit={limit}"), Err(("limit", "out_of_range")));
        }
        check("cursor=abc", Err(("cursor", "invalid")));
    }

    #[test]
    fn a_cursor_belongs_to_its_question() {
        let lamps = ListQuery::parse(None, "q=lamp");
        let cursor = cursor::write(96, &name(&lamps));
        assert_eq!(Asked::parse(&format!("q=lamp&cursor={cursor}")).unwrap().first, 96);
        check(&format!("q=lamps&cursor={cursor}"), Err(("cursor", "invalid")));
    }
}
