//! Facets: which values can stand in one, and which ones a page shows of all that were counted.

use crate::AttributeKey;
use crate::query::{Filter, ListQuery};
use crate::read::{Facet, FacetKind, FacetValue};
use orilla_sorting::sort_by;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// An attribute with more values than this in a result is no help as a facet (unless it is asked for).
pub const MOST_VALUES: usize = 30;
/// Values of one facet that are shown, beside those asked for.
const SHOWN: usize = 12;
/// Attributes that are shown, beside the brand and those asked for.
const ATTRIBUTES: usize = 8;

/// Attribute facets that are worth counting; those that turn out to have too many values are not shown.
pub const CANDIDATES: usize = 12;
/// The longest value that a facet shows, in characters.
const LONGEST_TOKEN: usize = 100;

/// Whether a value can stand in a facet: short, and read from a URL as it is written there (no doubled spaces, and
/// nothing that a range is written with). The key `brand` is the brand's own facet.
pub fn fits_facet(key: &AttributeKey, token: &str) -> bool {
    key.as_str() != "brand"
        && token.chars().count() <= LONGEST_TOKEN
        && !token.contains("..")
        && !token.contains(char::is_control)
        && token.split_whitespace().collect::<Vec<_>>().join(" ") == token
}

/// How many products have a value. In JSON an array of the fields.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Count {
    /// `brand`, or the key of an attribute.
    pub key: String,
    /// What a shopper reads; empty for the brand.
    pub name: String,
    /// The unit of numbers.
    pub unit: Option<String>,
    /// `text`, `number` or `boolean`.
    pub kind: String,
    /// The value ([`crate::AttributeValue::token`]).
    pub token: String,
    /// The value of a number.
    pub number: Option<f64>,
    /// Products that have it.
    pub products: u32,
    /// Products that have any value of the key.
    pub coverage: u32,
}

/// A facet while its values are gathered.
#[derive(Default)]
struct Gathered {
    name: String,
    unit: Option<String>,
    kinds: BTreeSet<String>,
    coverage: u32,
    /// Products and the number by token.
    values: BTreeMap<String, (u32, Option<f64>)>,
}

/// The facets worth showing: the brand, then attributes by how many products have them, asked-for ones always.
pub fn facets(query: &ListQuery, counts: Vec<Count>) -> Vec<Facet> {
    let mut all = BTreeMap::<String, Gathered>::new();
    for Count { key, name, unit, kind, token, number, products, coverage } in counts {
        let facet = all.entry(key).or_default();
        facet.kinds.insert(kind);
        (facet.name, facet.unit, facet.coverage) = (name, unit, coverage);
        // "5" as a text and 5 as a number are one choice.
        let value = facet.values.entry(token).or_default();
        *value = (value.0 + products, number.or(value.1));
    }
    add_asked(query, &mut all);
    let selected = |key: &str, token: &str| is_selected(query, key, token);
    let mut shown: Vec<(String, Gathered)> =
        all.into_iter().filter(|(key, f)| worth_showing(query, key, f)).collect();
    sort_by(&mut shown, |(a_key, a), (b_key, b)| {
        (a_key != "brand", std::cmp::Reverse(a.coverage), a_key).cmp(&(
            b_key != "brand",
            std::cmp::Reverse(b.coverage),
            b_key,
        ))
    });
    let mut free = ATTRIBUTES;
    shown.retain(|(key, _)| {
        let asked = key == "brand" || is_asked(query, key);
        let room = asked || free > 0;
        free -= usize::from(room && !asked);
        room
    });
    shown.into_iter().map(|(key, gathered)| facet(key, gathered, selected)).collect()
}

/// What the question asks for is shown even if nothing has it, so that it can be taken back.
fn add_asked(query: &ListQuery, all: &mut BTreeMap<String, Gathered>) {
    let brands = query.brands.iter().map(|brand| ("brand", brand));
    let attributes = query.attributes.iter().flat_map(|(key, filter)| {
        let tokens = match filter {
            Filter::AnyOf(tokens) => Some(tokens),
            Filter::Within(_) => None,
        };
        tokens.into_iter().flatten().map(|token| (key.as_str(), token))
    });
    for (key, token) in brands.chain(attributes) {
        let facet = all
            .entry(key.to_owned())
            .or_insert_with(|| Gathered { name: key.replace('_', " "), ..Gathered::default() });
        facet.values.entry(token.clone()).or_insert((0, token.parse().ok()));
    }
}

fn worth_showing(query: &ListQuery, key: &str, facet: &Gathered) -> bool {
    let choices = facet.values.len();
    is_asked(query, key) || choices >= 2 && (key == "brand" || choices <= MOST_VALUES)
}

fn is_asked(query: &ListQuery, key: &str) -> bool {
    if key == "brand" { !query.brands.is_empty() } else { query.attributes.keys().any(|k| k.as_str() == key) }
}

fn is_selected(query: &ListQuery, key: &str, token: &str) -> bool {
    if key == "brand" {
        return query.brands.contains(token);
    }
    query.attributes.iter().any(|(k, filter)| {
        k.as_str() == key && matches!(filter, Filter::AnyOf(tokens) if tokens.contains(token))
    })
}

fn facet(key: String, gathered: Gathered, selected: impl Fn(&str, &str) -> bool) -> Facet {
    let only = |kind: &str| gathered.kinds.len() == 1 && gathered.kinds.contains(kind);
    let kind = match () {
        () if key == "brand" => FacetKind::Brand,
        () if only("number") => FacetKind::Number { unit: gathered.unit.clone() },
        () if only("boolean") => FacetKind::Boolean,
        () => FacetKind::Text,
    };
    let mut values: Vec<(FacetValue, Option<f64>)> = gathered
        .values
        .into_iter()
        .map(|(token, (count, number))| {
            let selected = selected(&key, &token);
            (FacetValue { token, count, selected }, number)
        })
        .collect();
    sort_by(&mut values, |(a, _), (b, _)| b.count.cmp(&a.count).then_with(|| a.token.cmp(&b.token)));
    let mut place = 0;
    values.retain(|(value, _)| {
        place += 1;
        place <= SHOWN || value.selected
    });
    if matches!(kind, FacetKind::Number { .. }) {
        sort_by(&mut values, |(_, a), (_, b)| a.unwrap_or_default().total_cmp(&b.unwrap_or_default()));
    }
    Facet { key, name: gathered.name, kind, values: values.into_iter().map(|(value, _)| value).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, token: &str, expected: bool) {
        let key = AttributeKey::parse(key).unwrap();
        assert_eq!(fits_facet(&key, token), expected);
        if expected {
            let query = ListQuery::default().toggled(key.as_str(), token);
            let read = ListQuery::parse(None, &query.to_query_string());
            assert_eq!(read.attributes.get(&key), Some(&Filter::AnyOf([token.to_owned()].into())));
        }
    }

    #[test]
    fn facets_hold_what_a_url_can_say() {
        check("colour", "Black", true);
        check("size", "12.5", true);
        check("ip", "IP 67, 1 m & more; ñ+ü", true);
        check("colour", &"x".repeat(101), false);
        check("colour", "a  b", false);
        check("colour", " a", false);
        check("colour", "a\nb", false);
        check("range", "10..20", false);
        check("brand", "Faro", false);
    }
}
