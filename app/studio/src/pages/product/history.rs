//! What was done to a product, by whom, and the way back.

use super::fault::field_name;
use super::{ProductPage, variant_name};
use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, change_entry, history};
use crate::pages::products::status_name;
use leptos::prelude::*;
use orilla_catalog::Status;
use orilla_shop::team::{FieldChange, ProductChange};

pub(super) fn section(studio: &StudioContext, data: &ProductPage) -> impl IntoView + use<> {
    let entries = data.history.iter().map(|entry| {
        let back = entry.can_be_undone.then(|| undo(studio, data, &entry.change));
        change_entry(studio, entry.at, &entry.member, view! { {change(studio, data, &entry.change)} {back} })
    });
    history(studio, studio.words().history_none(), entries.collect())
}

/// The way back, if this edit has made the version that is stored now.
fn undo(studio: &StudioContext, data: &ProductPage, change: &ProductChange) -> Option<impl IntoView + use<>> {
    let ProductChange::Edited { version, .. } = change else { return None };
    if *version != data.stored.version || data.conflict.is_some() {
        return None;
    }
    let action = format!("/studio/products/{}/undo", data.stored.product.handle());
    Some(view! {
        <form method="post" action=action>
            <input type="hidden" name="version" value=*version/>
            <button class="button" type="submit">{studio.words().history_undo()}</button>
        </form>
    })
}

fn change(studio: &StudioContext, data: &ProductPage, change: &ProductChange) -> Drawn {
    let words = studio.words();
    match change {
        ProductChange::Created => view! { <p>{words.history_created()}</p> }.drawn(),
        ProductChange::Edited { version, fields, is_undo, .. } => {
            let fields: Vec<_> = fields
                .iter()
                .map(|FieldChange { field, before, after }| {
                    let [before, after] = [before, after].map(|value| spelled(studio, field, value));
                    view! { <li>{field_name(studio, field)} ": " <del>{before}</del> " " <ins>{after}</ins></li> }
                })
                .collect();
            let version = version.to_string();
            let title =
                if *is_undo { words.history_undone(&version) } else { words.history_edited(&version) };
            view! { <p>{title}</p><ul>{fields}</ul> }.drawn()
        }
        ProductChange::Stock { variant, pieces, reason } => {
            let at = data.stored.variants.iter().position(|id| id == variant);
            let name = at.and_then(|at| data.stored.product.variants.get(at));
            let name = name.map(|variant| format!(" ({})", variant_name(studio, variant)));
            let text = words.history_stock(&format!("{pieces:+}"), reason.as_str());
            view! { <p>{text} {name}</p> }.drawn()
        }
    }
}

/// The value of a field in words, where it is a name of this program.
fn spelled(studio: &StudioContext, field: &str, value: &str) -> String {
    let status = Status::ALL.into_iter().find(|status| status.token() == value);
    match (field, status) {
        ("status", Some(status)) => status_name(studio.words(), status).to_owned(),
        _ => value.to_owned(),
    }
}
