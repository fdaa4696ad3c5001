//! Category and search pages: a list with its facets.

use super::data::breadcrumbs;
use super::grid;
use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_catalog::query::{Filter, ListQuery, PAGE_SIZE, Range, Sort};
use orilla_catalog::read::{CategoryNode, Facet, FacetKind, FacetValue, Listing};
use orilla_ui::{
    ActiveFilter, ActiveFilters, Breadcrumbs, ButtonKind, ButtonLink, CardLayout, Crumb, EmptyState,
    FacetGroup, FacetOption, FacetPanel, Locale, Pagination, PriceRange, SortSelect,
};
use std::sync::Arc;

/// Facets that are unfolded at first.
const OPEN: usize = 3;

/// A question and its answer.
#[derive(Clone, Debug)]
pub struct ListData {
    /// What was asked.
    pub query: ListQuery,
    /// What the catalogue answered.
    pub listing: Listing,
    /// How the products are shown.
    pub layout: CardLayout,
}

/// A list page.
pub fn list(page: Arc<PageContext>, data: ListData) -> String {
    let locale = page.locale;
    let ListData { query, listing, layout } = data;
    let here = page.categories.iter().find(|category| Some(&category.slug) == query.category.as_ref());
    let title = match (here, query.text.as_str()) {
        (Some(category), _) => category.name.clone(),
        (None, "") => locale.nav_all_products().to_owned(),
        (None, text) => locale.search_results_for(text),
    };
    let last = listing.total.div_ceil(PAGE_SIZE).max(1);
    let head = Head {
        title: if query.page > 1 {
            locale.list_page_title(&title, &query.page.to_string())
        } else {
            title.clone()
        },
        description: format!("{title}: {}", locale.list_count(listing.total.into())),
        canonical_query: canonical(&query, listing.total),
        json_ld: here.map(|_| breadcrumb_data(&page, &query)).into_iter().collect(),
        searched: query.text.clone(),
        ..Head::default()
    };
    let links = Links { base: page.url(&page.path) };
    let results = if listing.cards.is_empty() {
        let clear = links.to(&ListQuery { category: query.category.clone(), ..ListQuery::default() });
        let everything = page.url("/search");
        Either::Left(view! {
            <EmptyState title=locale.list_empty_title() text=locale.list_empty_text()>
                <ButtonLink href=clear kind=ButtonKind::Primary>{locale.facets_clear()}</ButtonLink>
                <ButtonLink href=everything>{locale.nav_all_products()}</ButtonLink>
            </EmptyState>
        })
    } else {
        Either::Right(view! {
            <h2 class="visually-hidden">{locale.list_products()}</h2>
            {grid(&page, &listing.cards, true, layout)}
        })
    };
    let pagination = {
        let (links, query) = (links.clone(), query.clone());
        view! { <Pagination locale=locale page=query.page last=last href=move |number| links.to(&query.at_page(number))/> }
    };
    let filters = active(locale, &query, &listing, &links);
    let facets = facets(locale, &query, &listing);
    let content = view! {
        <Breadcrumbs locale=locale crumbs=crumbs(&page, &query, &title)/>
        <h1>{title}</h1>
        {subcategories(&page, &query)}
        <div class="listing">
            <FacetPanel locale=locale action=links.base.clone()>{facets}</FacetPanel>
            <div class="results">
                <div class="list-bar">
                    <p role="status">{locale.list_count(listing.total.into())}</p>
                    <SortSelect locale=locale options=sorts(locale) selected=query.sort.token()/>
                </div>
                <ActiveFilters
                    locale=locale
                    filters=filters
                    clear=links.to(&query.cleared())
                />
                {results}
                {pagination}
            </div>
        </div>
    };
    render(|| document(page, head, content))
}

/// The URLs of the list with other questions.
#[derive(Clone, Debug)]
struct Links {
    base: String,
}

impl Links {
    fn to(&self, query: &ListQuery) -> String {
        match query.to_query_string() {
            query if query.is_empty() => self.base.clone(),
            query => format!("{}?{query}", self.base),
        }
    }
}

