//! The attributes of a product.

use super::form::{Editor, most};
use crate::drawn::{Draw, Drawn};
use crate::page::StudioContext;
use leptos::prelude::*;
use orilla_catalog::LIMITS;
use orilla_shop::team::AttributeForm;
use orilla_ui::{Field, SelectField, SelectOption, TextArea};

/// Characters of a value from which on it has a field of several lines.
const LONG: usize = 80;

pub(super) fn section(studio: &StudioContext, data: &Editor) -> impl IntoView + use<> {
    let words = studio.words();
    let open = data.has_fault_in("attributes");
    let count = data.form.attributes.iter().filter(|attribute| !attribute.name.trim().is_empty()).count();
    let rows: Vec<_> = data
        .form
        .attributes
        .iter()
        .enumerate()
        .map(|(row, attribute)| one(studio, data, row, attribute))
        .collect();
    view! {
        <h2 id="attributes">{words.product_attributes()}</h2>
        <details class="fold" open=open>
            <summary>{words.product_attributes()} " (" {count} ")"</summary>
            <p class="hint">{words.product_attributes_hint()}</p>
            {rows}
        </details>
    }
}

fn one(studio: &StudioContext, data: &Editor, row: usize, attribute: &AttributeForm) -> Drawn {
    let (locale, words) = (studio.locale, studio.words());
    let name = |part: &str| format!("attributes[{row}].{part}");
    let error = |part: &str| data.error(&name(part));
    let kinds = AttributeForm::KINDS.map(|kind| SelectOption {
        value: kind.to_owned(),
        label: match kind {
            "number" => words.attribute_number(),
            "boolean" => words.attribute_boolean(),
            _ => words.attribute_text(),
        }
        .to_owned(),
    });
    let kind = if attribute.kind.is_empty() { "text" } else { &attribute.kind };
    // Yes and no as people write them.
    let shown = match (kind, attribute.value.as_str()) {
        ("boolean", "true") => words.yes().to_owned(),
        ("boolean", "false") => words.no().to_owned(),
        (_, value) => value.to_owned(),
    };
    let is_long = shown.chars().count() > LONG || shown.contains('\n');
    let longest = most(LIMITS.attribute_text);
    let value = if is_long {
        view! {
            <TextArea locale=locale name=name("value") label=words.attribute_value() value=shown
                error=error("value") optional=true maxlength=longest/>
        }
        .drawn()
    } else {
        view! {
            <Field locale=locale name=name("value") label=words.attribute_value() value=shown
                error=error("value") optional=true maxlength=longest/>
        }
        .drawn()
    };
    let legend = match attribute.name.trim() {
        "" => words.attribute_new().to_owned(),
        name => name.to_owned(),
    };
    let name_field = view! {
        <Field locale=locale name=name("name") label=words.attribute_name() value=attribute.name.clone()
            error=error("name") optional=true maxlength=most(LIMITS.text)/>
    };
    let kind_field = view! {
        <SelectField locale=locale name=name("kind") label=words.attribute_kind() options=kinds.into()
            selected=kind.to_owned() error=error("kind")/>
    };
    let unit_field = view! {
        <Field locale=locale name=name("unit") label=words.attribute_unit() value=attribute.unit.clone()
            error=error("unit") optional=true maxlength=20/>
    };
    // Each erases its type: a row of four would be one that the compiler gives up on.
    let fields = [name_field.drawn(), kind_field.drawn(), value, unit_field.drawn()];
    let fields = fields.map(|field| view! { <div class="half">{field}</div> }.drawn());
    view! {
        <fieldset class="variant">
            <legend>{legend}</legend>
            <input type="hidden" name=name("key") value=attribute.key.clone()/>
            <div class="fields">{Vec::from(fields)}</div>
        </fieldset>
    }
    .drawn()
}
