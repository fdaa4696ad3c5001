//! Lists with facets: the answer that the store gives in SQL, from the columns in memory.
//!
//! Each product of the category and text has the filters that it misses, one bit per filter. It is on the list if it
//! misses none, and counts for a facet if it misses none but that facet's own: all counts come from one look at each
//! product.

use crate::bucket::{Bucket, FacetKind};
use crate::columns::index;
use crate::dictionary::Dictionary;
use crate::snapshot::Snapshot;
use crate::tables::{At, at, category, split};
use orilla_catalog::ProductId;
use orilla_catalog::facets::{self, CANDIDATES, Count, MOST_VALUES};
use orilla_catalog::query::{Filter, ListQuery, PAGE_SIZE, Range, Sort};
use orilla_catalog::read::Listing;
use orilla_money::{Currency, Money};
use std::cmp::{Ordering, Reverse};

/// The bits of filters; the attribute at index `i` of the question has `ATTRIBUTE << i`.
const BRAND: u64 = 1;
const STOCK: u64 = 2;
const PRICE: u64 = 4;
const ATTRIBUTE: u64 = 8;
/// Attributes that one question can filter by; more are ignored, as in the store.
const MOST_ATTRIBUTES: usize = 40;

/// What a full-text search found: products with a rank, the lowest the best.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matches(Vec<(ProductId, f64)>);

impl FromIterator<(ProductId, f64)> for Matches {
    fn from_iter<I: IntoIterator<Item = (ProductId, f64)>>(found: I) -> Self {
        let mut all: Vec<_> = found.into_iter().collect();
        all.sort_by_key(|(id, _)| *id);
        all.dedup_by_key(|(id, _)| *id);
        Matches(all)
    }
}

/// A question, made ready for the columns of any bucket.
struct Question<'a> {
    query: &'a ListQuery,
    dictionary: &'a Dictionary,
    text: bool,
    /// Whether each category of the manifest belongs to the one that is asked for.
    members: Option<Vec<bool>>,
    /// Brand and attributes that are asked for.
    wanted: u64,
    /// The filters that each facet value satisfies; empty if there is no such filter.
    satisfies: Vec<u64>,
    /// The filter of each facet key.
    bits: Vec<u64>,
}

/// What is gathered, product by product.
#[derive(Default)]
struct Tally {
    /// By value of the dictionary: products that have it and miss no filter but its own.
    counts: Vec<u32>,
    /// By key of the dictionary: products of the list that have a value of it.
    coverage: Vec<u32>,
    in_stock: u32,
    price: Option<(Currency, i64, i64)>,
    /// The products of the list, each with what it is sorted by.
    rows: Vec<(i64, At)>,
}

impl Snapshot {
    /// A page of a list with its facets, as [`Listing`] describes it; `None` if the category does not exist. `matches`
    /// is what a search found for the text; without, the text is ignored.
    ///
    /// All counts are exact. The store estimates, from 200 products on, which facets are worth showing; here that is
    /// exact too.
    pub fn list(&self, query: &ListQuery, matches: Option<&Matches>) -> Option<Listing> {
        let question = self.question(query, matches.is_some())?;
        let mut tally = Tally {
            counts: vec![0; self.dictionary().values().len()],
            coverage: vec![0; self.dictionary().keys().len()],
            ..Tally::default()
        };
        let all = self.buckets().iter().enumerate();
        match matches {
            None => all.for_each(|(number, bucket)| {
                let members = self.members_of(number, bucket, &question);
                question.count(&mut tally, number, bucket, &members, (0..bucket.len()).map(|row| (row, 0)));
            }),
            Some(matches) => {
                let mut found = self.found(matches).peekable();
                for (number, bucket) in all {
                    let here = std::iter::from_fn(|| found.next_if(|(at, _)| split(*at).0 == number));
                    let rows: Vec<_> = here.map(|(at, rank)| (split(at).1, rank)).collect();
                    if !rows.is_empty() {
                        let members = self.members_of(number, bucket, &question);
                        question.count(&mut tally, number, bucket, &members, rows.into_iter());
                    }
                }
            }
        }
        Some(self.listing(&question, tally))
    }

    /// Whether a search found anything in a category, whatever the filters say. If not, the shop asks again for products
    /// that have any of the words.
    pub fn has_any(&self, slug: Option<&str>, matches: &Matches) -> bool {
        let members = slug.map(|slug| self.members(slug).unwrap_or_default());
        let is_member = |at: At| match &members {
            None => true,
            Some(members) => self.category_at(at).is_some_and(|at| members.get(at) == Some(&true)),
        };
        self.found(matches).any(|(at, _)| is_member(at))
    }

