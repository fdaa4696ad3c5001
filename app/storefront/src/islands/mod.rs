//! The parts of a page that the browser takes over. Each renders useful HTML without WebAssembly.

/// Makes the reactive system ready; called once by the client bundle before the first island is hydrated.
#[cfg(feature = "hydrate")]
pub fn start() {
    leptos::mount::hydrate_islands();
}
