//! KV as the store of published files, and the Durable Object that says which publication is current.

use crate::glue;
use crate::host::{SystemClock, SystemRandom};
use async_trait::async_trait;
use orilla_pipeline::gateway::breaker::{Remote, guarded};
use orilla_shop::PortError;
use orilla_shop::publish::{Publication, Publications, Segments};
use orilla_snapshot::Hash;
use serde::de::DeserializeOwned;
use worker::js_sys::{Array, Uint8Array};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast, JsValue};

/// The namespace bound as `KV` and the object bound as `PUBLICATIONS`, for one request.
pub struct Files {
    env: SendWrapper<JsValue>,
}

impl Files {
    /// Those of this environment.
    pub fn new(env: JsValue) -> Self {
        Files { env: SendWrapper::new(env) }
    }

    /// Asks the Durable Object.
    async fn ask<T: DeserializeOwned>(&self, what: &str, argument: &str) -> Result<T, PortError> {
        let answer = SendFuture::new(async {
            glue::publications(&self.env, what, argument).await.map_err(unavailable)
        });
        let text = answer.await?.as_string().unwrap_or_default();
        serde_json::from_str(&text).map_err(|error| PortError::Unexpected(format!("publications: {error}")))
    }
}

/// Files never change, so a data centre may keep them for as long as it likes.
#[async_trait]
impl Segments for Files {
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        let call = SendFuture::new(async {
            let file = glue::file(&self.env, &hash.to_string()).await.map_err(unavailable)?;
            Ok(file.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
        });
        Ok(guarded(Remote::Snapshots, &SystemClock, &SystemRandom, is_outage, call).await?)
    }

    async fn put(&self, files: Vec<(Hash, Vec<u8>)>) -> Result<(), PortError> {
        let call = SendFuture::new(async {
            let pairs = Array::new();
            for (hash, file) in &files {
                let pair = Array::of2(&hash.to_string().into(), &Uint8Array::from(file.as_slice()));
                pairs.push(&pair);
            }
            glue::store(&self.env, &pairs).await.map_err(unavailable)?;
            Ok(())
        });
        Ok(guarded(Remote::Snapshots, &SystemClock, &SystemRandom, is_outage, call).await?)
    }
}

#[async_trait]
impl Publications for Files {
    async fn current(&self) -> Result<Option<Publication>, PortError> {
        self.ask("current", "").await
    }

    async fn history(&self, most: u32) -> Result<Vec<Publication>, PortError> {
        self.ask("history", &most.to_string()).await
    }

    async fn numbered(&self, number: u64) -> Result<Option<Publication>, PortError> {
        self.ask("numbered", &number.to_string()).await
    }

    async fn append(&self, publication: &Publication) -> Result<bool, PortError> {
        let text =
            serde_json::to_string(publication).map_err(|error| PortError::Unexpected(error.to_string()))?;
        self.ask("append", &text).await
    }
}

fn is_outage(error: &PortError) -> bool {
    matches!(error, PortError::Unavailable(_))
}

fn unavailable(error: JsValue) -> PortError {
    PortError::Unavailable(glue::message(&error))
}
