//! The tree of categories, with the form for a new one.

use super::{FormFault, fault};
use crate::page::{StudioContext, Told, change_entry, document, history, table, told, with_query};
use leptos::prelude::*;
use orilla_shop::team::{Category, CategoryChange, CategoryEntry, CategoryTree, MoveFault};
use orilla_ui::{Button, ButtonKind, ErrorSummary, Field, FieldError, SelectField, SelectOption};

/// What was typed into the form of a category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryForm {
    /// What it is called.
    pub name: String,
    /// The id of the one above it. Empty: it stands at the top.
    pub parent: String,
}

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct CategoriesPage {
    /// All categories.
    pub tree: CategoryTree,
    /// The form for a new one, as it was typed.
    pub form: CategoryForm,
    /// What is wrong with it.
    pub faults: Vec<FormFault>,
    /// What was done to categories, the last first.
    pub history: Vec<CategoryEntry>,
    /// What the last form came to.
    pub told: Told,
}

/// Why a category can't have this name or place: the field at which it is told, and the text.
pub fn move_fault(studio: &StudioContext, tree: &CategoryTree, fault: MoveFault) -> FormFault {
    let words = studio.words();
    let (field, message) = match fault {
        MoveFault::Gone => ("name", words.category_gone().to_owned()),
        MoveFault::NotAName => ("name", words.category_not_a_name().to_owned()),
        MoveFault::NoParent => ("parent", words.category_no_parent().to_owned()),
        MoveFault::TooDeep => ("parent", words.category_too_deep().to_owned()),
        MoveFault::IntoItself => ("parent", words.category_into_itself().to_owned()),
        MoveFault::Exists(there) => {
            let path = tree.get(there).map(|there| tree.spelled(&there.slug)).unwrap_or_default();
            ("name", words.category_exists(&path))
        }
    };
    FormFault { field: field.to_owned(), message }
}

/// All categories.
pub fn categories(studio: &StudioContext, data: &CategoriesPage) -> String {
    let words = studio.words();
    let open = !data.faults.is_empty() || data.tree.all().is_empty();
    document(studio, words.nav_categories(), || {
        view! {
            <h1>{words.nav_categories()}</h1>
            <p class="lead">{words.categories_text()}</p>
            {told(data.told.clone())}
            <ErrorSummary locale=studio.locale errors=errors(studio, &data.faults)/>
            <details class="fold" open=open>
                <summary>{words.category_new()}</summary>
                <form class="command" method="post" action="/studio/categories">
                    {inputs(studio, &data.tree, None, &data.form, &data.faults)}
                    <Button kind=ButtonKind::Primary>{words.category_create()}</Button>
                </form>
            </details>
            {rows(studio, &data.tree)}
            {changes(studio, &data.history)}
        }
    })
}

/// The fields of a category: a name, and the category that it stands in, which is none of those within `this`.
pub(super) fn inputs(
    studio: &StudioContext,
    tree: &CategoryTree,
    this: Option<&Category>,
    form: &CategoryForm,
    faults: &[FormFault],
) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let within: Vec<_> = this.into_iter().flat_map(|this| tree.below(this)).map(|below| below.id).collect();
    let places = tree.all().iter().filter(|category| !within.contains(&category.id));
    let options = places.map(|category| SelectOption {
        value: category.id.0.to_string(),
        label: tree.spelled(&category.slug),
    });
    view! {
        <Field locale=locale name="name" label=words.category_name() value=form.name.clone()
            error=fault(faults, "name") maxlength=80/>
        <SelectField locale=locale name="parent" label=words.category_above() options=options.collect()
            selected=form.parent.clone() placeholder=words.category_top() error=fault(faults, "parent")
            optional=true/>
    }
}

pub(super) fn errors(studio: &StudioContext, faults: &[FormFault]) -> Vec<FieldError> {
    let words = studio.words();
    let error = |fault: &FormFault| FieldError {
        id: fault.field.clone(),
        label: if fault.field == "parent" { words.category_above() } else { words.category_name() }
            .to_owned(),
        message: fault.message.clone(),
    };
    faults.iter().map(error).collect()
}

fn rows(studio: &StudioContext, tree: &CategoryTree) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = tree
        .all()
        .iter()
        .map(|category| {
            let below = || tree.below(category);
            let products: u32 = below().map(|category| category.products).sum();
            let active: u32 = below().map(|category| category.active).sum();
            let list = with_query("/studio/products", &[("category", category.slug.clone())]);
            let label = format!("{}: {}", words.category_products(), category.name);
            view! {
                <tr>
                    <th scope="row" class=format!("level-{}", category.depth())>
                        <a href=format!("/studio/categories/{}", category.id.0)>{category.name.clone()}</a>
                    </th>
                    <td data-label=words.category_address() class="long">{category.slug.clone()}</td>
                    <td data-label=words.category_products() class="number">
                        <a href=list><span class="visually-hidden">{label}" "</span>{locale.integer(products.into())}</a>
                    </td>
                    <td data-label=words.category_on_sale() class="number">{locale.integer(active.into())}</td>
                </tr>
            }
        })
        .collect();
    let head =
        [words.category(), words.category_address(), words.category_products(), words.category_on_sale()];
    table(words.nav_categories(), &head, rows, words.categories_none())
}

/// What was done to categories.
pub(super) fn changes(studio: &StudioContext, entries: &[CategoryEntry]) -> impl IntoView + use<> {
    let words = studio.words();
    let entries = entries.iter().map(|entry| {
        let what = match &entry.change {
            CategoryChange::Created { path } => words.category_was_created(path),
            CategoryChange::Moved { before, after, merged: false } => words.category_was_moved(before, after),
            CategoryChange::Moved { before, after, merged: true } => words.category_was_merged(before, after),
            CategoryChange::Deleted { path } => words.category_was_deleted(path),
        };
        change_entry(studio, entry.at, &entry.member, view! { <p>{what}</p> })
    });
    history(studio, words.category_history_none(), entries.collect())
}
