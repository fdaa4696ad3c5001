//! The link to the cart in the header, with the number of pieces in it.

use super::handed::{handed, handed_members};
use super::{browser, locale_of};
use leptos::prelude::*;
use orilla_ui::{Icon, IconName};
use serde::{Deserialize, Serialize};

/// What the badge is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartBadgeData {
    /// The language's code.
    pub locale: String,
    /// Pieces in the cart when the page was rendered.
    pub pieces: u32,
}

handed_members!("cart-badge", CartBadgeData { locale, pieces });

/// Follows what other islands do to the cart.
#[island]
pub fn CartBadge() -> impl IntoView {
    let CartBadgeData { locale, pieces } = handed();
    let locale = locale_of(&locale);
    let pieces = RwSignal::new(pieces);
    browser::on_cart(move |now| pieces.set(now));
    let label = move || match pieces.get() {
        0 => locale.nav_cart().to_owned(),
        some => locale.nav_cart_items(some.into()),
    };
    view! {
        <a class="cart-link" href=format!("/{}/cart", locale.code()) aria-label=label>
            <Icon name=IconName::Cart/>
            <span class="count" aria-hidden="true" hidden=move || pieces.get() == 0>{move || pieces.get()}</span>
        </a>
    }
}
