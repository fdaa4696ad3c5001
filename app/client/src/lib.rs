//! The storefront's bundle for the browser: its islands, and nothing else. `loader.js` starts it.

use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the islands. `loader.js` then calls the hydrate function of each island in the page.
#[wasm_bindgen]
pub fn hydrate() {
    orilla_storefront::islands::start();
}
