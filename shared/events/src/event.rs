//! Events as types.

use crate::Rejection;
use orilla_money::Money;
use serde::{Deserialize, Serialize};

/// Declares a text that is checked when it is made.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $field:literal, $least:literal..=$most:literal, $fits:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most bytes.
            pub const MOST: usize = $most;

            /// Reads one.
            ///
            /// # Errors
            /// [`Rejection::TooLong`], [`Rejection::Wrong`].
            pub fn parse(text: &str) -> Result<Self, Rejection> {
                if text.len() > $most {
                    return Err(Rejection::TooLong { field: $field, most: $most });
                }
                if text.len() < $least || !text.bytes().all($fits) {
                    return Err(Rejection::Wrong { field: $field, expected: $expected });
                }
                Ok($name(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Rejection;
            fn try_from(text: String) -> Result<Self, Rejection> {
                $name::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

name!(
    /// The name of one event in all the world, made by who makes the event: a UUID or 128 random bits as text, or the
    /// idempotency key of an order. 8 to 128 visible ASCII characters.
    EventId,
    "id",
    8..=128,
    |b| b.is_ascii_graphic(),
    "8 to 128 visible ASCII characters, as a UUID"
);
name!(
    /// The key of an experiment, as flags name it: 1 to 64 characters of `a-z A-Z 0-9 . _ -`.
    ExperimentKey,
    "experiment",
    1..=64,
    |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'),
    "1 to 64 characters of a-z, A-Z, 0-9, '.', '_' and '-'"
);
name!(
    /// The key of a variation, as flags name it (its place, if they don't): 1 to 64 visible ASCII characters.
    VariationKey,
    "variation",
    1..=64,
    |b| b.is_ascii_graphic(),
    "1 to 64 visible ASCII characters"
);
name!(
    /// A product's name in URLs: 1 to 200 characters of `a-z 0-9 -`.
    ProductName,
    "product",
    1..=200,
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-',
    "a product's handle"
);

/// Declares a closed list of things that come from outside by a name, with `ALL`, `token` and `of`. Serde reads and
/// writes the variant in snake case, which should be its token. It needs `serde` with `Serialize` and `Deserialize`.
#[macro_export]
macro_rules! tokens {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $token:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// Its name.
            pub const fn token(self) -> &'static str {
                match self { $($name::$variant => $token),* }
            }

            /// The one with this name.
            pub fn of(token: &str) -> Option<Self> {
                $name::ALL.iter().copied().find(|one| one.token() == token)
            }
        }
    };
}

tokens!(
    /// The types of events.
    EventKind {
        /// A visitor saw a variation of an experiment.
        Exposure = "exposure",
        /// A page was seen.
        PageView = "page_view",
        /// A product's page was seen.
        ProductView = "product_view",
        /// Something was put into the cart.
        AddToCart = "add_to_cart",
        /// The checkout was seen with something to buy.
        CheckoutBegun = "checkout_begun",
        /// An order was placed.
        OrderPlaced = "order_placed",
        /// Something was searched for.
        Search = "search",
    }
);
tokens!(
    /// The kinds of pages. A path is not kept: the link of an order is the key to it.
    PageKind {
        /// The first page.
        Home = "home",
        /// A category.
        Category = "category",
        /// A product.
        Product = "product",
        /// A list of what was searched for.
        Search = "search",
        /// The cart.
        Cart = "cart",
        /// The checkout.
        Checkout = "checkout",
        /// An order.
        Order = "order",
        /// Any other.
        Other = "other",
    }
);
tokens!(
    /// The kinds of devices.
    Device {
        /// Small, held in a hand.
        Phone = "phone",
        /// Larger, touched.
        Tablet = "tablet",
        /// Everything else.
        Desktop = "desktop",
    }
);

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// A visitor saw a variation of an experiment.
    Exposure {
        /// Which experiment.
        experiment: ExperimentKey,
        /// Which variation.
        variation: VariationKey,
        /// Whether the page was made on a device without a network, by flags that may be of days ago.
        #[serde(default)]
        is_away: bool,
    },
    /// A page was seen.
    PageView {
        /// Of which kind.
        page: PageKind,
    },
    /// A product's page was seen.
    ProductView {
        /// Which product.
        product: ProductName,
    },
    /// Something was put into the cart.
    AddToCart {
        /// Which product, where the page knows it.
        product: Option<ProductName>,
    },
    /// The checkout was seen.
    CheckoutBegun,
    /// An order was placed.
    OrderPlaced {
        /// Its total.
        revenue: Money,
    },
    /// Something was searched for. What it was is not kept: people search for names.
    Search {
        /// How much was found, where the page knows it.
        found: Option<u32>,
    },
}

impl What {
    /// Its type.
    pub fn kind(&self) -> EventKind {
        match self {
            What::Exposure { .. } => EventKind::Exposure,
            What::PageView { .. } => EventKind::PageView,
            What::ProductView { .. } => EventKind::ProductView,
            What::AddToCart { .. } => EventKind::AddToCart,
            What::CheckoutBegun => EventKind::CheckoutBegun,
            What::OrderPlaced { .. } => EventKind::OrderPlaced,
            What::Search { .. } => EventKind::Search,
        }
    }
}

/// Something that a visitor did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its name.
    pub id: EventId,
    /// When, in milliseconds since 1970 by the shop's clock.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}
