//! What a page says of flags: to the script that counts exposures, and to somebody of the team who looks at a variant.

use super::{Filling, SlotContext, SlotId};
use crate::visit::qa_strip;
use orilla_memo::Slot;

/// The experiments that the visitor has met on this page.
pub(super) fn exposures(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    shown(context.with_exposures(slot, Clone::clone))
}

/// The strip of a browser for which values are forced. The slot's arguments are the address of the page.
pub(super) fn qa(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    let strip = |visitor: &_| qa_strip(visitor, context.host(), context.locale, slot.arguments());
    shown(context.with_visitor(slot, strip))
}

fn shown(html: Option<String>) -> Filling {
    match html.filter(|html| !html.is_empty()) {
        Some(html) => Filling { shows_visitor: true, ..Filling::shared(html.into()) },
        None => Filling::nothing(),
    }
}
