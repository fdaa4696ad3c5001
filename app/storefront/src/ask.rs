//! How an island asks the shop, in the browser. Leptos' own client for server functions writes the question with serde_qs,
//! sends it with gloo-net and reads the answer with serde_json, which was 11 of the bundle's 123 KB; its other half, at
//! the edge, brought a parser of addresses with international names and a reader of nested questions. A few addresses
//! with flat forms need neither.

/// What can be asked for: in the browser, what can be read from JSON.
#[cfg(feature = "hydrate")]
pub use crate::json::Read as Answer;
#[cfg(not(feature = "hydrate"))]
pub use std::marker::Sized as Answer;

#[cfg(feature = "hydrate")]
pub use browser::{get, post};

/// Where islands are rendered they ask nothing.
#[cfg(not(feature = "hydrate"))]
pub async fn get<T: Answer>(_: &str, _: &[(&str, &str)]) -> Option<T> {
    None
}

/// As [`get`].
#[cfg(not(feature = "hydrate"))]
pub async fn post<T: Answer>(_: &str, _: &[(&str, &str)]) -> Option<T> {
    None
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Answer;
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Request, RequestInit, Response, UrlSearchParams};

    #[wasm_bindgen(module = "/src/turn.js")]
    extern "C" {
        /// Sends it when those before it, in whatever tab, have their answer.
        #[wasm_bindgen(catch, js_name = inTurn)]
        async fn in_turn(request: &Request) -> Result<JsValue, JsValue>;
    }

    /// Asks with these fields in the address; `None` if the shop can't be reached or refuses.
    pub async fn get<T: Answer>(path: &str, fields: &[(&str, &str)]) -> Option<T> {
        let query = String::from(form(fields)?.to_string());
        let request = Request::new_with_str(&format!("{path}?{query}")).ok()?;
        read(JsFuture::from(web_sys::window()?.fetch_with_request(&request)).await.ok()?).await
    }

    /// Sends these fields as a form does, in turn; `None` if the shop can't be reached or refuses.
    pub async fn post<T: Answer>(path: &str, fields: &[(&str, &str)]) -> Option<T> {
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&form(fields)?.into());
        read(in_turn(&Request::new_with_str_and_init(path, &init).ok()?).await.ok()?).await
    }

    fn form(fields: &[(&str, &str)]) -> Option<UrlSearchParams> {
        let form = UrlSearchParams::new().ok()?;
        fields.iter().for_each(|(name, value)| form.append(name, value));
        Some(form)
    }

    async fn read<T: Answer>(answer: JsValue) -> Option<T> {
        let answer: Response = answer.unchecked_into();
        if !answer.ok() {
            return None;
        }
        crate::json::read(JsFuture::from(answer.json().ok()?).await.ok()?)
    }
}
