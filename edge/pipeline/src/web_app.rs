//! What the manifests of the shop and of the Studio have in common (<https://www.w3.org/TR/appmanifest/>).

use serde_json::{Value, json};

/// The colours of an app's frame, as the pages have them.
pub const PAPER: &str = "#f7f3ea";
/// As [`PAPER`].
pub const INK: &str = "#10293a";

/// An icon of `public/`.
pub fn icon(src: &str, sizes: &str, media_type: &str, purpose: &str) -> Value {
    json!({ "src": src, "sizes": sizes, "type": media_type, "purpose": purpose })
}

fn small() -> Value {
    icon("/icon-192.png", "192x192", "image/png", "any")
}

/// The icons that every system can draw.
pub fn drawn_icons() -> [Value; 3] {
    [
        small(),
        icon("/icon-512.png", "512x512", "image/png", "any"),
        icon("/icon-maskable-512.png", "512x512", "image/png", "maskable"),
    ]
}

/// A page that the app's icon leads to.
pub fn shortcut(label: &str, url: &str) -> Value {
    json!({ "name": label, "url": url, "icons": [small()] })
}
