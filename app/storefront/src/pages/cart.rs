//! The cart.

use super::install;
use crate::islands::{CartLines, CartLinesData, hand};
use crate::page::{Head, PageContext, document};
use crate::render;
use crate::server::{ADD_TO_CART, CartData};
use leptos::prelude::*;
use orilla_ui::{Notice, NoticeKind};
use std::sync::Arc;

/// What has just been done to the cart, by a form without scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CartNotice {
    /// Something went in.
    Added,
    /// A quantity was set.
    Updated,
    /// Something was taken out, and can be put back.
    Removed {
        /// The variant.
        variant: i64,
        /// How many there were.
        quantity: u32,
    },
    /// It did not work.
    Failed,
}

impl CartNotice {
    /// Reads it from the query string: `notice=added`, `removed=12x3`.
    pub fn parse(query_string: &str) -> Option<Self> {
        match query_string.split_once('=')? {
            ("notice", "added") => Some(CartNotice::Added),
            ("notice", "updated") => Some(CartNotice::Updated),
            ("notice", "failed") => Some(CartNotice::Failed),
            ("removed", what) => {
                let (variant, quantity) = what.split_once('x')?;
                let (variant, quantity) = (variant.parse().ok()?, quantity.parse().ok()?);
                (1..=99).contains(&quantity).then_some(CartNotice::Removed { variant, quantity })
            }
            _ => None,
        }
    }
}

/// What the cart page shows.
#[derive(Clone, Debug)]
pub struct CartPage {
    /// The cart.
    pub cart: CartData,
    /// How many lines are no longer on sale at all.
    pub gone: usize,
    /// What has just been done.
    pub notice: Option<CartNotice>,
}

/// The cart page.
pub fn cart(page: Arc<PageContext>, data: CartPage) -> String {
    let locale = page.locale;
    let code = locale.code().to_owned();
    let notice = data.notice.map(|notice| match notice {
        CartNotice::Added => (NoticeKind::Success, locale.product_added(), None),
        CartNotice::Updated => (NoticeKind::Success, locale.notice_updated(), None),
        CartNotice::Failed => (NoticeKind::Warning, locale.notice_failed(), None),
        CartNotice::Removed { variant, quantity } => {
            (NoticeKind::Info, locale.notice_updated(), Some((variant, quantity)))
        }
    });
    let notice = notice.map(|(kind, text, undo)| {
        let undo = undo.map(|(variant, quantity)| {
            view! {
                <form method="post" action=ADD_TO_CART>
                    <input type="hidden" name="locale" value=code.clone()/>
                    <input type="hidden" name="variant" value=variant/>
                    <input type="hidden" name="quantity" value=quantity/>
                    <button class="button quiet" type="submit">{locale.cart_undo()}</button>
                </form>
            }
        });
        view! { <Notice kind=kind><p>{text}</p>{undo}</Notice> }
    });
    let gone = (data.gone > 0)
        .then(|| view! { <Notice kind=NoticeKind::Warning><p>{locale.cart_gone()}</p></Notice> });
    let install = if data.cart.lines.is_empty() { None } else { install(&page) };
    let content = view! {
        <h1>{locale.cart_title()}</h1>
        {notice}
        {gone}
        {hand(CartLinesData { locale: locale.code().to_owned(), cart: data.cart }, CartLines)}
        {install}
    };
    let head = Head {
        title: locale.cart_title().to_owned(),
        description: locale.cart_title().to_owned(),
        ..Head::default()
    };
    render(|| document(page, head, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_done() {
        assert_eq!(CartNotice::parse("notice=added"), Some(CartNotice::Added));
        assert_eq!(CartNotice::parse("removed=12x3"), Some(CartNotice::Removed { variant: 12, quantity: 3 }));
        for query in ["", "notice=<b>", "removed=12", "removed=12x0", "removed=12x100", "removed=xx1"] {
            assert_eq!(CartNotice::parse(query), None, "{query}");
        }
    }
}
