//! `fetch` and the Cache API as the port of remote pictures.

use crate::glue;
use async_trait::async_trait;
use orilla_shop::{Picture, Pictures, PortError};
use worker::js_sys::{Array, Uint8Array};
use worker::send::SendFuture;
use worker::wasm_bindgen::JsCast;

/// How long a host may take, in milliseconds.
const PATIENCE: u32 = 5_000;

/// Pictures by `fetch`, kept for a week in the data centre's cache.
pub struct FetchedPictures;

#[async_trait]
impl Pictures for FetchedPictures {
    async fn fetch(&self, url: &str, most: usize) -> Result<Picture, PortError> {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        SendFuture::new(async {
            let answer = glue::picture(url, most, PATIENCE)
                .await
                .map_err(|error| PortError::Unavailable(glue::message(&error)))?;
            let pair: Array = answer
                .dyn_into()
                .map_err(|_| PortError::Unexpected("not a picture, a redirect, or too large".to_owned()))?;
            Ok(Picture {
                media_type: pair.get(0).as_string().unwrap_or_default(),
                bytes: Uint8Array::new(&pair.get(1)).to_vec(),
            })
        })
        .await
    }
}
