//! The link to the cart, with the number of pieces in it.

use super::{Filling, SlotContext, SlotId};
use axum::body::Bytes;
use orilla_memo::Slot;
use orilla_storefront::pages;
use orilla_ui::Locale;
use std::cell::RefCell;
use std::collections::HashMap;

/// Numbers of pieces that are kept, of all languages together.
const MOST: usize = 100;

thread_local! {
    /// Links by language and pieces: most carts are empty or small, and drawing one costs a tenth of a kept page.
    static LINKS: RefCell<HashMap<(Locale, u32), Bytes>> = RefCell::default();
}

pub(super) fn start(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    let pieces = context.with_cart(slot, |cart| cart.pieces()).unwrap_or_default();
    Filling { shows_visitor: pieces > 0, ..Filling::shared(link(context.locale, pieces)) }
}

fn link(locale: Locale, pieces: u32) -> Bytes {
    LINKS.with_borrow_mut(|links| {
        if let Some(link) = links.get(&(locale, pieces)) {
            return link.clone();
        }
        let link = Bytes::from(pages::cart_badge(locale, pieces));
        if links.len() < MOST {
            links.insert((locale, pieces), link.clone());
        }
        link
    })
}
