//! The list of flags, the document as JSON, and the history.

use super::{faults, flag_path, said, state};
use crate::page::{StudioContext, Told, document as page, table, time, told};
use crate::pages::FormFault;
use leptos::prelude::*;
use orilla_shop::team::flags::{FlagsEntry, StoredFlags, ValueKind};
use orilla_ui::{Button, ButtonKind, Field};
use serde_json::Value;

/// What the list shows.
#[derive(Clone, Debug, Default)]
pub struct FlagsPage {
    /// The flags as they were last saved.
    pub stored: StoredFlags,
    /// Those that pages show; `None`: none are published.
    pub published: Option<Value>,
    /// The last changes, the newest first.
    pub history: Vec<FlagsEntry>,
    /// The name of a new flag, as it was typed.
    pub new: String,
    /// The key of the form.
    pub key: String,
    /// What the last form came to.
    pub told: Told,
}

/// All flags.
pub fn flags(studio: &StudioContext, data: &FlagsPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let features =
        |document: &Value| document.get("features").and_then(Value::as_object).cloned().unwrap_or_default();
    let shown = data.published.as_ref().map(features).unwrap_or_default();
    let rows: Vec<_> = features(&data.stored.document)
        .iter()
        .map(|(key, flag)| {
            let rules = flag.get("rules").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let rules: Vec<_> = rules.iter().map(|rule| said::rule(studio, key, rule)).collect();
            let default = flag.get("defaultValue").unwrap_or(&Value::Null);
            let last =
                data.history.iter().find(|entry| entry.changes.iter().any(|change| change.flag == *key));
            let last = last.map(|entry| view! { {time(locale, entry.at)} " · " {entry.member.clone()} });
            let waits = (shown.get(key) != Some(flag))
                .then(|| view! { " " <span class="badge">{words.flag_waits()}</span> });
            let rules: Vec<_> = rules.into_iter().map(|rule| view! { <li>{rule}</li> }).collect();
            view! {
                <tr>
                    <th scope="row"><a href=flag_path(key)>{key.clone()}</a></th>
                    <td data-label=words.flag_state()>{said::state(words, flag)} {waits}</td>
                    <td data-label=words.flag_kind()>{said::kind(words, default)}</td>
                    <td data-label=words.flag_rules() class="long">
                        <ol class="rules">{rules}</ol>
                        <span class="small">{words.flag_else(&default.to_string())}</span>
                    </td>
                    <td data-label=words.flag_last()>{last}</td>
                </tr>
            }
        })
        .collect();
    let head =
        [words.flag_name(), words.flag_state(), words.flag_kind(), words.flag_rules(), words.flag_last()];
    let kinds: Vec<_> = ValueKind::ALL
        .into_iter()
        .map(|kind| view! { <option value=kind.token()>{said::kind(words, &kind.first())}</option> })
        .collect();
    let is_published = data.published.as_ref() == Some(&data.stored.document);
    page(studio, words.nav_flags(), || {
        view! {
            <h1>{words.nav_flags()}</h1>
            <p class="lead">{words.flags_text()}</p>
            {told(data.told.clone())}
            {state(studio, data.stored.version, is_published)}
            {table(words.nav_flags(), &head, rows, words.flags_none())}
            <p>
                <a href="/studio/flags/history">{words.flags_history()}</a> " · "
                <a href="/studio/flags/document">{words.flags_document()}</a>
            </p>
            <section aria-labelledby="new">
                <h2 id="new">{words.flags_new()}</h2>
                <form class="command" method="post" action="/studio/flags">
                    <input type="hidden" name="version" value=data.stored.version.to_string()/>
                    <input type="hidden" name="key" value=data.key.clone()/>
                    <Field locale=locale name="flag" label=words.flag_name() value=data.new.clone() hint=words.flag_name_hint()/>
                    <div class="field"><label for="kind">{words.flag_kind()}</label><select id="kind" name="kind">{kinds}</select></div>
                    <Button kind=ButtonKind::Primary>{words.flags_add()}</Button>
                </form>
            </section>
        }
    })
}

/// The document as JSON, for what forms don't say.
pub fn document(
    studio: &StudioContext,
    stored: &StoredFlags,
    typed: &str,
    wrong: &[FormFault],
    key: &str,
    said: Told,
) -> String {
    let (locale, words) = (studio.locale, studio.words());
    page(studio, words.flags_document(), || {
        view! {
            <p><a href="/studio/flags">{words.nav_flags()}</a></p>
            <h1>{words.flags_document()}</h1>
            <p class="lead">{words.flags_document_text()}</p>
            {told(said)}
            {faults(wrong)}
            <form class="command" method="post" action="/studio/flags/document">
                <input type="hidden" name="version" value=stored.version.to_string()/>
                <input type="hidden" name="key" value=key.to_owned()/>
                <div class="field">
                    <label for="document">{words.flags_document()}</label>
                    <textarea id="document" name="document" rows="28" spellcheck="false" class="code">{typed.to_owned()}</textarea>
                </div>
                <Field locale=locale name="reason" label=words.flag_reason() optional=true/>
                <Button kind=ButtonKind::Primary>{words.flag_save()}</Button>
            </form>
        }
    })
}

/// What the history shows.
#[derive(Clone, Debug, Default)]
pub struct HistoryPage {
    /// The flags as they were last saved.
    pub version: u64,
    /// Lines, the last first.
    pub entries: Vec<FlagsEntry>,
    /// The key of the forms.
    pub key: String,
    /// What the last form came to.
    pub told: Told,
}

/// The history of the flags.
pub fn history(studio: &StudioContext, data: &HistoryPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = data
        .entries
        .iter()
        .map(|entry| {
            let number = entry.version.to_string();
            let changes: Vec<_> =
                entry.changes.iter().map(|change| view! { <li>{said::change(words, change)}</li> }).collect();
            let revert = (entry.version < data.version).then(|| {
                view! {
                    <form method="post" action="/studio/flags/revert">
                        <input type="hidden" name="version" value=data.version.to_string()/>
                        <input type="hidden" name="to" value=number.clone()/>
                        <input type="hidden" name="key" value=format!("{}-{number}", data.key)/>
                        <button class="button" type="submit">{words.flags_revert_to(&number)}</button>
                    </form>
                }
            });
            view! {
                <tr>
                    <th scope="row">{number}</th>
                    <td data-label=words.publish_when()>{time(locale, entry.at)}</td>
                    <td data-label=words.flag_who()>{entry.member.clone()}</td>
                    <td data-label=words.flag_changes() class="long">
                        <ul>{changes}</ul>
                        <span class="small">{entry.reason.clone()}</span>
                    </td>
                    <td>{revert}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.flag_version(),
        words.publish_when(),
        words.flag_who(),
        words.flag_changes(),
        words.session_action(),
    ];
    let next = data.entries.last().map(|entry| entry.version).filter(|version| *version > 1);
    let next = next.map(|version| {
        view! { <p><a href=format!("/studio/flags/history?before={version}")>{words.flags_earlier()}</a></p> }
    });
    page(studio, words.flags_history(), || {
        view! {
            <p><a href="/studio/flags">{words.nav_flags()}</a></p>
            <h1>{words.flags_history()}</h1>
            {told(data.told.clone())}
            {table(words.flags_history(), &head, rows, words.flags_none())}
            {next}
        }
    })
}