/// Search engines list categories page by page, but no searches and no filtered lists: there is no end to them.
fn canonical(query: &ListQuery, total: u32) -> Option<String> {
    let listed = query.text.is_empty() && query.is_unfiltered() && total > 0;
    let plain = ListQuery { page: query.page, ..ListQuery::default() };
    listed.then(|| plain.to_query_string())
}

/// The categories above this one, from the top.
fn above<'a>(page: &'a PageContext, query: &ListQuery) -> Vec<&'a CategoryNode> {
    let Some(slug) = &query.category else { return Vec::new() };
    let is_above = |category: &&CategoryNode| {
        slug.strip_prefix(&category.slug).is_some_and(|rest| rest.starts_with('/'))
    };
    page.categories.iter().filter(is_above).collect()
}

fn crumbs(page: &PageContext, query: &ListQuery, title: &str) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb { label: page.locale.nav_home().to_owned(), href: Some(page.url("")) }];
    crumbs.extend(above(page, query).into_iter().map(|category| Crumb {
        label: category.name.clone(),
        href: Some(page.url(&format!("/c/{}", category.slug))),
    }));
    crumbs.push(Crumb { label: title.to_owned(), href: None });
    crumbs
}

/// The way here, as schema.org's BreadcrumbList.
fn breadcrumb_data(page: &PageContext, query: &ListQuery) -> serde_json::Value {
    let own = page.categories.iter().filter(|category| Some(&category.slug) == query.category.as_ref());
    let step = |category: &CategoryNode| (category.name.clone(), page.url(&format!("/c/{}", category.slug)));
    breadcrumbs(page, above(page, query).into_iter().chain(own).map(step).collect())
}

/// Links to the categories one level below (at the top: to all main categories).
fn subcategories(page: &PageContext, query: &ListQuery) -> Option<impl IntoView + use<>> {
    let below = |category: &&CategoryNode| match &query.category {
        Some(slug) => category
            .slug
            .strip_prefix(slug.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|rest| !rest.contains('/')),
        None => query.text.is_empty() && !category.slug.contains('/'),
    };
    let links: Vec<_> = page
        .categories
        .iter()
        .filter(below)
        .map(|category| {
            let href = page.url(&format!("/c/{}", category.slug));
            let count = page.locale.integer(category.products.into());
            view! { <li><a class="chip" href=href>{category.name.clone()} " " <span class="count">{count}</span></a></li> }
        })
        .collect();
    (!links.is_empty()).then(|| {
        view! { <nav aria-label=page.locale.nav_categories()><ul class="chips" role="list">{links}</ul></nav> }
    })
}

fn sorts(locale: Locale) -> Vec<(&'static str, String)> {
    Sort::ALL
        .into_iter()
        .map(|sort| {
            let label = match sort {
                Sort::Best => locale.sort_best(),
                Sort::PriceUp => locale.sort_price_up(),
                Sort::PriceDown => locale.sort_price_down(),
                Sort::Newest => locale.sort_newest(),
                Sort::Title => locale.sort_title(),
            };
            (sort.token(), label.to_owned())
        })
        .collect()
}

