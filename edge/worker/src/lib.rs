//! The Cloudflare host.
mod glue;
use std::cell::RefCell;
use tower::Service;

thread_local! {
    static ROUTER: RefCell<Option<axum::Router>> = const { RefCell::new(None) };
}

async fn answer(request: http::Request<axum::body::Body>) -> http::Response<axum::body::Body> {
    let mut router = ROUTER.with_borrow_mut(|slot| slot.get_or_insert_with(orilla_pipeline::bench::routes).clone());
    match router.call(request).await { Ok(r) => r, Err(e) => match e {} }
}
