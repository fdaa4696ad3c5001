//! Lists with facets: the answer that the store gives in SQL, from the columns in memory.

use crate::bucket::{Bucket, FacetKind};
use crate::columns::index;
use crate::entry::FacetKey;
use crate::snapshot::Snapshot;
use crate::tables::{At, category, split};
use crate::tally::{Question, Tally, number_of};
use orilla_catalog::ProductId;
use orilla_catalog::facets::{self, CANDIDATES, Count, MOST_VALUES};
use orilla_catalog::query::{ListQuery, PAGE_SIZE, Sort};
use orilla_catalog::read::Listing;
use orilla_money::Money;
use std::cmp::{Ordering, Reverse};

/// What a full-text search found: products with a rank, the lowest the best.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matches(Vec<(ProductId, f64)>);

impl FromIterator<(ProductId, f64)> for Matches {
    fn from_iter<I: IntoIterator<Item = (ProductId, f64)>>(found: I) -> Self {
        let mut all: Vec<_> = found.into_iter().collect();
        orilla_sorting::sort_by_key(&mut all, |(id, _)| *id);
        all.dedup_by_key(|(id, _)| *id);
        Matches(all)
    }
}

impl Snapshot {
    /// A page of a list with its facets, as [`Listing`] describes it; `None` if the category does not exist. `matches`
    /// is what a search found for the text; without, the text is ignored.
    ///
    /// All counts are exact. The store estimates, from 200 products on, which facets are worth showing; here that is
    /// exact too.
    pub fn list(&self, query: &ListQuery, matches: Option<&Matches>) -> Option<Listing> {
        let members = match query.category.as_deref() {
            None => None,
            Some(slug) => Some(self.members(slug)?),
        };
        let question = Question::new(query, matches.is_some(), members, self.dictionary());
        let mut tally = Tally::new(self.dictionary());
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
        orilla_sorting::sort_by(page, order);
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
        let candidates = keys
            .filter(|(at, ((_, coverage), choices))| {
                question.bits.get(*at) == Some(&0)
                    && (2..=MOST_VALUES).contains(*choices)
                    && u64::from(**coverage) * 10 >= u64::from(total)
            })
            .map(|(at, ((key, coverage), _))| {
                (Reverse(*coverage), self.named(key).map_or(0, |named| named.rank), key, at)
            });
        for (.., at) in orilla_sorting::least(candidates, CANDIDATES) {
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

    /// What a facet's key is called.
    fn named(&self, key: &str) -> Option<&FacetKey> {
        let names = &self.manifest().keys;
        names.binary_search_by(|named| named.key.as_str().cmp(key)).ok().and_then(|at| names.get(at))
    }

    fn count(&self, key: &str, kind: FacetKind, token: &str, (products, coverage): (u32, u32)) -> Count {
        let named = self.named(key);
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

/// A number of the same order as a rank.
fn ordered(rank: f64) -> i64 {
    // As `f64::total_cmp` does it: of negative numbers, all bits but the sign are turned around.
    let bits = rank.to_bits().cast_signed();
    bits ^ (bits >> 63).cast_unsigned().wrapping_shr(1).cast_signed()
}

/// SQLite's order NOCASE: byte by byte, upper-case ASCII as lower-case.
fn no_case(a: &str, b: &str) -> Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}
