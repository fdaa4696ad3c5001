//! The options of a product, and its variants.

use super::form::{Editor, most};
use crate::drawn::{Draw, Drawn};
use crate::page::StudioContext;
use leptos::prelude::*;
use orilla_catalog::LIMITS;
use orilla_shop::team::VariantForm;
use orilla_ui::Field;

pub(super) fn section(studio: &StudioContext, data: &Editor) -> impl IntoView + use<> {
    let words = studio.words();
    let is_new = |variant: &VariantForm| variant.id.is_empty();
    let (fresh, known): (Vec<_>, Vec<_>) =
        data.form.variants.iter().enumerate().partition(|(_, variant)| is_new(variant));
    let known: Vec<_> = known.into_iter().map(|(row, variant)| one(studio, data, row, variant)).collect();
    // A product that is only now made has its first variant open.
    let open = known.is_empty()
        || data.has_fault_in("options")
        || fresh.iter().any(|(row, variant)| {
            **variant != VariantForm::default() || data.has_fault_in(&format!("variants[{row}]"))
        });
    let fresh: Vec<_> = fresh.into_iter().map(|(row, variant)| one(studio, data, row, variant)).collect();
    let error =
        data.error("variants").map(|error| view! { <p class="error" id="variants-error">{error}</p> });
    view! {
        <h2 id="variants" tabindex="-1">{words.product_variants()}</h2>
        {error}
        {known}
        <details class="fold" open=open>
            <summary>{words.product_new_variants()}</summary>
            {options(studio, data)}
            {fresh}
        </details>
    }
}

/// The names of the options.
fn options(studio: &StudioContext, data: &Editor) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let fields: Vec<_> = data
        .form
        .options
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let field = format!("options[{column}]");
            let error = data.error(&field);
            view! {
                <div class="third">
                    <Field locale=locale name=field label=words.product_option(&(column + 1).to_string())
                        value=name.clone() error=error optional=true maxlength=most(LIMITS.text)/>
                </div>
            }
        })
        .collect();
    view! {
        <p class="hint">{words.product_options_hint()}</p>
        <div class="fields">{fields}</div>
    }
}

/// What the row is called: `Large / navy`.
fn legend(studio: &StudioContext, variant: &VariantForm) -> String {
    let words = studio.words();
    let options: Vec<&str> =
        variant.options.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
    match (variant.id.is_empty(), options.as_slice()) {
        (true, _) => words.product_new_variant().to_owned(),
        (false, []) => words.product_only_variant().to_owned(),
        (false, options) => options.join(" / "),
    }
}

fn one(studio: &StudioContext, data: &Editor, row: usize, variant: &VariantForm) -> Drawn {
    let (locale, words) = (studio.locale, studio.words());
    let is_new = variant.id.is_empty();
    let currency = data.currency.code();
    let text = most(LIMITS.text);
    let name = |part: &str| format!("variants[{row}].{part}");
    let half = |part: &str, label: String, value: &str, maxlength: u32, optional: bool| {
        let (name, error) = (name(part), data.error(&name(part)));
        view! {
            <div class="half">
                <Field locale=locale name=name label=label value=value.to_owned() error=error optional=optional
                    maxlength=maxlength/>
            </div>
        }
        .drawn()
    };
    let options: Vec<_> = data
        .form
        .options
        .iter()
        .zip(&variant.options)
        .enumerate()
        // Without options there is nothing to say, but for a row that may bring the first.
        .filter(|(_, (option, value))| !option.trim().is_empty() || !value.trim().is_empty() || is_new)
        .map(|(column, (option, value))| {
            let label = match option.trim() {
                "" => words.product_option(&(column + 1).to_string()),
                option => option.to_owned(),
            };
            half(&format!("options[{column}]"), label, value, text, true)
        })
        .collect();
    // The first variant of a new product needs a price; any other row may stay empty.
    let is_needed = !is_new || (data.version.is_none() && row == 0);
    let pieces = is_new.then(|| half("pieces", words.product_pieces().to_owned(), &variant.pieces, 8, true));
    let remove = (!is_new).then(|| {
        let name = name("remove");
        view! {
            <label class="check">
                <input type="checkbox" id=name.clone() name=name value="yes" checked=variant.is_removed/>
                " " {words.product_remove_variant()}
            </label>
        }
    });
    view! {
        <fieldset class="variant">
            <legend>{legend(studio, variant)}</legend>
            <input type="hidden" name=name("id") value=variant.id.clone()/>
            <div class="fields">
                {options}
                {half("price", words.product_price_in(currency), &variant.price, 20, !is_needed)}
                {half("compare_at", words.product_compare_at().to_owned(), &variant.compare_at, 20, true)}
                {half("sku", words.product_sku().to_owned(), &variant.sku, text, true)}
                {half("barcode", words.product_barcode().to_owned(), &variant.barcode, text, true)}
                {pieces}
            </div>
            {remove}
        </fieldset>
    }
    .drawn()
}
