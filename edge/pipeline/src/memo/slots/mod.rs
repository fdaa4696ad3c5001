//! Parts of a page that are filled for each request: the registry of slots, and what they are filled from.
//!
//! To add one: a variant of [`SlotId`], a module with a function from its [`Slot`] and the [`SlotContext`] to a
//! [`Filling`], a line in [`start`], and its mark in [`super::Render::page`].

mod away;
mod cart;
mod consent;
mod flags;
mod recent;
#[cfg(test)]
mod tests;

use super::stream::Pending;
use crate::Host;
use crate::gateway::visitor::Visitor;
use crate::published::Published;
use crate::visit::Visit;
use axum::body::Bytes;
use http::HeaderValue;
use orilla_memo::Slot;
use orilla_memo::private::{Private, Vault};
use orilla_orders::Cart;
use orilla_snapshot::Snapshot;
use orilla_ui::Locale;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which slot it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SlotId {
    /// That the shop is out of reach, and from when the page's data is. Only where it is.
    Away,
    /// The link to the cart with the number of pieces.
    Cart,
    /// The question what the shop may remember, for who has not answered. Its arguments are the page's address.
    Consent,
    /// The form for that, with the answer.
    ConsentForm,
    /// The experiments that the visitor has met on this page, for the script that counts.
    Exposures,
    /// Which values of flags are forced for this browser. Its arguments are the page's address.
    Qa,
    /// What the visitor looked at lately. Its arguments are the id of the product that the page is of, if it is of one.
    Recent,
    /// Waits for as many milliseconds as its arguments say.
    #[cfg(feature = "bench")]
    Bench,
    /// Waits until a request lets go of the name that its arguments are.
    #[cfg(feature = "trial")]
    Held,
}

impl SlotId {
    /// Its name in the log.
    pub(super) const fn name(self) -> &'static str {
        match self {
            SlotId::Away => "away",
            SlotId::Cart => "cart",
            SlotId::Consent => "consent",
            SlotId::ConsentForm => "consent_form",
            SlotId::Exposures => "exposures",
            SlotId::Qa => "qa",
            SlotId::Recent => "recent",
            #[cfg(feature = "bench")]
            SlotId::Bench => "bench",
            #[cfg(feature = "trial")]
            SlotId::Held => "held",
        }
    }
}

/// What slots are filled from: the ports, the language and the catalogue, and, sealed, what belongs to the visitor.
pub(super) struct SlotContext {
    pub(super) locale: Locale,
    catalog: Published,
    own: Own,
}

/// What belongs to one visitor. Only the renderer of a slot opens it.
struct Own {
    vault: Vault,
    cart: Private<Cart>,
    visitor: Private<Visitor>,
    exposures: Private<String>,
}

impl SlotContext {
    /// `exposures` is what the page says to this visitor of the experiments behind it.
    pub(super) fn of(visit: Visit, snapshot: Arc<Snapshot>, exposures: String) -> Self {
        let vault = Vault::new();
        let own = Own {
            cart: vault.seal(visit.cart),
            visitor: vault.seal(visit.visitor),
            exposures: vault.seal(exposures),
            vault,
        };
        let catalog = Published { snapshot, host: visit.host, notes: None };
        SlotContext { locale: visit.locale, catalog, own }
    }

    /// The ports.
    pub(super) fn host(&self) -> &Host {
        &self.catalog.host
    }

    /// Renders a slot of the visitor's cart.
    fn with_cart<T>(&self, slot: &Slot<SlotId>, render: impl FnOnce(&Cart) -> T) -> Option<T> {
        self.with(slot, &self.own.cart, render)
    }

    /// Renders a slot of what else is known of the visitor.
    fn with_visitor<T>(&self, slot: &Slot<SlotId>, render: impl FnOnce(&Visitor) -> T) -> Option<T> {
        self.with(slot, &self.own.visitor, render)
    }

    /// Renders the slot of the experiments that the visitor has met.
    fn with_exposures<T>(&self, slot: &Slot<SlotId>, render: impl FnOnce(&String) -> T) -> Option<T> {
        self.with(slot, &self.own.exposures, render)
    }

    /// Renders a slot of what was sealed for it. `None` for what is of another request: nobody has that here.
    fn with<V, T>(&self, slot: &Slot<SlotId>, own: &Private<V>, render: impl FnOnce(&V) -> T) -> Option<T> {
        self.own.vault.in_slot(slot, |scope| own.open(scope).ok().map(render))
    }

    /// Seals what was fetched for a slot.
    fn seal<T>(&self, value: T) -> Private<T> {
        self.own.vault.seal(value)
    }
}

/// What a slot is filled with.
pub(super) struct Filling {
    pub(super) html: Html,
    /// Whether it shows something of the visitor, so that nobody may keep the answer.
    pub(super) shows_visitor: bool,
    /// A `Set-Cookie` that goes with the answer.
    pub(super) cookie: Option<HeaderValue>,
}

/// A slot's content.
pub(super) enum Html {
    /// It is there.
    Now(Bytes),
    /// It is on its way. If it needs nothing but what is in memory, it counts as being there.
    Later(Pending),
}

impl Filling {
    /// The same for everyone who gets it.
    fn shared(html: Bytes) -> Self {
        Filling { html: Html::Now(html), shows_visitor: false, cookie: None }
    }

    /// Nothing.
    fn nothing() -> Self {
        Filling::shared(Bytes::new())
    }
}

/// Starts to fill a slot.
pub(super) fn start(slot: &Slot<SlotId>, context: &Arc<SlotContext>) -> Filling {
    match slot.id() {
        SlotId::Away => away::start(context),
        SlotId::Cart => cart::start(slot, context),
        SlotId::Consent => consent::banner(slot, context),
        SlotId::ConsentForm => consent::form(slot, context),
        SlotId::Exposures => flags::exposures(slot, context),
        SlotId::Qa => flags::qa(slot, context),
        SlotId::Recent => recent::start(slot, context),
        #[cfg(feature = "bench")]
        SlotId::Bench => bench(slot, context),
        #[cfg(feature = "trial")]
        SlotId::Held => held(slot, context),
    }
}

#[cfg(feature = "bench")]
fn bench(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    let milliseconds = slot.arguments().parse().unwrap_or_default();
    let timer = context.host().timer.clone();
    let html = async move {
        if milliseconds > 0 {
            timer.sleep(milliseconds).await;
        }
        Ok(format!("<p>A slot that came after {milliseconds} ms.</p>"))
    };
    Filling { html: Html::Later(Box::pin(html)), ..Filling::nothing() }
}

#[cfg(feature = "trial")]
fn held(slot: &Slot<SlotId>, context: &SlotContext) -> Filling {
    let (name, timer) = (slot.arguments().to_owned(), context.host().timer.clone());
    let html = async move {
        // It looks by itself: on Workers one request must not wake another.
        while !crate::held::was_let_go(&name) {
            timer.sleep(10).await;
        }
        Ok("<p>A slot that was let go.</p>".to_owned())
    };
    Filling { html: Html::Later(Box::pin(html)), ..Filling::nothing() }
}
