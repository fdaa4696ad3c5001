//! The queue of notices, and the push services that they go to.

use crate::glue;
use crate::host::{host, team};
use async_trait::async_trait;
use orilla_push::Request;
use orilla_shop::PortError;
use orilla_shop::notices::{NoticeQueue, PushAnswer, PushService};
use worker::js_sys::{Array, Promise};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// How long a push service may take, in milliseconds.
const PATIENCE: u32 = 10_000;

/// The queue bound as `NOTICES`.
pub struct NoticesBinding {
    env: SendWrapper<JsValue>,
}

impl NoticesBinding {
    /// The queue of this environment.
    pub fn new(env: JsValue) -> Self {
        NoticesBinding { env: SendWrapper::new(env) }
    }
}

#[async_trait]
impl NoticeQueue for NoticesBinding {
    async fn put(&self, messages: &[String]) -> Result<(), PortError> {
        let messages =
            serde_json::to_string(messages).map_err(|error| PortError::Unexpected(error.to_string()))?;
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        let done = SendFuture::new(async {
            glue::notify(&self.env, &messages).await.map_err(|error| glue::message(&error))
        });
        done.await.map(drop).map_err(PortError::Unavailable)
    }
}

/// Push services, by `fetch`.
pub struct PushServices;

#[async_trait]
impl PushService for PushServices {
    async fn send(&self, request: &Request) -> Result<PushAnswer, PortError> {
        let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
        SendFuture::new(async {
            let glue::Answered { status, retry_after } =
                glue::post(&request.url, headers, &request.body, PATIENCE).await?;
            Ok(PushAnswer { status, retry_after })
        })
        .await
    }
}

/// Tells what the queue delivers: a JSON list of bodies, each with how often it was delivered. The promise is a list of how
/// many seconds each has to wait before it comes again; 0: never.
pub fn tell(messages: &str, env: JsValue, context: JsValue) -> Promise {
    let messages: Result<Vec<(String, u32)>, _> = serde_json::from_str(messages);
    future_to_promise(async move {
        let messages = messages.map_err(|error| JsValue::from_str(&error.to_string()))?;
        let (host, team) = (host(env.clone(), context), team(env, None));
        let waits = orilla_pipeline::deliver_notices(&host, &team, &messages).await;
        Ok(waits.into_iter().map(JsValue::from).collect::<Array>().into())
    })
}
