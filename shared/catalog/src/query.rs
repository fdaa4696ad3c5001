//! The question that a list page answers, and its one canonical form in a URL.
//!
//! `?q=lantern&brand=Faro&a.colour=red&a.width=10..20&price=10..49.50&stock=1&sort=price&page=2`
//!
//! Unknown parameters are dropped, repeated ones merged, values sorted, so that one question has one URL:
//! [`ListQuery::to_query_string`] of [`ListQuery::parse`] is a fixed point.

use crate::AttributeKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};

/// Products on one page of a list.
pub const PAGE_SIZE: u32 = 48;
/// The last page that can be asked for: what lies deeper is for filters, not for paging.
pub const LAST_PAGE: u32 = 1_000;
/// The longest search text, in characters. Longer text is cut.
pub const LONGEST_TEXT: usize = 200;
/// The most values of all filters together. More are dropped.
const MOST_VALUES: usize = 40;

/// How a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// By relevance to the text; without one, the shop's own order.
    #[default]
    Best,
    /// The cheapest first.
    PriceUp,
    /// The dearest first.
    PriceDown,
    /// The newest first.
    Newest,
    /// By title.
    Title,
}

impl Sort {
    /// All orders, in the order a menu shows them.
    pub const ALL: [Sort; 5] = [Sort::Best, Sort::PriceUp, Sort::PriceDown, Sort::Newest, Sort::Title];

    /// The value in the URL.
    pub fn token(self) -> &'static str {
        match self {
            Sort::Best => "best",
            Sort::PriceUp => "price",
            Sort::PriceDown => "-price",
            Sort::Newest => "newest",
            Sort::Title => "title",
        }
    }

    fn parse(token: &str) -> Option<Sort> {
        Sort::ALL.into_iter().find(|sort| sort.token() == token)
    }
}

/// A closed range of numbers, either end may be open. In URLs `10..20`, `10..`, `..20`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lowest value that fits.
    pub from: Option<f64>,
    /// The highest value that fits.
    pub to: Option<f64>,
}

/// Whether a number can be written out in a URL: finite, and neither huge nor tiny.
fn is_plain(number: &f64) -> bool {
    number.is_finite() && (*number == 0.0 || (1e-6..=1e15).contains(&number.abs()))
}

impl Range {
    fn parse(text: &str) -> Option<Range> {
        let (from, to) = text.split_once("..")?;
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            text => text.parse::<f64>().ok().filter(is_plain).map(|n| Some(n + 0.0)),
        };
        let range = Range { from: number(from)?, to: number(to)? };
        let ordered = range.from.zip(range.to).is_none_or(|(from, to)| from <= to);
        (ordered && (range.from.is_some() || range.to.is_some())).then_some(range)
    }

    /// The range as URLs write it: `10..20`.
    pub fn token(self) -> String {
        let end = |end: Option<f64>| end.map(|n| n.to_string()).unwrap_or_default();
        format!("{}..{}", end(self.from), end(self.to))
    }
}

/// What an attribute must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// One of these values (their tokens).
    AnyOf(BTreeSet<String>),
    /// A number in this range.
    Within(Range),
}

/// A question to the catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// The search text; empty: everything.
    pub text: String,
    /// The slug of the category: products in it and below it. Not part of the query string: the path names it.
    pub category: Option<String>,
    /// One of these brands; empty: any.
    pub brands: BTreeSet<String>,
    /// What attributes must be.
    pub attributes: BTreeMap<AttributeKey, Filter>,
    /// The price of a variant, in major units of the shop's currency (`49.5` is €49.50).
    pub price: Option<Range>,
    /// Only what can be bought now.
    pub in_stock: bool,
    /// The order.
    pub sort: Sort,
    /// The page, from 1 to [`LAST_PAGE`].
    pub page: u32,
}

/// What stays as it is in a query string: readable URLs without anything that HTML or a header could misread.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');

