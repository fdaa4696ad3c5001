//! The link to the cart in the header, with the number of pieces in it.

use super::{browser, locale_of};
use leptos::prelude::*;
use orilla_ui::{Icon, IconName};

/// Follows what other islands do to the cart.
#[island]
pub fn CartBadge(
    /// The language's code.
    locale: String,
    /// Pieces in the cart when the page was rendered.
    pieces: u32,
) -> impl IntoView {
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
