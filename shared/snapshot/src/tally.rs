//! Looking at products: which filters each misses, and what it counts for.
//!
//! Each product of the category and text has the filters that it misses, one bit per filter. It is on the list if it
//! misses none, and counts for a facet if it misses none but that facet's own: all counts come from one look at each
//! product.

use crate::bucket::{Bucket, FacetKind};
use crate::columns::index;
use crate::dictionary::Dictionary;
use crate::tables::{At, at};
use orilla_catalog::query::{Filter, ListQuery, Range, Sort};
use orilla_money::Currency;

/// The bits of filters; the attribute at index `i` of the question has `ATTRIBUTE << i`.
const BRAND: u64 = 1;
const STOCK: u64 = 2;
const PRICE: u64 = 4;
const ATTRIBUTE: u64 = 8;
/// Attributes that one question can filter by; more are ignored, as in the store.
const MOST_ATTRIBUTES: usize = 40;

/// A question, made ready for the columns of any bucket.
pub(crate) struct Question<'a> {
    pub(crate) query: &'a ListQuery,
    dictionary: &'a Dictionary,
    text: bool,
    /// Whether each category of the manifest belongs to the one that is asked for.
    pub(crate) members: Option<Vec<bool>>,
    /// Brand and attributes that are asked for.
    wanted: u64,
    /// The filters that each facet value satisfies; empty if there is no such filter.
    satisfies: Vec<u64>,
    /// The filter of each facet key.
    pub(crate) bits: Vec<u64>,
}

/// What is gathered, product by product.
#[derive(Default)]
pub(crate) struct Tally {
    /// By value of the dictionary: products that have it and miss no filter but its own.
    pub(crate) counts: Vec<u32>,
    /// By key of the dictionary: products of the list that have a value of it.
    pub(crate) coverage: Vec<u32>,
    pub(crate) in_stock: u32,
    pub(crate) price: Option<(Currency, i64, i64)>,
    /// The products of the list, each with what it is sorted by.
    pub(crate) rows: Vec<(i64, At)>,
}

impl Tally {
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        Tally {
            counts: vec![0; dictionary.values().len()],
            coverage: vec![0; dictionary.keys().len()],
            ..Tally::default()
        }
    }
}

impl<'a> Question<'a> {
    /// `text`: whether products come with the rank of a search.
    pub(crate) fn new(
        query: &'a ListQuery,
        text: bool,
        members: Option<Vec<bool>>,
        dictionary: &'a Dictionary,
    ) -> Self {
        let attributes = || (0_u32..).zip(query.attributes.iter().take(MOST_ATTRIBUTES));
        let bit_of = |key: &str| match key {
            "brand" => BRAND,
            key => attributes().find(|(_, (k, _))| k.as_str() == key).map_or(0, |(i, _)| ATTRIBUTE << i),
        };
        let bits: Vec<u64> = dictionary.keys().iter().map(bit_of).collect();
        let brand = if query.brands.is_empty() { 0 } else { BRAND };
        let wanted = attributes().fold(brand, |all, (i, _)| all | ATTRIBUTE << i);
        let satisfies = |(value, (key, kind)): (usize, &(u32, FacetKind))| {
            let bit = bits.get(index(*key)).copied().unwrap_or_default() & wanted;
            if bit == 0 {
                return 0;
            }
            let token = dictionary.token(value);
            let filter = || query.attributes.values().nth(index((bit / ATTRIBUTE).trailing_zeros()));
            let fits = match bit {
                BRAND => query.brands.contains(token),
                _ => filter().is_some_and(|filter| match filter {
                    Filter::AnyOf(tokens) => tokens.contains(token),
                    Filter::Within(range) => {
                        number_of(*kind, token).is_some_and(|number| within(*range, number))
                    }
                }),
            };
            if fits { bit } else { 0 }
        };
        let satisfies = match wanted {
            0 => Vec::new(),
            _ => dictionary.values().iter().enumerate().map(satisfies).collect(),
        };
        Question { query, dictionary, text, members, wanted, satisfies, bits }
    }

