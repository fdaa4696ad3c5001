//! The names of countries, for addresses.

use crate::Locale;

/// Three lists, one per locale after a line such as `# es`, each sorted as its language sorts. Made by
/// `tests/intl-vectors.mjs` from Unicode's CLDR.
const LISTS: &str = include_str!("countries.txt");

/// A country or territory of ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2: `PT`.
    pub code: &'static str,
    /// Its name in the locale.
    pub name: &'static str,
}

/// All countries, sorted by their names in `locale`.
pub fn countries(locale: Locale) -> impl Iterator<Item = Country> {
    let list = LISTS.split("# ").find_map(|section| section.strip_prefix(locale.code())).unwrap_or_default();
    list.lines().filter_map(|line| line.split_once(' ')).map(|(code, name)| Country { code, name })
}

/// The name of the country with this ISO 3166-1 alpha-2 code, in upper case. None: there is no such country.
pub fn country_name(locale: Locale, code: &str) -> Option<&'static str> {
    countries(locale).find(|country| country.code == code).map(|country| country.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: Option<[&str; 3]>) {
        let names = Locale::ALL.map(|locale| country_name(locale, code));
        assert_eq!(names, expected.map_or([None; 3], |names| names.map(Some)), "{code}");
    }

    #[test]
    fn countries_have_a_name_in_each_language() {
        check("PT", Some(["Portugal", "Portugal", "Portugal"]));
        check("DE", Some(["Germany", "Alemania", "Alemanha"]));
        check("AX", Some(["Åland Islands", "Islas Aland", "Alanda"]));
        for code in ["", "pt", "ZZ", "EU", "XK", "P", "PTX", "# "] {
            check(code, None);
        }
    }

    #[test]
    fn each_list_has_the_same_countries_in_its_own_order() {
        let codes = |locale| {
            let mut codes: Vec<_> = countries(locale).map(|country| country.code).collect();
            codes.sort_unstable();
            codes
        };
        assert_eq!(codes(Locale::En).len(), 249);
        assert_eq!(codes(Locale::En), codes(Locale::Es));
        assert_eq!(codes(Locale::En), codes(Locale::Pt));
        let position = |locale, code| countries(locale).position(|country| country.code == code);
        assert!(position(Locale::En, "AX") < position(Locale::En, "AL"), "Å sorts with A");
        assert_ne!(position(Locale::En, "DE"), position(Locale::Es, "DE"));
    }
}
