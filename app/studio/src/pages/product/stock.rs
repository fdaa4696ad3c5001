//! The stock of a product: changed by how many more or fewer, and why.

use super::{ProductPage, StockForm, variant_name};
use crate::page::StudioContext;
use crate::pages::fault;
use leptos::prelude::*;
use orilla_catalog::{Variant, VariantId};
use orilla_ui::{Button, Field};

pub(super) fn section(studio: &StudioContext, data: &ProductPage) -> impl IntoView + use<> {
    let words = studio.words();
    let variants: Vec<_> = data
        .stored
        .variants
        .iter()
        .zip(&data.stored.product.variants)
        .map(|(id, variant)| one(studio, data, *id, variant))
        .collect();
    view! {
        <section aria-labelledby="stock">
            <h2 id="stock">{words.stock_title()}</h2>
            {variants}
        </section>
    }
}

/// A variant with its form, which is a click away unless something is wrong with it.
fn one(
    studio: &StudioContext,
    data: &ProductPage,
    id: VariantId,
    variant: &Variant,
) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let is_typed = data.stock.variant == id.0.to_string();
    let StockForm { pieces, reason, .. } = if is_typed { data.stock.clone() } else { StockForm::default() };
    // The ids of the fields are those of the page, the names those of the form.
    let ids = ["pieces", "reason"].map(|field| format!("{field}-{}", id.0));
    let [pieces_error, reason_error] = ids.each_ref().map(|id| fault(&data.editor.faults, id));
    let [pieces_id, reason_id] = ids;
    let open = pieces_error.is_some() || reason_error.is_some();
    let now = locale.integer(variant.available.into());
    let action = format!("/studio/products/{}/stock", data.stored.product.handle());
    view! {
        <details class="fold" open=open>
            <summary>{variant_name(studio, variant)} ": " {now} <span class="visually-hidden">{words.stock_adjust()}</span></summary>
            <form class="command" method="post" action=action>
                <input type="hidden" name="key" value=data.key.clone()/>
                <input type="hidden" name="variant" value=id.0/>
                <Field locale=locale name="pieces" id=pieces_id label=words.stock_pieces() value=pieces
                    hint=words.stock_pieces_hint() error=pieces_error maxlength=12/>
                <Field locale=locale name="reason" id=reason_id label=words.stock_reason() value=reason
                    error=reason_error/>
                <Button>{words.stock_adjust()}</Button>
            </form>
        </details>
    }
}
