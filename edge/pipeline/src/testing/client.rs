//! Who asks a shop of the tests, and what comes back.

use super::{BROWSER, Shop, TOKEN};
use crate::gateway::route::route_of;
use crate::{answer, answer_team, is_for_team};
use axum::body::{Body, to_bytes};
use futures::executor::block_on;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Who asks.
pub(super) enum Role {
    Anonymous,
    Shopper(RefCell<BTreeMap<String, String>>),
    Staff,
}

/// Sends requests in a role.
pub struct Client<'a> {
    pub(super) shop: &'a Shop,
    pub(super) role: Role,
}

impl Client<'_> {
    /// The same visitor at another isolate.
    pub fn at<'a>(&self, shop: &'a Shop) -> Client<'a> {
        let role = match &self.role {
            Role::Anonymous => Role::Anonymous,
            Role::Shopper(cookies) => Role::Shopper(cookies.clone()),
            Role::Staff => Role::Staff,
        };
        Client { shop, role }
    }

    /// The browser's cookies, as it sends them.
    pub fn cookies(&self) -> String {
        let Role::Shopper(cookies) = &self.role else { return String::new() };
        let pairs: Vec<_> = cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// The value of a cookie; empty without one.
    pub fn cookie(&self, name: &str) -> String {
        let Role::Shopper(cookies) = &self.role else { return String::new() };
        cookies.borrow().get(name).cloned().unwrap_or_default()
    }

    /// Changes a cookie, as a service worker does.
    pub fn set_cookie(&self, name: &str, value: &str) {
        if let Role::Shopper(cookies) = &self.role {
            cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// As a browser without scripts sends a form.
    pub fn post_form(&self, path: &str, form: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
        self.send("POST", path, &headers, form.as_bytes())
    }

    /// Without an idempotency key.
    pub fn post_json(&self, path: &str, document: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], document.to_string().as_bytes())
    }

    /// What a ceremony of passkeys wants the device to be asked.
    #[track_caller]
    pub fn asked(&self, path: &str) -> Value {
        let asked = self.post_json(path, &serde_json::json!({}));
        assert_eq!(asked.status, 200, "{}", asked.text());
        assert_eq!(asked.header("cache-control"), "private, no-store");
        asked.json()
    }

    /// With an idempotency key.
    pub fn post_keyed(&self, path: &str, key: &str, document: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send("POST", path, &headers, document.to_string().as_bytes())
    }

    /// Any request. A path that is no URI is the test's mistake.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("https://shop.example{path}"));
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        match &self.role {
            Role::Anonymous => {}
            Role::Shopper(cookies) => {
                let cookies: Vec<_> =
                    cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
                request = request.header(header::COOKIE, cookies.join("; "));
                // Browsers always say what they are and where a request comes from.
                for (name, value) in [("sec-fetch-site", "same-origin"), ("user-agent", BROWSER)] {
                    if !headers.iter().any(|(given, _)| *given == name) {
                        request = request.header(name, value);
                    }
                }
            }
            Role::Staff => request = request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")),
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let host = self.shop.host.clone();
        let cookies = request.headers().get(header::COOKIE).and_then(|cookies| cookies.to_str().ok());
        let response = if is_for_team(path, cookies.unwrap_or_default()) {
            block_on(answer_team(host, self.shop.team.clone(), request))
        } else {
            block_on(answer(host, request))
        };
        self.shop.background.finish();
        let (parts, body) = response.into_parts();
        let body = block_on(to_bytes(body, usize::MAX)).unwrap().to_vec();
        self.keep_cookies(&parts.headers);
        // What is answered has a row in the gateway's table: without one, the log would not know its name.
        let address = path.split('?').next().unwrap_or_default();
        let is_known = route_of(address).template != "other";
        assert!(is_known || !parts.status.is_success(), "{address} is missing in gateway::route");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let Role::Shopper(cookies) = &self.role else { return };
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The header's text; empty if it is missing.
    pub fn header(&self, name: &'static str) -> &str {
        self.headers.get(HeaderName::from_static(name)).map_or("", |value| value.to_str().unwrap())
    }

    /// The first field that a problem names, and its code.
    pub fn fault(&self) -> (String, String) {
        let problem = self.json();
        let text = |name: &str| problem["errors"][0][name].as_str().unwrap_or_default().to_owned();
        (text("field"), text("code"))
    }
}
