//! Contextual bandits with linear rewards, for slots: which of these banners for this visitor?

use crate::linear::{Cholesky, Matrix, add_outer, diagonal, dot};
use crate::random::Random;
use crate::undefined::{Result, Undefined, finite, positive};
use serde::{Deserialize, Serialize};

/// Ridge regression of an arm's reward on the context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearArm {
    /// λ I + Σ x xᵀ.
    products: Matrix,
    /// Σ reward · x.
    rewards: Vec<f64>,
}

/// The expected reward of an arm in a context.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// x · θ.
    pub mean: f64,
    /// √(xᵀ A⁻¹ x): how little is known about this context.
    pub width: f64,
}

impl LinearArm {
    /// An arm that nothing is known about, for contexts of `size` numbers; `ridge` pulls the coefficients to zero.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for a ridge that is not positive or no size.
    pub fn new(size: usize, ridge: f64) -> Result<Self> {
        positive("the size of the context", size as f64)?;
        Ok(LinearArm { products: diagonal(size, positive("the ridge", ridge)?), rewards: vec![0.0; size] })
    }

    /// An arm whose coefficients are pulled to zero by as much as each of these says: by 0, not at all, and such an arm
    /// predicts nothing before it has learned. The pull of a coefficient is the variance of the rewards, in theory, over that
    /// of the coefficient (Hoerl and Kennard 1970, "Ridge regression", as a Bayesian reads it).
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for a pull below zero or none at all.
    pub fn pulled(pulls: &[f64]) -> Result<Self> {
        positive("the size of the context", pulls.len() as f64)?;
        let mut products = diagonal(pulls.len(), 1.0);
        for (at, (row, pull)) in products.iter_mut().zip(pulls).enumerate() {
            if !(0.0..f64::INFINITY).contains(pull) {
                return Err(Undefined::InvalidParameter { name: "the pull", range: "0 or more" });
            }
            row.iter_mut().skip(at).take(1).for_each(|own| *own = *pull);
        }
        Ok(LinearArm { products, rewards: vec![0.0; pulls.len()] })
    }

    /// Learns what this context's reward was.
    ///
    /// # Errors
    /// As [`LinearArm::predict`].
    pub fn learn(&mut self, context: &[f64], reward: f64) -> Result<()> {
        let reward = finite(reward)?;
        self.check(context)?;
        add_outer(&mut self.products, context, 1.0);
        self.rewards.iter_mut().zip(context).for_each(|(sum, x)| *sum += reward * x);
        Ok(())
    }

    /// Learns that so many rewards in this context have this mean: as [`LinearArm::learn`] of each. `units` need not be
    /// whole: an estimate is worth as many as its variance says.
    ///
    /// # Errors
    /// As [`LinearArm::predict`], and if there are no units.
    pub fn learn_mean(&mut self, context: &[f64], units: f64, mean: f64) -> Result<()> {
        let sum = finite(positive("the units", units)? * finite(mean)?)?;
        self.check(context)?;
        add_outer(&mut self.products, context, units);
        self.rewards.iter_mut().zip(context).for_each(|(all, x)| *all += sum * x);
        Ok(())
    }

    /// The coefficients θ = A⁻¹ b.
    ///
    /// # Errors
    /// [`Undefined::Collinear`] if the numbers have run out of digits.
    pub fn coefficients(&self) -> Result<Vec<f64>> {
        Ok(Cholesky::new(&self.products)?.solve(&self.rewards))
    }

    /// What to expect in this context.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for a context of another size, [`Undefined::NotFinite`],
    /// [`Undefined::Collinear`].
    pub fn predict(&self, context: &[f64]) -> Result<Prediction> {
        self.check(context)?;
        let decomposed = Cholesky::new(&self.products)?;
        let half = decomposed.half_solve(context);
        let mean = dot(&half, &decomposed.half_solve(&self.rewards));
        Ok(Prediction { mean: finite(mean)?, width: finite(dot(&half, &half).sqrt())? })
    }

    fn check(&self, context: &[f64]) -> Result<()> {
        if context.len() != self.rewards.len() {
            return Err(Undefined::InvalidParameter { name: "the context", range: "as long as the arm's" });
        }
        if context.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(Undefined::NotFinite) }
    }
}

