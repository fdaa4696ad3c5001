//! Parts of a page whose type differs from case to case.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// A part of a page, written already. leptos' `AnyView` can be written in three ways, put into a document, and filled later,
/// and a module of WebAssembly holds each of them for each type that it was made of: this one is a string.
pub(crate) type Drawn = InertElement;

/// Writes a part of a page.
pub(crate) trait Draw: IntoView {
    /// This part, as one type whatever it is.
    fn drawn(self) -> Drawn {
        InertElement::new(self.into_view().to_html())
    }
}

impl<V: IntoView> Draw for V {}
