//! Small choices of products: related, featured, by id.

use crate::bucket::Bucket;
use crate::columns::index;
use crate::snapshot::Snapshot;
use crate::tables::{At, at};
use orilla_catalog::ProductId;
use orilla_catalog::read::Card;
use orilla_sorting::least;

/// The place of a product in an order that looks shuffled and stays. The multiplier is Knuth's for hashing by
/// multiplication; the store has the same order.
fn shuffle(id: ProductId) -> u64 {
    id.0.wrapping_mul(2_654_435_761).rem_euclid(1 << 32).unsigned_abs()
}

impl Snapshot {
    /// All products, with bucket and row.
    fn rows(&self) -> impl Iterator<Item = (At, &Bucket, usize)> {
        let all = self.buckets().iter().enumerate();
        all.flat_map(|(number, bucket)| {
            (0..bucket.len()).map(move |row| (at(number, row), bucket.as_ref(), row))
        })
    }

    /// Up to `most` other products of the same category, then of those beside and above it, available first, the
    /// nearest price first.
    pub fn related(&self, product: ProductId, most: u32) -> Vec<Card> {
        let me = self.place(product).and_then(|place| Some((place, self.category_at(place)?)));
        let Some((me, category)) = me else { return Vec::new() };
        let price = |bucket: &Bucket, row: usize| bucket.price_min.get(row).copied().unwrap_or_default();
        let my_price = self.at(me).map_or(0, |(bucket, row)| price(bucket, row));
        let parent = |at: usize| self.tables().categories.get(at).and_then(|category| category.parent);
        let above = parent(category);
        // 0: the same; 1: beside or above; none: elsewhere.
        let distances: Vec<Option<u8>> = (0..self.tables().categories.len())
            .map(|at| match at == category {
                true => Some(0),
                false => (above.is_some() && (Some(at) == above || parent(at) == above)).then_some(1),
            })
            .collect();
        let standing = |(place, bucket, row): (At, &Bucket, usize)| {
            let distance = (*distances.get(self.category_at(place)?)?)?;
            let sold_out = bucket.available.get(row) == Some(&0);
            (place != me).then(|| (distance, sold_out, price(bucket, row).abs_diff(my_price), place))
        };
        let near = self.rows().filter_map(standing);
        least(near, index(most)).into_iter().filter_map(|(.., place)| self.card_at(place)).collect()
    }

    /// Products for the home page: available, with a picture or a category; one of each category, then a second of each,
    /// and so on, in an order that looks shuffled and stays.
    pub fn featured(&self, most: u32) -> Vec<Card> {
        let rounds = most.min(100);
        let fits = |(place, bucket, row): (At, &Bucket, usize)| {
            let category = self.category_at(place);
            let shown = category.is_some() || bucket.has_picture(row);
            let available = bucket.available.get(row).is_some_and(|available| *available > 0);
            // As one number, by category and then shuffled: so it is sorted by what sorts the handles.
            let category = category.map_or(0, |at| at as u64 + 1);
            (available && shown).then(|| ((category << 32) + shuffle(bucket.id(row)), place))
        };
        let mut choice: Vec<(u64, At)> = self.rows().filter_map(fits).collect();
        choice.sort_unstable();
        let mut round = 0;
        let mut last = None;
        let rounds_of = choice.into_iter().map(|(standing, place)| {
            let category = Some(standing >> 32);
            round = if last == category { round + 1 } else { 0 };
            last = category;
            (round, standing % (1 << 32), place)
        });
        least(rounds_of.filter(|(round, ..)| *round < rounds), index(most))
            .into_iter()
            .filter_map(|(.., place)| self.card_at(place))
            .collect()
    }

    /// Products in the order of their ids, from the one after `after`.
    pub fn page_by_id(&self, after: ProductId, most: u32) -> Vec<Card> {
        let (number, _) = crate::place(after);
        let start = self.manifest().buckets.partition_point(|bucket| bucket.number < number);
        let buckets = self.buckets().iter().enumerate().skip(start);
        let rows = buckets.flat_map(|(at_bucket, bucket)| {
            (0..bucket.len()).filter(move |row| bucket.id(*row) > after).map(move |row| at(at_bucket, row))
        });
        rows.take(index(most)).filter_map(|place| self.card_at(place)).collect()
    }
}
