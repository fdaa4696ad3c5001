//! Categories for a catalogue that has none, from what titles and attributes say.

use super::Fields;
use super::rules::{FALLBACK, RULES};
use crate::text::category;
use orilla_catalog::CategoryPath;
use serde_json::Value;
use std::collections::HashSet;

/// The rules of [`RULES`], ready to be asked.
pub(super) struct Categories {
    rules: Vec<(CategoryPath, Vec<Vec<Condition>>)>,
    fallback: Option<CategoryPath>,
}

/// One condition of a rule; `wanted` is false for `!`.
struct Condition {
    wanted: bool,
    what: What,
}

enum What {
    /// The title or the type has these words, one after the other; with a space at both ends.
    Words(String),
    /// The product has this attribute.
    Attribute(&'static str),
}

/// What is asked of a product.
struct Evidence<'a> {
    words: String,
    attributes: HashSet<&'a str>,
}

impl Categories {
    pub(super) fn new() -> Self {
        let rules = RULES.iter().filter_map(|(path, lines)| {
            let alternatives = lines.iter().flat_map(|line| line.split(';')).map(conditions);
            Some((category(path).ok().flatten()?, alternatives.collect()))
        });
        Categories { rules: rules.collect(), fallback: category(FALLBACK).ok().flatten() }
    }

    /// The category of the first rule that fits.
    pub(super) fn of(&self, title: &str, fields: &Fields) -> Option<CategoryPath> {
        let evidence = Evidence::of(title, fields);
        let fits = |all: &Vec<Condition>| all.iter().all(|condition| condition.holds(&evidence));
        let rule = self.rules.iter().find(|(_, alternatives)| alternatives.iter().any(fits));
        rule.map(|(path, _)| path).or(self.fallback.as_ref()).cloned()
    }
}

/// Reads `adapter & !usb & #cable_length`.
fn conditions(alternative: &'static str) -> Vec<Condition> {
    let condition = |text: &'static str| {
        let text = text.trim();
        let plain = text.strip_prefix('!').unwrap_or(text);
        let what = match plain.strip_prefix('#') {
            Some(key) => What::Attribute(key),
            None => What::Words(format!(" {plain} ")),
        };
        Condition { wanted: !text.starts_with('!'), what }
    };
    alternative.split('&').map(condition).collect()
}

impl Condition {
    fn holds(&self, evidence: &Evidence<'_>) -> bool {
        let found = match &self.what {
            What::Words(words) => evidence.words.contains(words.as_str()),
            What::Attribute(key) => evidence.attributes.contains(key),
        };
        found == self.wanted
    }
}

impl<'a> Evidence<'a> {
    fn of(title: &str, fields: &'a Fields) -> Self {
        let mut words = spaced(title);
        for kind in ["attr_t_product_type", "attr_t_type"] {
            // Some lines have a bare number there.
            if let Some(text) =
                fields.get(kind).and_then(Value::as_str).filter(|text| text.parse::<u64>().is_err())
            {
                // The bar keeps a phrase from reaching over the border.
                words.push('|');
                words.push_str(&spaced(text));
            }
        }
        let key = |field: &'a str| {
            field.strip_prefix("attr_").and_then(|rest| rest.split_once('_')).map(|(_, key)| key)
        };
        Evidence { words, attributes: fields.0.iter().filter_map(|(field, _)| key(field)).collect() }
    }
}

/// Words in lower case, without punctuation, with a space around each.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut out = String::with_capacity(lower.len() + 2);
    out.push(' ');
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        out.push_str(word);
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, attributes: &[&str], expected: &str) {
        let fields = attributes.iter().map(|key| (format!("attr_n_{key}"), Value::from(1))).collect();
        let found = Categories::new().of(title, &Fields(fields)).unwrap();
        assert_eq!(found.names().join(" > "), expected);
    }

    #[test]
    fn the_specific_wins() {
        check("Xerox 006R90321 toner cartridge Original Black", &[], "Printing > Toner cartridges");
        check("Acme Notebook 15 modem", &["processor_model", "modem_speed"], "Computers > Notebooks");
        check("Acme optical mouse USB 800 DPI", &["cable_length"], "Accessories > Mice, pads and webcams");
        check("ACT CAT6 UTP networking cable 7 m", &["cable_length"], "Networking > Network cables");
        check("Acme 19\" LCD monitor", &[], "Displays > Monitors");
        check("Thing", &[], FALLBACK);
    }

    #[test]
    fn every_rule_has_a_category() {
        assert_eq!(Categories::new().rules.len(), RULES.len());
        assert!(Categories::new().fallback.is_some());
    }
}
