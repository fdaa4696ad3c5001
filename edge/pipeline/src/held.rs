//! A page for the tests on workerd, in builds for development alone: its slot waits until another request lets it go.

use crate::memo::{self, Outcome, Page, PageVisit, Render, Rendering};
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most names that are remembered.
const MOST: usize = 100;

/// The slots that were let go in this isolate.
static LET_GO: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// `/held/{name}`, the page; `/held/{name}/let-go`.
pub fn routes() -> Router {
    Router::new().route("/held/{name}", get(page)).route("/held/{name}/let-go", get(let_go))
}

/// Whether the slot of this name was let go.
pub fn was_let_go(name: &str) -> bool {
    names().iter().any(|known| known == name)
}

async fn let_go(Path(name): Path<String>) {
    let mut names = names();
    names.push_back(name);
    if names.len() > MOST {
        names.pop_front();
    }
}

fn names() -> MutexGuard<'static, VecDeque<String>> {
    LET_GO.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn page(visit: PageVisit, Path(name): Path<String>) -> Response {
    memo::answer(visit, String::new(), Held(name)).await
}

#[derive(Clone)]
struct Held(String);

impl Page for Held {
    const KIND: &'static str = "held";

    /// Of names there is no end.
    fn is_near(&self) -> bool {
        false
    }

    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a> {
        Box::pin(async {
            let shared = "<p>What everybody shares.</p>".repeat(100);
            let slot = from.held_slot(&self.0);
            Ok(Outcome::Page(format!("<!DOCTYPE html>{shared}{slot}{shared}")))
        })
    }
}
