//! Between the Workers runtime and the types of crate `http`.

use crate::gate::RequestFacts;
use axum::body::{Body, Bytes, HttpBody};
use http::{Request, Response, StatusCode, header};
use orilla_pipeline::gateway::body::Unread;
use orilla_pipeline::gateway::visitor::AskHost;
use orilla_shop::PortError;
use serde_json::{Map, Value};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use worker::js_sys::{self, JsString, Uint8Array};
use worker::send::SendWrapper;
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen::{self, JsCast};
use worker::wasm_bindgen_futures::future_to_promise;
use worker::worker_sys::web_sys;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;
    pub(crate) fn header(request: &web_sys::Request, name: &str) -> Option<String>;
    pub(crate) fn country(request: &web_sys::Request) -> Option<String>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn limit(env: &JsValue, binding: &str, key: &str) -> Result<JsValue, JsValue>;
    pub(crate) async fn send(url: &str, headers: &str, body: &str);
    #[wasm_bindgen(catch)]
    async fn body(request: &web_sys::Request, most: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn respond(status: u16, head: &str, body: &[u8]) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn begin(status: u16, head: &str, body: &[u8]) -> Result<JsValue, JsValue>;
    fn begun(answer: &JsValue) -> JsValue;
    #[wasm_bindgen(catch)]
    async fn more(answer: &JsValue, bytes: &[u8]) -> Result<JsValue, JsValue>;
    fn end(answer: &JsValue, whole: bool);
    #[wasm_bindgen(catch)]
    pub(crate) async fn cached(key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn cache(key: &str, bytes: &[u8], seconds: u32) -> Result<JsValue, JsValue>;
    pub(crate) async fn sleep(milliseconds: u32);
    #[wasm_bindgen(catch)]
    pub(crate) async fn batch(env: &JsValue, statements: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn file(env: &JsValue, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn store(env: &JsValue, files: &js_sys::Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn publications(env: &JsValue, what: &str, argument: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn enqueue(env: &JsValue, message: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn notify(env: &JsValue, messages: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = post)]
    async fn posted(url: &str, headers: &str, body: &[u8], milliseconds: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn wake(env: &JsValue, at: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = waitUntil)]
    pub(crate) fn wait_until(context: &JsValue, promise: &JsValue);
    #[wasm_bindgen(catch)]
    pub(crate) async fn picture(url: &str, most: u32, milliseconds: u32) -> Result<JsValue, JsValue>;
}

/// Answers a request of the runtime by a function of the pipeline; reads at most `largest` bytes of its body. `context`
/// is the runtime's, which keeps the request alive until a streamed answer has ended.
///
/// What needs no I/O is answered in the same turn: a promise costs more than most of what it would wait for.
pub fn answer<A: Future<Output = Response<Body>>>(
    request: web_sys::Request,
    context: JsValue,
    largest: usize,
    handler: impl FnOnce(Request<Body>) -> A + 'static,
) -> JsValue {
    let mut answer: Pin<Box<dyn Future<Output = JsValue>>> = Box::pin(async move {
        let response = match incoming(&request, largest).await {
            Ok(request) => handler(request).await,
            // An address that the runtime took for one.
            Err(_) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::BAD_REQUEST;
                response
            }
        };
        outgoing(response, &context).unwrap_or_else(|error| error)
    });
    match answer.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        // The task polls again at once, with a waker of its own.
        Poll::Pending => future_to_promise(async move { Ok(answer.await) }).into(),
    }
}

async fn incoming(request: &web_sys::Request, largest: usize) -> Result<Request<Body>, http::Error> {
    let text = head(request);
    let mut lines = text.split('\n');
    let method = lines.next().unwrap_or_default();
    let has_body = !matches!(method, "GET" | "HEAD");
    // The handle, not the request: its own method of this name copies the body.
    let facts = AskHost(Arc::new(RequestFacts(SendWrapper::new(Clone::clone(request)))));
    let mut builder =
        Request::builder().method(method).uri(lines.next().unwrap_or_default()).extension(facts);
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        builder = builder.header(name, value);
    }
    if !has_body {
        return builder.body(Body::empty());
    }
    match body(request, u32::try_from(largest).unwrap_or(u32::MAX)).await.map(JsCast::dyn_into::<Uint8Array>)
    {
        Ok(Ok(bytes)) => builder.body(Body::from(bytes.to_vec())),
        Ok(Err(_)) => builder.extension(Unread::TooLarge).body(Body::empty()),
        Err(_) => builder.extension(Unread::Broken).body(Body::empty()),
    }
}

/// Hands an answer to the runtime: in one piece if all of it is there, else as a stream, of which what is there leaves at
/// once.
fn outgoing(response: Response<Body>, context: &JsValue) -> Result<JsValue, JsValue> {
    let (parts, mut body) = response.into_parts();
    let mut text = String::with_capacity(512);
    for (name, value) in &parts.headers {
        // The runtime sets the length itself.
        if name != header::CONTENT_LENGTH
            && let Ok(value) = value.to_str()
        {
            text.extend([name.as_str(), "\n", value, "\n"]);
        }
    }
    let status = parts.status.as_u16();
    let first = match Pin::new(&mut body).poll_frame(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        Poll::Ready(Some(Err(_)) | None) => return respond(status, &text, &[]),
        Poll::Pending => Bytes::new(),
    };
    if body.is_end_stream() {
        return respond(status, &text, &first);
    }
    let answer = begin(status, &text, &first)?;
    let response = begun(&answer);
    wait_until(
        context,
        &future_to_promise(async move {
            let whole = pour(body, &answer).await.is_ok();
            end(&answer, whole);
            Ok(JsValue::UNDEFINED)
        }),
    );
    Ok(response)
}

/// Writes what is left of a body to an answer that has begun.
async fn pour(mut body: Body, answer: &JsValue) -> Result<(), JsValue> {
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| JsValue::UNDEFINED)?;
        if let Ok(bytes) = frame.into_data() {
            more(answer, &bytes).await?;
        }
    }
    Ok(())
}

/// What a service answered.
pub(crate) struct Answered {
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
}

/// Sends a body to a service on the internet, without following redirects; it has so many milliseconds.
pub(crate) async fn post<'a>(
    url: &str,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &[u8],
    patience: u32,
) -> Result<Answered, PortError> {
    let headers: Map<String, Value> = headers.map(|(name, value)| (name.to_owned(), value.into())).collect();
    let headers = Value::Object(headers).to_string();
    let answer = posted(url, &headers, body, patience).await;
    let answer: js_sys::Array =
        answer
            .map_err(|error| PortError::Unavailable(message(&error)))?
            .dyn_into()
            .map_err(|_| PortError::Unexpected("a service's answer is none".to_owned()))?;
    let status = answer.get(0).as_f64().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a status has three digits")]
    let status = status as u16;
    Ok(Answered { status, retry_after: answer.get(1).as_string() })
}

/// The text of a JavaScript error.
pub(crate) fn message(error: &JsValue) -> String {
    error.dyn_ref::<worker::js_sys::Error>().map_or_else(
        || error.dyn_ref::<JsString>().map(String::from).unwrap_or_default(),
        |error| String::from(error.message()),
    )
}
