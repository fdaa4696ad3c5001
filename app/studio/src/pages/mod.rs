//! The pages, each a function from its data to a whole HTML document.

mod categories;
mod category;
mod dashboard;
mod experiments;
pub mod flags;
mod import;
mod imports;
mod kept;
mod metrics;
mod order;
mod orders;
mod passkeys;
mod product;
mod products;
mod publish;
mod refused;
mod reviews;
mod rollout;
mod rollouts;
mod sessions;
mod sign_in;
#[cfg(test)]
mod tests;

pub use crate::page::Told;
pub use categories::{CategoriesPage, CategoryForm, categories, move_fault};
pub use category::{CategoryPage, category};
pub use dashboard::{DashboardPage, dashboard};
pub use experiments::{ExperimentPage, ExperimentsPage, experiment, experiments};
pub use import::{ImportPage, import};
pub use imports::{ImportsPage, imports};
pub use kept::{KeptPagesPage, kept_pages};
pub use metrics::{MetricPage, metric, metrics};
pub use order::{OrderForm, OrderPage, order};
pub use orders::orders;
pub use passkeys::{PasskeysPage, passkeys};
pub use product::{Conflict, Editor, ProductPage, StockForm, new_product, product, product_fault};
pub use products::products;
pub use publish::{PublishPage, publish};
pub use refused::{RefusedPage, refused};
pub use reviews::{Decision, ReviewPlace, ReviewsPage, reviews};
pub use rollout::{RolloutPage, rollout};
pub use rollouts::{RolloutsPage, rollouts};
pub use sessions::sessions;
pub use sign_in::{SignInPage, sign_in};

use crate::page::{StudioContext, document};
use leptos::prelude::*;
use orilla_orders::TextError;
use orilla_ui::{ButtonLink, ErrorPage};

/// What is wrong with a field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFault {
    /// The field's name, which is its id.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// The way between the pages that say who gets in.
fn access(studio: &StudioContext) -> impl IntoView + use<> {
    let words = studio.words();
    let pages = [("/studio/sessions", words.sessions_title()), ("/studio/passkeys", words.passkeys_title())];
    let links = pages.map(|(href, label)| {
        let current = (studio.path == href).then_some("page");
        view! { <li><a href=href aria-current=current>{label}</a></li> }
    });
    view! { <nav class="site-nav tabs" aria-label=words.nav_access()><ul role="list">{links.to_vec()}</ul></nav> }
}

/// The fault of this field, if it has one.
fn fault(faults: &[FormFault], field: &str) -> Option<String> {
    faults.iter().find(|fault| fault.field == field).map(|fault| fault.message.clone())
}

/// What is wrong with a text.
pub fn text_fault(studio: &StudioContext, error: &TextError) -> &'static str {
    let words = studio.words();
    match error {
        TextError::Empty => words.required(),
        TextError::TooLong { .. } => words.too_long(),
        _ => words.not_readable(),
    }
}

/// The page for an error: `status` is 400, 404, 500 or 503.
pub fn error(studio: &StudioContext, status: u16) -> String {
    let (locale, words) = (studio.locale, studio.words());
    document(studio, &status.to_string(), || {
        view! {
            <ErrorPage locale=locale status=status>
                <ButtonLink href="/studio">{words.back_to_dashboard()}</ButtonLink>
            </ErrorPage>
        }
    })
}
