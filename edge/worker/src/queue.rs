//! The queue of events: what is put on it, and what it delivers.

use crate::glue;
use crate::host::{host, team};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::events::{EventQueue, Message};
use worker::js_sys::Promise;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// The queue bound as `EVENTS`.
pub struct EventsBinding {
    env: SendWrapper<JsValue>,
}

impl EventsBinding {
    /// The queue of this environment.
    pub fn new(env: JsValue) -> Self {
        EventsBinding { env: SendWrapper::new(env) }
    }
}

#[async_trait]
impl EventQueue for EventsBinding {
    async fn put(&self, message: &Message) -> Result<(), PortError> {
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        let done = SendFuture::new(async {
            glue::enqueue(&self.env, &message.text()).await.map_err(|error| glue::message(&error))
        });
        done.await.map(drop).map_err(PortError::Unavailable)
    }
}

/// Records a delivery: the bodies of its messages as a JSON list. The promise fails if any of it has to come again.
pub fn delivery(messages: &str, env: JsValue, context: JsValue) -> Promise {
    let messages: Result<Vec<String>, _> = serde_json::from_str(messages);
    future_to_promise(async move {
        let messages = messages.map_err(|error| JsValue::from_str(&error.to_string()))?;
        let (host, team) = (host(env.clone(), context), team(env, None));
        let done = orilla_pipeline::record_events(&host, &team, &messages).await;
        done.map(|()| JsValue::UNDEFINED).map_err(|error| JsValue::from_str(&error.to_string()))
    })
}