    /// The places of what was found, in the order of ids, with ranks as numbers of the same order.
    fn found(&self, matches: &Matches) -> impl Iterator<Item = (At, i64)> {
        matches.0.iter().filter_map(|(id, rank)| Some((self.place(*id)?, ordered(*rank))))
    }

    /// Which categories of the manifest are this one or below it; `None` if there is no such category.
    fn members(&self, slug: &str) -> Option<Vec<bool>> {
        category(self.manifest(), slug)?;
        let below = |known: &str| {
            known.strip_prefix(slug).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Some(self.manifest().categories.iter().map(|category| below(&category.slug)).collect())
    }

    /// Whether each of a bucket's own categories is asked for, by the values of its column; none: all products are.
    fn members_of(&self, number: usize, bucket: &Bucket, question: &Question) -> Option<Vec<bool>> {
        let members = question.members.as_ref()?;
        let of =
            |column| self.tables().category(number, column).is_some_and(|at| members.get(at) == Some(&true));
        Some((0..=u16::try_from(bucket.categories.len()).unwrap_or(u16::MAX)).map(of).collect())
    }

    fn question<'a>(&'a self, query: &'a ListQuery, text: bool) -> Option<Question<'a>> {
        let members = match query.category.as_deref() {
            None => None,
            Some(slug) => Some(self.members(slug)?),
        };
        let dictionary = self.dictionary();
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
        Some(Question { query, dictionary, text, members, wanted, satisfies, bits })
    }

    fn listing(&self, question: &Question, mut tally: Tally) -> Listing {
        let query = question.query;
        let total = u32::try_from(tally.rows.len()).unwrap_or(u32::MAX);
        let facets = facets::facets(query, self.counts(question, &tally, total));
        let page = self.page(query, &mut tally.rows);
        Listing {
            total,
            cards: page.iter().filter_map(|(_, at)| self.card_at(*at)).collect(),
            facets,
            price_range: tally
                .price
                .map(|(currency, low, high)| (Money::new(low, currency), Money::new(high, currency))),
            in_stock: tally.in_stock,
        }
    }

    /// The rows of the page, in order. Only they are sorted.
    fn page<'a>(&self, query: &ListQuery, rows: &'a mut [(i64, At)]) -> &'a [(i64, At)] {
        let title = |at: At| self.at(at).map_or("", |(bucket, row)| bucket.title(row));
        let order = |a: &(i64, At), b: &(i64, At)| {
            let by_title = || match query.sort {
                Sort::Title => no_case(title(a.1), title(b.1)),
                _ => Ordering::Equal,
            };
            a.0.cmp(&b.0).then_with(by_title).then(a.1.cmp(&b.1))
        };
        let size = index(PAGE_SIZE);
        let offset = index(query.page.saturating_sub(1)).saturating_mul(size);
        if offset >= rows.len() {
            return &[];
        }
        rows.select_nth_unstable_by(offset, order);
        let Some(rest) = rows.get_mut(offset..) else { return &[] };
        if rest.len() > size {
            rest.select_nth_unstable_by(size, order);
        }
        let end = rest.len().min(size);
        let Some(page) = rest.get_mut(..end) else { return &[] };
        page.sort_unstable_by(order);
        page
    }

    /// The counts of the facets worth counting: those that are asked for, and those that most products have.
    fn counts(&self, question: &Question, tally: &Tally, total: u32) -> Vec<Count> {
        let dictionary = self.dictionary();
        let mut choices = vec![0_usize; dictionary.keys().len()];
        let counts = || dictionary.values().iter().zip(&tally.counts).enumerate();
        for (_, ((key, _), _)) in counts().filter(|(_, (_, count))| **count > 0) {
            choices.get_mut(index(*key)).into_iter().for_each(|choices| *choices += 1);
        }
        let mut counted: Vec<bool> = question.bits.iter().map(|bit| *bit != 0).collect();
        let keys = dictionary.keys().iter().zip(&tally.coverage).zip(&choices).enumerate();
        let mut candidates: Vec<(Reverse<u32>, &str, usize)> = keys
            .filter(|(at, ((_, coverage), choices))| {
                question.bits.get(*at) == Some(&0)
                    && (2..=MOST_VALUES).contains(*choices)
                    && u64::from(**coverage) * 10 >= u64::from(total)
            })
            .map(|(at, ((key, coverage), _))| (Reverse(*coverage), key, at))
            .collect();
        candidates.sort_unstable();
        for (.., at) in candidates.into_iter().take(CANDIDATES) {
            counted.get_mut(at).into_iter().for_each(|counted| *counted = true);
        }
        counts()
            .filter(|(_, ((key, _), count))| **count > 0 && counted.get(index(*key)) == Some(&true))
            .map(|(value, ((key, kind), count))| {
                let coverage = tally.coverage.get(index(*key)).copied().unwrap_or_default();
                self.count(
                    dictionary.keys().get(index(*key)),
                    *kind,
                    dictionary.token(value),
                    (*count, coverage),
                )
            })
            .collect()
    }

    fn count(&self, key: &str, kind: FacetKind, token: &str, (products, coverage): (u32, u32)) -> Count {
        let names = &self.manifest().keys;
        let named =
            names.binary_search_by(|named| named.key.as_str().cmp(key)).ok().and_then(|at| names.get(at));
        Count {
            key: key.to_owned(),
            name: named.map_or(key, |named| &named.name).to_owned(),
            unit: named.and_then(|named| named.unit.clone()),
            kind: kind.name().to_owned(),
            token: token.to_owned(),
            number: number_of(kind, token),
            products,
            coverage,
        }
    }
}