impl ListQuery {
    /// Reads the query string of a URL (without `?`). Never fails: what it does not understand, it drops.
    pub fn parse(category: Option<&str>, query_string: &str) -> Self {
        let mut query = ListQuery { category: category.map(str::to_owned), page: 1, ..Self::default() };
        let mut values = 0;
        for pair in query_string.split('&').take(500) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decode(key), decode(value));
            let value = clean(&value);
            if value.is_empty() {
                continue;
            }
            match key.as_str() {
                "q" => query.text = value,
                "brand" | "a.brand" if values < MOST_VALUES => {
                    values += usize::from(query.brands.insert(value));
                }
                "price" => query.price = Range::parse(&value).or(query.price),
                "price_from" => query.set_price(&value, |range| &mut range.from),
                "price_to" => query.set_price(&value, |range| &mut range.to),
                "stock" => query.in_stock = value == "1",
                "sort" => query.sort = Sort::parse(&value).unwrap_or(query.sort),
                "page" => query.page = value.parse().unwrap_or(1).clamp(1, LAST_PAGE),
                _ => {
                    let key =
                        key.strip_prefix("a.").filter(|key| *key != "brand").and_then(AttributeKey::parse);
                    if let Some(key) = key.filter(|_| values < MOST_VALUES) {
                        values += 1;
                        query.add_attribute(key, value);
                    }
                }
            }
        }
        if query.price.is_some_and(|r| r.from.zip(r.to).is_some_and(|(from, to)| from > to)) {
            query.price = None;
        }
        query
    }

    /// One end of the price, as a form without scripts sends it (`price_from=10&price_to=`).
    fn set_price(&mut self, value: &str, end: impl FnOnce(&mut Range) -> &mut Option<f64>) {
        if let Ok(number) = value.replace(',', ".").parse::<f64>()
            && is_plain(&number)
            && number >= 0.0
        {
            *end(self.price.get_or_insert(Range { from: None, to: None })) = Some(number + 0.0);
        }
    }

    fn add_attribute(&mut self, key: AttributeKey, value: String) {
        match Range::parse(&value) {
            Some(range) => {
                self.attributes.insert(key, Filter::Within(range));
            }
            None => match self.attributes.entry(key).or_insert_with(|| Filter::AnyOf(BTreeSet::new())) {
                Filter::AnyOf(values) => {
                    values.insert(value);
                }
                within @ Filter::Within(_) => *within = Filter::AnyOf([value].into()),
            },
        }
    }

    /// The canonical query string, without `?`; empty for a plain list.
    pub fn to_query_string(&self) -> String {
        let mut out = String::new();
        let mut add = |key: &str, value: &str| {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(key);
            out.push('=');
            out.extend(utf8_percent_encode(value, PLAIN));
        };
        if !self.text.is_empty() {
            add("q", &self.text);
        }
        for brand in &self.brands {
            add("brand", brand);
        }
        for (key, filter) in &self.attributes {
            let key = format!("a.{key}");
            match filter {
                Filter::AnyOf(values) => values.iter().for_each(|value| add(&key, value)),
                Filter::Within(range) => add(&key, &range.token()),
            }
        }
        if let Some(range) = self.price {
            add("price", &range.token());
        }
        if self.in_stock {
            add("stock", "1");
        }
        if self.sort != Sort::default() {
            add("sort", self.sort.token());
        }
        if self.page > 1 {
            add("page", &self.page.to_string());
        }
        out
    }

    /// Whether nothing narrows the list but its category or text.
    pub fn is_unfiltered(&self) -> bool {
        self.brands.is_empty() && self.attributes.is_empty() && self.price.is_none() && !self.in_stock
    }

    /// The same question with another page.
    pub fn at_page(&self, page: u32) -> Self {
        ListQuery { page: page.clamp(1, LAST_PAGE), ..self.clone() }
    }

    /// The same question in another order, from the first page.
    pub fn sorted(&self, sort: Sort) -> Self {
        ListQuery { sort, page: 1, ..self.clone() }
    }

    /// The same question with a value of a facet (`brand` or an attribute's key) added, or taken away if it was
    /// there; from the first page.
    pub fn toggled(&self, facet: &str, token: &str) -> Self {
        let mut query = self.at_page(1);
        if facet == "brand" {
            toggle(&mut query.brands, token);
        } else if let Some(key) = AttributeKey::parse(facet) {
            match query.attributes.get_mut(&key) {
                Some(Filter::AnyOf(values)) => {
                    toggle(values, token);
                    if values.is_empty() {
                        query.attributes.remove(&key);
                    }
                }
                _ => {
                    query.attributes.insert(key, Filter::AnyOf([token.to_owned()].into()));
                }
            }
        }
        query
    }

    /// The same question without any filter.
    pub fn cleared(&self) -> Self {
        ListQuery {
            text: self.text.clone(),
            category: self.category.clone(),
            sort: self.sort,
            page: 1,
            ..Self::default()
        }
    }
}

