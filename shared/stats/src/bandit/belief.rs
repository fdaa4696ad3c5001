//! What is believed about an arm, and how likely each is the best.

use crate::estimate::Estimate;
use crate::special::{beta_cdf, beta_pdf, normal_cdf, normal_pdf};
use crate::undefined::{Result, Undefined};

/// The posterior of an arm's mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Belief {
    /// Of any mean: the estimate and its standard error.
    Normal {
        /// The expected value.
        mean: f64,
        /// The standard deviation of the belief.
        deviation: f64,
    },
    /// Of a conversion rate: both at least 1.
    Beta {
        /// Successes plus one.
        a: f64,
        /// Failures plus one.
        b: f64,
    },
}

impl Belief {
    /// A conversion rate under a flat prior.
    pub fn of_conversions(n: u64, successes: u64) -> Self {
        Belief::Beta { a: successes as f64 + 1.0, b: n.saturating_sub(successes) as f64 + 1.0 }
    }

    /// A mean under a flat prior.
    ///
    /// # Errors
    /// [`Undefined::NoVariance`].
    pub fn of_estimate(estimate: &Estimate) -> Result<Self> {
        estimate.with_spread()?;
        Ok(Belief::Normal { mean: estimate.mean(), deviation: estimate.standard_error() })
    }

    fn check(self) -> Result<Self> {
        let good = match self {
            Belief::Normal { mean, deviation } => {
                mean.is_finite() && deviation > 0.0 && deviation.is_finite()
            }
            Belief::Beta { a, b } => a >= 1.0 && b >= 1.0 && (a + b).is_finite(),
        };
        if good { Ok(self) } else { Err(Undefined::InvalidParameter { name: "a belief", range: "proper" }) }
    }

    fn mean(self) -> f64 {
        match self {
            Belief::Normal { mean, .. } => mean,
            Belief::Beta { a, b } => a / (a + b),
        }
    }

    fn deviation(self) -> f64 {
        match self {
            Belief::Normal { deviation, .. } => deviation,
            Belief::Beta { a, b } => (a * b / (a + b + 1.0)).sqrt() / (a + b),
        }
    }

    fn density(self, x: f64) -> f64 {
        match self {
            Belief::Normal { mean, deviation } => normal_pdf((x - mean) / deviation) / deviation,
            Belief::Beta { a, b } => beta_pdf(x, a, b),
        }
    }

    fn below(self, x: f64) -> f64 {
        match self {
            Belief::Normal { mean, deviation } => normal_cdf((x - mean) / deviation),
            Belief::Beta { a, b } => beta_cdf(x, a, b),
        }
    }

    /// Where its density changes pace.
    fn marks(self) -> impl Iterator<Item = f64> {
        const STEPS: [f64; 12] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0, 30.0];
        let (mean, deviation) = (self.mean(), self.deviation());
        let (least, most) = match self {
            Belief::Normal { .. } => (mean - 8.0 * deviation, mean + 8.0 * deviation),
            Belief::Beta { .. } => (0.0, 1.0),
        };
        STEPS
            .into_iter()
            .flat_map(move |step| [mean - step * deviation, mean + step * deviation])
            .map(move |mark| mark.clamp(least, most))
            .chain([least, most])
    }
}

/// Nodes and weights of Gauss and Legendre's rule of ten points (Abramowitz and Stegun 25.4.30), one half.
const RULE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_3),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_1),
];

/// The probability that each arm has the greatest mean: ∫ fᵢ(x) Πⱼ≠ᵢ Fⱼ(x) dx, by quadrature between the marks of all
/// beliefs. Exact to about nine digits, and the same on every run, unlike counting draws.
///
/// # Errors
/// [`Undefined::NoUnits`] without arms, [`Undefined::InvalidParameter`] for a belief that is none.
pub fn best_arm_probabilities(arms: &[Belief]) -> Result<Vec<f64>> {
    let arms = arms.iter().map(|arm| arm.check()).collect::<Result<Vec<_>>>()?;
    if arms.is_empty() {
        return Err(Undefined::NoUnits);
    }
    let mut marks: Vec<f64> = arms.iter().flat_map(|arm| arm.marks()).collect();
    marks.sort_by(f64::total_cmp);
    let mut probabilities = vec![0.0; arms.len()];
    for (low, high) in marks.iter().zip(marks.iter().skip(1)).filter(|(low, high)| low < high) {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        for (node, weight) in RULE.iter().flat_map(|(node, weight)| [(*node, *weight), (-node, *weight)]) {
            let x = middle + half * node;
            let below: Vec<f64> = arms.iter().map(|arm| arm.below(x)).collect();
            for (index, (probability, arm)) in probabilities.iter_mut().zip(&arms).enumerate() {
                let others = below.iter().enumerate().filter(|(other, _)| *other != index);
                *probability +=
                    half * weight * arm.density(x) * others.map(|(_, below)| below).product::<f64>();
            }
        }
    }
    let total: f64 = probabilities.iter().sum();
    if !(total > 0.5 && total.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    Ok(probabilities.into_iter().map(|probability| probability / total).collect())
}
