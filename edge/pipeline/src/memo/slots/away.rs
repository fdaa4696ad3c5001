//! Where the shop is out of reach: that it is, and from when the page's data is. The same for everyone on the device.

use super::{Filling, SlotContext};
use orilla_storefront::pages::away_strip;

pub(super) fn start(context: &SlotContext) -> Filling {
    let strip = context.host().away.map(|away| away_strip(context.locale, away.since, away.ahead));
    strip.map_or_else(Filling::nothing, |strip| Filling::shared(strip.into()))
}
