//! The few things that islands ask of the browser. On the server they do nothing.

use orilla_ui::Locale;

/// Tells the other islands of the page how many pieces are in the cart.
pub fn announce_cart(pieces: u32) {
    #[cfg(feature = "hydrate")]
    {
        let init = web_sys::CustomEventInit::new();
        init.set_detail(&pieces.into());
        if let Some(window) = web_sys::window()
            && let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict(CART_EVENT, &init)
        {
            let _ = window.dispatch_event(&event);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = pieces;
}

/// Calls `listener` with the number of pieces whenever the cart changes.
pub fn on_cart(listener: impl FnMut(u32) + 'static) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        use wasm_bindgen::closure::Closure;
        let mut listener = listener;
        let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let detail = event.dyn_ref::<web_sys::CustomEvent>().and_then(|event| event.detail().as_f64());
            if let Some(pieces) = detail {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
                listener(pieces as u32);
            }
        });
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback(CART_EVENT, closure.as_ref().unchecked_ref());
        }
        closure.forget(); // listens as long as the page lives
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = listener;
}

#[cfg(feature = "hydrate")]
const CART_EVENT: &str = "orilla:cart";

/// The right to change the cart, until it is dropped.
pub struct CartTurn {
    #[cfg(feature = "hydrate")]
    _guard: futures_util::lock::OwnedMutexGuard<()>,
}

/// Waits until no other island of the page is changing the cart. The cart is a cookie: of two requests under way at
/// once, the second answer would undo the first.
pub async fn cart_turn() -> CartTurn {
    #[cfg(feature = "hydrate")]
    {
        use futures_util::lock::Mutex;
        use std::sync::Arc;
        thread_local! {
            static CART: Arc<Mutex<()>> = Arc::new(Mutex::new(()));
        }
        CartTurn { _guard: CART.with(Arc::clone).lock_owned().await }
    }
    #[cfg(not(feature = "hydrate"))]
    CartTurn {}
}

/// The language of the page.
pub fn language() -> Locale {
    #[cfg(feature = "hydrate")]
    {
        let root = leptos::prelude::document().document_element();
        super::locale_of(&root.and_then(|root| root.get_attribute("lang")).unwrap_or_default())
    }
    #[cfg(not(feature = "hydrate"))]
    Locale::default()
}

/// The value of a field of the form that this is an event of.
pub fn field(event: &leptos::ev::SubmitEvent, name: &str) -> String {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let form = event.target().and_then(|form| form.dyn_into::<web_sys::Element>().ok());
        let field = form.and_then(|form| form.query_selector(&format!("[name={name}]")).ok().flatten());
        field.and_then(|field| field.get_attribute("value")).unwrap_or_default()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (event, name);
        String::new()
    }
}

/// Replaces the query of the page's address, without a navigation.
pub fn replace_query(query: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(query));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = query;
}

/// Goes to another page.
pub fn go(href: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        let _ = window.location().assign(href);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = href;
}

/// Whether the focus goes to an element within one that fits `selector`.
pub fn goes_into(event: &leptos::ev::FocusEvent, selector: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let next = event.related_target().and_then(|next| next.dyn_into::<web_sys::Element>().ok());
        next.is_some_and(|next| next.closest(selector).is_ok_and(|found| found.is_some()))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (event, selector);
        false
    }
}
