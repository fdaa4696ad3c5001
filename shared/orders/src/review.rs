//! What somebody says of a product that they have received, and how what was typed becomes that.

use crate::form::{Faults, FieldFault};
use crate::{IdempotencyKey, Prose, Text};
use orilla_catalog::Handle;
use serde::{Deserialize, Serialize};

/// How good it is: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Stars(u8);

/// No number from 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("choose 1 to 5 stars")]
pub struct NoStars;

impl Stars {
    /// All of them, the best first.
    pub const ALL: [Stars; 5] = [Stars(5), Stars(4), Stars(3), Stars(2), Stars(1)];

    /// As a form writes it.
    ///
    /// # Errors
    /// [`NoStars`].
    pub fn parse(text: &str) -> Result<Self, NoStars> {
        text.parse::<u8>().map_err(|_| NoStars)?.try_into()
    }

    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Stars {
    type Error = NoStars;
    fn try_from(number: u8) -> Result<Self, NoStars> {
        if (1..=5).contains(&number) { Ok(Stars(number)) } else { Err(NoStars) }
    }
}

impl From<Stars> for u8 {
    fn from(stars: Stars) -> u8 {
        stars.0
    }
}

/// The language of a text: two lower-case letters, as ISO 639-1 has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

/// No two lower-case letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is two lower-case letters")]
pub struct NoLanguage;

impl Language {
    /// Reads a code.
    ///
    /// # Errors
    /// [`NoLanguage`].
    pub fn parse(code: &str) -> Result<Self, NoLanguage> {
        let fits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
        fits.then(|| Language(code.to_owned())).ok_or(NoLanguage)
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Language {
    type Error = NoLanguage;
    fn try_from(code: String) -> Result<Self, NoLanguage> {
        Language::parse(&code)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> String {
        language.0
    }
}

/// What somebody says of a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// How good it is.
    pub stars: Stars,
    /// The name that stands under it; at most 60 characters.
    pub author: Text,
    /// What they say.
    pub text: Prose,
    /// In which language.
    pub language: Language,
}

/// What somebody wants to be said of a product. Written down on devices, and read there by later builds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewChange {
    /// Of which.
    pub product: Handle,
    /// The version of the review that its writer saw; 0: there was none.
    pub version: u32,
    /// The key of the change that has left it, if its writer saw that change wait on a device: what comes of it, nobody knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_of: Option<IdempotencyKey>,
    /// What is said from now on; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

impl ReviewChange {
    /// The version that there is when it is made.
    pub fn next_version(&self) -> u32 {
        self.version.saturating_add(1)
    }
}

/// Why a review is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReviewRefusal {
    /// There is no such product.
    #[error("this product is not in the shop any more")]
    NoProduct,
    /// None of the account's orders has brought it.
    #[error(
        "a product is reviewed by who has received it: order it while signed in, and come again when it is there"
    )]
    NotReceived,
    /// It says something else by now.
    #[error("this review was changed meanwhile: look at it, and change it again")]
    Changed,
}

impl ReviewRefusal {
    /// A stable name.
    pub fn code(self) -> &'static str {
        match self {
            ReviewRefusal::NoProduct => "review_no_product",
            ReviewRefusal::NotReceived => "review_not_received",
            ReviewRefusal::Changed => "review_changed",
        }
    }
}

/// A form as it came in: any text, nothing checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewForm {
    /// 1 to 5. Required.
    pub stars: String,
    /// The name that is shown. Required, at most [`ReviewForm::LONGEST_AUTHOR`] characters.
    pub author: String,
    /// What is said. Required, at most [`Prose::MOST`] characters.
    pub text: String,
}

impl ReviewForm {
    /// The most characters of the name.
    pub const LONGEST_AUTHOR: usize = 60;

    /// Checks all fields and makes them types.
    ///
    /// # Errors
    /// Every fault, in the order of the fields; at most one per field.
    pub fn check(&self, language: &Language) -> Result<Review, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let stars = Stars::parse(&self.stars).ok();
        let stars = faults.choice("stars", &self.stars, stars, "choose 1 to 5 stars");
        let text = faults.take("text", Prose::parse(&self.text));
        let author = faults.take("author", Text::at_most(&self.author, Self::LONGEST_AUTHOR));
        let review =
            || Some(Review { stars: stars?, author: author?, text: text?, language: language.clone() });
        faults.unless(review())
    }
}

impl From<&Review> for ReviewForm {
    fn from(review: &Review) -> Self {
        ReviewForm {
            stars: review.stars.number().to_string(),
            author: review.author.to_string(),
            text: review.text.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultCode;

    #[test]
    fn a_form_says_all_that_is_wrong_with_it() {
        let english = Language::parse("en").unwrap();
        let form = |stars: &str, text: &str, author: &str| {
            let form = ReviewForm { stars: stars.into(), author: author.into(), text: text.into() };
            form.check(&english).map_err(|faults| {
                faults.into_iter().map(|fault| (fault.field, fault.code)).collect::<Vec<_>>()
            })
        };
        let review = form("4", "It works.", " Ada ").unwrap();
        assert_eq!((review.stars.number(), review.author.as_str()), (4, "Ada"));
        let again = ReviewForm::from(&review);
        assert_eq!(again.check(&english), Ok(review));
        assert_eq!(
            form("", "", &"a".repeat(61)),
            Err(vec![
                ("stars", FaultCode::Required),
                ("text", FaultCode::Required),
                ("author", FaultCode::TooLong)
            ])
        );
        for stars in ["0", "6", "-1", "4.5", "five", "256"] {
            assert_eq!(form(stars, "It works.", "Ada"), Err(vec![("stars", FaultCode::Unknown)]), "{stars}");
        }
    }

    #[test]
    fn what_a_device_wrote_down_is_checked_when_it_is_read() {
        let of = |stars: &str, language: &str| {
            let json = format!(
                r#"{{"product":"lamp","version":0,"review":{{"stars":{stars},"author":"Ada","text":"Yes","language":{language}}}}}"#
            );
            serde_json::from_str::<ReviewChange>(&json).is_ok()
        };
        assert!(of("5", "\"en\""));
        for (stars, language) in [("6", "\"en\""), ("0", "\"en\""), ("5", "\"e\""), ("5", "\"<a\"")] {
            assert!(!of(stars, language), "{stars} {language}");
        }
    }
}