/// How an arm is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The greatest x · θ + α width (Li, Chu, Langford and Schapire 2010, "A contextual-bandit approach to personalized
    /// news article recommendation": LinUCB with disjoint models). The same context gets the same arm.
    Ucb {
        /// α: 1 is usual.
        alpha: f64,
    },
    /// The greatest draw from N(x · θ, (scale · width)²) (Agrawal and Goyal 2013, "Thompson sampling for contextual
    /// bandits with linear payoffs"; with disjoint arms, the law of x · θ̃ is this one).
    Thompson {
        /// The scale of the posterior: the standard deviation of the rewards.
        scale: f64,
    },
}

/// Arms for one slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearBandit {
    /// The arms.
    pub arms: Vec<LinearArm>,
    /// How one is chosen.
    pub policy: Policy,
    /// The share of choices made blindly, so that every arm keeps a probability: each arm has at least `explore` / arms.
    pub explore: f64,
}

impl LinearBandit {
    /// The arm for this context.
    ///
    /// # Errors
    /// [`Undefined::NoUnits`] without arms; as [`LinearArm::predict`].
    pub fn choose(&self, context: &[f64], random: &mut impl Random) -> Result<usize> {
        if self.arms.is_empty() {
            return Err(Undefined::NoUnits);
        }
        if random.uniform() < self.explore {
            return random.pick(&vec![1.0; self.arms.len()]).ok_or(Undefined::NoUnits);
        }
        let mut best = (0, f64::NEG_INFINITY);
        for (index, arm) in self.arms.iter().enumerate() {
            let prediction = arm.predict(context)?;
            let value = match self.policy {
                Policy::Ucb { alpha } => prediction.mean + alpha * prediction.width,
                Policy::Thompson { scale } => prediction.mean + scale * prediction.width * random.normal(),
            };
            if value > best.1 {
                best = (index, value);
            }
        }
        Ok(best.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// Two kinds of visitors, each with a favourite: after a while each gets it.
    #[track_caller]
    fn check(policy: Policy) {
        let mut random = SplitMix64::new(3);
        let arm = LinearArm::new(2, 1.0).unwrap();
        let mut bandit = LinearBandit { arms: vec![arm.clone(), arm], policy, explore: 0.02 };
        let mut right = 0;
        for round in 0..2000 {
            let kind = usize::from(random.uniform() < 0.5);
            let context = if kind == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
            let chosen = bandit.choose(&context, &mut random).unwrap();
            let rate = if chosen == kind { 0.5 } else { 0.2 };
            let reward = f64::from(u8::from(random.uniform() < rate));
            bandit.arms[chosen].learn(&context, reward).unwrap();
            right += usize::from(round >= 1000 && chosen == kind);
        }
        assert!(right > 930, "{right} of 1000 right");
    }

    #[test]
    fn learns_who_likes_what() {
        check(Policy::Ucb { alpha: 1.0 });
        check(Policy::Thompson { scale: 0.5 });
    }

    #[test]
    fn a_mean_of_many_is_learned_as_each_of_them() {
        let (mut each, mut at_once) = (LinearArm::new(2, 1.0).unwrap(), LinearArm::new(2, 1.0).unwrap());
        for reward in [1.0, 0.0, 0.0, 5.0] {
            each.learn(&[1.0, 0.5], reward).unwrap();
        }
        at_once.learn_mean(&[1.0, 0.5], 4.0, 1.5).unwrap();
        let [each, at_once] = [each, at_once].map(|arm| arm.predict(&[1.0, 1.0]).unwrap());
        assert!((each.mean - at_once.mean).abs() < 1e-12 && (each.width - at_once.width).abs() < 1e-12);
    }

    #[test]
    fn odd_contexts_are_refused() {
        let arm = LinearArm::new(2, 1.0).unwrap();
        assert!(arm.predict(&[1.0]).is_err());
        assert_eq!(arm.predict(&[1.0, f64::NAN]), Err(Undefined::NotFinite));
        assert!(LinearArm::new(0, 1.0).is_err() && LinearArm::new(1, 0.0).is_err());
        let mut arm = arm;
        assert!(arm.learn_mean(&[1.0, 0.0], 0.0, 1.0).is_err() && arm.learn_mean(&[1.0], 1.0, 1.0).is_err());
    }
}
