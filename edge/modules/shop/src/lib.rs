//! The module that answers shoppers: pages, the cart, what islands ask. It comes with the isolate, before the first
//! request, so it holds nothing that only the team, programs or checkouts need.

use orilla_pipeline::gateway::body::LARGEST_READ;
use orilla_worker::{glue, host};
use worker::wasm_bindgen::{self, prelude::*};
use worker::worker_sys::web_sys;

/// Answers any request but those that `orilla_pipeline::is_for_team`.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: JsValue, context: JsValue) -> JsValue {
    glue::answer(request, context.clone(), LARGEST_READ, |request| {
        orilla_pipeline::answer(host(env, context), request)
    })
}

/// What this module keeps of pages, as JSON. The entry lends it to the team's module; no address answers it.
#[wasm_bindgen]
pub fn inspect(isolate: &str, address: &str) -> String {
    orilla_worker::inspect(isolate, address)
}
