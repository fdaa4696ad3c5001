//! IndexedDB as the shelf of what waits, and the shop behind the network.

use crate::{glue, here, host, unavailable};
use async_trait::async_trait;
use js_sys::{Array, Uint8Array};
use orilla_shop::outbox::{Answer, Counter, Shelf};
use orilla_shop::{Clock, PortError};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(module = "/src/shelf.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn shelved() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn shelve(id: &str, over: u32, version: u32, text: Option<String>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    pub async fn clear() -> Result<JsValue, JsValue>;
    async fn knock() -> JsValue;
    #[wasm_bindgen(catch)]
    async fn post(path: &str, key: &str, body: Option<String>) -> Result<JsValue, JsValue>;
}

/// This browser's database.
#[derive(Clone, Copy)]
pub struct Sealed;

/// The shop's own address.
#[derive(Clone, Copy)]
pub struct Api;

async fn write(id: String, over: u32, version: u32, text: Option<String>) -> Result<bool, PortError> {
    here(async move {
        let written = shelve(&id, over, version, text).await.map_err(unavailable)?;
        Ok(written.as_bool().unwrap_or_default())
    })
    .await
}

#[async_trait]
impl Shelf for Sealed {
    async fn all(&self) -> Result<Vec<String>, PortError> {
        let all = here(async { shelved().await.map_err(unavailable).map(|all| all.as_string()) }).await?;
        let unexpected = |error: serde_json::Error| PortError::Unexpected(format!("the shelf: {error}"));
        serde_json::from_str(&all.unwrap_or_default()).map_err(unexpected)
    }

    async fn write(&self, id: &str, over: u32, version: u32, text: String) -> Result<bool, PortError> {
        write(id.to_owned(), over, version, Some(text)).await
    }

    async fn remove(&self, id: &str, version: u32) -> Result<bool, PortError> {
        write(id.to_owned(), version, version, None).await
    }
}

#[async_trait]
impl Counter for Api {
    async fn is_open(&self) -> bool {
        here(async { knock().await.as_bool().unwrap_or_default() }).await
    }

    async fn send(&self, path: &str, key: &str, body: Option<String>) -> Result<Answer, PortError> {
        here(send(path.to_owned(), key.to_owned(), body)).await
    }

    async fn counted(&self) -> Option<String> {
        let cookies = here(async { glue::cookies().await.ok()?.as_string() }).await?;
        orilla_pipeline::counted_away(&cookies, host::SystemClock.now())
    }
}

async fn send(path: String, key: String, body: Option<String>) -> Result<Answer, PortError> {
    let came: Array = post(&path, &key, body).await.map_err(unavailable)?.unchecked_into();
    let body = came.get(2).dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
    Ok(Answer { status: whole(&came.get(0)), retry_after: whole(&came.get(1)), body })
}

/// A number of JavaScript's as one without a fraction or a sign; 0 if it is none.
fn whole<T: TryFrom<u32> + Default>(value: &JsValue) -> T {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of this kind saturates"
    )]
    let number = value.as_f64().unwrap_or_default() as u32;
    T::try_from(number).unwrap_or_default()
}
