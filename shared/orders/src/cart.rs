//! What a shopper wants to buy, small enough for a cookie.

use orilla_catalog::VariantId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most lines of a cart.
pub const MOST_LINES: usize = 50;
/// The longest cart as text, in bytes: 50 lines with ids of 16 digits. Fits in a cookie (4,096 bytes).
pub const LONGEST_CART: usize = 2 + MOST_LINES * (16 + 1 + 2 + 1);
/// The largest variant id: above it a JavaScript number is not exact.
const LARGEST_ID: i64 = (1 << 53) - 1;
/// What a text of this form begins with. Another form gets another number.
const VERSION: &str = "1.";

/// How many pieces of a variant: 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Quantity(u8);

impl Quantity {
    /// The largest quantity of one line.
    pub const MOST: u32 = 99;

    /// Checks the range.
    ///
    /// # Errors
    /// [`CartError::Quantity`] for 0 and for more than 99.
    pub fn new(pieces: u32) -> Result<Self, CartError> {
        match u8::try_from(pieces) {
            Ok(fits @ 1..=99) => Ok(Quantity(fits)),
            _ => Err(CartError::Quantity),
        }
    }

    /// The number of pieces.
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }
}

impl TryFrom<u32> for Quantity {
    type Error = CartError;
    fn try_from(pieces: u32) -> Result<Self, CartError> {
        Quantity::new(pieces)
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> u32 {
        quantity.get()
    }
}

/// Why a text is no cart, or a cart can't be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// The text has another form than `1.12x2-45x1`.
    #[error("this is not a cart: write 1. and then lines such as 12x2, joined by -")]
    Malformed,
    /// A text of another version of the shop.
    #[error("this cart is of another version: begin with 1.")]
    Version,
    /// Two lines name one variant.
    #[error("a variant stands in the cart twice: write one line with the sum")]
    Twice,
    /// More than 50 lines.
    #[error("a cart has at most 50 lines: order these first, or remove one")]
    Full,
    /// A quantity outside 1 to 99.
    #[error("a quantity is a whole number from 1 to 99")]
    Quantity,
    /// A variant id outside 1 to 2^53 − 1.
    #[error("a variant is a whole number from 1 to 9007199254740991")]
    Variant,
}

impl CartError {
    /// A stable name, for translations and the API.
    pub fn code(self) -> &'static str {
        match self {
            CartError::Malformed => "cart_malformed",
            CartError::Version => "cart_version",
            CartError::Twice => "cart_twice",
            CartError::Full => "cart_full",
            CartError::Quantity => "quantity_out_of_range",
            CartError::Variant => "variant_out_of_range",
        }
    }
}

/// A variant and how many of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CartLine {
    /// What.
    pub variant: VariantId,
    /// How many.
    pub quantity: Quantity,
}

/// Up to 50 lines, each with another variant, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cart(Vec<CartLine>);

impl Cart {
    /// Reads the form of [`Cart`]'s `Display`. Every cart has one text, and a text with another form is refused.
    ///
    /// # Errors
    /// See [`CartError`]. A text longer than [`LONGEST_CART`] is [`CartError::Full`] without being read.
    pub fn parse(text: &str) -> Result<Self, CartError> {
        if text.len() > LONGEST_CART {
            return Err(CartError::Full);
        }
        let lines = text.strip_prefix(VERSION).ok_or(CartError::Version)?;
        let mut cart = Cart::default();
        for line in lines.split('-').filter(|_| !lines.is_empty()) {
            let (variant, pieces) = line.split_once('x').ok_or(CartError::Malformed)?;
            let variant = VariantId(number(variant)?);
            let quantity = u32::try_from(number(pieces)?).map_err(|_| CartError::Quantity)?;
            let quantity = Quantity::new(quantity)?;
            if cart.quantity(variant).is_some() {
                return Err(CartError::Twice);
            }
            cart.set(variant, quantity)?;
        }
        Ok(cart)
    }

