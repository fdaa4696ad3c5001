//! The pages, each a function from its data to a whole HTML document.

mod cart;
mod checkout;
mod home;
mod list;
mod order;
mod product;
#[cfg(test)]
mod tests;
mod texts;

pub use cart::{CartNotice, CartPage, cart};
pub use checkout::{CheckoutPage, checkout};
pub use home::home;
pub use list::{ListData, list};
pub use order::{OrderPage, order, order_not_found};
pub use product::{ProductData, product, variant_of};
pub use texts::{about, failure, not_found, privacy};

use crate::islands::{CartBadge, CartBadgeData, QuickAdd, QuickAddData, hand, pass};
use crate::page::PageContext;
use crate::present;
use crate::render;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_catalog::read::Card;
use orilla_ui::{CardGrid, Locale, ProductCard};

/// The link to the cart in the header, with the pieces in it: the one part of a catalogue page that is a visitor's own.
pub fn cart_badge(locale: Locale, pieces: u32) -> String {
    render(|| hand(CartBadgeData { locale: locale.code().to_owned(), pieces }, CartBadge))
}

/// Pictures of a list that are in the first view of a phone or a desk.
const EAGER: usize = 4;

/// A grid of products. Those in the first view are loaded at once if `first`.
fn grid(page: &PageContext, cards: &[Card], first: bool) -> impl IntoView + use<> {
    let (locale, lang) = (page.locale, page.product_lang());
    let cards: Vec<_> = cards
        .iter()
        .enumerate()
        .map(|(at, card)| {
            let (code, title) = (locale.code().to_owned(), card.title.clone());
            let action = match card.only_variant {
                _ if card.available == 0 => None,
                Some(variant) => {
                    Some(Either::Left(pass(QuickAddData { locale, variant: variant.0, title }, QuickAdd)))
                }
                // The card's title is the link that is read out and reached by keyboard.
                None => Some(Either::Right(view! {
                    <div class="quick-add" aria-hidden="true">
                        <a class="button" href=format!("/{code}/p/{}", card.handle) tabindex="-1">
                            {locale.list_choose()}
                        </a>
                    </div>
                })),
            };
            view! {
                <ProductCard locale=locale card=present::card(locale, card) lang=lang.clone() eager=first && at < EAGER>
                    {action}
                </ProductCard>
            }
        })
        .collect();
    view! { <CardGrid>{cards}</CardGrid> }
}
