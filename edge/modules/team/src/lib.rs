//! The module that answers the shop's team (the Studio's pages, import, export), programs (the HTTP API), checkouts and
//! shoppers with an account. It is instantiated with the first of their requests: an isolate that serves pages never pays
//! for it.
//! Its memory is its own, and so is the snapshot that it reads.

use orilla_pipeline::SESSION_COOKIE;
use orilla_pipeline::gateway::body::largest_body;
use orilla_worker::{glue, host, team};
use worker::js_sys::{Function, Promise};
use worker::wasm_bindgen::{self, prelude::*};
use worker::worker_sys::web_sys;

/// Answers a request that `orilla_pipeline::is_for_team`. `inspect` asks the shop's module.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: JsValue, context: JsValue, inspect: Function) -> JsValue {
    let headers = request.headers();
    let cookies = headers.get("cookie").ok().flatten().unwrap_or_default();
    let claims = headers.has("authorization").unwrap_or(false) || cookies.contains(SESSION_COOKIE);
    let largest = largest_body(&request.url(), claims);
    glue::answer(request, context.clone(), largest, |request| {
        orilla_pipeline::answer_team(host(env.clone(), context), team(env, Some(inspect)), request)
    })
}

/// Records what the queue of events delivers: the bodies of its messages, as a JSON list.
#[wasm_bindgen]
pub fn queue(messages: &str, env: JsValue, context: JsValue) -> Promise {
    orilla_worker::delivery(messages, env, context)
}

/// Tells what the queue of notices delivers: a JSON list of bodies, each with how often it was delivered. Answers for each
/// after how many seconds it has to come again; 0: never.
#[wasm_bindgen]
pub fn tell(messages: &str, env: JsValue, context: JsValue) -> Promise {
    orilla_worker::tell(messages, env, context)
}

/// Does what has to happen now to all rollouts; answers when to come again.
#[wasm_bindgen]
pub fn drive(env: JsValue, context: JsValue) -> Promise {
    orilla_worker::drive(env, context)
}

/// Publishes the pages that are likely by what was counted of steps from page to page.
#[wasm_bindgen]
pub fn learn(env: JsValue, context: JsValue) -> Promise {
    orilla_worker::learn(env, context)
}
