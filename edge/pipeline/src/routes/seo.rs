//! What search engines read: `/robots.txt` and `/sitemap.xml`.

use crate::reply;
use crate::visit::Visit;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use orilla_catalog::ProductId;
use orilla_shop::PortError;
use orilla_ui::Locale;
use std::fmt::Write;

/// Products in one sitemap file: with three languages below the format's limits of 50,000 URLs and 50 MB.
const PER_FILE: u32 = 10_000;
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
/// (<https://www.sitemaps.org/protocol.html>).
pub async fn sitemap(visit: Visit) -> Response {
    let after = visit.query.strip_prefix("after=").and_then(|id| id.parse().ok()).map(ProductId);
    let text = match after {
        Some(after) => urls(&visit, after).await,
        None => index(&visit).await,
    };
    match text {
        Ok(text) => {
            let xml = reply::with_type("application/xml; charset=utf-8", text);
            reply::with_header(xml, header::CACHE_CONTROL, "public, max-age=3600")
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn index(visit: &Visit) -> Result<String, PortError> {
    let mut text = xml("sitemapindex");
    let mut after = ProductId(0);
    loop {
        let _ = write!(text, "<sitemap><loc>{}/sitemap.xml?after={}</loc></sitemap>", visit.origin, after.0);
        let (last, count) = skip(visit, after).await?;
        if count < PER_FILE {
            break;
        }
        after = last;
    }
    Ok(text + "</sitemapindex>")
}

/// The last id of the file that begins after `after`, and how many products it holds.
async fn skip(visit: &Visit, after: ProductId) -> Result<(ProductId, u32), PortError> {
    let (mut last, mut count) = (after, 0);
    while count < PER_FILE {
        let cards = visit.host.catalog.page_by_id(last, PER_READ).await?;
        count += u32::try_from(cards.len()).unwrap_or(PER_READ);
        match cards.last() {
            Some(card) if cards.len() == PER_READ as usize => last = card.id,
            _ => break,
        }
    }
    Ok((last, count))
}

async fn urls(visit: &Visit, after: ProductId) -> Result<String, PortError> {
    let mut text = xml("urlset");
    if after == ProductId(0) {
        for page in ["", "/search", "/about", "/privacy"] {
            add(&mut text, visit, page);
        }
        for category in visit.host.catalog.categories().await? {
            add(&mut text, visit, &format!("/c/{}", category.slug));
        }
    }
    let (mut last, mut count) = (after, 0);
    while count < PER_FILE {
        let cards = visit.host.catalog.page_by_id(last, PER_READ).await?;
        for card in &cards {
            add(&mut text, visit, &format!("/p/{}", card.handle));
            last = card.id;
        }
        count += PER_READ;
        if cards.len() < PER_READ as usize {
            break;
        }
    }
    Ok(text + "</urlset>")
}

/// A page in its three languages, each naming the others.
fn add(text: &mut String, visit: &Visit, page: &str) {
    let origin = &visit.origin;
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

fn xml(root: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">"#
    )
}
