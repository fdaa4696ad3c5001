//! What the shop has in the end, beside what the devices say.

use crate::Result;
use crate::device::Device;
use crate::network::Weather;
use crate::shop::{Ordered, Product, Shop};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

/// Carts that several browsers of a shopper share.
#[derive(Default)]
pub struct Carts {
    pub all: usize,
    /// Those that are not the same on all of them in the end, or have lost something or hold it twice.
    pub apart: usize,
}

/// The sums.
#[derive(Default)]
pub struct Verdict {
    carts: Carts,
    placed: usize,
    given_up: usize,
    /// Orders of which a device still does not know what became.
    open: usize,
    refused: usize,
    /// Devices say that the shop has them, and it has not, or under another number.
    lost: usize,
    /// The shop has more than one for a key.
    duplicated: usize,
    /// The shop has them, and their devices say that nothing was ordered, or that it was taken back.
    unwanted: usize,
    /// Pieces that were sold and that there were not, or that are missing and that nobody bought.
    oversold: i64,
}

impl Verdict {
    /// Compares.
    pub fn reach(shop: &Shop, products: &[Product], devices: &[Device], carts: Carts) -> Result<Verdict> {
        let mut verdict = Verdict { carts, ..Verdict::default() };
        let mut had: BTreeMap<String, Vec<Ordered>> = BTreeMap::new();
        for order in shop.orders()? {
            let key = order.email.split('@').next().unwrap_or_default().to_owned();
            had.entry(key).or_default().push(order);
        }
        for product in products {
            let domain = format!("@{}.example", product.handle);
            let of_it = had.values().flatten().filter(|order| order.email.ends_with(&domain));
            let sold: i64 = of_it.map(|order| i64::from(order.pieces)).sum();
            verdict.oversold += (i64::from(product.stock) - sold - shop.left(product)?).abs()
                + (sold - i64::from(product.stock)).max(0);
        }
        for told in devices.iter().map(Device::told) {
            verdict.placed += told.placed.len();
            verdict.given_up += told.given_up.len();
            verdict.open += told.open.len();
            verdict.refused += told.refused.len();
            told.open.iter().chain(&told.refused).take(3).for_each(|line| eprintln!("left: {line}"));
            for (key, number) in &told.placed {
                let has = had.remove(key).unwrap_or_default();
                verdict.lost += usize::from(!has.iter().any(|order| order.number == *number));
                verdict.duplicated += has.len().saturating_sub(1);
            }
        }
        verdict.unwanted = had.values().map(Vec::len).sum();
        Ok(verdict)
    }

    /// Whether each of so many orders was placed once, or given up and not placed.
    pub fn is_good(&self, orders: usize) -> bool {
        let Verdict { placed, given_up, open, refused, lost, duplicated, unwanted, oversold, .. } = *self;
        placed + given_up == orders
            && [open, refused, lost, duplicated, unwanted, self.carts.apart] == [0; 6]
            && oversold == 0
            && placed > 0
    }

    /// As a table.
    pub fn table(&self, seed: u64, weather: &Weather<'_>) -> String {
        let told = &weather.told;
        let count = |counter: &AtomicU32| i64::from(counter.load(Ordering::Relaxed));
        let sum = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let rows = [
            ("orders placed", sum(self.placed)),
            ("given up: sold out meanwhile, or taken back", sum(self.given_up)),
            ("network away", count(&told.away)),
            ("requests lost", count(&told.lost_requests)),
            ("answers lost", count(&told.lost_answers)),
            ("requests held up, delivered later", count(&told.held_up)),
            ("requests sent twice and later again", count(&told.duplicates)),
            ("devices stopped in the middle", count(&told.stops)),
            ("taken back in the middle", count(&told.regretted)),
            ("requests that the shop did not live to answer", count(&told.unanswered)),
            ("carts on three browsers each", sum(self.carts.all)),
            ("carts that DIFFER, or lost or doubled something", sum(self.carts.apart)),
            ("orders LOST", sum(self.lost)),
            ("orders DUPLICATED", sum(self.duplicated)),
            ("orders that nobody wanted any more", sum(self.unwanted)),
            ("pieces OVERSOLD or missing", self.oversold),
            ("orders left open or refused", sum(self.open + self.refused)),
        ];
        rows.iter().fold(format!("seed {seed}"), |mut table, (name, number)| {
            // Writing to a String never fails.
            let _ = write!(table, "\n{name:<48}{number:>8}");
            table
        })
    }
}
