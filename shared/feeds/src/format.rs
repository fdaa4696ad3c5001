//! The formats, their names, and how to tell them apart.

use serde::{Deserialize, Serialize};

/// A format of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Shopify's CSV export of products.
    Shopify,
    /// Icecat's open catalogue as JSON lines.
    Icecat,
    /// A Google Merchant feed as RSS 2.0 or Atom.
    GoogleXml,
    /// A Google Merchant feed as tab-separated text.
    GoogleTsv,
    /// Orilla's own export: one product as JSON on each line.
    Ndjson,
}

/// A name that no format has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a format: use shopify, icecat, google-xml, google-tsv or ndjson")]
pub struct UnknownFormat(pub String);

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] =
        [Format::Shopify, Format::Icecat, Format::GoogleXml, Format::GoogleTsv, Format::Ndjson];

    /// The name on command lines and in URLs.
    pub fn token(self) -> &'static str {
        match self {
            Format::Shopify => "shopify",
            Format::Icecat => "icecat",
            Format::GoogleXml => "google-xml",
            Format::GoogleTsv => "google-tsv",
            Format::Ndjson => "ndjson",
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// [`UnknownFormat`], which lists the names.
    pub fn parse(token: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.token() == token)
            .ok_or_else(|| UnknownFormat(token.chars().take(40).collect()))
    }

    /// Guesses the format from the first bytes of a file (a few kilobytes, uncompressed), then from its name.
    /// `None` if neither says anything.
    pub fn detect(file_name: &str, first_bytes: &[u8]) -> Option<Self> {
        Self::from_content(first_bytes).or_else(|| Self::from_name(file_name))
    }

    fn from_content(first_bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(first_bytes);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let first_line = text.lines().next().unwrap_or_default();
        let has = |names: &[&str]| names.iter().any(|name| first_line.contains(name));
        if text.starts_with('<') {
            return Some(Format::GoogleXml);
        }
        if text.starts_with('{') {
            return if has(&["\"supplier\"", "\"attr_", "\"img_500x500\""]) {
                Some(Format::Icecat)
            } else if has(&["\"handle\"", "\"variants\""]) {
                Some(Format::Ndjson)
            } else {
                None
            };
        }
        let column = |delimiter: char, name: &str| {
            first_line.split(delimiter).any(|field| field.trim().trim_matches('"').eq_ignore_ascii_case(name))
        };
        if column('\t', "id") && column('\t', "title") {
            return Some(Format::GoogleTsv);
        }
        (column(',', "Handle") || column(',', "URL handle")).then_some(Format::Shopify)
    }

    fn from_name(file_name: &str) -> Option<Self> {
        let name = file_name.to_ascii_lowercase();
        let name = name.trim_end_matches(".gz");
        match name.rsplit_once('.')?.1 {
            "csv" => Some(Format::Shopify),
            "tsv" | "txt" => Some(Format::GoogleTsv),
            "xml" | "rss" | "atom" => Some(Format::GoogleXml),
            "ndjson" | "jsonl" if name.contains("icecat") => Some(Format::Icecat),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file_name: &str, first_bytes: &str, expected: Option<Format>) {
        assert_eq!(Format::detect(file_name, first_bytes.as_bytes()), expected);
    }

    #[test]
    fn tells_formats_apart() {
        check("", "\u{feff}Handle,Title\r\nx,y", Some(Format::Shopify));
        check("", "Title,URL handle\n", Some(Format::Shopify));
        check("x.txt", "id\ttitle\tprice\n", Some(Format::GoogleTsv));
        check("", " <?xml version=\"1.0\"?>", Some(Format::GoogleXml));
        check("a.ndjson", "{\"id\":\"1\",\"supplier\":\"HP\"}", Some(Format::Icecat));
        check("icecat.ndjson", "{\"handle\":\"x\"", Some(Format::Ndjson));
        check("ICECAT-19k.ndjson.gz", "", Some(Format::Icecat));
        check("products.csv", "Sku,Name\n", Some(Format::Shopify));
        check("products.pdf", "%PDF", None);
        check("", "\u{0}\u{1}", None);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.token()), Ok(format));
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("\"{}\"", format.token()));
        }
        assert!(Format::parse("CSV").is_err());
    }
}
