//! What a loaded snapshot knows beyond its buckets: one numbering of categories and facet values for all of them, the
//! way from handles to products, and the versions of categories.

use crate::bucket::{Bucket, FacetKind};
use crate::columns::index;
use crate::fingerprint::{combine, digest};
use crate::manifest::Manifest;
use orilla_catalog::way;
use std::collections::HashMap;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Where a product stands: the index of its bucket times 256, plus its row. The order of these is the order of ids.
pub(crate) type At = u32;

/// The product at this row of the bucket at this index.
pub(crate) fn at(bucket: usize, row: usize) -> At {
    u32::try_from(bucket).unwrap_or(u32::MAX).wrapping_mul(256).wrapping_add(u32::try_from(row).unwrap_or(0))
}

/// The index of the bucket, and the row.
pub(crate) fn split(at: At) -> (usize, usize) {
    (index(at / 256), index(at % 256))
}

/// No category.
pub(crate) const NONE: u32 = u32::MAX;

/// A category of the manifest, which has the same index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Category {
    /// The one above.
    pub(crate) parent: Option<usize>,
    /// Products that stand in it itself.
    pub(crate) products: u32,
    /// The digest of its name and of those above it.
    pub(crate) names: u64,
    /// The version of the lists of it: a digest of what decides about the places of the products in and below it. A
    /// sum, so that it does not depend on the order.
    pub(crate) version: u64,
}

/// A facet value; its token stands in the bucket where it was first met.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) key: u32,
    pub(crate) kind: FacetKind,
    pub(crate) number: f64,
    pub(crate) bucket: u32,
    pub(crate) token: u32,
}

/// The numbers that a bucket's own categories, facet keys and values have in the snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) categories: Vec<u32>,
    pub(crate) keys: Vec<u32>,
    pub(crate) values: Vec<u32>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) categories: Vec<Category>,
    /// The names of facet keys, in the order in which they were met.
    pub(crate) keys: Vec<String>,
    pub(crate) values: Vec<Value>,
    /// One for each bucket.
    pub(crate) numbers: Vec<Numbers>,
    /// The hash of each handle and its product, sorted.
    handles: Vec<(u64, At)>,
    /// The version of lists of the whole catalogue.
    pub(crate) version: u64,
    /// The version of everything: of whatever a search may look at.
    pub(crate) content: u64,
    /// The digest of what facets are called.
    pub(crate) key_names: u64,
    /// The digest of the tree of categories with its counts.
    pub(crate) tree: u64,
}

impl Tables {
    pub(crate) fn new(manifest: &Manifest, buckets: &[Arc<Bucket>]) -> Self {
        let mut tables = Tables {
            categories: categories(manifest),
            key_names: digest(&manifest.keys),
            ..Tables::default()
        };
        tables.number(manifest, buckets);
        tables.sum(buckets);
        tables.handles = handles(buckets);
        tables.tree = digest(&(
            &manifest.categories,
            tables.categories.iter().map(|category| category.products).collect::<Vec<_>>(),
        ));
        tables
    }

    /// Numbers categories as the manifest, values as they are met.
    fn number(&mut self, manifest: &Manifest, buckets: &[Arc<Bucket>]) {
        let mut keys = HashMap::<&str, u32>::new();
        let mut values = HashMap::<(u32, FacetKind, &str), u32>::new();
        for (number, bucket) in (0..).zip(buckets) {
            let key_numbers: Vec<u32> = bucket
                .keys
                .iter()
                .map(|key| {
                    *keys.entry(key).or_insert_with(|| {
                        self.keys.push(key.to_owned());
                        u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX)
                    })
                })
                .collect();
            let value_numbers = (0..).zip(bucket.values.iter().zip(bucket.tokens.iter()));
            let value_numbers = value_numbers.map(|(token, (value, text))| {
                let key = key_numbers.get(index(value.key)).copied().unwrap_or(NONE);
                *values.entry((key, value.kind, text)).or_insert_with(|| {
                    let (kind, value_number) = (value.kind, value.number);
                    self.values.push(Value { key, kind, number: value_number, bucket: number, token });
                    u32::try_from(self.values.len() - 1).unwrap_or(u32::MAX)
                })
            });
            let values = value_numbers.collect();
            let of = |slug: &str| {
                let at = category(manifest, slug).and_then(|at| u32::try_from(at).ok());
                at.unwrap_or(NONE)
            };
            let categories = bucket.categories.iter().map(of).collect();
            self.numbers.push(Numbers { categories, keys: key_numbers, values });
        }
    }

    /// The counts and versions of categories and of the whole.
    fn sum(&mut self, buckets: &[Arc<Bucket>]) {
        for (bucket, numbers) in buckets.iter().zip(&self.numbers) {
            for (row, (prints, local)) in bucket.fingerprints.iter().zip(&bucket.category).enumerate() {
                let id = bucket.id(row).0.cast_unsigned();
                let version = combine(id, prints.listing);
                self.version = self.version.wrapping_add(version);
                self.content = self.content.wrapping_add(combine(id, prints.content));
                let mut next = numbers.category(*local);
                let mut own = 1;
                while let Some(category) = next.and_then(|at| self.categories.get_mut(at)) {
                    category.products += own;
                    category.version = category.version.wrapping_add(version);
                    own = 0;
                    next = category.parent;
                }
            }
        }
    }

    /// Products whose handle has this hash; the caller compares.
    pub(crate) fn with_hash(&self, handle: &str) -> impl Iterator<Item = At> {
        let hash = xxh3_64(handle.as_bytes());
        let start = self.handles.partition_point(|(known, _)| *known < hash);
        let rest = self.handles.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(known, _)| *known == hash).map(|(_, at)| *at)
    }
}

impl Numbers {
    /// The category of the manifest that a row's column `category` means.
    pub(crate) fn category(&self, column: u16) -> Option<usize> {
        let local = usize::from(column).checked_sub(1)?;
        self.categories.get(local).filter(|number| **number != NONE).map(|number| index(*number))
    }
}

/// The index of a category in the manifest.
pub(crate) fn category(manifest: &Manifest, slug: &str) -> Option<usize> {
    manifest.categories.binary_search_by(|category| category.slug.as_str().cmp(slug)).ok()
}

fn categories(manifest: &Manifest) -> Vec<Category> {
    let of = |known: &orilla_catalog::read::CategoryRef| {
        let on_the_way: Vec<usize> = way(&known.slug).filter_map(|slug| category(manifest, slug)).collect();
        let names: Vec<_> = on_the_way.iter().filter_map(|at| manifest.categories.get(*at)).collect();
        let parent = known.slug.rsplit_once('/').and_then(|(above, _)| category(manifest, above));
        Category { parent, names: digest(&names), ..Category::default() }
    };
    manifest.categories.iter().map(of).collect()
}

fn handles(buckets: &[Arc<Bucket>]) -> Vec<(u64, At)> {
    let mut all = Vec::with_capacity(buckets.iter().map(|bucket| bucket.len()).sum());
    for (number, bucket) in buckets.iter().enumerate() {
        let of = |(row, handle): (usize, &str)| (xxh3_64(handle.as_bytes()), at(number, row));
        all.extend(bucket.handles().enumerate().map(of));
    }
    all.sort_unstable();
    all
}
