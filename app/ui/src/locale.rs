//! The languages of the shop and all its texts.

use typed_i18n::TypedI18N;

/// A language of the shop. Each key of `texts.lrc` is a method: `locale.cart_title()`, and, with parameters,
/// `locale.order_title("1042")`. A key that does not exist, or a parameter that is missing, does not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, TypedI18N)]
#[typed_i18n(filename = "texts.lrc")]
#[typed_i18n(builder = "mixed_str")]
pub enum Locale {
    /// English, with the formats of the United Kingdom.
    #[default]
    En,
    /// Spanish, with the formats of Spain.
    Es,
    /// Portuguese, with the formats of Portugal.
    Pt,
}

/// Headers longer than this are cut: nobody speaks that many languages.
const LONGEST_HEADER: usize = 500;
/// Entries beyond this many are not read.
const MOST_ENTRIES: usize = 20;

impl Locale {
    /// All of them, in the order of the language menu.
    pub const ALL: [Locale; 3] = [Locale::En, Locale::Es, Locale::Pt];

    /// The first segment of each path, and the `lang` and `hreflang` attribute: `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::Es => "es",
            Locale::Pt => "pt",
        }
    }

    /// The language of a path's first segment. Only the exact code: one page has one URL.
    pub fn from_segment(segment: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| locale.code() == segment)
    }

    /// The value of `og:locale`: `en_GB`.
    pub const fn open_graph(self) -> &'static str {
        match self {
            Locale::En => "en_GB",
            Locale::Es => "es_ES",
            Locale::Pt => "pt_PT",
        }
    }

    /// What its speakers call it.
    pub const fn native_name(self) -> &'static str {
        match self {
            Locale::En => "English",
            Locale::Es => "Español",
            Locale::Pt => "Português",
        }
    }

    /// The shop's language that fits the header `Accept-Language` best (RFC 9110, section 12.5.4): the highest
    /// quality wins, then the order in the header; English if none fits. Malformed entries are passed over.
    pub fn negotiate(accept_language: &str) -> Locale {
        let end = accept_language.floor_char_boundary(LONGEST_HEADER);
        let header = accept_language.get(..end).unwrap_or_default();
        let mut best = (0, Locale::default());
        for entry in header.split(',').take(MOST_ENTRIES) {
            if let Some((locale, quality)) = read_entry(entry)
                && quality > best.0
            {
                best = (quality, locale);
            }
        }
        best.1
    }
}

/// An entry such as `pt-BR;q=0.8`: the language, if the shop has it, and its quality in thousandths.
fn read_entry(entry: &str) -> Option<(Locale, u16)> {
    let mut parts = entry.split(';').map(str::trim);
    let range = parts.next()?;
    let quality = match parts.next() {
        None => 1_000,
        Some(weight) => read_quality(weight)?,
    };
    let primary = range.split('-').next()?;
    let locale = match primary {
        "*" => Locale::default(),
        _ => Locale::ALL.into_iter().find(|locale| locale.code().eq_ignore_ascii_case(primary))?,
    };
    Some((locale, quality))
}

/// `q=0.8` in thousandths: at most three decimals, at most 1.
fn read_quality(weight: &str) -> Option<u16> {
    let (name, value) = weight.split_once('=')?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let known = name.eq_ignore_ascii_case("q") && matches!(whole, "0" | "1") && decimals.len() <= 3;
    if !known || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= 1_000).then_some(thousandths)
}

// The library falls back to another language where a translation is missing. Here that is an error.
const _: () = assert!(
    every_key_has_all_languages(include_str!("../texts.lrc")),
    "texts.lrc: each key needs its three lines, in the order en, es, pt"
);

/// Whether the lines of a file of texts start, over and over, with `#`, `en `, `es `, `pt `; empty lines and comments
/// aside.
pub const fn every_key_has_all_languages(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let mut line = 0;
    while let [first, tail @ ..] = rest {
        line = match (line, rest) {
            (_, [b'\n' | b' ', ..]) => {
                rest = tail;
                continue;
            }
            (line, [b';', ..]) => line,
            (0, [b'#', ..]) => 1,
            (1, [b'e', b'n', b' ', ..]) => 2,
            (2, [b'e', b's', b' ', ..]) => 3,
            (3, [b'p', b't', b' ', ..]) => 0,
            _ => return false,
        };
        let _ = first;
        while let [byte, tail @ ..] = rest {
            rest = tail;
            if *byte == b'\n' {
                break;
            }
        }
    }
    line == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept_language: &str, expected: Locale) {
        assert_eq!(Locale::negotiate(accept_language), expected, "{accept_language}");
    }

    #[test]
    fn the_header_chooses_the_language() {
        check("", Locale::En);
        check("es", Locale::Es);
        check("ES-mx", Locale::Es);
        check("pt-BR,pt;q=0.9,en;q=0.8", Locale::Pt);
        check("fr, de;q=0.9, es;q=0.1", Locale::Es);
        check("fr", Locale::En);
        check("en;q=0.2, es ; q=0.7", Locale::Es);
        check("en;q=0.5, es;q=0.5", Locale::En);
        check("es;q=0, pt;q=0.001", Locale::Pt);
        check("es;q=0", Locale::En);
        check("*", Locale::En);
        check("*;q=0.1, es;q=0.2", Locale::Es);
        check("pt;Q=1.000", Locale::Pt);
    }

    #[test]
    fn malformed_and_hostile_headers_do_no_harm() {
        for entry in [
            "es;q=",
            "es;q=2",
            "es;q=0.1234",
            "es;q=1.001",
            "es;q=-1",
            "es;x=1",
            "es;q=NaN",
            "es;;",
            "-",
            ";",
            "estonian",
        ] {
            check(entry, Locale::En);
        }
        check(&format!("{}es", "fr,".repeat(100)), Locale::En);
        check(&format!("es,{}", "é".repeat(100_000)), Locale::Es);
        check(&"é".repeat(100_000), Locale::En);
    }

    #[test]
    fn a_path_names_exactly_one_language() {
        for locale in Locale::ALL {
            assert_eq!(Locale::from_segment(locale.code()), Some(locale));
        }
        for segment in ["", "EN", "en-GB", "fr", " en"] {
            assert_eq!(Locale::from_segment(segment), None);
        }
    }

    #[test]
    fn texts_without_a_translation_are_found() {
        assert!(every_key_has_all_languages("; c\n#a\n  en x\n  es x\n  pt x\n\n#b\n en 1\n es 2\n pt 3"));
        for text in
            ["#a\n en x\n es x\n", "#a\n en x\n pt x\n es x\n", "#a\n en x\n#b\n", "#a\n en x\n es \n pt"]
        {
            assert!(!every_key_has_all_languages(text), "{text}");
        }
    }

    #[test]
    fn texts_take_their_parameters() {
        assert_eq!(Locale::Es.cart_title(), "Tu cesta");
        assert_eq!(Locale::Pt.order_title("42"), "Encomenda 42");
        assert_eq!(Locale::En.search_results_for("<b>"), "Results for “<b>”");
    }
}
