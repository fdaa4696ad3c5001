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

/// The facets of a list: a column beside it on wide screens, and on phones a drawer, which needs no script. Its
/// children are [`FacetGroup`]s, hidden fields and [`PriceRange`].
#[component]
pub fn FacetPanel<C>(
    /// The language.
    locale: Locale,
    /// The list, without a query string.
    #[prop(into)]
    action: String,
    /// The facets.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    view! {
        <button class="button facets-toggle" type="button" popovertarget=PANEL>
            <Icon name=IconName::Filter/>
            {locale.facets_title()}
        </button>
        <form id=PANEL class="facets" popover="auto" method="get" action=action aria-label=locale.facets_title()>
            <div class="facets-head">
                <h2>{locale.facets_title()}</h2>
                <button type="button" popovertarget=PANEL popovertargetaction="hide" aria-label=locale.a11y_close()>
                    <Icon name=IconName::Close/>
                </button>
            </div>
            {children.into_inner()()}
            <div class="facets-foot">
                <button class="button" type="submit">{locale.facets_apply()}</button>
            </div>
        </form>
    }
}

/// The id of the form of [`FacetPanel`]: fields elsewhere on the page belong to it by their `form` attribute.
pub(super) const PANEL: &str = "facets";

/// From and to, in whole or decimal units of the shop's currency (fields `price_from` and `price_to`).
#[component]
pub fn PriceRange(
    /// The language.
    locale: Locale,
    /// What stands in the first field.
    #[prop(optional, into)]
    from: String,
    /// What stands in the second field.
    #[prop(optional, into)]
    to: String,
    /// The lowest price of the list, formatted as a plain number.
    #[prop(optional, into)]
    lowest: String,
    /// The highest price of the list, formatted as a plain number.
    #[prop(optional, into)]
    highest: String,
) -> impl IntoView {
    let open = !(from.is_empty() && to.is_empty());
    view! {
        <details class="facet" open=open>
            <summary>{locale.facets_price()}<Icon name=IconName::Chevron/></summary>
            <div class="range">
                <label>
                    {locale.facets_price_from()}
                    <input type="text" inputmode="decimal" name="price_from" value=from placeholder=lowest maxlength="12"/>
                </label>
                <label>
                    {locale.facets_price_to()}
                    <input type="text" inputmode="decimal" name="price_to" value=to placeholder=highest maxlength="12"/>
                </label>
            </div>
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
