//! Sufficient statistics: what a rollup must keep of the units so that they need not be read again.

use crate::undefined::{Result, Undefined, finite};
use serde::{Deserialize, Serialize};

/// Count, mean and sum of squared deviations of one value per unit. Grows by one unit (Welford 1962) or by another
/// `Moments` (Chan, Golub and LeVeque 1979), so that rollups of hours add up to days without loss of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    n: u64,
    mean: f64,
    /// Σ (x − mean)².
    squares: f64,
}

/// Cancelled digits: a sum of squares below this part of the raw one is rounding, not spread.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Σ (x − mean)(y − mean) from raw sums.
fn centred(n: u64, sum_x: f64, sum_y: f64, sum_xy: f64) -> f64 {
    let centred = sum_xy - sum_x * (sum_y / n as f64);
    if centred.abs() <= ROUNDING * sum_xy.abs() { 0.0 } else { centred }
}

impl Moments {
    /// From the sums that a database gives: of the values and of their squares.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`]; [`Undefined::InvalidParameter`] if no values have such sums.
    pub fn from_sums(n: u64, sum: f64, sum_of_squares: f64) -> Result<Self> {
        finite(sum)?;
        finite(sum_of_squares)?;
        if n == 0 {
            return Ok(Moments::default());
        }
        let squares = centred(n, sum, sum, sum_of_squares);
        if squares < -1e-9 * sum_of_squares.abs() {
            return Err(Undefined::InvalidParameter {
                name: "the sum of squares",
                range: "at least the square of the sum divided by the count",
            });
        }
        Ok(Moments { n, mean: sum / n as f64, squares: squares.max(0.0) })
    }

    /// Of `n` units of which `successes` have the value 1 and the others 0.
    ///
    /// # Errors
    /// [`Undefined::InvalidParameter`] for more successes than units.
    pub fn from_successes(n: u64, successes: u64) -> Result<Self> {
        if successes > n {
            return Err(Undefined::InvalidParameter {
                name: "successes",
                range: "at most the number of units",
            });
        }
        if n == 0 {
            return Ok(Moments::default());
        }
        let mean = successes as f64 / n as f64;
        Ok(Moments { n, mean, squares: mean * (n - successes) as f64 })
    }

    /// Adds a unit.
    pub fn push(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (value - self.mean);
    }

    /// These units and those.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.n == 0 || other.n == 0 {
            return if self.n == 0 { other } else { self };
        }
        let n = self.n + other.n;
        let share = other.n as f64 / n as f64;
        let delta = other.mean - self.mean;
        Moments {
            n,
            mean: self.mean + delta * share,
            squares: self.squares + other.squares + delta * delta * share * self.n as f64,
        }
    }

    /// The number of units.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The sum of the values.
    pub fn sum(&self) -> f64 {
        self.mean * self.n as f64
    }

    /// The mean; 0 if there are no units.
    pub(crate) fn centre(&self) -> f64 {
        self.mean
    }

    /// Σ (x − mean)².
    pub(crate) fn squared_deviations(&self) -> f64 {
        self.squares
    }

    /// The mean.
    ///
    /// # Errors
    /// [`Undefined::NoUnits`], [`Undefined::NotFinite`].
    pub fn mean(&self) -> Result<f64> {
        if self.n == 0 { Err(Undefined::NoUnits) } else { finite(self.mean) }
    }

    /// The variance of the population that the units are a sample of (divided by n − 1).
    ///
    /// # Errors
    /// [`Undefined::TooFewUnits`] below two, [`Undefined::NotFinite`].
    pub fn variance(&self) -> Result<f64> {
        if self.n < 2 {
            return Err(Undefined::TooFewUnits { needed: 2, found: self.n });
        }
        finite(self.squares / (self.n - 1) as f64)
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Moments::default();
        values.into_iter().for_each(|value| moments.push(value));
        moments
    }
}

/// [`Moments`] of two values per unit, and how they move together. For ratios (numerator, denominator) and for CUPED
/// (the metric, its value before the experiment).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Joint {
    x: Moments,
    y: Moments,
    /// Σ (x − mean x)(y − mean y).
    products: f64,
}

impl Joint {
    /// From the moments of each value and the sum of their products.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`]; [`Undefined::InvalidParameter`] if the counts differ or the product is impossible.
    pub fn from_sums(x: Moments, y: Moments, sum_of_products: f64) -> Result<Self> {
        finite(sum_of_products)?;
        if x.n != y.n {
            return Err(Undefined::InvalidParameter { name: "the count", range: "the same for both values" });
        }
        if x.n == 0 {
            return Ok(Joint::default());
        }
        let products = centred(x.n, x.sum(), y.sum(), sum_of_products);
        let largest = (x.squares * y.squares).sqrt();
        if products.abs() > largest * (1.0 + 1e-9) + 1e-9 * sum_of_products.abs() {
            return Err(Undefined::InvalidParameter {
                name: "the sum of products",
                range: "possible with these sums of squares",
            });
        }
        Ok(Joint { x, y, products: products.clamp(-largest, largest) })
    }

    /// Adds a unit.
    pub fn push(&mut self, x: f64, y: f64) {
        let before = x - self.x.mean;
        self.x.push(x);
        self.y.push(y);
        self.products += before * (y - self.y.mean);
    }

    /// These units and those.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.x.n == 0 || other.x.n == 0 {
            return if self.x.n == 0 { other } else { self };
        }
        let share = other.x.n as f64 / (self.x.n + other.x.n) as f64 * self.x.n as f64;
        let between = (other.x.mean - self.x.mean) * (other.y.mean - self.y.mean) * share;
        Joint {
            x: self.x.merge(other.x),
            y: self.y.merge(other.y),
            products: self.products + other.products + between,
        }
    }

    /// The number of units.
    pub fn n(&self) -> u64 {
        self.x.n
    }

    /// The first value: the numerator, or the metric.
    pub fn x(&self) -> Moments {
        self.x
    }

    /// The second value: the denominator, or the covariate.
    pub fn y(&self) -> Moments {
        self.y
    }

    /// The covariance (divided by n − 1).
    ///
    /// # Errors
    /// [`Undefined::TooFewUnits`] below two, [`Undefined::NotFinite`].
    pub fn covariance(&self) -> Result<f64> {
        if self.x.n < 2 {
            return Err(Undefined::TooFewUnits { needed: 2, found: self.x.n });
        }
        finite(self.products / (self.x.n - 1) as f64)
    }
}

impl FromIterator<(f64, f64)> for Joint {
    fn from_iter<I: IntoIterator<Item = (f64, f64)>>(values: I) -> Self {
        let mut joint = Joint::default();
        values.into_iter().for_each(|(x, y)| joint.push(x, y));
        joint
    }
}
