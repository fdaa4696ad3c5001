//! What a browser brings along to the account that is signed in on it.
//!
//! A browser whose session ran out keeps its cart: whoever was away for long finds it there, and signing in again is all
//! that it takes. But a browser may have a next person. What stood in the cart when the session was seen to be over is
//! not theirs; what was put in since is.

use crate::{PortError, Random};
use orilla_orders::{BrowserId, Cart, Held, Owner};

/// What a browser shows of its cart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Which copy of whose cart it is. `None`: the browser has not been told yet who it is.
    pub held: Option<Held>,
    /// The cart in the cookie. `None`: it has none, because that one is empty, or because the browser has lost it.
    pub own: Option<Cart>,
    /// The cart as it was when the session was seen to be over, if it was.
    pub left: Option<Cart>,
}

/// What of it is an account's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Which copy of the account's cart it is.
    pub held: Held,
    /// The cart of who is signed in, as far as this browser knows.
    pub own: Option<Cart>,
    /// Whether the browser knows `held`. If not it is told so first: with the request that shows that it does, its cart
    /// is merged, so a guest's cart is merged once, however many answers get lost.
    pub is_told: bool,
}

impl Shown {
    /// What of it belongs to this account. Nothing of another one's does; of what nobody saw when it was put in, nobody
    /// knows whose it is: it is the other one's.
    ///
    /// # Errors
    /// That of the dice.
    pub fn brought_to(&self, account: &str, random: &dyn Random) -> Result<Brought, PortError> {
        let owner = Owner::of(account);
        let own = match self.held {
            Some(held) if held.owner == owner => {
                return Ok(Brought { held, own: self.own.clone(), is_told: true });
            }
            Some(_) => {
                let own = self.own.clone().unwrap_or_default();
                Some(self.left.as_ref().map(|left| Cart::default().changed(left, &own)).unwrap_or_default())
            }
            None => self.own.clone(),
        };
        let [.., a, b, c, d, e, f, g, h] = random.bytes()?;
        let browser = BrowserId::from_random([a, b, c, d, e, f, g, h]);
        Ok(Brought { held: Held::first(browser, owner), own, is_told: false })
    }

    /// Whether somebody else was signed in here the last time.
    pub fn is_of_another(&self, account: &str) -> bool {
        self.held.is_some_and(|held| held.owner != Owner::of(account))
    }

    /// As it is from the moment on at which the session is seen to be over; `None` if nothing has to be remembered.
    pub fn set_aside(&self) -> Option<(Held, Cart)> {
        let left = self.left.clone().or_else(|| self.own.clone());
        self.held.map(|held| (held, left.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_catalog::VariantId;
    use orilla_orders::{CartLedger, Quantity};
    use proptest::prelude::*;
    use std::cell::Cell;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Rolling(AtomicU8);

    impl Random for Rolling {
        fn bytes(&self) -> Result<[u8; 16], PortError> {
            Ok([self.0.fetch_add(1, Ordering::Relaxed); 16])
        }
    }

    /// A browser that people share, the shop, and what each of two accounts has put in and nobody has taken out.
    struct World {
        shown: Shown,
        inside: Option<usize>,
        ledgers: [CartLedger; 2],
        /// What of the cart was put in while nobody was signed in.
        guest: BTreeMap<i64, u32>,
        wanted: [BTreeMap<i64, u32>; 2],
        random: Rolling,
        next: Cell<i64>,
    }

    const NAMES: [&str; 2] = ["ada", "bea"];

    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// Somebody signs in, if nobody is.
        SignIn(usize),
        /// The session runs out, and a page notices.
        RunsOut,
        /// Something is put in, on the device; the shop hears of it, or does not yet.
        Add(bool),
        /// A page asks what is in it.
        Look,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            2 => (0..2usize).prop_map(Step::SignIn),
            2 => Just(Step::RunsOut),
            3 => any::<bool>().prop_map(Step::Add),
            1 => Just(Step::Look),
        ]
    }

    fn lines(cart: &Cart) -> BTreeMap<i64, u32> {
        cart.lines().iter().map(|line| (line.variant.0, line.quantity.get())).collect()
    }

    impl World {
        fn new() -> Self {
            World {
                shown: Shown::default(),
                inside: None,
                ledgers: Default::default(),
                guest: BTreeMap::new(),
                wanted: Default::default(),
                random: Rolling(AtomicU8::new(1)),
                next: Cell::new(1),
            }
        }

        fn look(&mut self) {
            let Some(who) = self.inside else { return };
            let brought = self.shown.brought_to(NAMES[who], &self.random).unwrap();
            assert!(brought.is_told, "the sign-in has told it");
            let ledger = &mut self.ledgers[who];
            let own = brought.own.or_else(|| ledger.shown(brought.held).cloned()).unwrap_or_default();
            let synced = ledger.sync(brought.held, &own, 0);
            self.shown = Shown { held: Some(synced.held), own: Some(synced.cart), left: None };
        }

        fn take(&mut self, step: Step) {
            match step {
                Step::SignIn(who) if self.inside.is_none() => {
                    let is_own = self.shown.held.is_some_and(|held| held.owner == Owner::of(NAMES[who]));
                    let brought = self.shown.brought_to(NAMES[who], &self.random).unwrap();
                    self.shown = Shown { held: Some(brought.held), own: brought.own, left: None };
                    self.inside = Some(who);
                    assert_eq!(brought.is_told, is_own);
                    self.wanted[who].append(&mut self.guest);
                    // What the one before had put in and the shop had not heard of goes with them.
                    if !is_own {
                        let other = lines(&self.ledgers[1 - who].cart());
                        self.wanted[1 - who].retain(|variant, _| other.contains_key(variant));
                    }
                }
                Step::RunsOut => {
                    self.inside = None;
                    if let Some((held, left)) = self.shown.set_aside() {
                        self.shown = Shown { held: Some(held), left: Some(left), ..self.shown.clone() };
                    }
                }
                Step::Add(is_heard) => {
                    let variant = self.next.replace(self.next.get() + 1);
                    let mut own = self.shown.own.clone().unwrap_or_default();
                    own.add(VariantId(variant), Quantity::new(2).unwrap()).unwrap();
                    self.shown.own = Some(own);
                    match self.inside {
                        Some(who) => self.wanted[who].insert(variant, 2),
                        None => self.guest.insert(variant, 2),
                    };
                    if is_heard {
                        self.look();
                    }
                }
                Step::SignIn(_) => {}
                Step::Look => self.look(),
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_of_one_person_s_goes_to_the_next_and_what_a_guest_put_in_goes_to_who_signs_in_once(
            steps in prop::collection::vec(step(), 0..30),
        ) {
            let mut world = World::new();
            for step in steps {
                world.take(step);
            }
            world.look();
            for who in 0..2 {
                let has = lines(&world.ledgers[who].cart());
                // What waits on the browser is only the last one's to bring.
                let wanted = &world.wanted[who];
                prop_assert!(has.iter().all(|(variant, pieces)| wanted.get(variant) == Some(pieces)), "{has:?} {wanted:?}");
                if world.inside == Some(who) {
                    prop_assert_eq!(&has, wanted);
                }
            }
        }
    }
}
