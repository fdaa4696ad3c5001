//! The pipeline's second host: a service worker in the shopper's browser. Adapts the Cache API, `fetch`, time and
//! randomness to the ports, and decides nothing. `sw.js` calls it.

mod glue;
mod home;
mod host;
mod unused;

use glue::message;
use home::{Browser, Edge};
use js_sys::{Array, Promise, Uint8Array};
use orilla_shop::Clock;
use orilla_shop::offline::{HomeError, Refreshed, refresh, visited};
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
        let Some(host) = host else { return Ok(JsValue::UNDEFINED) };
        let request = glue::request(&method, &url, &headers, body)?;
        let response = orilla_pipeline::answer_away(host, request).await;
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

/// The failure of something in JavaScript.
fn unavailable(error: JsValue) -> orilla_shop::PortError {
    orilla_shop::PortError::Unavailable(message(&error))
}
