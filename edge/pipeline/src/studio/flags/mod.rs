//! Feature flags: the list, one flag with its rules, the document as JSON, the history.

mod ask;
mod document;
mod edit;
mod flag;
mod history;
mod list;

pub use document::{document, save_document};
pub use flag::{change, show};
pub use history::{history, revert};
pub use list::{create, list, publish};

use super::member::Member;
use super::{error, failure, fields, page, see};
use crate::routes::publish::press;
use http::StatusCode;
use orilla_orders::IdempotencyKey;
use orilla_shop::PortError;
use orilla_shop::publish::{PublishError, attached};
use orilla_shop::team::experiments::running;
use orilla_shop::team::flags::{
    self, FlagsOutcome, RuleForm, SaveFlags, StoredFlags, VARIATIONS, ValueKind, VariationForm,
};
use orilla_snapshot::Attachment;
use orilla_studio::pages::flags as pages;
use orilla_studio::pages::{FormFault, Told};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Lines of the history on a page.
const HISTORY: u32 = 50;

/// What a page says of the last form, by its address.
fn told(member: &Member) -> Told {
    let words = member.studio.words();
    let query = member.visit.query.as_str();
    match query.split('&').find_map(|part| part.strip_prefix("done=")) {
        Some("saved") => Told::Done(words.flags_saved().to_owned()),
        Some("published") => Told::Done(words.publish_done().to_owned()),
        Some("unchanged") => Told::Done(words.product_unchanged().to_owned()),
        _ => Told::Nothing,
    }
}

/// The document that pages show.
pub(super) async fn published(member: &Member) -> Result<Option<Value>, PortError> {
    let press = press(&member.visit.host, &member.team.writer);
    match attached(press, Attachment::Flags).await {
        Ok(bytes) => Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())),
        Err(PublishError::Port(error)) => Err(error),
        Err(error) => Err(PortError::Unexpected(error.to_string())),
    }
}

fn new_key(member: &Member) -> Result<String, PortError> {
    Ok(IdempotencyKey::from_random(member.visit.host.random.bytes()?).into())
}

/// What a form has, beside the fields of its own.
struct Form {
    fields: HashMap<String, String>,
    version: Option<u64>,
    key: String,
    reason: String,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut fields = fields(body);
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (version, key, reason) = (take("version").parse().ok(), take("key"), take("reason"));
        Form { fields, version, key, reason }
    }

    fn take(&mut self, name: &str) -> String {
        self.fields.remove(name).unwrap_or_default()
    }

    /// A rule, as it was typed.
    fn rule(&self) -> RuleForm {
        let text = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let part = |at: usize, name: &str| text(&format!("variations[{at}].{name}"));
        let count =
            (0..VARIATIONS).rev().find(|at| self.fields.contains_key(&format!("variations[{at}].value")));
        let variation =
            |at| VariationForm { key: part(at, "key"), value: part(at, "value"), weight: part(at, "weight") };
        RuleForm {
            id: text("id"),
            is_on: self.fields.contains_key("on"),
            condition: text("condition"),
            percent: text("percent"),
            start: text("start"),
            end: text("end"),
            value: text("value"),
            variations: count.map(|last| (0..=last).map(variation).collect()).unwrap_or_default(),
        }
    }
}

/// What became of a document.
enum Saved {
    /// It is the last version: `saved`, or `unchanged`.
    Done(&'static str),
    /// It is not, and why.
    Not(Told, Vec<FormFault>, StatusCode),
}

async fn save(
    member: &Member,
    form: &mut Form,
    stored: &StoredFlags,
    document: Value,
) -> Result<Saved, PortError> {
    let words = member.studio.words();
    let not = |text: &str, status| Ok(Saved::Not(Told::Refused(text.to_owned()), Vec::new(), status));
    let (Some(expected), Ok(key)) = (form.version, IdempotencyKey::parse(&form.key)) else {
        return not(words.form_stale(), StatusCode::UNPROCESSABLE_ENTITY);
    };
    // What was edited is the document of now: it must be the one that the form showed.
    if expected != stored.version {
        return not(words.flags_stale(), StatusCode::CONFLICT);
    }
    let (name, now) = (member.name().to_owned(), member.visit.host.clock.now());
    let press = press(&member.visit.host, &member.team.writer);
    let running = running(&*member.team.experiments, press).await?;
    let wish =
        SaveFlags { expected, document, member: &name, reason: &form.reason, key, now, running: &running };
    match flags::save(&*member.team.flags, wish).await? {
        FlagsOutcome::Saved(_) => Ok(Saved::Done("saved")),
        FlagsOutcome::Unchanged(_) => Ok(Saved::Done("unchanged")),
        FlagsOutcome::Stale(_) => not(words.flags_stale(), StatusCode::CONFLICT),
        FlagsOutcome::KeyReused => not(words.key_reused(), StatusCode::CONFLICT),
        FlagsOutcome::Refused(faults) => {
            let fault = |fault: orilla_flags::Fault| FormFault { field: fault.path, message: fault.message };
            let told = Told::Refused(words.flags_refused().to_owned());
            let faults = faults.into_iter().map(fault).collect();
            Ok(Saved::Not(told, faults, StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

fn feature<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.get("features")?.get(name)
}

fn features_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let features = document.as_object_mut()?.entry("features").or_insert_with(|| json!({}));
    features.as_object_mut()
}

fn rules(flag: &Value) -> &[Value] {
    flag.get("rules").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn kind_of(flag: &Value) -> ValueKind {
    ValueKind::of(flag.get("defaultValue").unwrap_or(&Value::Null))
}
