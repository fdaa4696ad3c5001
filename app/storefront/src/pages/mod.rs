//! The pages, each a function from its data to a whole HTML document.

mod account;
mod addresses;
mod away;
mod cart;
mod checkout;
mod consent;
mod data;
mod flags;
mod girocode;
mod home;
mod install;
mod link;
mod list;
mod order;
mod product;
mod review;
mod reviews;
#[cfg(test)]
mod tests;
mod texts;
mod waiting;

pub use account::{AccountNotice, AccountPage, account, account_door};
pub use addresses::{ADDRESSES, AddressNotice, AddressesPage, addresses};
pub use away::{OFFLINE_PLACE, away_strip, out_of_reach};
pub use cart::{CartNotice, CartPage, cart};
pub use checkout::{AWAY_QUERY, CheckoutPage, CheckoutStep, checkout};
pub use consent::{CONSENT_ACTION, CONSENT_PLACE, ConsentGiven, consent_banner, consent_form};
pub use flags::{QA_ACTION, exposures, qa_strip};
pub use home::home;
pub use link::{LinkFault, LinkForm, LinkPage, link, link_elsewhere, link_over};
pub use list::{ListData, list};
pub use order::{OrderPage, order, order_not_found};
pub use product::{ProductData, product, variant_of};
pub use review::{OWN_REVIEWS, OwnReviewNotice, OwnReviewPage, OwnReviewsPage, own_review, own_reviews};
pub use texts::{about, failure, not_found, privacy};
pub use waiting::{RefusedRequest, WaitingPage, waiting, waiting_list};

pub(crate) use data::object;

use crate::islands::{CartBadge, CartBadgeData, QuickAdd, QuickAddData, hand, pass};
use crate::page::PageContext;
use crate::present;
use crate::render;
use install::install;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_catalog::read::Card;
use orilla_ui::{CardGrid, CardLayout, Language, Locale, ProductCard};

/// The link to the cart in the header, with the pieces in it: the one part of a catalogue page that is a visitor's own.
pub fn cart_badge(locale: Locale, pieces: u32) -> String {
    render(|| hand(CartBadgeData { locale: locale.code().to_owned(), pieces }, CartBadge))
}

/// Pictures of a list that are in the first view of a phone or a desk.
const EAGER: usize = 4;

/// The products that a visitor has looked at lately, as a section of a page; nothing if there are none.
pub fn recent(locale: Locale, catalog_language: &Language, cards: &[Card]) -> String {
    if cards.is_empty() {
        return String::new();
    }
    render(|| {
        view! {
            <section class="section" aria-labelledby="recent">
                <h2 id="recent">{locale.recent_title()}</h2>
                {cards_grid(locale, catalog_language.on_page(locale), cards, false, CardLayout::Grid)}
            </section>
        }
    })
}

/// A grid of products. Those in the first view are loaded at once if `first`.
fn grid(page: &PageContext, cards: &[Card], first: bool, layout: CardLayout) -> impl IntoView + use<> {
    cards_grid(page.locale, page.product_lang(), cards, first, layout)
}

fn cards_grid(
    locale: Locale,
    lang: Option<String>,
    cards: &[Card],
    first: bool,
    layout: CardLayout,
) -> impl IntoView + use<> {
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
    view! { <CardGrid layout=layout>{cards}</CardGrid> }
}
