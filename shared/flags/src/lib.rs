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
//! # The document
//! An object with `features`, `experiments` (those that belong to no flag, such as redirects), `savedGroups` and
//! `contextualBandits`, as GrowthBook's SDKs read them. Beyond that format:
//! - `"schedule": {"start": "2026-11-27T00:00:00Z", "end": …}` on a rule, a flag or an experiment: it counts from its
//!   start until just before its end, each RFC 3339 or milliseconds since 1970;
//! - `"enabled": false` on a flag or a rule: it is switched off;
//! - `"layers": {"checkout": {"allocations": {"steps": [[0, 0.5]], "payment": [[0.5, 1]]}}}`: a rule with
//!   `"layer": "checkout"` takes only the people whose bucket in the layer belongs to its experiment, so nobody is in
//!   two experiments of one layer. `hashAttribute` (`id`) and `seed` may be given;
//! - `"holdouts": {"2026": {"share": 0.05}}`: people who are kept from what is new. A flag with `"holdout": "2026"`
//!   gives them its default value. Both sides are counted as exposures of an experiment with the holdout's name;
//! - `"rollout": {"name": "7", "version": 3}` on a rule with a coverage: what drives it. Evaluations tell who came to the
//!   rule, in or out ([`Evaluation::rollouts`]); `version` is for those who change the coverage.
//!
//! [`Flags::compile`] is strict, for what is to be published; [`Flags::from_payload`] tolerates what an SDK tolerates.
//! [`for_growthbook`] makes a document that a stock SDK can read.
//!
//! # Attributes
//! Conditions name the visitor's attributes; [`names`] has those that every host sets. Buckets are made from `id`
//! unless `hashAttribute` says otherwise.
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
pub use evaluation::{Assignment, ErrorCode, Evaluation, Exposure, Reason, RolledOut, Source};
pub use export::for_growthbook;
pub use fault::Fault;
pub use payload::{PayloadError, decrypt, open_payload};
pub use redirect::Redirect;
pub use sticky::{StickyBuckets, StickyDocument};
pub use typed::Resolved;
pub use url::query_override;
pub use visitor::{UnitValue, Visitor, names};
