//! Forms of pages.

use std::collections::HashMap;

/// The first `most` fields of a form (application/x-www-form-urlencoded). Of a field that was sent twice, the last
/// counts; bytes that are no UTF-8 become replacement characters, which no field accepts as more than text.
pub fn fields(body: &[u8], most: usize) -> HashMap<String, String> {
    form_urlencoded::parse(body)
        .take(most)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
