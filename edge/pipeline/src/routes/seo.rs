//! What search engines read: `/robots.txt` and `/sitemap.xml`.

use crate::canonical::encode_path;
use crate::visit::Visit;
use crate::{Problem, reply};
use axum::response::{IntoResponse, Response};
use http::header;
use orilla_catalog::ProductId;
use orilla_catalog::read::Card;
use orilla_shop::PortError;
use orilla_ui::Locale;
use std::borrow::Cow;
use std::fmt::Write;

/// Ids of products in one sitemap file: with three languages below the format's limits of 50,000 URLs and 50 MB.
const PER_FILE: i64 = 10_000;
/// Products asked of the store at once.
const PER_READ: u32 = 1_000;

/// `/robots.txt`: everything but what is one shopper's.
pub async fn robots(visit: Visit) -> Response {
    let mut text = "User-agent: *\nDisallow: /api/\nDisallow: /studio\nDisallow: /fn/\n".to_owned();
    for locale in Locale::ALL {
        for private in ["cart", "checkout", "orders/"] {
            let _ = writeln!(text, "Disallow: /{}/{private}", locale.code());
        }
    }
    let _ = writeln!(text, "Sitemap: {}/sitemap.xml", visit.origin);
    reply::with_header(
        reply::with_type("text/plain; charset=utf-8", text),
        header::CACHE_CONTROL,
        "public, max-age=3600",
    )
}

/// `/sitemap.xml`: an index; `/sitemap.xml?after=ID`: the pages and products from there
/// (<https://www.sitemaps.org/protocol.html>). Only files that the index names are there: any other number would be
/// one more large answer for whoever makes numbers up.
pub async fn sitemap(visit: Visit) -> Response {
    let text = match visit.query.as_str() {
        "" => index(&visit).await.map(Some),
        query => match first_of_file(query) {
            Some(after) => urls(&visit, after).await,
            None => Ok(None),
        },
    };
    match text {
        Ok(Some(text)) => {
            let xml = reply::with_type("application/xml; charset=utf-8", text);
            reply::with_header(xml, header::CACHE_CONTROL, "public, max-age=3600")
        }
        Ok(None) => Problem::not_found("sitemap").into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The id before the first of a file, as the index writes it: a multiple of [`PER_FILE`].
fn first_of_file(query: &str) -> Option<ProductId> {
    let digits = query.strip_prefix("after=")?;
    let after: i64 = digits.parse().ok()?;
    (after >= 0 && after % PER_FILE == 0 && after.to_string() == digits).then_some(ProductId(after))
}

/// Names the file of the pages, which is always there, and those that have products: one row is read for each.
async fn index(visit: &Visit) -> Result<String, PortError> {
    let mut text = xml("sitemapindex");
    let origin = escape(&visit.origin);
    let mut after = 0_i64;
    loop {
        let _ = write!(text, "<sitemap><loc>{origin}/sitemap.xml?after={after}</loc></sitemap>");
        let next = visit.catalog().page_by_id(ProductId(after.saturating_add(PER_FILE)), 1).await?;
        let Some(card) = next.first() else { break };
        after = (card.id.0 - 1) / PER_FILE * PER_FILE;
    }
    Ok(text + "</sitemapindex>")
}

/// `None` if there is no such file.
async fn urls(visit: &Visit, after: ProductId) -> Result<Option<String>, PortError> {
    let mut text = xml("urlset");
    let last = after.0.saturating_add(PER_FILE);
    let in_file = |card: &&Card| card.id.0 <= last;
    if after == ProductId(0) {
        for page in ["", "/search", "/about", "/privacy"] {
            add(&mut text, visit, page);
        }
        for category in visit.catalog().categories().await? {
            add(&mut text, visit, &format!("/c/{}", category.slug));
        }
    } else if !visit.catalog().page_by_id(after, 1).await?.iter().any(|card| in_file(&card)) {
        return Ok(None);
    }
    let mut from = after;
    loop {
        let cards = visit.catalog().page_by_id(from, PER_READ).await?;
        for card in cards.iter().take_while(in_file) {
            add(&mut text, visit, &format!("/p/{}", card.handle));
        }
        match cards.last() {
            Some(card) if card.id.0 < last && cards.len() == PER_READ as usize => from = card.id,
            _ => return Ok(Some(text + "</urlset>")),
        }
    }
}

/// A page in its three languages, each naming the others.
fn add(text: &mut String, visit: &Visit, page: &str) {
    let origin = escape(&visit.origin);
    let page = escape(&encode_path(page)).into_owned();
    for locale in Locale::ALL {
        let _ = write!(text, "<url><loc>{origin}/{}{page}</loc>", locale.code());
        for other in Locale::ALL {
            let code = other.code();
            let _ = write!(
                text,
                r#"<xhtml:link rel="alternate" hreflang="{code}" href="{origin}/{code}{page}"/>"#
            );
        }
        text.push_str("</url>");
    }
}

/// Text as it stands in XML.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let entity = |c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        other => other.to_string(),
    };
    Cow::Owned(text.chars().map(entity).collect())
}

