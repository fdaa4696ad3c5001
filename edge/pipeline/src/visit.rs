//! What the pipeline knows of the one who asks: language, cart, where the shop stands on the web.

use crate::flags::qa::Forced;
use crate::flags::{Variants, VisitorFlags};
use crate::gateway::visitor::Visitor;
use crate::gateway::visitor::cookie::{Readable, pairs, set_cookie};
use crate::memo::SharedVisit;
use crate::published::Current;
use crate::rollouts::Met;
use crate::{Away, Host, Team, Writer};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use orilla_orders::{Cart, LONGEST_CART};
use orilla_prefetch::Ahead;
use orilla_shop::PortError;
use orilla_shop::catalog::Catalog;
use orilla_storefront::{PageContext, PageSlots, pages};
use orilla_ui::Locale;
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

/// The cookie that holds the cart. `__Host-`: this host only, sent over TLS only (browsers count localhost as safe).
pub const CART_COOKIE: &str = "__Host-cart";
/// A year, in seconds.
const CART_AGE: u32 = 365 * 24 * 3600;

/// A request, as handlers see it: its ports and its visitor.
pub struct Visit {
    /// The ports.
    pub host: Host,
    /// What is published.
    pub current: Current,
    /// Where rollouts are told of, while one runs.
    pub met: Option<Met>,
    flags: OnceLock<Arc<VisitorFlags>>,
    /// The language of the path (or, at `/`, the one the browser asks for).
    pub locale: Locale,
    /// The visitor's cart. One that can't be read is empty.
    pub cart: Cart,
    /// `https://shop.example`, without a trailing slash.
    pub origin: String,
    /// The path behind the language, with a slash in front: `/p/storm-lantern`.
    pub path: String,
    /// The query string as it came, without `?`.
    pub query: String,
    /// What else is known of the visitor, read when it is asked for.
    pub visitor: Visitor,
    /// The entity tags of what the browser has.
    has: String,
}

impl Visit {
    /// Reads a request.
    fn read(host: Host, current: Current, parts: &Parts) -> Self {
        let path = parts.uri.path();
        let (locale, rest) = split_locale(path);
        Visit {
            locale: locale
                .unwrap_or_else(|| Locale::negotiate(text(&parts.headers, header::ACCEPT_LANGUAGE))),
            cart: cart_of(&parts.headers),
            origin: origin(&host, parts),
            path: rest.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            has: text(&parts.headers, header::IF_NONE_MATCH).to_owned(),
            visitor: Visitor::of(&parts.headers, &parts.extensions),
            met: parts.extensions.get().cloned(),
            current,
            flags: OnceLock::new(),
            host,
        }
    }

    /// The same visitor on a page of the shop, for who wants to know what they would get: nobody is counted.
    pub fn elsewhere(&self, locale: Locale, path: String, current: Current) -> Self {
        Visit {
            host: self.host.clone(),
            current,
            met: None,
            flags: OnceLock::new(),
            locale,
            cart: Cart::default(),
            origin: self.origin.clone(),
            path,
            query: String::new(),
            visitor: self.visitor.clone(),
            has: String::new(),
        }
    }

    /// The published catalogue.
    pub fn catalog(&self) -> Box<dyn Catalog> {
        self.current.catalog(&self.host)
    }

    /// What every page needs to draw its frame. Without a snapshot, a page has no categories in its menu.
    pub async fn page(&self) -> Arc<PageContext> {
        Arc::new(PageContext {
            categories: self.catalog().categories().await.unwrap_or_default(),
            locale: self.locale,
            catalog_language: self.host.config.catalog_language.clone(),
            assets: self.host.config.assets.clone(),
            shop_name: self.host.config.shop_name.clone(),
            origin: self.origin.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            slots: PageSlots {
                away: self.away_strip(),
                cart: pages::cart_badge(self.locale, self.cart.pieces()),
                qa: self.qa_strip(&self.url(&self.path)),
                ..PageSlots::default()
            },
            ahead: Ahead::default(),
        })
    }

    fn away_strip(&self) -> String {
        let strip = |away: Away| pages::away_strip(self.locale, away.since, away.ahead);
        self.host.away.map(strip).unwrap_or_default()
    }

    /// What of this request a shared page may know, with the part of the query string that it reads.
    pub fn shared(&self, query: String) -> SharedVisit {
        SharedVisit {
            host: self.host.clone(),
            locale: self.locale,
            origin: self.origin.clone(),
            path: self.path.clone(),
            query,
        }
    }

    /// What the flags mean for this visitor.
    pub fn flags(&self) -> &Arc<VisitorFlags> {
        self.flags.get_or_init(|| Arc::new(VisitorFlags::of(self, self.current.flags.clone())))
    }

    /// The visitor has placed an order: rollouts want to know it, whatever this page reads.
    pub fn has_ordered(&self) {
        let Some(met) = &self.met else { return };
        let flags = self.flags();
        self.current.flags.flags.rolling().for_each(|flag| drop(flags.value(flag)));
        met.note_order();
    }

