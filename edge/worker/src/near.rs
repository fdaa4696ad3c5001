//! The Cache API as the port of pages that the isolates of a data centre share.

use crate::glue;
use async_trait::async_trait;
use orilla_shop::{PageStore, PortError};
use worker::js_sys::Uint8Array;
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};

/// The cache of this data centre.
pub struct DataCentre;

#[async_trait]
impl PageStore for DataCentre {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        SendFuture::new(async {
            let found = glue::cached(key).await.map_err(unavailable)?;
            Ok(found.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
        })
        .await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, seconds: u32) -> Result<(), PortError> {
        SendFuture::new(async { glue::cache(key, &bytes, seconds).await.map(|_| ()).map_err(unavailable) })
            .await
    }
}

fn unavailable(error: JsValue) -> PortError {
    PortError::Unavailable(glue::message(&error))
}
