//! The pages, each a function from its data to a whole HTML document.

mod cart;
mod checkout;
mod home;
mod list;
mod order;
mod product;
mod texts;

pub use cart::{CartPage, CartNotice, cart};
pub use checkout::{CheckoutPage, checkout};
pub use home::home;
pub use list::{ListData, list};
pub use order::{OrderPage, can_be_cancelled, order, order_not_found};
pub use product::{ProductData, product, variant_of};
pub use texts::{about, failure, not_found, privacy};

use crate::islands::QuickAdd;
use crate::present;
use leptos::prelude::*;
use orilla_catalog::read::Card;
use orilla_ui::{CardGrid, Locale, ProductCard};

/// Pictures of a list that are in the first view of a phone or a desk.
const EAGER: usize = 4;

/// A grid of products. Those in the first view are loaded at once if `first`.
fn grid(locale: Locale, cards: &[Card], first: bool) -> impl IntoView + use<> {
    let cards: Vec<_> = cards
        .iter()
        .enumerate()
        .map(|(at, card)| {
            let add = card.only_variant.filter(|_| card.available > 0).map(|variant| {
                let (code, title) = (locale.code().to_owned(), card.title.clone());
                view! { <QuickAdd locale=code variant=variant.0 title=title/> }
            });
            view! {
                <ProductCard locale=locale card=present::card(locale, card) eager=first && at < EAGER>
                    {add}
                </ProductCard>
            }
        })
        .collect();
    view! { <CardGrid>{cards}</CardGrid> }
}
