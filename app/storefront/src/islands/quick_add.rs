//! The button on a card that puts a product without options into the cart.

use super::browser;
use super::handed::passed;
use crate::server::{ADD_TO_CART, add_to_cart};
use leptos::prelude::*;
use leptos::task::spawn_local;
use orilla_ui::Locale;

/// What the button's form is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuickAddData {
    /// The language.
    pub locale: Locale,
    /// The variant.
    pub variant: i64,
    /// The product's title, for the button's name.
    pub title: String,
}

/// A form that works by itself; with scripts, nothing is reloaded. A list has many: in the browser the form says which
/// variant it is, so that the page need not say it twice.
#[island]
pub fn QuickAdd() -> impl IntoView {
    let QuickAddData { locale, variant, title } = passed();
    let status = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(variant) = browser::field(&event, "variant").parse() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let locale = browser::language();
            let _turn = browser::cart_turn().await;
            match add_to_cart(locale.code(), variant, 1).await {
                Some(change) => {
                    browser::announce_cart(change.cart.pieces);
                    status.set(Some(if change.done {
                        locale.product_added().to_owned()
                    } else {
                        change.message
                    }));
                }
                None => status.set(Some(locale.notice_failed().to_owned())),
            }
            busy.set(false);
        });
    };
    view! {
        <form class="quick-add" method="post" action=ADD_TO_CART on:submit=add>
            <input type="hidden" name="locale" value=locale.code()/>
            <input type="hidden" name="variant" value=variant/>
            <input type="hidden" name="quantity" value="1"/>
            <button class="button" type="submit" aria-label=format!("{}: {title}", locale.product_add())>
                {locale.product_add()}
            </button>
            <p class="quick-status" role="status">{status}</p>
        </form>
    }
}