impl Question<'_> {
    /// Counts these rows of a bucket, each with its rank, that stand in one of these `members` of its own categories.
    fn count(
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
        for (row, rank) in rows {
            let category = bucket.category.get(row).copied().unwrap_or_default();
            if members.as_ref().is_some_and(|members| members.get(usize::from(category)) != Some(&true)) {
                continue;
            }
            let facets = bucket.facets.get(row);
            let miss = self.misses(bucket, row, facets);
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

    /// The filters that a product misses.
    fn misses(&self, bucket: &Bucket, row: usize, facets: &[u32]) -> u64 {
        let mut miss = 0;
        if self.wanted != 0 {
            let of = |value: &u32| self.satisfies.get(index(*value)).copied().unwrap_or_default();
            miss = self.wanted & !facets.iter().fold(0, |all, value| all | of(value));
        }
        if self.query.in_stock && bucket.available.get(row) == Some(&0) {
            miss |= STOCK;
        }
        if let Some(range) = self.query.price
            && !has_price_within(bucket, row, range)
        {
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
fn number_of(kind: FacetKind, token: &str) -> Option<f64> {
    (kind == FacetKind::Number).then(|| token.parse().ok()).flatten()
}

/// Whether a number lies in a range.
fn within(range: Range, number: f64) -> bool {
    range.from.is_none_or(|from| number >= from) && range.to.is_none_or(|to| number <= to)
}

/// Whether a variant has a price in the range, whose ends are in major units. A thousandth of a minor unit makes up for
/// what 19.99 lacks as a binary number.
#[allow(clippy::cast_precision_loss, reason = "prices are below 2^53")]
fn has_price_within(bucket: &Bucket, row: usize, range: Range) -> bool {
    let decimals = bucket.currency(row).map_or(2, Currency::decimals);
    let minor_units = 10_f64.powi(i32::from(decimals));
    let range = Range {
        from: range.from.map(|from| from * minor_units - 0.001),
        to: range.to.map(|to| to * minor_units + 0.001),
    };
    let fits = |price: &i64| within(range, *price as f64);
    match bucket.prices.get(row) {
        [] => bucket.price_min.get(row).is_some_and(fits),
        prices => prices.iter().any(fits),
    }
}

/// A number of the same order as a rank.
fn ordered(rank: f64) -> i64 {
    // As `f64::total_cmp` does it: of negative numbers, all bits but the sign are turned around.
    let bits = rank.to_bits().cast_signed();
    bits ^ (bits >> 63).cast_unsigned().wrapping_shr(1).cast_signed()
}

/// Eight bytes of a title as a number of the same order, upper-case ASCII as lower-case.
fn beginning(title: &str) -> i64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(title.bytes()).for_each(|(byte, of)| *byte = of.to_ascii_lowercase());
    (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed()
}

/// SQLite's order NOCASE: byte by byte, upper-case ASCII as lower-case.
fn no_case(a: &str, b: &str) -> Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}