    /// Reads variants for an answer that nobody keeps. A page that is kept reads them by
    /// [`crate::memo::Render::flags`].
    pub fn variants(&self) -> Variants<'_> {
        Variants::new(self.flags(), None)
    }

    /// What a page says of the experiments behind these flags, for the script that counts; empty if nobody is counted.
    pub fn exposures(&self, flags: &[impl AsRef<str>]) -> String {
        let met = if flags.is_empty() { String::new() } else { self.flags().exposures(flags) };
        if met.is_empty() { met } else { pages::exposures(&met) }
    }

    /// The strip that says which values of flags are forced for this browser; empty if none are. It leads back to
    /// `address`.
    pub fn qa_strip(&self, address: &str) -> String {
        qa_strip(&self.visitor, &self.host, self.locale, address)
    }

    /// The entity tags of what the browser has (`If-None-Match`).
    pub fn entity_tags(&self) -> &str {
        &self.has
    }

    /// A path with the shop's origin: `https://shop.example/en/cart`.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// A path of the shop in the visitor's language: `/en/cart`.
    pub fn url(&self, path: &str) -> String {
        format!("/{}{path}", self.locale.code())
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        // `answer` puts the host there before it calls the router.
        let host = parts.extensions.get::<Host>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        // The team works with what it wrote, whatever is published.
        let current = parts.extensions.get::<Current>().cloned().unwrap_or_else(|| {
            Current::missing(PortError::Unexpected("no snapshot for the team".to_owned()))
        });
        Ok(Visit::read(host, current, parts))
    }
}

impl<S: Sync> FromRequestParts<S> for Host {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Host>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl<S: Sync> FromRequestParts<S> for Writer {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Writer>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl<S: Sync> FromRequestParts<S> for Team {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Team>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The headers of the request, where a handler needs one that [`Visit`] does not read.
pub struct Headers(pub HeaderMap);

impl<S: Sync> FromRequestParts<S> for Headers {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Headers(parts.headers.clone()))
    }
}

/// The variable part of a page's path. One that is not UTF-8 names nothing: the answer is the page for that.
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        if let Ok(path) = axum::extract::Path::<String>::from_request_parts(parts, state).await {
            return Ok(Segment(path.0));
        }
        match Visit::from_request_parts(parts, state).await {
            Ok(visit) => Err(crate::reply::not_found(&visit).await),
            Err(status) => Err(axum::response::IntoResponse::into_response(status)),
        }
    }
}

/// See [`Visit::qa_strip`].
pub fn qa_strip(visitor: &Visitor, host: &Host, locale: Locale, address: &str) -> String {
    let keys = host.gate.settings.visitor_keys.as_ref();
    let Some(forced) = Forced::of(visitor, keys, host.clock.now()) else { return String::new() };
    let values: Vec<String> = forced.values.iter().map(|(flag, value)| format!("{flag} = {value}")).collect();
    pages::qa_strip(locale, &values.join(", "), address)
}

/// `/es/cart` → Spanish and `/cart`; a path without a language stays whole.
pub fn split_locale(path: &str) -> (Option<Locale>, &str) {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (first, _) = inner.split_once('/').unwrap_or((inner, ""));
    match Locale::from_segment(first) {
        Some(locale) => (Some(locale), inner.strip_prefix(first).unwrap_or_default()),
        None => (None, path),
    }
}

/// The text of a header; empty if it is missing or not text.
pub fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn origin(host: &Host, parts: &Parts) -> String {
    if !host.config.public_url.is_empty() {
        return host.config.public_url.clone();
    }
    let authority = parts.uri.authority().map_or_else(|| text(&parts.headers, header::HOST), |a| a.as_str());
    format!("{}://{authority}", parts.uri.scheme_str().unwrap_or("https"))
}

/// The values of the cookies with this name.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    pairs(headers).filter(move |(found, _)| *found == name).map(|(_, value)| value)
}

/// The cart in its cookie, if there is one that can be read.
pub fn cart_in_cookie(headers: &HeaderMap) -> Option<Cart> {
    let value = cookies(headers, CART_COOKIE).find(|value| value.len() <= LONGEST_CART)?;
    Cart::parse(value).ok()
}

/// The cart in its cookie; an empty one if there is none that can be read.
pub fn cart_of(headers: &HeaderMap) -> Cart {
    cart_in_cookie(headers).unwrap_or_default()
}

/// The `Set-Cookie` that keeps this cart; an empty cart removes the cookie. Scripts may read it, for it is the service
/// worker's where there is no network: a cart that was filled there is the cart that the edge gets.
pub fn cart_cookie(cart: &Cart) -> HeaderValue {
    let (value, age) = if cart.is_empty() { (String::new(), 0) } else { (cart.to_string(), CART_AGE) };
    set_cookie(CART_COOKIE, &value, age, Readable::ByScripts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_with_its_language() {
        assert_eq!(split_locale("/es/cart"), (Some(Locale::Es), "/cart"));
        assert_eq!(split_locale("/pt"), (Some(Locale::Pt), ""));
        assert_eq!(split_locale("/english"), (None, "/english"));
        assert_eq!(split_locale("/"), (None, "/"));
    }

    #[track_caller]
    fn check_cart(cookie: &'static str, pieces: u32) {
        let value = HeaderValue::from_bytes(cookie.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
        assert_eq!(cart_of(&headers).pieces(), pieces, "{cookie}");
    }

    #[test]
    fn a_cart_survives_its_cookie_and_a_broken_one_is_empty() {
        check_cart("a=b; __Host-cart=1.12x2-45x1; c=d", 3);
        check_cart("__Host-cart=1.12x2", 2);
        check_cart("__Host-cart=1.12x2; pref=café", 2);
        check_cart("__Host-cart=2.zzz", 0);
        check_cart("__Host-cart=", 0);
        check_cart("cart=1.12x2", 0);
        let cart = Cart::parse("1.12x2-45x1").unwrap();
        assert!(
            cart_cookie(&cart)
                .to_str()
                .unwrap()
                .starts_with("__Host-cart=1.12x2-45x1; Path=/; Max-Age=31536000")
        );
        assert!(
            cart_cookie(&Cart::default()).to_str().unwrap().starts_with("__Host-cart=; Path=/; Max-Age=0")
        );
    }
}
