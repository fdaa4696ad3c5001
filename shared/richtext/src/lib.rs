//! HTML that is safe to show: what a shop's team or a feed wrote, without scripts, styles, forms or handlers.
#![deny(missing_docs)]

use serde::{Deserialize, Serialize};

/// HTML that went through [`SafeHtml::sanitise`], now or before it was stored.
///
/// Deserialising sanitises: JSON comes from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Keeps text and harmless formatting (paragraphs, lists, tables, emphasis, links), drops the rest.
    /// Sanitising twice gives the same as once.
    pub fn sanitise(html: &str) -> Self {
        if !html.contains(['<', '&', '>', '\0']) {
            return SafeHtml(html.to_owned()); // plain text: most descriptions in feeds
        }
        SafeHtml(
            ammonia::Builder::default()
                // Pictures go through `/img/`; a picture inside a text would be fetched from anywhere.
                .rm_tags(["img", "map", "area", "article", "aside", "header", "footer", "nav", "center"])
                // A product text stands below the page's own h1.
                .rm_tags(["h1", "hgroup"])
                .link_rel(Some("noopener noreferrer nofollow"))
                .url_schemes(["https", "http", "mailto", "tel"].into())
                .clean(html)
                .to_string(),
        )
    }

    /// HTML that this type wrote into the shop's own store earlier.
    pub fn from_store(html: String) -> Self {
        SafeHtml(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The text alone, with single spaces: for summaries, meta descriptions and the search index.
    pub fn plain_text(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(before);
            // Tags separate words: "<li>a</li><li>b</li>" is "a b".
            text.push(' ');
            rest = after.split_once('>').map_or("", |(_, tail)| tail);
        }
        text.push_str(rest);
        let text = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
            .into_iter()
            .fold(text, |text, (entity, char)| text.replace(entity, char));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl From<String> for SafeHtml {
    fn from(html: String) -> Self {
        SafeHtml::sanitise(&html)
    }
}

impl From<SafeHtml> for String {
    fn from(html: SafeHtml) -> String {
        html.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(SafeHtml::sanitise(html).as_str(), expected);
    }

    #[test]
    fn keeps_formatting_and_drops_what_runs() {
        check("plain text", "plain text");
        check("<p>Warm <b>wool</b></p>", "<p>Warm <b>wool</b></p>");
        check("a<script>alert(1)</script>b", "ab");
        check("<p onclick=\"x()\" style=\"position:fixed\">hi</p>", "<p>hi</p>");
        check("<img src=x onerror=alert(1)>", "");
        check("<h1>Big</h1>", "Big");
        check("<a href=\"javascript:alert(1)\">x</a>", "<a rel=\"noopener noreferrer nofollow\">x</a>");
        check("<svg><script>1</script></svg>", "");
        check("<iframe src=//evil></iframe>", "");
    }

    #[test]
    fn gives_its_text() {
        let html = SafeHtml::sanitise("<ul><li>Oak &amp; ash</li><li>2 &lt; 3</li></ul>\n\n<p>end</p>");
        assert_eq!(html.plain_text(), "Oak & ash 2 < 3 end");
    }

    proptest! {
        #[test]
        fn sanitising_is_idempotent(html in "(<[a-z]{1,6}( [a-z]{1,5}=\"?[a-z:]{0,8}\"?)?>|</[a-z]{1,6}>|[a-z&;<>\" ]{0,6}){0,12}") {
            let once = SafeHtml::sanitise(&html);
            prop_assert_eq!(&SafeHtml::sanitise(once.as_str()), &once);
            prop_assert!(!once.as_str().to_lowercase().contains("<script"));
        }
    }
}
