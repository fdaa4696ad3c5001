//! From a cart to a delivered order: the cart, what it costs, what a checkout asks, and the order as a stream of
//! events. Pure: time and randomness are arguments.
//!
//! ```
//! use orilla_catalog::VariantId;
//! use orilla_orders::{Cart, Quantity};
//! let mut cart = Cart::default();
//! cart.add(VariantId(12), Quantity::new(2).unwrap()).unwrap();
//! assert_eq!(cart.to_string(), "1.12x2");
//! assert_eq!(Cart::parse("1.12x2"), Ok(cart));
//! ```
#![deny(missing_docs)]

mod addresses;
mod cart;
mod country;
mod fingerprint;
mod form;
mod girocode;
mod id;
mod joint;
mod order;
mod payment;
mod quote;
mod review;
mod shipping;
mod text;

pub use addresses::{AddressBook, AddressChange, AddressRefusal, KeptAddress, MOST_ADDRESSES, Recipient};
pub use cart::{Cart, CartError, CartLine, LONGEST_CART, MOST_LINES, Quantity};
pub use country::{COUNTRIES, Country, UnknownCountry};
pub use fingerprint::Fingerprint;
pub use form::{Address, Checkout, CheckoutForm, Contact, FaultCode, FieldFault};
pub use girocode::girocode;
pub use id::{IdempotencyKey, InvalidKey, InvalidToken, OrderNumber, OrderToken};
pub use joint::{BrowserId, CartLedger, Held, JointCart, MOST_BROWSERS, Owner, Replica, Synced};
pub use order::{
    Command, Event, Goods, HistoryError, Order, OrderLine, Placed, Recorded, Refusal, Status, Summary,
};
pub use payment::{Instructions, PaymentMethod};
pub use quote::{CartVariant, Destination, Issue, NotOrderable, Quote, QuoteLine};
pub use review::{Language, NoLanguage, NoStars, Review, ReviewChange, ReviewForm, ReviewRefusal, Stars};
pub use shipping::{HOME, RATES, Rate, ShippingMethod, ShippingOffer, Zone, shipping_offers, usual_rate};
pub use text::{Email, Phone, Prose, Text, TextError};
