//! The pipeline's second host: a service worker in the shopper's browser. Adapts the Cache API, `fetch`, time and
//! randomness to the ports, and decides nothing. `sw.js` calls it.

mod glue;
mod home;
mod host;
mod shelf;
mod unused;

use glue::message;
use home::{Browser, Edge};
use http::HeaderValue;
use js_sys::{Array, Promise, Uint8Array};
use orilla_shop::Clock;
use orilla_shop::offline::{HomeError, Refreshed, refresh, visited};
use orilla_shop::outbox::Outbox;
use send_wrapper::SendWrapper;
use shelf::{Api, Sealed};
use std::future::Future;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// Says which build this is: `{"build", "assets": {…}}`. The first call counts.
///
/// # Errors
/// If that is not what it is.
#[wasm_bindgen]
pub fn start(build: &str) -> Result<(), JsValue> {
    host::start(build).map_err(|error| JsValue::from_str(&error))
}

/// Answers a request: `[status, headers, body]`, or `undefined` if nothing of the shop is on this device. Headers are
/// lines, a name and a value each.
#[wasm_bindgen]
pub fn fetch(method: String, url: String, headers: String, body: Vec<u8>) -> Promise {
    future_to_promise(async move {
        let host = host::host().await.map_err(|error| JsValue::from_str(&error.to_string()))?;
        let Some((host, country)) = host else { return Ok(JsValue::UNDEFINED) };
        let mut request = glue::request(&method, &url, &headers, body)?;
        if let Some(country) = country.and_then(|country| HeaderValue::try_from(country).ok()) {
            request.headers_mut().insert("x-orilla-country", country);
        }
        let response = orilla_pipeline::answer_away(host, outbox(), request).await;
        let (status, headers, body) = glue::parts(response).await?;
        let body = Uint8Array::from(body.as_slice());
        Ok(Array::of3(&status.into(), &headers.into(), &body).into())
    })
}

/// Looks for what is new, and brings it here: `current`, `new`, `nothing`, `withdrawn` or `full`.
#[wasm_bindgen]
pub fn sync() -> Promise {
    future_to_promise(async {
        let came = match refresh(&Browser, &Edge, host::SystemClock.now()).await {
            Ok(Refreshed::Current) => "current",
            Ok(Refreshed::New) => "new",
            Ok(Refreshed::Nothing) => "nothing",
            Ok(Refreshed::Withdrawn) => "withdrawn",
            Err(HomeError::Full) => "full",
            Err(error) => return Err(JsValue::from_str(&error.to_string())),
        };
        Ok(came.into())
    })
}

/// Notes that a page was visited: its path, with the language.
#[wasm_bindgen]
pub fn visit(path: String) -> Promise {
    future_to_promise(async move {
        let behind = path.get("/en".len()..).unwrap_or_default();
        let noted = visited(&Browser, behind).await;
        noted.map(|()| JsValue::UNDEFINED).map_err(|error| JsValue::from_str(&error.to_string()))
    })
}

/// Sends what waits; `hurry`: what is not due yet, too. One call at a time. Answers where each order is and
/// when the next is due: `{"states": {KEY: STATE}, "due": TIME | null}`.
#[wasm_bindgen]
pub fn send(hurry: bool) -> Promise {
    future_to_promise(async move {
        let sent = outbox().send(&Api, &host::SystemRandom, hurry).await;
        let text = sent
            .map_err(|error| error.to_string())
            .and_then(|sent| serde_json::to_string(&sent).map_err(|error| error.to_string()));
        text.map(JsValue::from).map_err(|error| JsValue::from_str(&error))
    })
}

/// Keeps the addresses of who is signed in, as the shop has told them.
#[wasm_bindgen]
pub fn learn(book: String) -> Promise {
    future_to_promise(async move {
        let own = serde_json::from_str(&book).map_err(|error| JsValue::from_str(&error.to_string()))?;
        let kept = outbox().keep_book(&own).await;
        kept.map(|()| JsValue::UNDEFINED).map_err(|error| JsValue::from_str(&error.to_string()))
    })
}

/// Forgets what waits, and all else that is personal.
#[wasm_bindgen]
pub fn forget() -> Promise {
    future_to_promise(async { shelf::clear().await })
}

/// What waits on this device.
fn outbox() -> Outbox {
    Outbox::new(Arc::new(Sealed), Arc::new(host::SystemClock))
}

/// A service worker has one thread: what waits for a promise stays on it.
fn here<F: Future>(future: F) -> impl Future<Output = F::Output> + Send {
    SendWrapper::new(future)
}

/// The failure of something in JavaScript.
fn unavailable(error: JsValue) -> orilla_shop::PortError {
    orilla_shop::PortError::Unavailable(message(&error))
}
