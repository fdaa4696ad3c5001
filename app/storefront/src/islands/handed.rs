//! What a page hands to an island. Leptos would write an island's properties into an attribute and read them with
//! serde_json: 17 of the bundle's 123 KB, when it was last so. Here the island has no properties: what it needs stands
//! before it in a script element, as JSON that the browser itself parses.

#[cfg(feature = "hydrate")]
use crate::json::Read;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
use leptos::prelude::*;

/// What an island is told. [`handed_members`] writes what is needed for it.
pub trait Handed: Default + serde::Serialize + 'static {
    /// The `id` of the element that holds it.
    const ID: &'static str;
}

/// The island, and before it what it is told.
#[cfg(feature = "ssr")]
pub fn hand<T: Handed, V: IntoView>(data: T, island: fn() -> V) -> impl IntoView {
    let json = crate::page::script_text(&data);
    view! {
        <script type="application/json" id=T::ID inner_html=json></script>
        {pass(data, island)}
    }
}

/// The island, rendered from what it is told; in the browser it learns what it needs from its own elements.
#[cfg(feature = "ssr")]
pub fn pass<T: 'static, V: IntoView>(data: T, island: fn() -> V) -> V {
    PASSED.set(Some(Box::new(data)));
    island()
}

#[cfg(feature = "ssr")]
thread_local! {
    /// For the island that is called now, which takes it before anything else is rendered. A context would need a
    /// reactive owner for each of a list's buttons.
    static PASSED: std::cell::Cell<Option<Box<dyn std::any::Any>>> = const { std::cell::Cell::new(None) };
}

/// What the page has handed to the island that calls this.
#[cfg(not(feature = "hydrate"))]
pub fn handed<T: Handed>() -> T {
    passed()
}

/// What the page has handed to the island that calls this. Without it there is no island: `loader.js` learns of the
/// exception, and leaves links and forms to the browser.
#[cfg(feature = "hydrate")]
pub fn handed<T: Handed + Read>() -> T {
    let element = document().get_element_by_id(T::ID);
    let json = element.and_then(|element| element.text_content()).unwrap_or_default();
    let data = js_sys::JSON::parse(&json).ok().and_then(crate::json::read);
    data.unwrap_or_else(|| wasm_bindgen::throw_str("the page lacks what an island needs"))
}

/// What the page has passed to the island that calls this. In the browser, nothing.
pub fn passed<T: Default + 'static>() -> T {
    #[cfg(feature = "ssr")]
    if let Some(data) = PASSED.take().and_then(|data| data.downcast().ok()) {
        return *data;
    }
    T::default()
}

/// Makes a struct something that a page can hand over, under this `id`.
macro_rules! handed_members {
    ($id:literal, $type:ident { $($member:ident),* }) => {
        impl $crate::islands::Handed for $type {
            const ID: &str = $id;
        }

        #[cfg(feature = "hydrate")]
        $crate::json::read_members!($type { $($member),* });
    };
}
pub(super) use handed_members;
