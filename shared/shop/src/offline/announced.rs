//! What the edge says to devices.

use crate::publish::Publication;
use orilla_money::Currency;
use orilla_orders::PaymentMethod;
use serde::{Deserialize, Serialize};

/// What a device has to know before it can show the shop: the same for everyone, but for the country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The build that the edge runs. A device with another one looks for a new one.
    pub build: String,
    /// Whether the shop may be kept on devices. If not, a device forgets it.
    pub offered: bool,
    /// The shop.
    pub shop: Shop,
    /// What is published; none before the first publish.
    pub publication: Option<Publication>,
    /// The country of the visitor's address (ISO 3166-1 alpha-2), where the platform knows it: without a network nobody
    /// can say it, and flags may ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// What the operator configures of the shop, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// The currency in which it sells.
    pub currency: Currency,
    /// The language of the catalogue's texts (BCP 47).
    pub catalog_language: String,
    /// Where it is on the web, without a trailing slash; empty: as each request says.
    pub public_url: String,
    /// The ways to pay; none, if an earlier build said it.
    #[serde(default)]
    pub payments: Vec<PaymentMethod>,
}

/// The name under which a device notes what it keeps: a [`Kept`] as JSON.
pub const NOTE: &str = "kept";

/// What a device has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What the edge said when all of it that pages need was here.
    pub announced: Announced,
    /// When the edge last said that this is current, in milliseconds since 1970 by the device's clock: from then are the
    /// prices that it shows.
    pub checked_at: i64,
    /// What was visited when the documents that are here were chosen; none: they are still to come.
    pub chosen_for: Option<Vec<String>>,
}

impl Kept {
    /// Reads a note. One that another build wrote in another way is none.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn manifest(&self) -> &str {
        self.announced.publication.as_ref().map_or("", |publication| &publication.manifest)
    }
}