    /// The lines.
    pub fn lines(&self) -> &[CartLine] {
        &self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All pieces together: what a badge shows.
    pub fn pieces(&self) -> u32 {
        self.0.iter().map(|line| line.quantity.get()).sum()
    }

    /// How many of a variant are in it.
    pub fn quantity(&self, variant: VariantId) -> Option<Quantity> {
        self.0.iter().find(|line| line.variant == variant).map(|line| line.quantity)
    }

    /// Puts more pieces in.
    ///
    /// # Errors
    /// [`CartError::Quantity`] if there would be more than 99 of it, and as [`Cart::set`]. Nothing has changed then.
    pub fn add(&mut self, variant: VariantId, more: Quantity) -> Result<(), CartError> {
        let before = self.quantity(variant).map_or(0, Quantity::get);
        self.set(variant, Quantity::new(before + more.get())?)
    }

    /// Sets how many pieces of a variant are in it.
    ///
    /// # Errors
    /// [`CartError::Full`] for a 51st line, [`CartError::Variant`] for an id that can't be. Nothing has changed then.
    pub fn set(&mut self, variant: VariantId, quantity: Quantity) -> Result<(), CartError> {
        if let Some(line) = self.0.iter_mut().find(|line| line.variant == variant) {
            line.quantity = quantity;
            return Ok(());
        }
        if !(1..=LARGEST_ID).contains(&variant.0) {
            return Err(CartError::Variant);
        }
        if self.0.len() >= MOST_LINES {
            return Err(CartError::Full);
        }
        self.0.push(CartLine { variant, quantity });
        Ok(())
    }

    /// What becomes of it when somebody who was shown `from` makes `to` of that: what was put in there is put in here, and
    /// what was taken out is taken out, as far as it is there and fits.
    #[must_use]
    pub fn changed(&self, from: &Cart, to: &Cart) -> Self {
        let mut cart = self.clone();
        for (variant, before, after) in differences(from, to) {
            let here = cart.quantity(variant).map_or(0, Quantity::get);
            match Quantity::new((here + after).saturating_sub(before).min(Quantity::MOST)) {
                // A 51st line stays out.
                Ok(pieces) => drop(cart.set(variant, pieces)),
                Err(_) => cart.remove(variant),
            }
        }
        cart
    }

    /// Takes a variant out; nothing happens if it is not in.
    pub fn remove(&mut self, variant: VariantId) {
        self.0.retain(|line| line.variant != variant);
    }
}

/// The variants of which two carts hold different quantities, with both.
pub(crate) fn differences(from: &Cart, to: &Cart) -> Vec<(VariantId, u32, u32)> {
    let pieces = |cart: &Cart, variant| cart.quantity(variant).map_or(0, Quantity::get);
    let new = to.lines().iter().filter(|line| from.quantity(line.variant).is_none());
    let all = from.lines().iter().chain(new).map(|line| line.variant);
    let both = all.map(|variant| (variant, pieces(from, variant), pieces(to, variant)));
    both.filter(|(_, before, after)| before != after).collect()
}

/// A positive whole number in its only form: no sign, no leading zero.
fn number(digits: &str) -> Result<i64, CartError> {
    if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CartError::Malformed);
    }
    digits.parse().map_err(|_| CartError::Malformed)
}

/// `1.12x2-45x1`: two of variant 12 and one of variant 45, in version 1 of this form. Only characters that
/// cookies and URLs carry as they are.
impl fmt::Display for Cart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VERSION)?;
        for (index, line) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "-" };
            write!(f, "{separator}{}x{}", line.variant.0, line.quantity.get())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Cart {
    type Error = CartError;
    fn try_from(text: String) -> Result<Self, CartError> {
        Cart::parse(&text)
    }
}

impl From<Cart> for String {
    fn from(cart: Cart) -> String {
        cart.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[(i64, u32)], CartError>) {
        let lines = |cart: Cart| cart.0.iter().map(|l| (l.variant.0, l.quantity.get())).collect::<Vec<_>>();
        assert_eq!(Cart::parse(text).map(lines), expected.map(<[_]>::to_vec));
    }

