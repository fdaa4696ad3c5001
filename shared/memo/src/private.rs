//! Values that belong to one visitor, and where they may be opened.
//!
//! A request has one [`Vault`]. What is known of the visitor alone (cart, name, orders) is sealed in it, as
//! [`Private`]. A page may hold and hand on a sealed value, but there is no way from it to what is inside: not by
//! printing, serialising, comparing or dereferencing it. A slot's renderer opens it with the [`SlotScope`] that
//! [`Vault::in_slot`] lends, and that
//!
//! - needs the request's own vault, which stays with the host and is no argument of a shared render. Another vault's
//!   scope, made on the spot or of another request, opens nothing ([`Foreign`]): so a slot can't show one visitor what
//!   is another's, either;
//! - needs a [`Slot`], which comes from a [`Template`](crate::Template): the shared part is finished by then;
//! - can't be taken out of the closure that it is lent to, nor be held across an `await` of a `Send` future.
//!
//! ```
//! use orilla_memo::private::{Private, Vault};
//! use orilla_memo::{Marks, Piece};
//!
//! // The shared part: it places the slot, and shows nothing of it.
//! fn page(marks: &Marks<&'static str>, _name: &Private<String>) -> String {
//!     format!("<p>Hello {}</p>", marks.slot("name", "formal"))
//! }
//!
//! let vault = Vault::new();
//! let name = vault.seal("Ada".to_owned());
//! let marks = Marks::new(0x5eed); // a random number of the host
//! let html = page(&marks, &name);
//! let template = marks.split(html).unwrap();
//!
//! // Per request:
//! let mut answer = Vec::new();
//! for piece in template.pieces() {
//!     match piece {
//!         Piece::Shared(bytes) => answer.extend_from_slice(bytes),
//!         Piece::Slot(slot) => {
//!             let html = vault.in_slot(slot, |scope| name.open(scope).map(|name| format!("Ms {name}")));
//!             answer.extend(html.unwrap().bytes());
//!         }
//!     }
//! }
//! assert_eq!(answer, b"<p>Hello Ms Ada</p>");
//! ```
//!
//! What does not compile in the shared part. It can't print the value:
//! ```compile_fail,E0277
//! # use orilla_memo::private::Private;
//! fn page(name: &Private<String>) -> String {
//!     format!("<p>Hello {name}</p>")
//! }
//! ```
//! nor serialise it, for example as the argument of an island:
//! ```compile_fail,E0277
//! # use orilla_memo::private::Private;
//! fn page(name: &Private<String>) -> String {
//!     serde_json::to_string(name).unwrap_or_default()
//! }
//! ```
//! nor take it for what is inside:
//! ```compile_fail,E0308
//! # use orilla_memo::private::Private;
//! fn page(name: &Private<String>) -> &str {
//!     name
//! }
//! ```
//! nor reach inside:
//! ```compile_fail,E0616
//! # use orilla_memo::private::Private;
//! fn page(name: &Private<String>) -> &str {
//!     &name.value
//! }
//! ```
//! nor make a scope:
//! ```compile_fail,E0451
//! # use orilla_memo::private::{Private, SlotScope};
//! fn page(name: &Private<String>) -> String {
//!     let scope = SlotScope { owner: todo!(), _here: todo!() };
//!     name.open(&scope).cloned().unwrap_or_default()
//! }
//! ```
//! nor keep one that a slot was lent:
//! ```compile_fail
//! # use orilla_memo::{Slot, private::{SlotScope, Vault}};
//! fn host<'a>(vault: &'a Vault, slot: &Slot<u8>) -> &'a SlotScope<'a> {
//!     vault.in_slot(slot, |scope| scope)
//! }
//! ```
//! nor read the value as something of the shop, or show it as a dimension:
//! ```compile_fail,E0308
//! # use orilla_memo::{Recorder, private::Private};
//! fn page(recorder: &Recorder<&str, String, u32>, name: Private<String>) {
//!     recorder.dimension("name", name)
//! }
//! ```

use crate::template::Slot;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// What can seal the values of one request, and open them in its slots. The host has it, and hands it to no one.
#[derive(Debug, Default)]
pub struct Vault {
    owner: Owner,
}

/// The identity of a vault: two are the same if they are one allocation.
type Owner = Arc<()>;

/// A value of one visitor. See the [module](self).
pub struct Private<T> {
    value: T,
    owner: Owner,
}

/// The right to open the values of one vault, lent to a slot's renderer.
#[derive(Debug)]
pub struct SlotScope<'a> {
    owner: &'a Owner,
    /// Not `Send`, so that it is not held across an `await`.
    _here: PhantomData<*const ()>,
}

/// The value was sealed in another vault: it belongs to another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value was sealed in the vault of another request")]
pub struct Foreign;

impl Vault {
    /// The vault of a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Seals a value.
    pub fn seal<T>(&self, value: T) -> Private<T> {
        Private { value, owner: self.owner.clone() }
    }

    /// Runs the renderer of a slot, with the right to open what is sealed in this vault. What has to wait is fetched
    /// and sealed before.
    pub fn in_slot<I, T>(&self, _slot: &Slot<I>, render: impl FnOnce(&SlotScope<'_>) -> T) -> T {
        render(&SlotScope { owner: &self.owner, _here: PhantomData })
    }
}

impl<T> Private<T> {
    /// The value, for as long as the slot is rendered.
    ///
    /// # Errors
    /// [`Foreign`] if the scope is of another vault than the value.
    pub fn open<'a>(&'a self, scope: &'a SlotScope<'_>) -> Result<&'a T, Foreign> {
        if Arc::ptr_eq(&self.owner, scope.owner) { Ok(&self.value) } else { Err(Foreign) }
    }
}

/// `Private(…)`: what is inside is not shown, so that it gets into no log.
impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Marks, Piece, Template};

    fn template() -> Template<u8> {
        let marks = Marks::new(1);
        let html = marks.slot(1, "");
        marks.split(html).unwrap()
    }

    #[track_caller]
    fn check(opener: &Vault, value: &Private<u32>, expected: Result<u32, Foreign>) {
        let template = template();
        let slots = template.pieces().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(slot),
            Piece::Shared(_) => None,
        });
        let opened: Vec<_> =
            slots.map(|slot| opener.in_slot(slot, |scope| value.open(scope).copied())).collect();
        assert_eq!(opened, [expected]);
    }

    #[test]
    fn opens_in_the_slots_of_its_own_request_only() {
        let (mine, other) = (Vault::new(), Vault::new());
        let value = mine.seal(7);
        check(&mine, &value, Ok(7));
        check(&other, &value, Err(Foreign));
        check(&Vault::new(), &value, Err(Foreign));
        check(&other, &other.seal(8), Ok(8));
    }

    #[test]
    fn logs_show_nothing_of_it() {
        let vault = Vault::new();
        assert_eq!(format!("{:?}", vault.seal("Ada")), "Private(…)");
        assert_eq!(format!("{:#?}", Some(vault.seal(7))), "Some(\n    Private(…),\n)");
    }
}
