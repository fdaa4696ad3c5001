//! Who falls into which bucket: GrowthBook's hashes (FNV-1a of 32 bits), weights and ranges.
//!
//! Source of the formulas: GrowthBook's "Build your own SDK" guide, and the conformance cases.

/// A part of the unit interval: from `start` (included) to `end` (excluded).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The first bucket inside, 0 to 1.
    pub start: f64,
    /// The first bucket beyond, 0 to 1.
    pub end: f64,
}

impl Range {
    /// From `start` (included) to `end` (excluded).
    pub const fn new(start: f64, end: f64) -> Self {
        Range { start, end }
    }

    /// Whether `bucket` is inside.
    pub fn contains(&self, bucket: f64) -> bool {
        bucket >= self.start && bucket < self.end
    }
}

/// Which of GrowthBook's two hashes decides about a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashVersion {
    /// The first: 1,000 buckets, slightly uneven. Kept for experiments that began with it.
    V1,
    /// The second: 10,000 buckets, hashed twice.
    V2,
}

impl HashVersion {
    /// The version with this number; `None` for a number that has none.
    pub fn from_number(number: f64) -> Option<Self> {
        match number as i64 {
            1 if number.fract() == 0.0 => Some(HashVersion::V1),
            2 if number.fract() == 0.0 => Some(HashVersion::V2),
            _ => None,
        }
    }
}

const OFFSET_BASIS: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// FNV-1a over the UTF-16 code units of `text`, as JavaScript counts them, continued from `state`.
fn fnv1a(state: u32, text: &str) -> u32 {
    let mut hash = state;
    for byte in text.bytes() {
        if !byte.is_ascii() {
            return text
                .encode_utf16()
                .fold(state, |hash, unit| (hash ^ u32::from(unit)).wrapping_mul(PRIME));
        }
        hash = (hash ^ u32::from(byte)).wrapping_mul(PRIME);
    }
    hash
}

/// FNV-1a over the decimal digits of `number`.
fn fnv1a_decimal(number: u32) -> u32 {
    // Powers that the compiler knows: ten divisions that don't wait for one another.
    let prefixes = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1]
        .map(|p| number / p);
    let first = prefixes.iter().take(9).take_while(|prefix| **prefix == 0).count();
    prefixes
        .iter()
        .skip(first)
        .fold(OFFSET_BASIS, |hash, prefix| (hash ^ (u32::from(b'0') + prefix % 10)).wrapping_mul(PRIME))
}

/// A seed, hashed as far as it goes without a visitor.
#[derive(Clone, Debug)]
pub struct Seed {
    version: HashVersion,
    text: Box<str>,
    /// Version 2 hashes the seed first: this is where it stands after the seed.
    state: u32,
}

impl Seed {
    /// A seed for hashes of this version.
    pub fn new(text: &str, version: HashVersion) -> Self {
        Seed { version, text: text.into(), state: fnv1a(OFFSET_BASIS, text) }
    }

    /// The bucket of `value`: 0 (included) to 1 (excluded), in steps of 1/1,000 (v1) or 1/10,000 (v2).
    pub fn bucket(&self, value: &str) -> f64 {
        match self.version {
            HashVersion::V1 => f64::from(fnv1a(fnv1a(OFFSET_BASIS, value), &self.text) % 1000) / 1000.0,
            HashVersion::V2 => f64::from(fnv1a_decimal(fnv1a(self.state, value)) % 10_000) / 10_000.0,
        }
    }
}

/// The bucket of `value` under `seed`: 0 (included) to 1 (excluded).
pub fn bucket(seed: &str, value: &str, version: HashVersion) -> f64 {
    Seed::new(seed, version).bucket(value)
}

/// `count` weights that are all the same and sum to 1.
pub fn equal_weights(count: usize) -> Vec<f64> {
    vec![1.0 / count as f64; count]
}

