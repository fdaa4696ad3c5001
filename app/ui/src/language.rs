//! The language of texts that are not the shop's own: those of the catalogue.

use crate::Locale;

/// A language as the `lang` attribute names it, by its primary subtag alone: `en`, `ast`
/// (BCP 47, RFC 5646, section 2.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language(String);

impl Default for Language {
    /// English.
    fn default() -> Self {
        Language("en".to_owned())
    }
}

impl Language {
    /// Reads a primary subtag, in upper or lower case.
    ///
    /// # Errors
    /// A message that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        if (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Ok(Language(text.to_ascii_lowercase()));
        }
        let text: String = text.chars().take(20).collect();
        Err(format!("\"{text}\" is not a language: use its code alone, such as en or ast (BCP 47)"))
    }

    /// The subtag.
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// What texts in this language say on a page of `locale`: nothing if it is the page's own.
    pub fn on_page(&self, locale: Locale) -> Option<String> {
        (self.0 != locale.code()).then(|| self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, on_english_page: Option<Option<&str>>) {
        let language = Language::parse(text).ok().map(|language| language.on_page(Locale::En));
        assert_eq!(language.as_ref().map(Option::as_deref), on_english_page, "{text}");
    }

    #[test]
    fn a_primary_subtag_or_nothing() {
        check("en", Some(None));
        check("EN", Some(None));
        check("es", Some(Some("es")));
        check("ast", Some(Some("ast")));
        for wrong in ["", "e", "en-GB", "en_GB", "e1", "ñu", "\"><", "languages"] {
            check(wrong, None);
        }
        assert_eq!(Language::default().on_page(Locale::Pt).as_deref(), Some("en"));
    }
}
