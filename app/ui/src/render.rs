//! From a view to a string.

use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

/// Renders a page. The view is built inside a reactive owner of its own, which ends with it: nothing of one page
/// can reach another.
pub fn render<V: IntoView>(page: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| page().into_view().to_html());
    owner.unset_with_forced_cleanup();
    html
}
