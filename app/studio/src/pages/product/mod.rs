//! A product: its form, its stock, and who changed what.

mod form;
mod stock;

use super::FormFault;
use super::products::status_name;
use crate::page::{StudioContext, Told, document, table, told};
use crate::words::moment;
use leptos::prelude::*;
use orilla_catalog::{Status, Variant};
use orilla_richtext::SafeHtml;
use orilla_shop::team::{FieldChange, HistoryEntry, ProductChange, ProductForm, StoredProduct};
use orilla_ui::{ErrorSummary, FieldError, Notice, NoticeKind};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ProductPage {
    /// The product as it is stored.
    pub stored: StoredProduct,
    /// The form, as it was typed.
    pub form: ProductForm,
    /// The description as shoppers would see it.
    pub preview: SafeHtml,
    /// Whether the preview was asked for.
    pub show_preview: bool,
    /// The form for the stock, as it was typed.
    pub stock: StockForm,
    /// The idempotency key of the forms for the stock: one of them is sent.
    pub key: String,
    /// What is wrong.
    pub faults: Vec<FormFault>,
    /// What the form holds that is other than what somebody else has stored meanwhile, if so.
    pub conflict: Option<Vec<FieldChange>>,
    /// What was done to the product, the last first.
    pub history: Vec<HistoryEntry>,
    /// What the last form came to.
    pub told: Told,
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
            <ErrorSummary locale=locale errors=errors(studio, &data.faults)/>
            {form::editor(studio, data)}
            {stock::section(studio, data)}
            {history(studio, data)}
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
    let changes = data.conflict.as_ref()?;
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
    Some(view! {
        <Notice kind=NoticeKind::Warning title=words.product_conflict_title()>
            <p>{words.product_conflict_text()}</p>
        </Notice>
        {table(words.product_conflict_title(), &head, rows, words.product_unchanged())}
    })
}

/// What a field is called: `variants[1].price` → `Variant 2: Price`.
fn field_name(studio: &StudioContext, field: &str) -> String {
    let words = studio.words();
    let name = |field: &str| match field {
        "title" => words.product_title(),
        "brand" => words.product_brand(),
        "description" => words.product_description(),
        "status" => words.product_status(),
        "category" => words.product_category(),
        "sku" => words.product_sku(),
        "barcode" => words.product_barcode(),
        "price" => words.product_price(),
        "compare_at" => words.product_compare_at(),
        "pieces" => words.stock_pieces(),
        "reason" => words.stock_reason(),
        _ => "",
    };
    let inner = field.strip_prefix("variants[").and_then(|rest| rest.split_once("]."));
    let called = match inner {
        Some((at, part)) => {
            let number = at.parse::<u32>().map_or(0, |at| at.saturating_add(1));
            format!("{} {number}: {}", words.product_variant(), name(part))
        }
        None => name(field.split('-').next().unwrap_or_default()).to_owned(),
    };
    // What the form has no field for keeps the name that it has in the product's JSON.
    if called.is_empty() || called.ends_with(": ") { field.to_owned() } else { called }
}

fn errors(studio: &StudioContext, faults: &[FormFault]) -> Vec<FieldError> {
    let error = |fault: &FormFault| FieldError {
        id: fault.field.clone(),
        label: field_name(studio, &fault.field),
        message: fault.message.clone(),
    };
    faults.iter().map(error).collect()
}

fn history(studio: &StudioContext, data: &ProductPage) -> impl IntoView + use<> {
    let words = studio.words();
    let entries: Vec<_> = data
        .history
        .iter()
        .map(|entry| {
            let who = format!("{} · {}", moment(studio.locale, entry.at), entry.member);
            view! { <li><p class="small">{who}</p>{change(studio, data, &entry.change)}</li> }
        })
        .collect();
    let nothing = entries.is_empty().then(|| view! { <p class="nothing">{words.history_none()}</p> });
    view! {
        <section aria-labelledby="history">
            <h2 id="history">{words.history_title()}</h2>
            {nothing}
            <ol class="history" role="list">{entries}</ol>
        </section>
    }
}

fn change(studio: &StudioContext, data: &ProductPage, change: &ProductChange) -> AnyView {
    let words = studio.words();
    match change {
        ProductChange::Edited { version, fields } => {
            let fields: Vec<_> = fields
                .iter()
                .map(|FieldChange { field, before, after }| {
                    view! {
                        <li>
                            {field_name(studio, field)} ": " <del>{before.clone()}</del> " " <ins>{after.clone()}</ins>
                        </li>
                    }
                })
                .collect();
            view! { <p>{words.history_edited(&version.to_string())}</p><ul>{fields}</ul> }.into_any()
        }
        ProductChange::Stock { variant, pieces, reason } => {
            let at = data.stored.variants.iter().position(|id| id == variant);
            let name = at.and_then(|at| data.stored.product.variants.get(at));
            let name = name.map(|variant| format!(" ({})", variant_name(studio, variant)));
            let text = words.history_stock(&format!("{pieces:+}"), reason.as_str());
            view! { <p>{text} {name}</p> }.into_any()
        }
    }
}