    /// Counts these rows of a bucket, each with its rank, that stand in one of these `members` of its own categories.
    pub(crate) fn count(
        &self,
        tally: &mut Tally,
        number: usize,
        bucket: &Bucket,
        members: &Option<Vec<bool>>,
        rows: impl Iterator<Item = (usize, i64)>,
    ) {
        if members.as_ref().is_some_and(|members| !members.contains(&true)) {
            return;
        }
        let keys = self.dictionary.values();
        let range = |currency: &Currency| Some(in_minor_units(self.query.price?, *currency));
        let ranges: Vec<Range> = bucket.currencies.iter().filter_map(range).collect();
        for (row, rank) in rows {
            let category = bucket.category.get(row).copied().unwrap_or_default();
            if members.as_ref().is_some_and(|members| members.get(usize::from(category)) != Some(&true)) {
                continue;
            }
            let facets = bucket.facets.get(row);
            let miss = self.misses(bucket, row, facets, &ranges);
            self.look(tally, (number, bucket, row), miss, rank);
            // What misses two filters counts for nothing.
            if miss & miss.wrapping_sub(1) != 0 {
                continue;
            }
            let mut last = u32::MAX;
            for value in facets.iter().map(|value| index(*value)) {
                let key = keys.get(value).map_or(u32::MAX, |(key, _)| *key);
                if miss != 0 && self.bits.get(index(key)).is_none_or(|bit| miss & !bit != 0) {
                    continue;
                }
                tally.counts.get_mut(value).into_iter().for_each(|count| *count += 1);
                if key != last && miss == 0 {
                    tally.coverage.get_mut(index(key)).into_iter().for_each(|count| *count += 1);
                }
                last = key;
            }
        }
    }

    /// The filters that a product misses; `ranges` is the price that is asked for, in each currency of the bucket.
    fn misses(&self, bucket: &Bucket, row: usize, facets: &[u32], ranges: &[Range]) -> u64 {
        let mut miss = 0;
        if self.wanted != 0 {
            let of = |value: &u32| self.satisfies.get(index(*value)).copied().unwrap_or_default();
            miss = self.wanted & !facets.iter().fold(0, |all, value| all | of(value));
        }
        if self.query.in_stock && bucket.available.get(row) == Some(&0) {
            miss |= STOCK;
        }
        if !ranges.is_empty() && !has_price_within(bucket, row, ranges) {
            miss |= PRICE;
        }
        miss
    }

    /// What a product means for the numbers of the list and for its page.
    fn look(&self, tally: &mut Tally, (number, bucket, row): (usize, &Bucket, usize), miss: u64, rank: i64) {
        let available = bucket.available.get(row).copied().unwrap_or_default();
        if miss & !STOCK == 0 && available > 0 {
            tally.in_stock += 1;
        }
        let low = bucket.price_min.get(row).copied().unwrap_or_default();
        let high = bucket.price_max.get(row).copied().unwrap_or_default();
        if miss & !PRICE == 0
            && let Some(currency) = bucket.currency(row)
        {
            // The currency of the product with the lowest id counts.
            tally.price = match tally.price {
                None => Some((currency, low, high)),
                Some((first, min, max)) if first == currency => Some((first, min.min(low), max.max(high))),
                other => other,
            };
        }
        if miss == 0 {
            let place = match self.query.sort {
                Sort::Best if self.text => rank,
                Sort::Best => i64::from(available == 0),
                Sort::PriceUp => low,
                Sort::PriceDown => low.saturating_neg(),
                Sort::Newest => bucket.id(row).0.saturating_neg(),
                Sort::Title => beginning(bucket.title(row)),
            };
            tally.rows.push((place, at(number, row)));
        }
    }
}

/// The number that a token of this kind is: digit by digit as it was written.
pub(crate) fn number_of(kind: FacetKind, token: &str) -> Option<f64> {
    (kind == FacetKind::Number).then(|| token.parse().ok()).flatten()
}

/// Whether a number lies in a range.
fn within(range: Range, number: f64) -> bool {
    range.from.is_none_or(|from| number >= from) && range.to.is_none_or(|to| number <= to)
}

/// A range in minor units of a currency. A thousandth of a minor unit makes up for what 19.99 lacks as a binary number.
fn in_minor_units(range: Range, currency: Currency) -> Range {
    let minor_units = 10_f64.powi(i32::from(currency.decimals()));
    Range {
        from: range.from.map(|from| from * minor_units - 0.001),
        to: range.to.map(|to| to * minor_units + 0.001),
    }
}

/// Whether a variant has a price in the range of its currency.
#[allow(clippy::cast_precision_loss, reason = "prices are below 2^53")]
fn has_price_within(bucket: &Bucket, row: usize, ranges: &[Range]) -> bool {
    let currency = bucket.currency.get(row).map(|currency| usize::from(*currency));
    let Some(range) = currency.and_then(|currency| ranges.get(currency)) else { return false };
    let fits = |price: &i64| within(*range, *price as f64);
    match bucket.prices.get(row) {
        [] => bucket.price_min.get(row).is_some_and(fits),
        prices => prices.iter().any(fits),
    }
}

/// Eight bytes of a title as a number of the same order, upper-case ASCII as lower-case.
fn beginning(title: &str) -> i64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(title.bytes()).for_each(|(byte, of)| *byte = of.to_ascii_lowercase());
    (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed()
}
