//! What a cron trigger does with the steps that were counted.

use crate::host::{host, team};
use worker::js_sys::Promise;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// Publishes the pages that are likely by what was counted. The promise fails if that can't be done now.
pub fn learn(env: JsValue, context: JsValue) -> Promise {
    future_to_promise(async move {
        let (host, team) = (host(env.clone(), context), team(env, None));
        let done = orilla_pipeline::publish_likely_pages(&host, &team).await;
        done.map(|()| JsValue::UNDEFINED).map_err(|error| JsValue::from_str(&error.to_string()))
    })
}