/// Whether these weights can be used for `count` variations: one each, and a sum of 1 (±0.01).
pub fn are_weights_usable(count: usize, weights: &[f64]) -> bool {
    let total: f64 = weights.iter().sum();
    weights.len() == count && (0.99..=1.01).contains(&total)
}

/// The range of each variation: its weight's part of the interval, of which `coverage` is used.
///
/// `coverage` is brought between 0 and 1. Weights that can't be used count as equal weights. Since a range begins
/// where it began whatever the coverage, more coverage only adds people and moves nobody.
pub fn bucket_ranges(count: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<Range> {
    let coverage = coverage.clamp(0.0, 1.0);
    let equal;
    let weights = match weights.filter(|weights| are_weights_usable(count, weights)) {
        Some(weights) => weights,
        None => {
            equal = equal_weights(count);
            &equal
        }
    };
    let mut start = 0.0;
    weights
        .iter()
        .map(|weight| {
            let range = Range::new(start, start + coverage * weight);
            start += weight;
            range
        })
        .collect()
}

/// The first range that `bucket` is in.
pub fn choose_variation(bucket: f64, ranges: &[Range]) -> Option<usize> {
    ranges.iter().position(|range| range.contains(bucket))
}

/// GrowthBook's first way to keep experiments apart: a part of a namespace, named by its own seed.
#[derive(Clone, Debug)]
pub struct Namespace {
    seed: Seed,
    range: Range,
}

impl Namespace {
    /// The part `range` of the namespace `id`.
    pub fn new(id: &str, range: Range) -> Self {
        Namespace { seed: Seed::new(&format!("__{id}"), HashVersion::V1), range }
    }

    /// Whether the visitor with this hash value is in the part.
    pub fn contains(&self, value: &str) -> bool {
        self.range.contains(self.seed.bucket(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_decimal(number: u32) {
        assert_eq!(fnv1a_decimal(number), fnv1a(OFFSET_BASIS, &number.to_string()), "{number}");
    }

    #[test]
    fn decimal_digits_are_hashed_as_text() {
        for number in [0, 1, 9, 10, 4_294_967_295, 1_000_000_000, 999_999_999, 123_456] {
            check_decimal(number);
        }
    }

    #[test]
    fn text_beyond_ascii_is_hashed_by_utf16_units() {
        // JavaScript: hashFnv32a("é🛋") over the units e9, d83d, decb.
        let units = [0xe9_u32, 0xd83d, 0xdecb];
        let expected = units.iter().fold(OFFSET_BASIS, |hash, unit| (hash ^ unit).wrapping_mul(PRIME));
        assert_eq!(fnv1a(OFFSET_BASIS, "é🛋"), expected);
    }

    /// Chi-squared of 20,000 people in 20 equal cells: 19 degrees of freedom, 43.8 at p = 0.001.
    #[track_caller]
    fn check_uniform(seed: &str, limit: f64) {
        let seed = Seed::new(seed, HashVersion::V2);
        let mut cells = [0.0_f64; 20];
        for person in 0..20_000 {
            let bucket = seed.bucket(&format!("visitor-{person}"));
            cells[(bucket * 20.0) as usize] += 1.0;
        }
        let chi_squared: f64 = cells.iter().map(|n| (n - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi_squared < limit, "{chi_squared}");
    }

    #[test]
    fn buckets_are_uniform() {
        for seed in ["checkout-steps", "card-layout", "delivery-promise", "a", ""] {
            check_uniform(seed, 43.8);
        }
    }

    #[test]
    fn buckets_of_two_seeds_are_independent() {
        let (a, b) = (Seed::new("one", HashVersion::V2), Seed::new("two", HashVersion::V2));
        let both = (0..20_000)
            .filter(|n| {
                let id = format!("u{n}");
                a.bucket(&id) < 0.5 && b.bucket(&id) < 0.5
            })
            .count();
        // Binomial(20,000, 1/4): standard deviation 61.2; four of them.
        assert!((4755..=5245).contains(&both), "{both}");
    }
}