fn xml(root: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;

    /// What stands in the `loc` elements.
    fn locations(xml: &str) -> Vec<&str> {
        xml.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()).collect()
    }

    /// A shop with products of these handles; they get the ids 1, 2, ….
    fn shop(handles: &[&str]) -> Shop {
        let shop = unpublished(handles);
        shop.publish();
        shop
    }

    fn unpublished(handles: &[&str]) -> Shop {
        let shop = Shop::empty();
        let product = |handle: &&str| {
            let variant = r#"{"price":{"minor":100,"currency":"EUR"},"available":1}"#;
            format!(r#"{{"handle":"{handle}","title":"Lamp","status":"active","variants":[{variant}]}}"#)
                + "\n"
        };
        let body: String = handles.iter().map(product).collect();
        let report = shop.staff().send("POST", "/studio/api/import?format=ndjson", &[], body.as_bytes());
        assert_eq!(report.json()["rejected_total"], 0, "{}", report.text());
        shop
    }

    #[test]
    fn addresses_are_encoded() {
        let shop = shop(&["灯台", "lamp"]);
        let file = shop.anonymous().get("/sitemap.xml?after=0").text();
        assert!(file.is_ascii());
        let pages = locations(&file);
        assert!(pages.contains(&"https://shop.example/en/p/%E7%81%AF%E5%8F%B0"), "{pages:?}");
        assert!(pages.contains(&"https://shop.example/pt/p/lamp"), "{pages:?}");
        assert_eq!(shop.anonymous().get("/en/p/%E7%81%AF%E5%8F%B0").status, 200);
        assert_eq!(escape("a&b<c>\"'"), "a&amp;b&lt;c&gt;&quot;&apos;");
    }

    #[test]
    fn only_files_that_the_index_names_are_there() {
        let shop = unpublished(&["first", "tenth", "later"]);
        shop.execute("PRAGMA foreign_keys = OFF");
        for (id, new) in [(2, 10_000), (3, 20_001)] {
            for (table, column) in [("products", "id"), ("variants", "product_id"), ("cards", "product_id")] {
                shop.execute(&format!("UPDATE {table} SET {column} = {new} WHERE {column} = {id}"));
            }
        }
        shop.publish();
        let index = shop.anonymous().get("/sitemap.xml").text();
        let files =
            ["https://shop.example/sitemap.xml?after=0", "https://shop.example/sitemap.xml?after=20000"];
        assert_eq!(locations(&index), files);
        let handles = |file: &str| -> Vec<String> {
            let text = shop.anonymous().get(file).text();
            let handle = |page: &str| page.split_once("/en/p/").map(|(_, handle)| handle.to_owned());
            locations(&text).into_iter().filter_map(handle).collect()
        };
        assert_eq!(handles("/sitemap.xml?after=0"), ["first", "tenth"]);
        assert_eq!(handles("/sitemap.xml?after=20000"), ["later"]);
        for query in [
            "after=10000",
            "after=30000",
            "after=1",
            "after=-10000",
            "after=00",
            "after=+0",
            "after=",
            "after=9223372036854770000",
            "after=99999999999999999999",
            "x=1",
        ] {
            let answer = shop.anonymous().get(&format!("/sitemap.xml?{query}"));
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (404, "application/problem+json"),
                "{query}"
            );
        }
    }

    #[test]
    fn an_empty_shop_has_its_pages() {
        let shop = shop(&[]);
        assert_eq!(locations(&shop.anonymous().get("/sitemap.xml").text()).len(), 1);
        assert_eq!(
            locations(&shop.anonymous().get("/sitemap.xml?after=0").text()).len(),
            4 * Locale::ALL.len()
        );
        shop.break_database(true);
        assert_eq!(shop.anonymous().get("/sitemap.xml").status, 200, "it needs no database");
    }
}
