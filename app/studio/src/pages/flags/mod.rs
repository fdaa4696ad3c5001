//! Feature flags: the list, one flag with its rules, the whole document, and the history.

mod flag;
mod list;
mod said;

pub use flag::{Answer, Asked, FlagPage, RuleShown, flag};
pub use list::{FlagsPage, HistoryPage, document, flags, history};

use crate::page::StudioContext;
use crate::pages::FormFault;
use leptos::prelude::*;
use orilla_shop::team::flags::RuleFault;

/// The path of a flag's page.
pub fn flag_path(key: &str) -> String {
    let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    format!("/studio/flags/flag/{}", key.replace('+', "%20"))
}

/// Why a field of a rule can't be used, in words.
pub fn rule_fault(studio: &StudioContext, fault: &RuleFault) -> FormFault {
    let words = studio.words();
    let message = match fault.code {
        "condition" => words.flag_fault_condition(),
        "percent" => words.flag_fault_percent(),
        "time" => words.flag_fault_time(),
        "weights" => words.flag_fault_weights(),
        "few" => words.flag_fault_few(),
        _ => words.flag_fault_value(),
    };
    FormFault { field: fault.field.clone(), message: message.to_owned() }
}

/// What is wrong with a document, each with its place.
fn faults(faults: &[FormFault]) -> Option<impl IntoView + use<>> {
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| view! { <li><code>{fault.field.clone()}</code> " " {fault.message.clone()}</li> })
        .collect();
    (!lines.is_empty()).then(|| view! { <ul class="faults">{lines}</ul> })
}

/// Whether what is saved is what pages show, and the button that makes it so.
fn state(studio: &StudioContext, version: u64, is_published: bool) -> impl IntoView + use<> {
    let words = studio.words();
    let publish = (!is_published && version > 0).then(|| {
        view! {
            <form method="post" action="/studio/flags/publish">
                <button class="button primary" type="submit">{words.flags_publish()}</button>
            </form>
        }
    });
    let text = match (version, is_published) {
        (0, _) => words.flags_none().to_owned(),
        (_, true) => words.flags_published(&version.to_string()),
        (_, false) => words.flags_waiting(&version.to_string()),
    };
    view! { <div class="publish-state"><p role="status">{text}</p>{publish}</div> }
}
