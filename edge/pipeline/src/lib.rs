//! What happens to a request, in order; for every host.
#[cfg(feature = "bench")]
pub mod bench;
