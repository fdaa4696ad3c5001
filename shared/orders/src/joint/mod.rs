//! A cart that several browsers of one shopper fill, some of them without a network. Merging loses nothing.
//!
//! It is a replicated data type with a join (Shapiro, Preguiça, Baquero, Zawirski, "A comprehensive study of Convergent
//! and Commutative Replicated Data Types", INRIA RR-7506, 2011): for each variant, and each replica that has put some of
//! it in, how many pieces it has added and how many of those somebody has taken out again. Both only grow, and merging
//! takes the larger of each. So what is merged does not depend on the order, or on how often; two browsers that take the
//! same piece out take it out once; and a piece that one adds while another takes out what it sees stays.

mod ledger;
#[cfg(test)]
mod tests;

pub use ledger::{BrowserId, CartLedger, Held, MOST_BROWSERS, Owner, Synced};

use crate::{Cart, CartLine, MOST_LINES, Quantity};
use orilla_catalog::VariantId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who adds: each writer under a number of its own, which nobody else uses.
pub type Replica = u32;

/// Pieces of one variant by one replica: added, and taken out of those by anybody. `.1 ≤ .0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Count(u32, u32);

impl Count {
    fn left(self) -> u32 {
        self.0.saturating_sub(self.1)
    }
}

/// What is known of one variant.
type Counts = BTreeMap<Replica, Count>;

/// The cart as one replica knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JointCart(BTreeMap<i64, Counts>);

impl JointCart {
    /// Pieces of a variant.
    pub fn quantity(&self, variant: VariantId) -> u32 {
        let counts = self.0.get(&variant.0).into_iter().flatten();
        counts.fold(0, |sum: u32, (_, count)| sum.saturating_add(count.left()))
    }

    /// A replica puts pieces in. What it adds is its own to count: nobody else may use its number.
    pub fn add(&mut self, replica: Replica, variant: VariantId, pieces: u32) {
        if pieces > 0 {
            let count = self.0.entry(variant.0).or_default().entry(replica).or_default();
            count.0 = count.0.saturating_add(pieces);
        }
    }

    /// Takes pieces out, of those that this replica knows; more than there are is all. The oldest replica's come first,
    /// so that two who take out one of the same pieces mean the same piece.
    pub fn remove(&mut self, variant: VariantId, mut pieces: u32) {
        for count in self.0.get_mut(&variant.0).into_iter().flatten().map(|(_, count)| count) {
            let taken = pieces.min(count.left());
            count.1 += taken;
            pieces -= taken;
        }
    }

    /// What both know.
    pub fn merge(&mut self, other: &JointCart) {
        for (variant, counts) in &other.0 {
            let mine = self.0.entry(*variant).or_default();
            for (replica, count) in counts {
                let known = mine.entry(*replica).or_default();
                *known = Count(known.0.max(count.0), known.1.max(count.1));
            }
        }
    }

    /// The cart that a page shows: in the order of `like`, then by variant, as much as a cart can hold.
    pub fn shown(&self, like: &Cart) -> Cart {
        let mut cart = Cart::default();
        let known = like.lines().iter().map(|line| line.variant);
        for variant in known.chain(self.0.keys().copied().map(VariantId)) {
            if let Ok(quantity) = Quantity::new(self.quantity(variant).min(Quantity::MOST)) {
                // A 51st line waits until there is room.
                let _ = cart.set(variant, quantity);
            }
        }
        cart
    }

    /// A replica was shown one cart and has made another of it. Of what it was not shown it changes nothing.
    pub fn change(&mut self, replica: Replica, shown: &Cart, to: &Cart) {
        for CartLine { variant, quantity } in shown.lines() {
            let wanted = to.quantity(*variant).map_or(0, Quantity::get);
            if wanted < quantity.get() {
                self.remove(*variant, self.quantity(*variant).saturating_sub(wanted));
            }
        }
        for CartLine { variant, quantity } in to.lines() {
            let before = shown.quantity(*variant).map_or(0, Quantity::get);
            self.add(replica, *variant, quantity.get().saturating_sub(before));
        }
    }

    /// Sees to it that there is at least as much as in this cart: for one of which nobody knows what has been merged
    /// already.
    fn raise(&mut self, replica: Replica, cart: &Cart) {
        for CartLine { variant, quantity } in cart.lines() {
            self.add(replica, *variant, quantity.get().saturating_sub(self.quantity(*variant)));
        }
    }

    /// How many counts it holds.
    fn size(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }
}

/// Makes all copies of a cart smaller: what all of them know alike of a variant is as if one replica, number 0, had
/// added what is left. Nobody else may have a copy.
fn settle(copies: &mut [&mut JointCart]) {
    let Some((first, others)) = copies.split_first() else { return };
    let mut alike: Vec<i64> = first.0.keys().copied().collect();
    alike.retain(|variant| others.iter().all(|other| other.0.get(variant) == first.0.get(variant)));
    for cart in copies {
        for variant in &alike {
            let left = cart.quantity(VariantId(*variant));
            match left {
                0 => cart.0.remove(variant),
                left => cart.0.insert(*variant, Counts::from([(0, Count(left, 0))])),
            };
        }
    }
}

/// The most counts of a copy: several for each line of a full cart.
const LARGEST: usize = 4 * MOST_LINES;
