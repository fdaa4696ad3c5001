//! Distribution functions: normal, Student's t, chi-squared, beta and gamma.
//!
//! `erfc` and `lgamma` are those of the crate libm (a port of musl). The incomplete beta and gamma functions follow
//! the NIST Digital Library of Mathematical Functions (DLMF). Tails are computed as tails, never as one minus
//! something, so that a p value of 1e-100 has all its digits.

use std::f64::consts::{PI, SQRT_2};

/// Where a continued fraction or a series has converged.
const EPSILON: f64 = 1e-16;
/// A continued fraction's stand-in for zero (Lentz's method).
const TINY: f64 = 1e-300;
/// Far more terms than any argument of a test needs.
const MOST_TERMS: u32 = 100_000;

/// The density of the standard normal distribution.
pub fn normal_pdf(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The probability that a standard normal variable is at most `z`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The probability that a standard normal variable is above `z`.
pub fn normal_sf(z: f64) -> f64 {
    normal_cdf(-z)
}

/// The `z` that a standard normal variable exceeds with probability `p`; infinite at 0 and 1.
///
/// Abramowitz and Stegun 26.2.23 as a start, then Halley's steps on the tail.
pub fn normal_isf(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_isf(1.0 - p);
    }
    if p <= 0.0 {
        return f64::INFINITY;
    }
    let t = (-2.0 * p.ln()).sqrt();
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = t - top / bottom;
    for _ in 0..3 {
        let step = (normal_sf(z) - p) / normal_pdf(z);
        z += step / (1.0 - 0.5 * z * step);
    }
    z
}

/// What Stirling's formula leaves of ln Γ(x), for x ≥ 10 (DLMF 5.11.1).
fn stirling_remainder(x: f64) -> f64 {
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / x
}

/// ln B(a, b). For a large argument the difference of two ln Γ is taken before the digits are lost.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < 10.0 {
        return libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    }
    let sum = small + large;
    let difference = stirling_remainder(large) - stirling_remainder(sum) + small
        - (sum - 0.5) * (small / large).ln_1p()
        - small * large.ln();
    libm::lgamma(small) + difference
}

/// A point of the unit interval with all the digits of both ends.
#[derive(Clone, Copy)]
struct Point {
    x: f64,
    ln_x: f64,
    /// 1 − x.
    y: f64,
    ln_y: f64,
}

impl Point {
    fn mirrored(self) -> Self {
        Point { x: self.y, ln_x: self.ln_y, y: self.x, ln_y: self.ln_x }
    }
}

/// One step of Lentz's method.
fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        result *= d * c;
        if (d * c - 1.0).abs() < EPSILON {
            break;
        }
    }
    result
}

/// I_x(a, b) at a point whose both ends are known (DLMF 8.17.4, 8.17.22).
fn beta_at(a: f64, b: f64, at: Point) -> f64 {
    let front = |a: f64, b: f64, at: Point| {
        (a * at.ln_x + b * at.ln_y - ln_beta(a, b)).exp() / a * beta_fraction(a, b, at.x)
    };
    if at.x <= 0.0 {
        0.0
    } else if at.y <= 0.0 {
        1.0
    } else if at.x < (a + 1.0) / (a + b + 2.0) {
        front(a, b, at)
    } else {
        1.0 - front(b, a, at.mirrored())
    }
}

/// The regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b). `a`, `b` > 0.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    beta_at(a, b, Point { x, ln_x: x.ln(), y: 1.0 - x, ln_y: (-x).ln_1p() })
}

/// The density of Beta(a, b).
pub fn beta_pdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta(a, b)).exp()
}

/// The upper regularised incomplete gamma function Q(a, x): the series of DLMF 8.11.4 below `a + 1`, the continued
/// fraction of DLMF 8.9.2 above.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..MOST_TERMS {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * EPSILON {
                break;
            }
        }
        return 1.0 - front * sum;
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut result = d;
    for n in 1..MOST_TERMS {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        result *= d * c;
        if (d * c - 1.0).abs() < EPSILON {
            break;
        }
    }
    front * result
}

/// The probability that a chi-squared variable with `dof` degrees of freedom is above `x`.
pub fn chi_squared_sf(x: f64, dof: f64) -> f64 {
    gamma_q(dof / 2.0, x / 2.0)
}

/// The probability that a t variable with `dof` degrees of freedom is further from zero than `t`, in either direction.
pub fn t_two_sided(t: f64, dof: f64) -> f64 {
    let square = t * t;
    if dof > 1e4 && square * square <= 0.04 * dof {
        return 2.0 * t_tail_of_many(t.abs(), dof);
    }
    let ratio = square / dof;
    let both = ratio.ln_1p();
    let x = 1.0 / (1.0 + ratio);
    beta_at(dof / 2.0, 0.5, Point { x, ln_x: -both, y: ratio * x, ln_y: ratio.ln() - both })
}

/// The upper tail of t for many degrees of freedom (R. A. Fisher 1925, "Expansion of Student's integral in powers of
/// n⁻¹"), where the continued fraction would need thousands of terms.
fn t_tail_of_many(t: f64, dof: f64) -> f64 {
    let s = t * t;
    let first = (s + 1.0) / 4.0;
    let second = (((3.0 * s - 7.0) * s - 5.0) * s - 3.0) / 96.0;
    let third = (((((s - 11.0) * s + 14.0) * s + 6.0) * s - 3.0) * s - 15.0) / 384.0;
    normal_sf(t) + normal_pdf(t) * t * (first + (second + third / dof) / dof) / dof
}

/// The probability that a t variable with `dof` degrees of freedom is above `t`.
pub fn t_sf(t: f64, dof: f64) -> f64 {
    let tail = 0.5 * t_two_sided(t, dof);
    if t > 0.0 { tail } else { 1.0 - tail }
}

/// The `t` that a t variable with `dof` degrees of freedom exceeds with probability `p` (0 < p ≤ 1/2): Newton's
/// steps on the logarithm of the tail, kept between two brackets.
pub fn t_isf(p: f64, dof: f64) -> f64 {
    if p >= 0.5 {
        return 0.0;
    }
    let mut high = 1.0;
    while t_sf(high, dof) > p && high < 1e300 {
        high *= 2.0;
    }
    let mut low = if high > 1.0 { high / 2.0 } else { 0.0 };
    let ln_constant = -ln_beta(dof / 2.0, 0.5) - 0.5 * dof.ln();
    let mut t = 0.5 * (low + high);
    for _ in 0..100 {
        let tail = t_sf(t, dof);
        if tail > p {
            low = t;
        } else {
            high = t;
        }
        let density = (ln_constant - 0.5 * (dof + 1.0) * (t * t / dof).ln_1p()).exp();
        let newton = t + (tail / p).ln() * tail / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - t).abs() <= 1e-15 * t {
            return next;
        }
        t = next;
    }
    t
}
