//! The words of what people type.

/// The longest search text, in characters.
const LONGEST: usize = 200;

/// What people look for: pieces between spaces with a letter or digit in them, of the first 200 characters. Quotes and
/// control characters separate, as spaces do: a quote would end a string of FTS5, and SQLite reads a NUL as the end.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let text: String =
        text.chars().take(LONGEST).map(|c| if c == '"' || c.is_control() { ' ' } else { c }).collect();
    let words: Vec<String> = text
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .map(str::to_owned)
        .collect();
    words.into_iter()
}
