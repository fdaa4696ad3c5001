//! Between `Request`/`Response` of the Workers runtime and the types of crate `http`.
use axum::body::{Body, HttpBody};
use http::{Request, Response};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};
use worker::wasm_bindgen::prelude::*;
use worker::worker_sys::web_sys;
use worker::{js_sys, wasm_bindgen_futures, wasm_bindgen};

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;
    fn respond(status: u16, head: &str, body: &[u8]) -> web_sys::Response;
}

#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, _env: worker::Env, _context: worker::worker_sys::Context) -> JsValue {
    let text = head(&request);
    let mut lines = text.split('\n');
    let mut builder = Request::builder().method(lines.next().unwrap_or("GET")).uri(lines.next().unwrap_or("/"));
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        builder = builder.header(name, value);
    }
    let Ok(request) = builder.body(Body::empty()) else { return JsValue::NULL };
    let mut future: Pin<Box<dyn Future<Output = web_sys::Response>>> = Box::pin(async move { to_js(crate::answer(request).await).await });
    match future.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(response) => response.into(),
        Poll::Pending => wasm_bindgen_futures::future_to_promise(async move { Ok(future.await.into()) }).into(),
    }
}

async fn to_js(response: Response<Body>) -> web_sys::Response {
    let (parts, body) = response.into_parts();
    let mut text = String::new();
    for (name, value) in &parts.headers {
        text.push_str(name.as_str()); text.push('\n');
        text.push_str(value.to_str().unwrap_or_default()); text.push('\n');
    }
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    respond(parts.status.as_u16(), &text, &bytes)
}
