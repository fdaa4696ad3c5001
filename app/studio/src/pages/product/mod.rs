//! A product: its form, its stock, and who changed what.

mod attributes;
mod fault;
mod form;
mod history;
mod images;
mod stock;
mod variants;

pub use fault::product_fault;
pub use form::Editor;

use super::FormFault;
use super::products::status_name;
use crate::page::{StudioContext, Told, document, table, told};
use fault::field_name;
use leptos::prelude::*;
use orilla_catalog::{Status, Variant};
use orilla_shop::team::{FieldChange, HistoryEntry, StoredProduct};
use orilla_ui::{ErrorSummary, FieldError, Notice, NoticeKind};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ProductPage {
    /// The product as it is stored.
    pub stored: StoredProduct,
    /// Its form.
    pub editor: Editor,
    /// The form for the stock, as it was typed.
    pub stock: StockForm,
    /// The idempotency key of the forms for the stock: one of them is sent.
    pub key: String,
    /// What somebody else has stored since the form was made, if so.
    pub conflict: Option<Conflict>,
    /// What was done to the product, the last first.
    pub history: Vec<HistoryEntry>,
    /// What the last form came to.
    pub told: Told,
}

/// An edit that somebody else was quicker than.
#[derive(Clone, Debug, PartialEq)]
pub enum Conflict {
    /// Where the form differs from what is stored now.
    Compared(Vec<FieldChange>),
    /// The form has faults: what it would store is not known yet, so it can't be compared.
    Faulty,
}

/// What was typed into the form for the stock of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockForm {
    /// The id of the variant.
    pub variant: String,
    /// How many more or fewer.
    pub pieces: String,
    /// Why.
    pub reason: String,
}

/// The page of a product.
pub fn product(studio: &StudioContext, data: &ProductPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let product = &data.stored.product;
    let shop = (product.status == Status::Active).then(|| {
        let href = format!("/{}/p/{}", locale.code(), product.handle());
        view! { <p><a href=href>{words.product_shop_page()}</a></p> }
    });
    document(studio, &product.title, || {
        view! {
            <h1>
                {product.title.clone()} " "
                <span class=format!("tag {}", product.status.token())>{status_name(words, product.status)}</span>
            </h1>
            {shop}
            {told(data.told.clone())}
            {conflict(studio, data)}
            <ErrorSummary locale=locale errors=errors(studio, &data.editor.faults)/>
            {form::editor(studio, &data.editor)}
            {stock::section(studio, data)}
            {history::section(studio, data)}
        }
    })
}

/// The page on which a product is made.
pub fn new_product(studio: &StudioContext, editor: &Editor, outcome: Told) -> String {
    let words = studio.words();
    document(studio, words.product_new(), || {
        view! {
            <h1>{words.product_new()}</h1>
            <p class="lead">{words.product_new_text()}</p>
            {told(outcome)}
            <ErrorSummary locale=studio.locale errors=errors(studio, &editor.faults)/>
            {form::editor(studio, editor)}
        }
    })
}

/// `Large / navy`; for a product without options, that it is the only one.
fn variant_name(studio: &StudioContext, variant: &Variant) -> String {
    match variant.options.as_slice() {
        [] => studio.words().product_only_variant().to_owned(),
        options => options.join(" / "),
    }
}

fn conflict(studio: &StudioContext, data: &ProductPage) -> Option<impl IntoView + use<>> {
    let words = studio.words();
    let (text, table) = match data.conflict.as_ref()? {
        Conflict::Compared(changes) => (words.product_conflict_text(), Some(compared(studio, changes))),
        Conflict::Faulty => (words.product_conflict_fault(), None),
    };
    Some(view! {
        <Notice kind=NoticeKind::Warning title=words.product_conflict_title()>
            <p>{text}</p>
        </Notice>
        {table}
    })
}

/// What is stored beside what was typed, field by field.
fn compared(studio: &StudioContext, changes: &[FieldChange]) -> impl IntoView + use<> {
    let words = studio.words();
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{field_name(studio, &change.field)}</th>
                    <td data-label=words.product_stored()><span class="kept">{change.before.clone()}</span></td>
                    <td data-label=words.product_yours()><span class="kept">{change.after.clone()}</span></td>
                </tr>
            }
        })
        .collect();
    let head = [words.product_field(), words.product_stored(), words.product_yours()];
    table(words.product_conflict_title(), &head, rows, words.product_unchanged())
}

fn errors(studio: &StudioContext, faults: &[FormFault]) -> Vec<FieldError> {
    let error = |fault: &FormFault| FieldError {
        id: fault.field.clone(),
        label: field_name(studio, &fault.field),
        message: fault.message.clone(),
    };
    faults.iter().map(error).collect()
}
