//! The button on a card that puts a product without options into the cart.

use super::{browser, locale_of};
use crate::server::{ADD_TO_CART, add_to_cart};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A form that works by itself; with scripts, nothing is reloaded.
#[island]
pub fn QuickAdd(
    /// The language's code.
    locale: String,
    /// The variant.
    variant: i64,
    /// The product's title, for the button's name.
    title: String,
) -> impl IntoView {
    let code = locale.clone();
    let locale = locale_of(&locale);
    let status = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let code_sent = code.clone();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let code = code_sent.clone();
        spawn_local(async move {
            let _turn = browser::cart_turn().await;
            match add_to_cart(code, variant, 1).await {
                Ok(change) => {
                    browser::announce_cart(change.cart.pieces);
                    status.set(Some(if change.done {
                        locale.product_added().to_owned()
                    } else {
                        change.message
                    }));
                }
                Err(_) => status.set(Some(locale.notice_failed().to_owned())),
            }
            busy.set(false);
        });
    };
    view! {
        <form class="quick-add" method="post" action=ADD_TO_CART on:submit=add>
            <input type="hidden" name="locale" value=code/>
            <input type="hidden" name="variant" value=variant/>
            <input type="hidden" name="quantity" value="1"/>
            <button class="button" type="submit" aria-label=format!("{}: {title}", locale.product_add())>
                {locale.product_add()}
            </button>
            <p class="quick-status" role="status">{status}</p>
        </form>
    }
}