fn toggle(set: &mut BTreeSet<String>, value: &str) {
    if !set.remove(value) {
        set.insert(value.to_owned());
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Single spaces, no control characters, a bounded length.
fn clean(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_TEXT).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(query_string: &str, canonical: &str) {
        assert_eq!(ListQuery::parse(None, query_string).to_query_string(), canonical);
    }

    #[test]
    fn has_one_form() {
        check("", "");
        check("utm_source=x&fbclid=1", "");
        check("q=storm++lantern%20", "q=storm%20lantern");
        check("page=1&sort=best", "");
        check("page=0", "");
        check("page=99999", "page=1000");
        check("brand=B&brand=A&brand=B", "brand=A&brand=B");
        check("a.colour=red&a.Colour=x&a.colour=blue", "a.colour=blue&a.colour=red");
        check("a.width=10..20.50", "a.width=10..20.5");
        check("a.width=10..20&a.width=5", "a.width=5");
        check("price=20..10", "");
        check("price=10..", "price=10..");
        check("price_from=10&price_to=", "price=10..");
        check("price_from=12,50&price_to=30", "price=12.5..30");
        check("price_from=30&price_to=10", "");
        check("price=nan..inf", "");
        check("price=1e199..1e250", "");
        check("a.w=1e-300..5", "a.w=1e-300..5");
        check("a.brand=Faro", "brand=Faro");
        check("stock=1&sort=-price", "stock=1&sort=-price");
        check("q=%3Cscript%3E&q=%00", "q=%3Cscript%3E");
        check("q=%FF%FE", "q=%EF%BF%BD%EF%BF%BD");
    }

    #[test]
    fn a_page_can_be_turned_however_many_filters_there_are() {
        let many: String = (0..60).map(|i| format!("a.k{i}=v&")).collect();
        let query = ListQuery::parse(None, &format!("{many}price=1..2&stock=1&page=3"));
        assert_eq!((query.page, query.in_stock, query.price.is_some()), (3, true, true));
        assert_eq!(query.attributes.len(), MOST_VALUES);
    }

    #[test]
    fn a_hostile_query_stays_small() {
        let hostile: String = (0..10_000).map(|i| format!("a.k{i}=v{i}&brand=b{i}&")).collect();
        assert!(ListQuery::parse(None, &hostile).to_query_string().len() < 2_000);
        assert_eq!(ListQuery::parse(None, &format!("q={}", "x".repeat(5_000))).text.len(), LONGEST_TEXT);
    }

    #[test]
    fn toggling_twice_changes_nothing_but_the_page() {
        let query = ListQuery::parse(Some("lamps"), "q=x&brand=A&a.colour=red&page=3");
        for (facet, token) in [("brand", "B"), ("brand", "A"), ("colour", "red"), ("size", "L")] {
            assert_eq!(query.toggled(facet, token).toggled(facet, token), query.at_page(1));
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_a_fixed_point(
            query_string in "((q|brand|a\\.[a-z]{1,3}|price|price_from|price_to|stock|sort|page|zz)=(\\PC{0,6}|[0-9.]{0,4}\\.\\.[0-9.]{0,4}|-?price|%[0-9A-F]{2}|[0-9]{1,5})&){0,12}"
        ) {
            let once = ListQuery::parse(None, &query_string);
            let canonical = once.to_query_string();
            prop_assert_eq!(ListQuery::parse(None, &canonical), once);
        }
    }
}
