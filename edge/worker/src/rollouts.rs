//! The clock of rollouts: what sets its alarm, and what it does when it rings.

use crate::glue;
use crate::host::{host, team};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::team::rollouts::Alarm;
use worker::js_sys::Promise;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// The object bound as `ROLLOUTS`.
pub struct Clockwork {
    env: SendWrapper<JsValue>,
}

impl Clockwork {
    /// The clock of this environment.
    pub fn new(env: JsValue) -> Self {
        Clockwork { env: SendWrapper::new(env) }
    }
}

#[async_trait]
impl Alarm for Clockwork {
    async fn wake(&self, at: i64) -> Result<(), PortError> {
        // JavaScript's numbers hold milliseconds since 1970.
        let done = SendFuture::new(async {
            glue::wake(&self.env, at as f64).await.map_err(|error| glue::message(&error))
        });
        done.await.map(drop).map_err(PortError::Unavailable)
    }
}

/// Does what has to happen now to all rollouts and bandits. The promise answers when to come again, in milliseconds since 1970, or
/// undefined; it fails if nothing could be done.
pub fn drive(env: JsValue, context: JsValue) -> Promise {
    future_to_promise(async move {
        let (host, team) = (host(env.clone(), context), team(env, None));
        match orilla_pipeline::drive(&host, &team).await {
            Ok(next) => Ok(next.map_or(JsValue::UNDEFINED, |next| JsValue::from_f64(next as f64))),
            Err(error) => Err(JsValue::from_str(&error.to_string())),
        }
    })
}
