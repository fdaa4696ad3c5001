//! The list of products.

use crate::Words;
use crate::page::{StudioContext, document, filters, table, with_query};
use leptos::prelude::*;
use orilla_catalog::Status;
use orilla_shop::team::{CategoryTree, ProductPage, ProductQuery, StockFilter, last_page};
use orilla_ui::{ButtonLink, Pagination, SelectOption};

/// What a status is called.
pub(super) fn status_name(words: Words, status: Status) -> &'static str {
    match status {
        Status::Active => words.product_active(),
        Status::Draft => words.product_draft(),
        Status::Archived => words.product_archived(),
    }
}

/// A select with the choice of all in front.
fn choices(words: Words, options: impl Iterator<Item = (String, String)>) -> Vec<SelectOption> {
    let all = std::iter::once((String::new(), words.products_all().to_owned()));
    all.chain(options).map(|(value, label)| SelectOption { value, label }).collect()
}

/// The products that fit a question.
pub fn products(
    studio: &StudioContext,
    query: &ProductQuery,
    found: &ProductPage,
    categories: &CategoryTree,
) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let statuses = Status::ALL.map(|s| (s.token().to_owned(), status_name(words, s).to_owned()));
    let stocks = StockFilter::ALL.map(|stock| {
        let label = match stock {
            StockFilter::In => words.product_in_stock().to_owned(),
            StockFilter::Low => words.product_low(&locale.integer(StockFilter::FEW.into())),
            StockFilter::Out => words.product_sold_out().to_owned(),
        };
        (stock.token().to_owned(), label)
    });
    let categories = categories.all().iter().map(|category| {
        (category.slug.clone(), format!("{}{}", "– ".repeat(category.depth()), category.name))
    });
    let selects = vec![
        (
            "status",
            words.product_status(),
            choices(words, statuses.into_iter()),
            query.status.map_or("", Status::token).to_owned(),
        ),
        (
            "stock",
            words.product_stock(),
            choices(words, stocks.into_iter()),
            query.stock.map_or("", StockFilter::token).to_owned(),
        ),
        ("category", words.product_category(), choices(words, categories), query.category.clone()),
    ];
    let (asked, last) = (query.clone(), last_page(found.total));
    let href = move |page| with_query("/studio/products", &ProductQuery { page, ..asked.clone() }.fields());
    document(studio, words.nav_products(), || {
        view! {
            <h1>{words.nav_products()}</h1>
            <p><ButtonLink href="/studio/new-product">{words.product_new()}</ButtonLink></p>
            {filters(studio, "/studio/products", (words.products_search(), query.search.clone()), selects)}
            <p class="found" role="status">{words.products_found(&locale.integer(found.total.into()))}</p>
            {rows(studio, found)}
            <Pagination locale=locale page=query.page.min(last) last=last href=href/>
        }
    })
}

fn rows(studio: &StudioContext, found: &ProductPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = found
        .products
        .iter()
        .map(|product| {
            let href = format!("/studio/products/{}", product.handle);
            let stock = if product.available > 0 {
                locale.integer(product.available.unsigned_abs())
            } else {
                words.product_sold_out().to_owned()
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>{product.title.clone()}</a> <br/>
                        <span class="small">{product.brand.clone()}</span>
                    </th>
                    <td data-label=words.product_status()>
                        <span class=format!("tag {}", product.status.token())>
                            {status_name(words, product.status)}
                        </span>
                    </td>
                    <td data-label=words.product_category()>{product.category.clone()}</td>
                    <td data-label=words.product_stock() class="number">{stock}</td>
                    <td data-label=words.product_price() class="number">{locale.money(product.price_from)}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.product(),
        words.product_status(),
        words.product_category(),
        words.product_stock(),
        words.product_price(),
    ];
    table(words.nav_products(), &head, rows, words.nothing())
}
