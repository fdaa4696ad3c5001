//! The form of a product.

use super::{attributes, images, variants};
use crate::drawn::{Draw, Drawn};
use crate::page::StudioContext;
use crate::pages::products::status_name;
use crate::pages::{FormFault, fault};
use leptos::prelude::*;
use orilla_catalog::{LIMITS, Status};
use orilla_money::Currency;
use orilla_richtext::SafeHtml;
use orilla_shop::team::{CategoryTree, ProductForm};
use orilla_ui::{Button, ButtonKind, Field, SelectField, SelectOption, TextArea};

pub(super) fn most(characters: usize) -> u32 {
    u32::try_from(characters).unwrap_or(u32::MAX)
}

/// What the form is drawn from.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The form, as it was typed.
    pub form: ProductForm,
    /// The version that it changes; `None`: it makes a new product.
    pub version: Option<u32>,
    /// Where it is sent.
    pub action: String,
    /// The currency of its prices.
    pub currency: Currency,
    /// The categories that there are.
    pub categories: CategoryTree,
    /// The description as shoppers would see it.
    pub preview: SafeHtml,
    /// Whether the preview was asked for.
    pub show_preview: bool,
    /// What is wrong.
    pub faults: Vec<FormFault>,
}

impl Editor {
    pub(super) fn error(&self, field: &str) -> Option<String> {
        fault(&self.faults, field)
    }

    /// Whether something is wrong with a field whose name begins with this.
    pub(super) fn has_fault_in(&self, start: &str) -> bool {
        self.faults.iter().any(|fault| fault.field.starts_with(start))
    }
}

/// The form, with the buttons that save it, show the preview, and make room for more rows.
pub(super) fn editor(studio: &StudioContext, data: &Editor) -> impl IntoView + use<> {
    let words = studio.words();
    let version = data.version.map(|version| view! { <input type="hidden" name="version" value=version/> });
    view! {
        <form class="editor" method="post" action=data.action.clone()>
            {version}
            {head(studio, data)}
            {preview(studio, data)}
            {variants::section(studio, data)}
            {attributes::section(studio, data)}
            {images::section(studio, data)}
            <div class="actions">
                <Button kind=ButtonKind::Primary name="intent" value="save">{words.product_save()}</Button>
                <Button name="intent" value="preview">{words.product_show_preview()}</Button>
                <Button name="intent" value="more">{words.product_more_rows()}</Button>
            </div>
            // Without it, the end of the form is missing.
            <input type="hidden" name="end" value="1"/>
        </form>
    }
}

fn head(studio: &StudioContext, data: &Editor) -> Drawn {
    let (locale, words, form) = (studio.locale, studio.words(), &data.form);
    let statuses = Status::ALL.map(|status| SelectOption {
        value: status.token().to_owned(),
        label: status_name(words, status).to_owned(),
    });
    let category = |slug: &str, label: String| SelectOption { value: slug.to_owned(), label };
    let mut categories: Vec<_> = data
        .categories
        .all()
        .iter()
        .map(|there| category(&there.slug, data.categories.spelled(&there.slug)))
        .collect();
    // One that has gone is still shown: it is what was chosen.
    if !form.category.is_empty() && data.categories.find(&form.category).is_none() {
        categories.push(category(&form.category, form.category.clone()));
    }
    let handle = data.version.is_none().then(|| {
        let field = view! {
            <Field locale=locale name="handle" label=words.product_handle() value=form.handle.clone()
                hint=words.product_handle_hint() error=data.error("handle") optional=true maxlength=200/>
        };
        view! { <div class="half">{field.drawn()}</div> }
    });
    let title = view! {
        <Field locale=locale name="title" label=words.product_title() value=form.title.clone()
            error=data.error("title") maxlength=most(LIMITS.title)/>
    };
    let brand = view! {
        <Field locale=locale name="brand" label=words.product_brand() value=form.brand.clone()
            error=data.error("brand") optional=true maxlength=most(LIMITS.text)/>
    };
    let status = view! {
        <SelectField locale=locale name="status" label=words.product_status() options=statuses.into()
            selected=form.status.clone() error=data.error("status")/>
    };
    let category = view! {
        <SelectField locale=locale name="category" label=words.product_category() options=categories
            selected=form.category.clone() placeholder=words.product_no_category()
            error=data.error("category") optional=true/>
    };
    let description = view! {
        <TextArea locale=locale name="description" label=words.product_description()
            value=form.description.clone() hint=words.product_description_hint()
            error=data.error("description") optional=true maxlength=most(LIMITS.description)/>
    };
    // Each erases its type: all of them in one would be one that the compiler gives up on.
    view! {
        <div class="fields">
            {title.drawn()}
            {handle}
            <div class="half">{brand.drawn()}</div>
            <div class="half">{status.drawn()}</div>
            <div class="half">{category.drawn()}</div>
            {description.drawn()}
        </div>
    }
    .drawn()
}

/// The description as shoppers would see it: a click away, or open if it was asked for.
fn preview(studio: &StudioContext, data: &Editor) -> impl IntoView + use<> {
    let html = data.preview.as_str().to_owned();
    view! {
        <details class="fold" open=data.show_preview>
            <summary>{studio.words().product_preview()}</summary>
            <div class="prose card" inner_html=html></div>
        </details>
    }
}
