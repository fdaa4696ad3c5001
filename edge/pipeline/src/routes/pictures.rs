//! Pictures: drawn by the shop, or fetched from the hosts that the catalogue names.

use crate::reply;
use crate::visit::{Segment, Visit};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use orilla_art::Sketch;
use orilla_catalog::ImageId;
use std::net::IpAddr;

/// The largest picture that is passed on, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// `/art/lantern-3f2a91c4.svg`: the name says all that is drawn, so it can be kept for ever.
pub async fn drawn(Segment(name): Segment) -> Response {
    let Some(sketch) = Sketch::parse(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let svg = reply::with_type("image/svg+xml", sketch.svg());
    // Should someone open the picture itself: it runs nothing and loads nothing.
    let svg = reply::with_header(
        svg,
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'",
    );
    reply::with_header(svg, header::CACHE_CONTROL, "public, max-age=31536000, immutable")
}

/// `/img/12`: the picture of another host with this id. The address comes from the catalogue, never from the request.
pub async fn remote(visit: Visit, Segment(id): Segment) -> Response {
    let Ok(id) = id.parse().map(ImageId) else { return StatusCode::NOT_FOUND.into_response() };
    let image = match visit.catalog().image(id).await {
        Ok(Some(image)) => image,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    if is_public(&image.url)
        && let Ok(picture) = visit.host.pictures.fetch(&image.url, LARGEST).await
        && let Ok(media_type) = HeaderValue::from_str(&picture.media_type)
    {
        let mut response = picture.bytes.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        return reply::with_header(response, header::CACHE_CONTROL, "public, max-age=604800");
    }
    let sketch = Sketch::of(&image.title, image.category.as_deref(), None);
    let fallback = reply::redirect(StatusCode::FOUND, &format!("/art/{}", sketch.path()));
    // The other host may be back in a while.
    reply::with_header(fallback, header::CACHE_CONTROL, "public, max-age=600")
}

/// Whether a URL of the catalogue leads to the open internet: a feed must not make the shop ask its own network.
fn is_public(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    // Pictures are served by name. Addresses, in whatever spelling, are what such attacks use.
    let name_of_digits = host.rsplit('.').next().is_some_and(|last| {
        last.is_empty()
            || last.bytes().all(|b| b.is_ascii_digit())
            || last.to_ascii_lowercase().starts_with("0x")
    });
    let port_is_usual = !authority.contains('@') && matches!(port(authority), None | Some("80" | "443" | ""));
    let private =
        ["localhost", "local", "internal", "intranet", "lan", "home", "arpa", "test", "invalid", "onion"];
    let private_name =
        host.rsplit('.').next().is_some_and(|last| private.contains(&last.to_ascii_lowercase().as_str()));
    host.contains('.') && !name_of_digits && !private_name && port_is_usual && host.parse::<IpAddr>().is_err()
}

fn port(authority: &str) -> Option<&str> {
    match authority.rsplit_once(']') {
        Some((_, rest)) => rest.strip_prefix(':'),
        None => authority.split_once(':').map(|(_, port)| port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_open_internet_is_asked() {
        for url in ["https://images.example.com/a.jpg", "http://cdn.shop.co:80/a?b=c", "https://a.b:443/x"] {
            assert!(is_public(url), "{url}");
        }
        for url in [
            "http://localhost/a.jpg",
            "http://127.0.0.1/a.jpg",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0x7f000001/",
            "http://127.1/",
            "http://[::1]/a.jpg",
            "http://[::ffff:10.0.0.1]:80/",
            "http://10.0.0.7/a.jpg",
            "http://169.254.169.254/latest/meta-data",
            "http://metadata.google.internal/",
            "http://printer.local/a.png",
            "http://intranet/a.png",
            "http://db.lan:80/a.png",
            "https://images.example.com:8443/a.jpg",
            "https://user@images.example.com/a.jpg",
            "http://example.com./",
            "ftp://example.com/a.jpg",
        ] {
            assert!(!is_public(url), "{url}");
        }
    }
}
