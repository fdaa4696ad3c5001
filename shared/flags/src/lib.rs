//! Feature flags and experiments: GrowthBook's definitions and hashing, evaluated without I/O, clock or randomness.
//!
//! Definitions are compiled once per snapshot. An evaluation borrows everything from them and from the visitor, and
//! keeps nothing: memory does not grow with visitors.
//!
//! ```
//! use orilla_flags::{Flags, Reason, Visitor};
//! let flags = Flags::compile(r#"{"features": {"free-delivery": {"defaultValue": false, "rules": [
//!     {"id": "spain", "condition": {"country": "ES", "deviceType": {"$in": ["mobile"]}}, "force": true}
//! ]}}}"#).unwrap();
//! let visitor = Visitor::new("v-81").country("ES").device("mobile");
//! let answer = flags.evaluate("free-delivery", &visitor, 1_795_766_400_000).boolean(false);
//! assert_eq!((answer.value, answer.reason), (true, Reason::TargetingMatch));
//! ```
//!
//! Beyond GrowthBook's format, a document may have:
//! - `schedule` on a rule, a flag or an experiment: `{"start": "2026-11-27T00:00:00Z", "end": …}`;
//! - `enabled: false` on a flag or a rule;
//! - `layers`: experiments of which a person is in at most one; a rule names its `layer`;
//! - `holdouts`: people who are kept from what is new; a flag names its `holdout`.
#![deny(missing_docs)]

mod attribute;
mod compile;
mod condition;
mod definition;
mod evaluate;
mod evaluation;
mod export;
mod fault;
pub mod hash;
mod json;
mod payload;
mod redirect;
mod report;
mod run;
mod sticky;
mod typed;
mod url;
mod visitor;

pub use attribute::{Attribute, Kind};
pub use definition::{Experiment, Flags};
pub use evaluation::{Assignment, ErrorCode, Evaluation, Exposure, Reason, Source};
pub use export::for_growthbook;
pub use fault::Fault;
pub use payload::{PayloadError, decrypt};
pub use redirect::Redirect;
pub use sticky::{StickyBuckets, StickyDocument};
pub use typed::Resolved;
pub use url::query_override;
pub use visitor::{UnitValue, Visitor, names};
