//! Who a shopper is counted as, on all browsers alike.
//!
//! Which variation of an experiment somebody sees follows from the visitor's id alone. So a person stays in one when all
//! browsers have one id: that of the first browser that signed in and agreed to be counted. The account wins, always:
//! a browser that comes later takes its id. No list of assignments has to be merged for that, and what nobody has met
//! yet is settled as well. Who a browser was before is not kept.

use serde::{Deserialize, Serialize};

/// Days for which an id counts: 13 months, as long as the cookie that holds it.
pub const LIFE: i64 = 395;

/// A visitor's id, and the day (since 1970) on which it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The id, as the visitor's cookie has it.
    pub visitor: String,
    /// The day.
    pub day: i64,
}

impl Identity {
    fn counts(&self, today: i64) -> bool {
        (0..LIFE).contains(&(today - self.day))
    }
}

/// A browser whose owner agreed to be counted is signed in. An account whose id is too old takes the browser's: nobody is
/// known for longer than was promised.
pub fn stitch(account: Option<Identity>, browser: Identity, today: i64) -> Identity {
    account.filter(|identity| identity.counts(today)).unwrap_or(browser)
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_flags::{Flags, Visitor};
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    fn identity(seed: u32, day: i64) -> Identity {
        Identity { visitor: format!("visitor-{seed}"), day }
    }

    #[test]
    fn the_account_wins_while_its_id_counts() {
        let (old, new) = (identity(1, 100), identity(2, 490));
        assert_eq!(stitch(None, new.clone(), 490), new);
        assert_eq!(stitch(Some(old.clone()), new.clone(), 494), old);
        assert_eq!(stitch(Some(old.clone()), old.clone(), 494), old);
        assert_eq!(stitch(Some(old), new.clone(), 495), new);
    }

    /// The variations of a few experiments with shares of all kinds.
    fn seen(visitor: &str) -> Vec<String> {
        let rule = |weights: serde_json::Value| json!({ "defaultValue": 0, "rules": [{ "variations": [0, 1, 2], "weights": weights }] });
        let document = json!({ "features": {
            "even": rule(json!([0.34, 0.33, 0.33])),
            "lopsided": rule(json!([0.9, 0.05, 0.05])),
            "covered": { "defaultValue": 0, "rules": [{ "variations": [1, 2], "coverage": 0.5 }] },
        } });
        let (flags, faults) = Flags::read(&document);
        assert!(faults.is_empty(), "{faults:?}");
        let visitor = Visitor::new(visitor);
        ["even", "lopsided", "covered"]
            .map(|flag| flags.evaluate(flag, &visitor, 0).value.to_string())
            .to_vec()
    }

    proptest! {
        /// Browsers of two people sign in in any order, some of them after the other person was there, which makes the
        /// browser somebody new. From the first sign-in on, nobody sees another variation.
        #[test]
        fn nobody_moves_between_variations(
            steps in prop::collection::vec((0..2usize, 0..4usize, any::<bool>()), 1..30),
        ) {
            let (mut accounts, mut visitors) = ([None, None], 10);
            let mut browsers: Vec<Identity> = (0..4).map(|seed| identity(seed, 0)).collect();
            let mut shown = [const { BTreeSet::new() }; 2];
            for (day, (person, browser, is_new)) in (0..).zip(steps) {
                if is_new {
                    visitors += 1;
                    browsers[browser] = identity(visitors, day);
                } else if accounts.iter().flatten().any(|owner: &Identity| owner.visitor == browsers[browser].visitor)
                    && accounts[person].as_ref().is_none_or(|own: &Identity| own.visitor != browsers[browser].visitor)
                {
                    // The other one has been signed in there: whoever comes next is somebody new.
                    visitors += 1;
                    browsers[browser] = identity(visitors, day);
                }
                let identity = stitch(accounts[person].take(), browsers[browser].clone(), day);
                browsers[browser].clone_from(&identity);
                shown[person].insert(seen(&identity.visitor));
                accounts[person] = Some(identity);
            }
            prop_assert!(shown.iter().all(|shown| shown.len() <= 1), "{:?}", shown);
        }
    }
}
