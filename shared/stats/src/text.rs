//! Tables of text.

use std::fmt::{self, Formatter};

/// Columns as wide as their widest cell; the first to the left, the others to the right. A row that ends early ends
/// with a sentence, which has no column.
pub(crate) fn table(f: &mut Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let full = || rows.iter().filter(|row| row.len() == columns);
    let length = |cell: &String| cell.chars().count();
    let mut widths: Vec<usize> = (0..columns)
        .map(|column| full().filter_map(|row| row.get(column)).map(length).max().unwrap_or(0))
        .collect();
    let names = rows.iter().filter_map(|row| row.first()).map(length).max();
    widths.iter_mut().zip(names).for_each(|(first, names)| *first = names);
    for row in rows {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width.saturating_sub(length(cell)));
            let sentence = row.len() < columns && index + 1 == row.len() && index > 0;
            let cell = match index {
                0 => format!("{cell}{padding}"),
                _ if sentence => cell.clone(),
                _ => format!("{padding}{cell}"),
            };
            line.push_str("  ");
            line.push_str(&cell);
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}
