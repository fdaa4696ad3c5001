//! How an island calls a server function: at the edge as leptos has it, in the browser with less code. Leptos' client
//! writes the question with serde_qs, sends it with gloo-net and reads the answer with serde_json: together 11 of
//! the bundle's 123 KB, when it was last so.

use leptos::prelude::ServerFnError;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Encoding, Json};
use leptos::server_fn::server::Server;
use leptos::server_fn::{Http, Protocol};
use std::future::Future;
use std::marker::PhantomData;

#[cfg(feature = "hydrate")]
pub use crate::json::Read as Answer;

/// The arguments of a server function, in the browser.
#[cfg(feature = "hydrate")]
pub trait Question {
    /// As they stand in a query or in a form's body: `locale=en&variant=7`.
    fn query(self) -> String;
}

#[cfg(not(feature = "hydrate"))]
pub use std::marker::{Send as Question, Sized as Answer};

/// The arguments encoded as `Input` says, the answer as JSON.
pub struct Call<Input>(PhantomData<Input>);

impl<E, I, O, C, S> Protocol<I, O, C, S, ServerFnError> for Call<E>
where
    E: Encoding,
    I: Question + Send,
    O: Answer,
    C: Client<ServerFnError>,
    S: Server<ServerFnError>,
    Http<E, Json>: Protocol<I, O, C, S, ServerFnError>,
{
    const METHOD: http::Method = E::METHOD;

    fn run_server<F, Fut>(
        request: S::Request,
        server_fn: F,
    ) -> impl Future<Output = Result<S::Response, ServerFnError>> + Send
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, ServerFnError>> + Send,
    {
        Http::<E, Json>::run_server(request, server_fn)
    }

    #[cfg(feature = "hydrate")]
    fn run_client(path: &str, question: I) -> impl Future<Output = Result<O, ServerFnError>> + Send {
        let request = fetch::request(E::METHOD == http::Method::GET, path, &question.query());
        send_wrapper::SendWrapper::new(async move {
            let answer = fetch::json(request).await.and_then(crate::json::read);
            answer.ok_or_else(|| ServerFnError::Request(String::new()))
        })
    }

    #[cfg(not(feature = "hydrate"))]
    fn run_client(path: &str, question: I) -> impl Future<Output = Result<O, ServerFnError>> + Send {
        Http::<E, Json>::run_client(path, question)
    }
}

#[cfg(feature = "hydrate")]
mod fetch {
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Request, RequestInit, Response, UrlSearchParams};

    pub fn request(get: bool, path: &str, query: &str) -> Option<Request> {
        if get {
            return Request::new_with_str(&format!("{path}?{query}")).ok();
        }
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&UrlSearchParams::new_with_str(query).ok()?.into());
        Request::new_with_str_and_init(path, &init).ok()
    }

    /// The answer, unless the shop can't be reached or it refuses.
    pub async fn json(request: Option<Request>) -> Option<JsValue> {
        let answer = web_sys::window()?.fetch_with_request(&request?);
        let answer: Response = JsFuture::from(answer).await.ok()?.unchecked_into();
        if !answer.ok() {
            return None;
        }
        JsFuture::from(answer.json().ok()?).await.ok()
    }
}
