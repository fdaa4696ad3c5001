//! What devices keep of the shop, what they say where it is out of reach, and what makes an app of it.
//!
//! Everything here is the same for everyone, but for the country of the one who asks what is current.

use crate::gateway::route::{RouteClass, route_of};
use crate::gateway::visitor::Visitor;
use crate::visit::{Segment, Visit};
use crate::web_app::{INK, PAPER, drawn_icons, icon, shortcut};
use crate::{Config, Host, is_for_team, reply};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri, header};
use orilla_shop::offline::{Announced, Shop};
use orilla_snapshot::Hash;
use orilla_storefront::pages;
use serde_json::{Value, json};

/// The service worker that ends itself, of a shop that is not to be kept on devices, once what waits there is sent.
const WITHDRAWN: &str = include_str!("withdrawn.js");

/// `/sw.js`: the service worker. Browsers look for a new one with each page, past their caches and past the one that
/// runs: so what a broken build left on devices can be withdrawn.
pub async fn script(host: Host) -> Response {
    let config = &host.config;
    let script = if config.on_devices {
        // The build's own name: what it loads is of the same build, or not there.
        format!("importScripts(\"/pkg/device-{}.js\");\n", config.build)
    } else {
        format!("{WITHDRAWN}\nsendBy(\"/pkg/device-{}.js\");\n", config.build)
    };
    let script = reply::with_type("text/javascript; charset=utf-8", script);
    reply::with_header(script, header::CACHE_CONTROL, "no-cache")
}

/// `/device/current`: what is current.
pub async fn current(host: Host, visitor: Visitor) -> Response {
    let mut response = Json(announced(&host, &visitor)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, reply::PRIVATE);
    response
}

fn announced(host: &Host, visitor: &Visitor) -> Announced {
    let Config { shop_name, currency, catalog_language, public_url, build, on_devices, payments, .. } =
        &*host.config;
    Announced {
        build: build.clone(),
        offered: *on_devices,
        shop: Shop {
            name: shop_name.clone(),
            currency: *currency,
            catalog_language: catalog_language.tag().to_owned(),
            public_url: public_url.clone(),
            // The ways only: whose account it is stands in the order.
            payments: payments.iter().map(|payment| payment.method()).collect(),
        },
        publication: host.isolate.published(),
        country: visitor.country().map(|country| country.code().to_owned()),
    }
}

/// `/device/file/3f…`: a file of the published snapshot, by its hash: what is there never changes.
pub async fn file(host: Host, Segment(hash): Segment) -> Response {
    let Ok(hash) = hash.parse::<Hash>() else { return StatusCode::NOT_FOUND.into_response() };
    match host.segments.get(hash).await {
        Ok(Some(bytes)) => {
            let file = reply::with_type("application/octet-stream", bytes);
            reply::with_header(file, header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        }
        // A store may take a while to show it everywhere.
        Ok(None) => {
            reply::with_header(StatusCode::NOT_FOUND.into_response(), header::CACHE_CONTROL, "no-store")
        }
        Err(error) => crate::Problem::from(error).into_response(),
    }
}

/// `/en/app.webmanifest`: the shop as an app (<https://www.w3.org/TR/appmanifest/>).
pub async fn manifest(visit: Visit) -> Response {
    let (locale, name) = (visit.locale, &visit.host.config.shop_name);
    // A narrow one for phones, a wide one for desks: of the demo's shop, for whoever replaces them.
    let screenshot = |form: &str, sizes: &str, label: &str| {
        json!({
            "src": format!("/screenshots/{form}-{}.webp", locale.code()),
            "sizes": sizes,
            "type": "image/webp",
            "form_factor": form,
            "label": label,
        })
    };
    let vector = icon("/icon.svg", "any", "image/svg+xml", "any");
    let icons: Vec<Value> = std::iter::once(vector).chain(drawn_icons()).collect();
    let manifest = json!({
        // One app in whichever language: who changes it has no second one.
        "id": "/",
        "lang": locale.code(),
        "dir": "ltr",
        "name": name,
        "short_name": name,
        "description": locale.shop_description(),
        "start_url": visit.url(""),
        "scope": "/",
        // With the way back and a way to load anew, where an app's frame has room for them.
        "display_override": ["minimal-ui", "standalone"],
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INK,
        "categories": ["shopping"],
        "icons": icons,
        "screenshots": [
            screenshot("narrow", "720x1280", locale.screenshot_product()),
            screenshot("wide", "1280x800", locale.screenshot_home()),
        ],
        "shortcuts": [
            shortcut(locale.nav_all_products(), &visit.url("/search")),
            shortcut(locale.nav_cart(), &visit.url("/cart")),
        ],
        // What is shared with the shop is searched for.
        "share_target": { "action": visit.url("/search"), "method": "GET", "enctype": "application/x-www-form-urlencoded", "params": { "text": "q" } },
    });
    let manifest = reply::with_type("application/manifest+json", manifest.to_string());
    reply::with_header(manifest, header::CACHE_CONTROL, "public, max-age=3600")
}

/// On a device: what only the shop itself can do.
pub async fn out_of_reach(visit: &Visit) -> Response {
    reply::private_page(StatusCode::SERVICE_UNAVAILABLE, pages::out_of_reach(visit.page().await))
}

/// On a device: no page, or one of what only the shop itself can do.
pub async fn not_here(visit: Visit, uri: Uri) -> Response {
    let is_known = route_of(uri.path()).class != RouteClass::Other;
    if is_known || is_for_team(uri.path(), "") {
        return out_of_reach(&visit).await;
    }
    reply::not_found(&visit).await
}
