//! A category: its name and place, where it stood before, and what was done to it.

use super::FormFault;
use super::categories::{CategoryForm, changes, errors, inputs};
use crate::drawn::Draw;
use crate::page::{StudioContext, Told, document, told, with_query};
use leptos::prelude::*;
use orilla_shop::team::{Category, CategoryEntry, CategoryTree};
use orilla_ui::{Button, ButtonKind, ErrorSummary, Notice, NoticeKind};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CategoryPage {
    /// The category as it is stored.
    pub category: Category,
    /// All categories.
    pub tree: CategoryTree,
    /// The form, as it was typed.
    pub form: CategoryForm,
    /// What is wrong with it.
    pub faults: Vec<FormFault>,
    /// Whether what is wrong is that there is one of this name, with which it can become one.
    pub can_merge: bool,
    /// Whether somebody else has changed it since the form was made.
    pub is_stale: bool,
    /// Its earlier addresses.
    pub former: Vec<String>,
    /// What was done to it, the last first.
    pub history: Vec<CategoryEntry>,
    /// What the last form came to.
    pub told: Told,
}

/// The page of a category.
pub fn category(studio: &StudioContext, data: &CategoryPage) -> String {
    let words = studio.words();
    let category = &data.category;
    let path = data.tree.spelled(&category.slug);
    let list = with_query("/studio/products", &[("category", category.slug.clone())]);
    let shop = format!("/{}/c/{}", studio.locale.code(), category.slug);
    let shop = (category.active > 0).then(|| view! { <p><a href=shop>{words.product_shop_page()}</a></p> });
    document(studio, &category.name, || {
        view! {
            <h1>{category.name.clone()}</h1>
            <p>{path} <br/> <span class="small">{category.slug.clone()}</span></p>
            <p><a href=list>{words.category_list_products()}</a></p>
            {shop}
            {told(data.told.clone())}
            {stale(studio, data)}
            <ErrorSummary locale=studio.locale errors=errors(studio, &data.faults)/>
            {merge(studio, data)}
            <section aria-labelledby="edit">
                <h2 id="edit">{words.category_edit()}</h2>
                {editor(studio, data)}
            </section>
            {deletion(studio, data)}
            {former(studio, data)}
            {changes(studio, &data.history)}
        }
    })
}

fn stale(studio: &StudioContext, data: &CategoryPage) -> Option<impl IntoView + use<>> {
    let words = studio.words();
    data.is_stale.then(|| view! { <Notice kind=NoticeKind::Warning><p>{words.category_stale()}</p></Notice> })
}

fn action(data: &CategoryPage) -> String {
    format!("/studio/categories/{}", data.category.id.0)
}

fn editor(studio: &StudioContext, data: &CategoryPage) -> impl IntoView + use<> {
    let words = studio.words();
    view! {
        <form class="command" method="post" action=action(data)>
            <input type="hidden" name="version" value=data.category.version/>
            {inputs(studio, &data.tree, Some(&data.category), &data.form, &data.faults)}
            <Button kind=ButtonKind::Primary>{words.category_save()}</Button>
        </form>
    }
}

/// The question whether two categories should become one, with a button of its own.
fn merge(studio: &StudioContext, data: &CategoryPage) -> Option<impl IntoView + use<>> {
    let words = studio.words();
    data.can_merge.then(|| {
        view! {
            <form class="command" method="post" action=action(data)>
                <input type="hidden" name="version" value=data.category.version/>
                <input type="hidden" name="name" value=data.form.name.clone()/>
                <input type="hidden" name="parent" value=data.form.parent.clone()/>
                <p>{words.category_merge_text()}</p>
                <Button name="merge" value="yes">{words.category_merge()}</Button>
            </form>
        }
    })
}

fn deletion(studio: &StudioContext, data: &CategoryPage) -> impl IntoView + use<> {
    let words = studio.words();
    let category = &data.category;
    let is_empty = category.products == 0 && data.tree.below(category).count() == 1;
    let form = if is_empty {
        view! {
            <form class="command" method="post" action=format!("{}/delete", action(data))>
                <input type="hidden" name="version" value=category.version/>
                <Button>{words.category_delete()}</Button>
            </form>
        }
        .drawn()
    } else {
        view! { <p>{words.category_not_empty()}</p> }.drawn()
    };
    view! { <details class="fold"><summary>{words.category_delete()}</summary>{form}</details> }
}

fn former(studio: &StudioContext, data: &CategoryPage) -> Option<impl IntoView + use<>> {
    let words = studio.words();
    let slugs: Vec<_> = data.former.iter().map(|slug| view! { <li>{slug.clone()}</li> }).collect();
    (!slugs.is_empty()).then(|| {
        view! {
            <section aria-labelledby="former">
                <h2 id="former">{words.category_former()}</h2>
                <ul>{slugs}</ul>
            </section>
        }
    })
}
