//! What a loaded snapshot knows beyond its buckets: one numbering of categories for all of them, the way from handles
//! to products, and the versions of categories.

use crate::bucket::Bucket;
use crate::columns::index;
use crate::fingerprint::{combine, digest};
use crate::manifest::Manifest;
use orilla_catalog::way;
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

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) categories: Vec<Category>,
    /// For each bucket the numbers of its own categories.
    numbers: Vec<Vec<u32>>,
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

    /// Numbers the buckets' categories as the manifest does.
    fn number(&mut self, manifest: &Manifest, buckets: &[Arc<Bucket>]) {
        let number =
            |slug: &str| category(manifest, slug).and_then(|at| u32::try_from(at).ok()).unwrap_or(NONE);
        self.numbers = buckets.iter().map(|bucket| bucket.categories.iter().map(number).collect()).collect();
    }

    /// The category of the manifest that the column `category` of a row of this bucket means.
    pub(crate) fn category(&self, bucket: usize, column: u16) -> Option<usize> {
        let local = usize::from(column).checked_sub(1)?;
        self.numbers.get(bucket)?.get(local).filter(|number| **number != NONE).map(|number| index(*number))
    }

    /// The counts and versions of categories and of the whole.
    fn sum(&mut self, buckets: &[Arc<Bucket>]) {
        for (number, bucket) in buckets.iter().enumerate() {
            for (row, (prints, local)) in bucket.fingerprints.iter().zip(&bucket.category).enumerate() {
                let id = bucket.id(row).0.cast_unsigned();
                let version = combine(id, prints.listing);
                self.version = self.version.wrapping_add(version);
                self.content = self.content.wrapping_add(combine(id, prints.version()));
                let mut next = self.category(number, *local);
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