/// What stands in the panel of facets.
fn facets(locale: Locale, query: &ListQuery, listing: &Listing) -> impl IntoView + use<> {
    let groups: Vec<_> = listing
        .facets
        .iter()
        .enumerate()
        .map(|(at, facet)| {
            let name = if facet.key == "brand" { "brand".to_owned() } else { format!("a.{}", facet.key) };
            let options = facet
                .values
                .iter()
                .map(|value| FacetOption {
                    value: value.token.clone(),
                    label: value_label(locale, &facet.kind, &value.token),
                    count: value.count,
                    selected: value.selected,
                })
                .collect();
            view! { <FacetGroup locale=locale title=facet_title(locale, facet) name=name options=options open=at < OPEN/> }
        })
        .collect();
    let stock = vec![FacetOption {
        value: "1".to_owned(),
        label: locale.facets_in_stock().to_owned(),
        count: listing.in_stock,
        selected: query.in_stock,
    }];
    let end = |chosen: Option<f64>| chosen.map(|number| number.to_string()).unwrap_or_default();
    let Range { from, to } = query.price.unwrap_or(Range { from: None, to: None });
    let price = listing.price_range.map(|(lowest, highest)| {
        view! {
            <PriceRange locale=locale from=end(from) to=end(to) lowest=lowest.decimal() highest=highest.decimal()/>
        }
    });
    let text =
        (!query.text.is_empty()).then(|| view! { <input type="hidden" name="q" value=query.text.clone()/> });
    // Ranges have no boxes to tick: they stay as they are.
    let ranges: Vec<_> = query
        .attributes
        .iter()
        .filter_map(|(key, filter)| match filter {
            Filter::Within(range) => {
                Some(view! { <input type="hidden" name=format!("a.{key}") value=range.token()/> })
            }
            Filter::AnyOf(_) => None,
        })
        .collect();
    view! {
        {text}
        {ranges}
        {price}
        <FacetGroup locale=locale title=locale.facets_availability() name="stock" options=stock open=true/>
        {groups}
    }
}

fn facet_title(locale: Locale, facet: &Facet) -> String {
    if facet.kind == FacetKind::Brand { locale.facets_brand().to_owned() } else { facet.name.clone() }
}

/// What a shopper reads for a value: `true` is "Yes", `12.5` with its unit "12,5 mm".
fn value_label(locale: Locale, kind: &FacetKind, token: &str) -> String {
    match kind {
        FacetKind::Boolean if token == "true" => locale.value_yes().to_owned(),
        FacetKind::Boolean => locale.value_no().to_owned(),
        FacetKind::Number { unit } => {
            let number = token.parse().map_or_else(|_| token.to_owned(), |number| locale.decimal(number));
            unit.as_ref().map_or_else(|| number.clone(), |unit| format!("{number}\u{a0}{unit}"))
        }
        FacetKind::Brand | FacetKind::Text => token.to_owned(),
    }
}

/// The filters that are on, each with the list without it.
fn active(locale: Locale, query: &ListQuery, listing: &Listing, links: &Links) -> Vec<ActiveFilter> {
    let mut filters = Vec::new();
    for facet in &listing.facets {
        for FacetValue { token, .. } in facet.values.iter().filter(|value| value.selected) {
            let label =
                format!("{}: {}", facet_title(locale, facet), value_label(locale, &facet.kind, token));
            filters.push(ActiveFilter { label, href: links.to(&query.toggled(&facet.key, token)) });
        }
    }
    // What was asked for but no product has is no facet: it can be taken away all the same.
    let shown = |key: &str| listing.facets.iter().any(|facet| facet.key == key);
    for (key, filter) in query
        .attributes
        .iter()
        .filter(|(key, filter)| matches!(filter, Filter::Within(_)) || !shown(key.as_str()))
    {
        let mut without = query.at_page(1);
        without.attributes.remove(key);
        let value = match filter {
            Filter::AnyOf(values) => values.iter().cloned().collect::<Vec<_>>().join(", "),
            Filter::Within(range) => range_label(locale, *range),
        };
        filters.push(ActiveFilter { label: format!("{key}: {value}"), href: links.to(&without) });
    }
    if let Some(range) = query.price {
        let label = format!("{}: {}", locale.facets_price(), range_label(locale, range));
        filters.push(ActiveFilter { label, href: links.to(&ListQuery { price: None, ..query.at_page(1) }) });
    }
    if query.in_stock {
        let label = locale.facets_in_stock().to_owned();
        filters
            .push(ActiveFilter { label, href: links.to(&ListQuery { in_stock: false, ..query.at_page(1) }) });
    }
    filters
}

fn range_label(locale: Locale, range: Range) -> String {
    let end = |end: Option<f64>| end.map(|number| locale.decimal(number)).unwrap_or_default();
    format!("{} – {}", end(range.from), end(range.to)).trim().to_owned()
}
