//! Where the next page of a list begins, as a text that only this shop reads.

use crate::Problem;
use orilla_orders::Fingerprint;

/// The largest position: above it a JavaScript number is not exact, and the store could not bind it.
const FURTHEST: i64 = (1 << 53) - 1;
/// Digits of the list's name.
const NAME: usize = 8;

/// Writes the position in a list. `list` names the question that the list answers: the cursor opens no other one.
pub fn write(position: i64, list: &str) -> String {
    format!("{position:x}.{}", name(list))
}

/// Reads what [`write`] wrote for the same list.
///
/// # Errors
/// 422 that names `cursor`.
pub fn read(cursor: &str, list: &str) -> Result<i64, Problem> {
    let invalid = || {
        Problem::field(
            "cursor",
            "invalid",
            "this is not a cursor of this list: use next_cursor of the page before",
        )
    };
    let (position, of) = cursor.split_once('.').ok_or_else(invalid)?;
    let digits = !position.is_empty() && position.bytes().all(|b| b.is_ascii_hexdigit());
    let position = i64::from_str_radix(position, 16).ok().filter(|_| digits).ok_or_else(invalid)?;
    if of != name(list) || !(0..=FURTHEST).contains(&position) {
        return Err(invalid());
    }
    Ok(position)
}

fn name(list: &str) -> String {
    Fingerprint::of(list).as_str().chars().take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_list_only() {
        for position in [0, 1, 48, FURTHEST] {
            assert_eq!(read(&write(position, "products"), "products"), Ok(position));
            assert!(read(&write(position, "products"), "orders").is_err());
        }
    }

    #[test]
    fn refuses_other_texts() {
        let own = write(10, "products");
        let of = own.split_once('.').unwrap().1;
        for position in ["", "-1", "+1", "zz", "20000000000000", "ffffffffffffffffffff", "1.1", "١"] {
            assert!(read(&format!("{position}.{of}"), "products").is_err(), "{position}");
        }
        for cursor in ["", ".", "a", "🦀", &own.to_uppercase()] {
            assert!(read(cursor, "products").is_err(), "{cursor}");
        }
    }
}
