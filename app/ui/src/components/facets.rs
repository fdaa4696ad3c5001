//! Ways to narrow a list.

use super::{Icon, IconName};
use crate::Locale;
use leptos::prelude::*;

/// A choice of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetOption {
    /// The value in the URL.
    pub value: String,
    /// What a shopper reads.
    pub label: String,
    /// Products that have it.
    pub count: u32,
    /// Whether it is chosen.
    pub selected: bool,
}

/// A facet: a group of check boxes that can be folded. Part of a GET form.
#[component]
pub fn FacetGroup(
    /// The language.
    locale: Locale,
    /// What a shopper reads.
    #[prop(into)]
    title: String,
    /// The name of the field.
    #[prop(into)]
    name: String,
    /// The choices.
    options: Vec<FacetOption>,
    /// Whether it is unfolded at first.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let open = open || options.iter().any(|option| option.selected);
    let options: Vec<_> = options
        .into_iter()
        .map(|FacetOption { value, label, count, selected }| {
            view! {
                <li>
                    <label class="check">
                        <input type="checkbox" name=name.clone() value=value checked=selected/>
                        <span class="label">{label}</span>
                        <span class="count" aria-hidden="true">{locale.integer(count.into())}</span>
                        <span class="visually-hidden">{locale.facets_count(count.into())}</span>
                    </label>
                </li>
            }
        })
        .collect();
    view! {
        <details class="facet" open=open>
            <summary>{title}<Icon name=IconName::Chevron/></summary>
            <ul role="list">{options}</ul>
        </details>
    }
}

/// A filter that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveFilter {
    /// What it asks for: "Colour: red".
    pub label: String,
    /// The list without it.
    pub href: String,
}

/// The filters that are on, each a link to the list without it. Nothing, if none is.
#[component]
pub fn ActiveFilters(
    /// The language.
    locale: Locale,
    /// The filters.
    filters: Vec<ActiveFilter>,
    /// The list without any.
    #[prop(into)]
    clear: String,
) -> impl IntoView {
    if filters.is_empty() {
        return None;
    }
    let links: Vec<_> = filters
        .into_iter()
        .map(|ActiveFilter { label, href }| {
            let name = locale.facets_remove(&label);
            view! { <li><a class="chip" href=href aria-label=name>{label}<Icon name=IconName::Close/></a></li> }
        })
        .collect();
    Some(view! {
        <ul class="chips" role="list" aria-label=locale.facets_active()>
            {links}
            <li><a href=clear>{locale.facets_clear()}</a></li>
        </ul>
    })
}
