//! The Cache API as the device's storage, and the edge behind the network.

use crate::{glue, here, unavailable};
use async_trait::async_trait;
use js_sys::Uint8Array;
use orilla_shop::PortError;
use orilla_shop::offline::{Announced, Home, HomeError, Kept, NOTE, Origin};
use orilla_shop::publish::{Publication, Publications, Segments};
use orilla_snapshot::Hash;
use wasm_bindgen::{JsCast, JsValue};

/// This browser's storage.
#[derive(Clone, Copy)]
pub struct Browser;

/// The shop's own address.
#[derive(Clone, Copy)]
pub struct Edge;

fn address(hash: Hash) -> String {
    format!("/device/file/{hash}")
}

fn note_address(name: &str) -> String {
    format!("/device/note/{name}")
}

async fn stored(name: String) -> Result<Option<Vec<u8>>, PortError> {
    here(async move {
        let found = glue::stored(&name).await.map_err(unavailable)?;
        Ok(found.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
    })
    .await
}

async fn store(name: String, bytes: Vec<u8>) -> Result<(), HomeError> {
    here(async move {
        let failed = |error: JsValue| match glue::is_full(&error) {
            true => HomeError::Full,
            false => HomeError::Port(unavailable(error)),
        };
        glue::store(&name, bytes).await.map(drop).map_err(failed)
    })
    .await
}

async fn download(name: String) -> Result<Vec<u8>, PortError> {
    here(async move {
        let bytes = glue::download(&name).await.map_err(unavailable)?;
        Ok(bytes.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default())
    })
    .await
}

#[async_trait]
impl Home for Browser {
    async fn files(&self) -> Result<Vec<Hash>, PortError> {
        let names = here(async { glue::names().await.map_err(unavailable) }).await?;
        let names = names.as_string().unwrap_or_default();
        Ok(names.lines().filter_map(|name| name.parse().ok()).collect())
    }

    async fn file(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        stored(address(hash)).await
    }

    async fn keep(&self, hash: Hash, file: Vec<u8>) -> Result<(), HomeError> {
        store(address(hash), file).await
    }

    async fn forget(&self, hash: Hash) -> Result<(), PortError> {
        here(async move { glue::remove(&address(hash)).await.map(drop).map_err(unavailable) }).await
    }

    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        Ok(stored(note_address(name)).await?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    async fn write(&self, name: &str, text: String) -> Result<(), HomeError> {
        store(note_address(name), text.into_bytes()).await
    }
}

#[async_trait]
impl Origin for Edge {
    async fn announced(&self) -> Result<Announced, PortError> {
        let text = download("/device/current".to_owned()).await?;
        serde_json::from_slice(&text).map_err(|error| PortError::Unavailable(format!("the shop: {error}")))
    }

    async fn file(&self, hash: Hash) -> Result<Vec<u8>, PortError> {
        download(address(hash)).await
    }
}

/// What the pipeline reads.
#[async_trait]
impl Segments for Browser {
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        self.file(hash).await
    }

    async fn put(&self, _: Vec<(Hash, Vec<u8>)>) -> Result<(), PortError> {
        Err(nothing_is_written())
    }
}

#[async_trait]
impl Publications for Browser {
    async fn current(&self) -> Result<Option<Publication>, PortError> {
        let kept = self.note(NOTE).await?.and_then(|text| Kept::read(&text));
        Ok(kept.and_then(|kept| kept.announced.publication))
    }

    async fn history(&self, _: u32) -> Result<Vec<Publication>, PortError> {
        Err(nothing_is_written())
    }

    async fn numbered(&self, _: u64) -> Result<Option<Publication>, PortError> {
        Err(nothing_is_written())
    }

    async fn append(&self, _: &Publication) -> Result<bool, PortError> {
        Err(nothing_is_written())
    }
}

fn nothing_is_written() -> PortError {
    PortError::Unexpected("a device publishes nothing".to_owned())
}
