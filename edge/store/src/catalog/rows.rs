//! Many rows in one bound parameter.

use serde::Serialize;

/// The longest parameter, in bytes: D1 takes 2 MB, and one row can be large itself.
const LONGEST: usize = 1_000_000;

/// Rows for `json_each(?1)`: JSON arrays of rows, each array short enough for one parameter.
#[derive(Debug, Default)]
pub(super) struct Rows {
    chunks: Vec<String>,
}

impl Rows {
    /// Adds a row: usually a tuple, whose parts SQL reads by `value ->> 0`, `value ->> 1`, ….
    pub(super) fn push(&mut self, row: &impl Serialize) {
        // Serialising plain data (no maps with odd keys, no failing impls) can't fail.
        let Ok(json) = serde_json::to_string(row) else { return };
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() + json.len() < LONGEST => {
                chunk.push(',');
                chunk.push_str(&json);
            }
            _ => self.chunks.push(format!("[{json}")),
        }
    }

    /// The arrays; none if there is no row.
    pub(super) fn into_chunks(self) -> Vec<String> {
        self.chunks.into_iter().map(|chunk| chunk + "]").collect()
    }
}

impl<T: Serialize> FromIterator<T> for Rows {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut all = Rows::default();
        rows.into_iter().for_each(|row| all.push(&row));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row_bytes: usize, rows: usize, expected_chunks: usize) {
        let text = "x".repeat(row_bytes);
        let chunks = (0..rows).map(|i| (i, &text)).collect::<Rows>().into_chunks();
        assert_eq!(chunks.len(), expected_chunks);
        let read: Vec<(usize, String)> =
            chunks.iter().flat_map(|c| serde_json::from_str::<Vec<_>>(c).unwrap()).collect();
        assert!(read.iter().map(|(i, _)| *i).eq(0..rows), "every row once, in order");
        assert!(chunks.iter().all(|c| c.len() < 2_000_000));
    }

    #[test]
    fn parameters_stay_below_the_limit() {
        check(10, 0, 0);
        check(10, 3, 1);
        check(600_000, 3, 3);
        check(400_000, 5, 3);
        check(1_900_000, 2, 2);
    }
}
