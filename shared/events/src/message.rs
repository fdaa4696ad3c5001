//! What the queue carries.

use crate::{Device, Event};
use serde::{Deserialize, Serialize};

/// The largest body that a page sends, in bytes.
pub const LONGEST_BODY: usize = 16 * 1024;

/// Who did it, as the shop knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The visitor's id, of the signed cookie.
    pub visitor: String,
    /// The country of the visitor's address, as ISO 3166-1 alpha-2; none if the platform does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// What the visitor holds.
    pub device: Device,
}

/// Where events come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A page: its body as it came. It is read when it arrives, so that what can't be read is kept with the reason.
    Page(String),
    /// The shop itself.
    Shop(Event),
}

/// A message of the queue, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who.
    pub sender: Sender,
    /// When it came to the shop, in milliseconds since 1970.
    pub received: i64,
    /// What.
    pub origin: Origin,
}

impl Message {
    /// The text for the queue.
    pub fn text(&self) -> String {
        // Texts and numbers: there is nothing in it that JSON can't say.
        serde_json::to_string(self).unwrap_or_default()
    }
}
