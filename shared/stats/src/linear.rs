//! Systems of a few linear equations: Cholesky's decomposition of a symmetric positive definite matrix.

use crate::undefined::{Result, Undefined};

/// A square matrix as rows.
pub(crate) type Matrix = Vec<Vec<f64>>;

/// A pivot below this part of its diagonal element is what rounding leaves of zero.
const RANK_TOLERANCE: f64 = 1e-12;

/// The lower triangle L of A = L Lᵀ.
pub(crate) struct Cholesky {
    rows: Matrix,
}

impl Cholesky {
    /// Decomposes a symmetric matrix (only its lower triangle is read).
    ///
    /// # Errors
    /// [`Undefined::Collinear`] if it is not positive definite.
    pub(crate) fn new(matrix: &Matrix) -> Result<Self> {
        let mut rows: Matrix = Vec::with_capacity(matrix.len());
        for values in matrix {
            let mut row: Vec<f64> = Vec::with_capacity(rows.len() + 1);
            for (above, value) in rows.iter().zip(values) {
                let pivot = above.last().copied().unwrap_or(1.0);
                row.push((value - dot(&row, above)) / pivot);
            }
            let diagonal = values.get(rows.len()).copied().unwrap_or(0.0);
            let rest = diagonal - dot(&row, &row);
            if rest.is_nan() || rest <= RANK_TOLERANCE * diagonal.abs() {
                return Err(Undefined::Collinear);
            }
            row.push(rest.sqrt());
            rows.push(row);
        }
        Ok(Cholesky { rows })
    }

    /// L⁻¹ b.
    pub(crate) fn half_solve(&self, b: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(b.len());
        for (row, value) in self.rows.iter().zip(b) {
            let pivot = row.last().copied().unwrap_or(1.0);
            solved.push((value - dot(&solved, row)) / pivot);
        }
        solved
    }

    /// A⁻¹ b.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut left = self.half_solve(b);
        let mut reversed = Vec::with_capacity(left.len());
        for row in self.rows.iter().rev() {
            let pivot = row.last().copied().unwrap_or(1.0);
            let value = left.pop().unwrap_or(0.0) / pivot;
            left.iter_mut().zip(row).for_each(|(rest, factor)| *rest -= factor * value);
            reversed.push(value);
        }
        reversed.reverse();
        reversed
    }

    /// The diagonal of A⁻¹.
    pub(crate) fn inverse_diagonal(&self) -> Vec<f64> {
        let size = self.rows.len();
        let unit =
            |index: usize| -> Vec<f64> { (0..size).map(|i| f64::from(u8::from(i == index))).collect() };
        (0..size).map(|index| self.half_solve(&unit(index)).iter().map(|part| part * part).sum()).collect()
    }
}

/// The sum of products; the longer one's surplus is left out.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Adds `weight` · x xᵀ to a matrix.
pub(crate) fn add_outer(matrix: &mut Matrix, x: &[f64], weight: f64) {
    for (row, left) in matrix.iter_mut().zip(x) {
        row.iter_mut().zip(x).for_each(|(cell, right)| *cell += weight * left * right);
    }
}

/// A matrix with `value` on its diagonal.
pub(crate) fn diagonal(size: usize, value: f64) -> Matrix {
    (0..size).map(|i| (0..size).map(|j| if i == j { value } else { 0.0 }).collect()).collect()
}

/// Ordinary least squares: the coefficients of `y` on the rows of `x`.
///
/// # Errors
/// [`Undefined::Collinear`].
pub(crate) fn least_squares<'a>(
    size: usize,
    rows: impl Iterator<Item = (&'a [f64], f64)>,
) -> Result<Vec<f64>> {
    let mut products = diagonal(size, 0.0);
    let mut right = vec![0.0; size];
    for (x, y) in rows {
        add_outer(&mut products, x, 1.0);
        right.iter_mut().zip(x).for_each(|(sum, x)| *sum += x * y);
    }
    Ok(Cholesky::new(&products)?.solve(&right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn solves_what_it_decomposed(
            rows in prop::collection::vec(prop::collection::vec(-3.0..3.0f64, 4), 4),
            x in prop::collection::vec(-5.0..5.0f64, 4),
        ) {
            let mut matrix = diagonal(4, 0.5);
            rows.iter().for_each(|row| add_outer(&mut matrix, row, 1.0));
            let b: Vec<f64> = matrix.iter().map(|row| dot(row, &x)).collect();
            let solved = Cholesky::new(&matrix).unwrap().solve(&b);
            prop_assert!(solved.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-6), "{solved:?} {x:?}");
        }
    }

    #[test]
    fn dependent_rows_are_refused() {
        let matrix = vec![vec![1.0, 2.0], vec![2.0, 4.0]];
        assert_eq!(Cholesky::new(&matrix).err(), Some(Undefined::Collinear));
        assert_eq!(Cholesky::new(&vec![vec![f64::NAN]]).err(), Some(Undefined::Collinear));
    }
}
