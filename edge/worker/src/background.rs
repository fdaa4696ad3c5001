//! `ctx.waitUntil` as the port of work after the answer.

use crate::glue;
use orilla_shop::Background;
use std::future::Future;
use std::pin::Pin;
use worker::send::SendWrapper;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// The runtime's context of one request.
pub struct AfterAnswer {
    context: SendWrapper<JsValue>,
}

impl AfterAnswer {
    /// The context of this request.
    pub fn new(context: JsValue) -> Self {
        AfterAnswer { context: SendWrapper::new(context) }
    }
}

impl Background for AfterAnswer {
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let promise = future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        });
        glue::wait_until(&self.context, &promise);
    }
}
