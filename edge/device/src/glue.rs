//! Between JavaScript and the types of crate `http`.

use axum::body::{Body, to_bytes};
use http::{Request, Response, header};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// The most that an answer may have, in bytes: far more than a page.
const LARGEST_ANSWER: usize = 16 << 20;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    pub async fn names() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub async fn stored(name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub async fn store(name: &str, bytes: Vec<u8>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub async fn remove(name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub async fn download(name: &str) -> Result<JsValue, JsValue>;
    pub async fn sleep(milliseconds: u32);
    pub fn fold(text: &str) -> String;
    #[wasm_bindgen(js_name = isFull)]
    pub fn is_full(error: &JsValue) -> bool;
    pub fn log(line: &str);
    #[wasm_bindgen(catch)]
    pub async fn cookies() -> Result<JsValue, JsValue>;
}

/// The request behind these texts.
pub fn request(method: &str, url: &str, headers: &str, body: Vec<u8>) -> Result<Request<Body>, JsValue> {
    let mut builder = Request::builder().method(method).uri(url);
    let mut lines = headers.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        builder = builder.header(name, value);
    }
    builder.body(Body::from(body)).map_err(|error| JsValue::from_str(&error.to_string()))
}

/// An answer as a status, lines of headers, and all of its body: on a device nothing has to leave before the rest.
pub async fn parts(response: Response<Body>) -> Result<(u16, String, Vec<u8>), JsValue> {
    let (parts, body) = response.into_parts();
    let mut text = String::with_capacity(512);
    for (name, value) in &parts.headers {
        if name != header::CONTENT_LENGTH
            && let Ok(value) = value.to_str()
        {
            text.extend([name.as_str(), "\n", value, "\n"]);
        }
    }
    let body = to_bytes(body, LARGEST_ANSWER).await;
    let body = body.map_err(|error| JsValue::from_str(&error.to_string()))?;
    Ok((parts.status.as_u16(), text, body.to_vec()))
}

/// The text of a JavaScript error.
pub fn message(error: &JsValue) -> String {
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    text.or_else(|| error.as_string()).unwrap_or_default()
}
