//! The module that answers the shop's team: the Studio's pages, import, export, orders. It is instantiated with the first request for one
//! of the team's addresses: an isolate that serves shoppers never pays for it.

use orilla_worker::{glue, host, team};
use worker::wasm_bindgen::{self, prelude::*};
use worker::worker_sys::web_sys;

/// The largest batch of an import, in bytes, from someone who at least claims to be of the team.
const LARGEST_IMPORT: u32 = 17 * 1024 * 1024;

/// Answers a request for an address that begins with `orilla_pipeline::TEAM_PATHS`.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: JsValue, context: JsValue) -> JsValue {
    let claims = request.headers().has("authorization").unwrap_or(false);
    let largest = if claims { LARGEST_IMPORT } else { glue::LARGEST_BODY };
    glue::answer(request, largest, |request| {
        orilla_pipeline::answer_team(host(env.clone(), context), team(env), request)
    })
}
