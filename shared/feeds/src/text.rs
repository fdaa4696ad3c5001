//! Small readers of text that several formats need.

use crate::Rejection;
use orilla_catalog::{Attribute, AttributeKey, AttributeValue, CategoryPath};
use orilla_money::Currency;

/// Plain text as HTML: one paragraph for each block between empty lines.
pub(crate) fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    blocks.map(|block| format!("<p>{}</p>", escaped(block))).collect()
}

fn escaped(text: &str) -> String {
    // A control character would fail the whole product and nobody sees it.
    let visible: String = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    visible.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether a text that may be either is HTML.
pub(crate) fn is_html(text: &str) -> bool {
    ["</", "<br", "<p>", "<li>", "/>"].iter().any(|tag| text.contains(tag))
}

/// A plain decimal number as people write it: no exponent, no leading zero (that is a code), at most 15 digits.
pub(crate) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !numeric(whole) || !numeric(fraction) || leading_zero || digits.len() > 16 {
        return None;
    }
    text.parse().ok()
}

/// "A > B > C" as a category. Names that say nothing are left out, levels below the fifth too.
pub(crate) fn category(path: &str) -> Result<Option<CategoryPath>, String> {
    let names: Vec<String> = path
        .split('>')
        .map(str::trim)
        .filter(|name| !orilla_catalog::slug(name).is_empty())
        .take(5)
        .map(str::to_owned)
        .collect();
    if names.is_empty() { Ok(None) } else { CategoryPath::new(names).map(Some) }
}

/// A text attribute.
pub(crate) fn attribute(key: &AttributeKey, name: &str, value: &str) -> Attribute {
    Attribute {
        key: key.clone(),
        name: name.to_owned(),
        value: AttributeValue::Text(value.to_owned()),
        unit: None,
    }
}

/// What to do about a price in another currency.
pub(crate) fn other_currency(found: Currency, shop: Currency) -> String {
    format!("is in {found}, but the shop sells in {shop}: give the price in {shop}, or import with {found}")
}

/// A JSON error with its place in the line.
pub(crate) fn json_fault(line: u64, error: &serde_json::Error) -> Rejection {
    let text = error.to_string();
    // serde_json adds " at line 1 column 9"; the place is given in the rejection's own fields.
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    Rejection { column: Some(error.column() as u64), ..Rejection::new(line, "JSON", message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain() {
        for (text, expected) in [("12", 12.0), ("-0.5", -0.5), ("12.50", 12.5), ("0", 0.0)] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in ["", "-", ".5", "5.", "007", "1e3", "1,5", "NaN", "12 mm", "12345678901234567"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn paths_skip_what_says_nothing() {
        let slug = |path| category(path).unwrap().map(|path| path.slug());
        assert_eq!(slug("Lighting > Storm lanterns").as_deref(), Some("lighting/storm-lanterns"));
        assert_eq!(slug("A>B>C>D>E>F").as_deref(), Some("a/b/c/d/e"));
        assert_eq!(slug(" > !! > A").as_deref(), Some("a"));
        assert_eq!(slug(""), None);
        assert!(category(&"x".repeat(81)).is_err());
    }

    #[test]
    fn plain_text_becomes_paragraphs() {
        assert_eq!(paragraphs("a < b\n\n\nc & d\u{1}"), "<p>a &lt; b</p><p>c &amp; d</p>");
        assert_eq!(paragraphs(" \n "), "");
    }
}
