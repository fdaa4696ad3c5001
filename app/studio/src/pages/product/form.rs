//! The form of a product.

use super::{ProductPage, variant_name};
use crate::page::StudioContext;
use crate::pages::fault;
use crate::pages::products::status_name;
use leptos::prelude::*;
use orilla_catalog::{LIMITS, Status, VariantId};
use orilla_shop::team::VariantForm;
use orilla_ui::{Button, ButtonKind, Field, SelectField, SelectOption, TextArea};

fn most(characters: usize) -> u32 {
    u32::try_from(characters).unwrap_or(u32::MAX)
}

/// The form, with the buttons that save it and show the preview.
pub(super) fn editor(studio: &StudioContext, data: &ProductPage) -> impl IntoView + use<> {
    let (locale, words, form) = (studio.locale, studio.words(), &data.form);
    let error = |field: &str| fault(&data.faults, field);
    let statuses = Status::ALL.map(|status| SelectOption {
        value: status.token().to_owned(),
        label: status_name(words, status).to_owned(),
    });
    let variants: Vec<_> =
        data.stored.variants.iter().enumerate().map(|(i, id)| variant(studio, data, i, *id)).collect();
    let action = format!("/studio/products/{}", data.stored.product.handle());
    view! {
        <form class="editor" method="post" action=action>
            <input type="hidden" name="version" value=data.stored.version/>
            <div class="fields">
                <Field locale=locale name="title" label=words.product_title() value=form.title.clone()
                    error=error("title") maxlength=most(LIMITS.title)/>
                <div class="half">
                    <Field locale=locale name="brand" label=words.product_brand() value=form.brand.clone()
                        error=error("brand") optional=true maxlength=most(LIMITS.text)/>
                </div>
                <div class="half">
                    <SelectField locale=locale name="status" label=words.product_status()
                        options=statuses.into() selected=form.status.clone() error=error("status")/>
                </div>
                <Field locale=locale name="category" label=words.product_category() value=form.category.clone()
                    hint=words.product_category_hint() error=error("category") optional=true maxlength=500/>
                <TextArea locale=locale name="description" label=words.product_description()
                    value=form.description.clone() hint=words.product_description_hint()
                    error=error("description") optional=true maxlength=most(LIMITS.description)/>
            </div>
            {preview(studio, data)}
            <h2>{words.product_variants()}</h2>
            {variants}
            <div class="actions">
                <Button kind=ButtonKind::Primary name="intent" value="save">{words.product_save()}</Button>
                <Button name="intent" value="preview">{words.product_show_preview()}</Button>
            </div>
        </form>
    }
}

/// The description as shoppers would see it: a click away, or open if it was asked for.
fn preview(studio: &StudioContext, data: &ProductPage) -> impl IntoView + use<> {
    let html = data.preview.as_str().to_owned();
    view! {
        <details class="fold" open=data.show_preview>
            <summary>{studio.words().product_preview()}</summary>
            <div class="prose card" inner_html=html></div>
        </details>
    }
}

fn variant(studio: &StudioContext, data: &ProductPage, at: usize, id: VariantId) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let stored = data.stored.product.variants.get(at);
    let currency = stored.map(|variant| variant.price.currency.code().to_owned()).unwrap_or_default();
    let legend = stored.map(|variant| variant_name(studio, variant)).unwrap_or_default();
    let VariantForm { id, sku, barcode, price, compare_at } = data
        .form
        .variant(id)
        .cloned()
        .unwrap_or(VariantForm { id: id.0.to_string(), ..VariantForm::default() });
    let name = |part: &str| format!("variants[{at}].{part}");
    let error = |part: &str| fault(&data.faults, &name(part));
    let text = most(LIMITS.text);
    view! {
        <fieldset class="variant">
            <legend>{legend}</legend>
            <input type="hidden" name=name("id") value=id/>
            <div class="fields">
                <div class="half">
                    <Field locale=locale name=name("price") label=words.product_price_in(&currency) value=price
                        error=error("price") maxlength=20/>
                </div>
                <div class="half">
                    <Field locale=locale name=name("compare_at") label=words.product_compare_at() value=compare_at
                        error=error("compare_at") optional=true maxlength=20/>
                </div>
                <div class="half">
                    <Field locale=locale name=name("sku") label=words.product_sku() value=sku error=error("sku")
                        optional=true maxlength=text/>
                </div>
                <div class="half">
                    <Field locale=locale name=name("barcode") label=words.product_barcode() value=barcode
                        error=error("barcode") optional=true maxlength=text/>
                </div>
            </div>
        </fieldset>
    }
}
