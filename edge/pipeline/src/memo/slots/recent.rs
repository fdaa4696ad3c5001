//! The products that the visitor looked at lately, for somebody who agreed to personalisation.

use super::{Filling, Html, SlotContext, SlotId};
use crate::gateway::visitor::Purpose;
use orilla_catalog::ProductId;
use orilla_memo::Slot;
use orilla_storefront::pages;
use std::sync::Arc;

/// Cards that are shown.
const MOST: usize = 4;

/// The slot's arguments are the id of the product that the page is of, or empty: that one is noted, and not shown.
pub(super) fn start(slot: &Slot<SlotId>, context: &Arc<SlotContext>) -> Filling {
    let here = slot.arguments().parse().ok().map(ProductId);
    let viewed = context.with_visitor(slot, |visitor| {
        let viewed = visitor.viewed()?;
        // A page that nobody has seen was not looked at.
        let is_seen = || visitor.purpose() == Purpose::Visit;
        let noted = here.filter(|_| is_seen()).map(|here| viewed.with(here)).filter(|noted| *noted != viewed);
        Some((viewed, noted))
    });
    let Some((viewed, noted)) = viewed.flatten() else { return Filling::nothing() };
    let cookie = noted.map(|noted| noted.cookie());
    let ids: Vec<ProductId> = viewed.ids().iter().copied().filter(|id| Some(*id) != here).collect();
    if ids.is_empty() {
        return Filling { shows_visitor: cookie.is_some(), cookie, ..Filling::nothing() };
    }
    // From here it belongs to the visitor: what is fetched is sealed, and drawn in the slot.
    let (context, slot) = (context.clone(), slot.clone());
    let html = Box::pin(async move {
        let mut cards = context.catalog.cards(&ids).await?;
        cards.truncate(MOST);
        let cards = context.seal(cards);
        let language = &context.host().config.catalog_language;
        let html = context.with(&slot, &cards, |cards| pages::recent(context.locale, language, cards));
        Ok(html.unwrap_or_default())
    });
    Filling { html: Html::Later(html), shows_visitor: true, cookie }
}
