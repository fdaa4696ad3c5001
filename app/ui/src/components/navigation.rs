//! Where a shopper is, and where they can go from there.

use super::{Icon, IconName};
use crate::Locale;
use leptos::either::Either;
use leptos::prelude::*;

/// A step on the way to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// What it is called.
    pub label: String,
    /// Where it leads; none for the page itself.
    pub href: Option<String>,
}

/// The way to the page, from the home page.
#[component]
pub fn Breadcrumbs(
    /// The language.
    locale: Locale,
    /// The steps, the page itself last.
    crumbs: Vec<Crumb>,
) -> impl IntoView {
    let steps: Vec<_> = crumbs
        .into_iter()
        .map(|Crumb { label, href }| match href {
            Some(href) => Either::Left(view! { <li><a href=href>{label}</a></li> }),
            None => Either::Right(view! { <li aria-current="page">{label}</li> }),
        })
        .collect();
    view! {
        <nav class="breadcrumbs" aria-label=locale.a11y_breadcrumbs()>
            <ol role="list">{steps}</ol>
        </nav>
    }
}

/// The pages that a pagination names: the first, the last, and those around `page`; `None` is a gap.
pub fn page_window(page: u32, last: u32) -> Vec<Option<u32>> {
    let last = last.max(1);
    let page = page.clamp(1, last);
    let near = page.saturating_sub(1).max(1)..=page.saturating_add(1).min(last);
    let mut window = Vec::with_capacity(7);
    let mut previous = 0;
    for number in std::iter::once(1).chain(near).chain(std::iter::once(last)) {
        match number.saturating_sub(previous) {
            0 => continue,
            1 => {}
            // A gap of one page is that page: it takes no more room than the dots.
            2 => window.push(Some(number - 1)),
            _ => window.push(None),
        }
        window.push(Some(number));
        previous = number;
    }
    window
}

/// Links to the pages of a list. Nothing, if there is only one.
#[component]
pub fn Pagination<F>(
    /// The language.
    locale: Locale,
    /// This page, from 1.
    page: u32,
    /// The last page.
    last: u32,
    /// The URL of a page.
    href: F,
) -> impl IntoView
where
    F: Fn(u32) -> String + 'static,
{
    if last <= 1 {
        return None;
    }
    let numbers: Vec<_> = page_window(page, last)
        .into_iter()
        .map(|number| match number {
            None => Either::Left(view! { <li class="gap" aria-hidden="true">"…"</li> }),
            Some(number) => {
                let current = (number == page).then_some("page");
                let label = locale.pagination_page(&number.to_string());
                let number_text = locale.integer(number.into());
                Either::Right(view! {
                    <li>
                        <a href=href(number) aria-label=label aria-current=current>{number_text}</a>
                    </li>
                })
            }
        })
        .collect();
    let previous = (page > 1).then(|| {
        let href = href(page - 1);
        view! { <a class="step back" rel="prev" href=href><Icon name=IconName::Arrow/>{locale.pagination_previous()}</a> }
    });
    let next = (page < last).then(|| {
        let href = href(page.saturating_add(1));
        view! { <a class="step" rel="next" href=href>{locale.pagination_next()}<Icon name=IconName::Arrow/></a> }
    });
    Some(view! {
        <nav class="pagination" aria-label=locale.pagination_label()>
            {previous}
            <ol role="list">{numbers}</ol>
            {next}
        </nav>
    })
}

/// The order of a list: a select with a button. Both belong to the form of [`super::FacetPanel`], so that a new
/// order keeps the filters.
#[component]
pub fn SortSelect(
    /// The language.
    locale: Locale,
    /// The orders: value in the URL and name.
    options: Vec<(&'static str, String)>,
    /// The value of the present order.
    selected: &'static str,
) -> impl IntoView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, label)| {
            view! { <option value=value selected=value == selected>{label}</option> }
        })
        .collect();
    view! {
        <div class="sort">
            <label for="sort">{locale.sort_label()}</label>
            <select id="sort" name="sort" aria-label=locale.sort_label() form=super::facets::PANEL>{options}</select>
            <button class="button" type="submit" form=super::facets::PANEL>{locale.sort_apply()}</button>
        </div>
    }
}
