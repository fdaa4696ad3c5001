//! FTS5 expressions from what people type.
//!
//! Every word becomes a quoted string, so that no character of it is an operator. Words stand side by side rather
//! than with `AND` between them: then FTS5 ignores a string without any token instead of matching nothing.

use orilla_search::words;

/// Products that have all words, the last of which may be unfinished. `None` if there is no word to look for.
pub(super) fn all_words(text: &str) -> Option<String> {
    join(text, " ")
}

/// Products that have any of the words.
pub(super) fn any_word(text: &str) -> Option<String> {
    join(text, " OR ")
}

/// As [`all_words`], in what identifies a product: title, brand and numbers.
pub(super) fn names(text: &str) -> Option<String> {
    Some(format!("{{title brand numbers}} : ({})", all_words(text)?))
}

fn join(text: &str, between: &str) -> Option<String> {
    let words: Vec<String> = words(text).map(|word| format!("\"{word}\"")).collect();
    (!words.is_empty()).then(|| words.join(between) + "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(all_words(text).as_deref(), expected);
    }

    #[test]
    fn operators_are_words() {
        check("storm lant", Some(r#""storm" "lant"*"#));
        check("a OR b NOT c", Some(r#""a" "OR" "b" "NOT" "c"*"#));
        check("title:x NEAR(a b, 2)", Some(r#""title:x" "NEAR(a" "b," "2)"*"#));
        check("43\" tv", Some(r#""43" "tv"*"#));
        check("a\0b", Some(r#""a" "b"*"#));
        check("", None);
        check("\" * ^ - 🙂", None);
        assert_eq!(any_word("a b").as_deref(), Some(r#""a" OR "b"*"#));
        assert_eq!(names("a b").as_deref(), Some(r#"{title brand numbers} : ("a" "b"*)"#));
    }
}
