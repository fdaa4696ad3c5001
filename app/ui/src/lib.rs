//! The design system of Orilla: texts and formats by locale, and the components that pages are made of.
//!
//! Everything here is a pure function of its arguments: no data access, no clock, no reactive context.
//! Components take ready-made texts and URLs; their class names are those of `style/*.css`.

mod components;
mod countries;
mod format;
mod language;
mod locale;
mod plural;
#[cfg(feature = "ssr")]
mod render;

pub use components::*;
pub use countries::{Country, countries, country_name};
pub use format::{iso_date, iso_time};
pub use language::Language;
pub use locale::{Locale, every_key_has_all_languages};
#[cfg(feature = "ssr")]
pub use render::render;
