//! The Studio as an app, which opens the files that it imports.

use crate::reply;
use crate::visit::Visit;
use crate::web_app::{INK, PAPER, drawn_icons, shortcut};
use axum::response::Response;
use http::header;
use orilla_studio::Words;
use serde_json::json;

/// `/studio/app.webmanifest` (<https://www.w3.org/TR/appmanifest/>). Nothing in it is the team's alone: browsers ask for it
/// without cookies.
pub async fn manifest(visit: Visit) -> Response {
    let words = Words::from(visit.locale);
    let name = format!("{} Studio", visit.host.config.shop_name);
    let manifest = json!({
        "id": "/studio",
        "lang": visit.locale.code(),
        "dir": "ltr",
        "name": name,
        "short_name": "Studio",
        "start_url": "/studio",
        "scope": "/studio",
        "display_override": ["minimal-ui", "standalone"],
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INK,
        "icons": drawn_icons(),
        "shortcuts": [
            shortcut(words.nav_orders(), "/studio/orders"),
            shortcut(words.nav_products(), "/studio/products"),
            shortcut(words.nav_import(), "/studio/import"),
        ],
        // What the import takes (`launch.js` puts the file into its form).
        "file_handlers": [{
            "action": "/studio/import",
            "accept": {
                "text/csv": [".csv"],
                "text/tab-separated-values": [".tsv"],
                "application/x-ndjson": [".ndjson"],
            },
        }],
    });
    let manifest = reply::with_type("application/manifest+json", manifest.to_string());
    reply::with_header(manifest, header::CACHE_CONTROL, "no-cache")
}