    #[test]
    fn reads_its_own_form_only() {
        check("1.", Ok(&[]));
        check("1.12x2-45x1", Ok(&[(12, 2), (45, 1)]));
        check("1.9007199254740991x99", Ok(&[(9_007_199_254_740_991, 99)]));
        check("", Err(CartError::Version));
        check("2.12x2", Err(CartError::Version));
        for text in
            ["1.12", "1.x", "1.12x", "1.x2", "1.-", "1.12x2-", "1.-12x2", "1.012x2", "1.12x02", "1.+1x1"]
        {
            check(text, Err(CartError::Malformed));
        }
        for text in ["1.1 x1", "1.١x1", "1.1x1x1", "1.99999999999999999999x1", "1.0x1", "1.1x0"] {
            check(text, Err(CartError::Malformed));
        }
        check("1.1x100", Err(CartError::Quantity));
        check("1.1x4294967297", Err(CartError::Quantity));
        check("1.9007199254740992x1", Err(CartError::Variant));
        check("1.12x2-12x1", Err(CartError::Twice));
        check(&format!("1.{}", "1x1-".repeat(100_000)), Err(CartError::Full));
        let many: Vec<String> = (1..=51).map(|id| format!("{id}x1")).collect();
        check(&format!("1.{}", many.join("-")), Err(CartError::Full));
    }

    #[test]
    fn the_fullest_cart_fits_its_limit() {
        let mut cart = Cart::default();
        for id in 0..50 {
            cart.set(VariantId(LARGEST_ID - id), Quantity::new(99).unwrap()).unwrap();
        }
        assert!(cart.to_string().len() <= LONGEST_CART);
        assert_eq!(Cart::parse(&cart.to_string()), Ok(cart.clone()));
        assert_eq!(cart.add(VariantId(1), Quantity(1)), Err(CartError::Full));
        assert_eq!(cart.add(VariantId(LARGEST_ID), Quantity(1)), Err(CartError::Quantity));
        assert_eq!(cart.pieces(), 50 * 99);
    }

    #[test]
    fn lines_are_added_set_and_removed() {
        let mut cart = Cart::default();
        let (a, b) = (VariantId(1), VariantId(2));
        cart.add(a, Quantity(2)).unwrap();
        cart.add(b, Quantity(1)).unwrap();
        cart.add(a, Quantity(3)).unwrap();
        cart.set(b, Quantity(9)).unwrap();
        assert_eq!(cart.to_string(), "1.1x5-2x9");
        cart.remove(a);
        cart.remove(a);
        assert_eq!(cart.to_string(), "1.2x9");
        assert_eq!(cart.set(VariantId(0), Quantity(1)), Err(CartError::Variant));
        assert_eq!(serde_json::to_string(&cart).unwrap(), r#""1.2x9""#);
    }

    #[track_caller]
    fn check_changed(cart: &str, from: &str, to: &str, expected: &str) {
        let cart_of = |text| Cart::parse(text).unwrap();
        assert_eq!(cart_of(cart).changed(&cart_of(from), &cart_of(to)).to_string(), expected);
    }

    #[test]
    fn what_was_done_to_one_cart_is_done_to_another() {
        check_changed("1.1x2-2x1", "1.1x2-2x1", "1.2x1", "1.2x1");
        check_changed("1.1x5-2x1", "1.1x2", "1.1x3", "1.1x6-2x1");
        check_changed("1.1x5-2x1", "1.1x2", "1.", "1.1x3-2x1");
        check_changed("1.1x1", "1.1x2-3x1", "1.", "1.");
        check_changed("1.1x1", "1.", "1.7x2", "1.1x1-7x2");
        check_changed("1.1x98", "1.1x2", "1.1x9", "1.1x99");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(lines in prop::collection::btree_map(1..=LARGEST_ID, 1u32..=99, 0..=50)) {
            let mut cart = Cart::default();
            for (id, pieces) in lines {
                cart.set(VariantId(id), Quantity::new(pieces).unwrap()).unwrap();
            }
            prop_assert_eq!(Cart::parse(&cart.to_string()), Ok(cart));
        }

        #[test]
        fn whatever_is_read_has_one_form(text in "1\\.([0-9]{1,3}x[0-9]{1,2}-?){0,5}|\\PC{0,40}") {
            if let Ok(cart) = Cart::parse(&text) {
                prop_assert_eq!(cart.to_string(), text);
            }
        }
    }
}
