//! The list of orders.

use crate::page::{StudioContext, document, filters, table, time, with_query};
use leptos::prelude::*;
use orilla_orders::Status;
use orilla_shop::checkout::ListedOrder;
use orilla_shop::team::{OrderFilter, OrderPage, OrderQuery, last_page};
use orilla_ui::{Pagination, SelectOption};

/// The orders that fit a question.
pub fn orders(studio: &StudioContext, query: &OrderQuery, found: &OrderPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let option = |filter: OrderFilter, label: &str| SelectOption {
        value: filter.token().to_owned(),
        label: label.to_owned(),
    };
    let mut options =
        vec![option(OrderFilter::All, words.orders_all()), option(OrderFilter::ToDo, words.orders_to_do())];
    options.extend(Status::ALL.map(|status| option(OrderFilter::Is(status), words.status(status))));
    let statuses = ("status", words.order_status(), options, query.filter.token().to_owned());
    let (asked, last) = (query.clone(), last_page(found.total));
    let href = move |page| with_query("/studio/orders", &OrderQuery { page, ..asked.clone() }.fields());
    document(studio, words.nav_orders(), || {
        view! {
            <h1>{words.nav_orders()}</h1>
            {filters(studio, "/studio/orders", (words.orders_search(), query.search.clone()), vec![statuses])}
            <p class="found" role="status">{words.orders_found(&locale.integer(found.total.into()))}</p>
            {rows(studio, words.nav_orders(), &found.orders, words.nothing())}
            <Pagination locale=locale page=query.page.min(last) last=last href=href/>
        }
    })
}

/// Orders as a table.
pub(super) fn rows(
    studio: &StudioContext,
    caption: &str,
    orders: &[ListedOrder],
    nothing: &'static str,
) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = orders
        .iter()
        .map(|order| {
            let summary = &order.summary;
            let href = format!("/studio/orders/{}", order.number);
            view! {
                <tr>
                    <th scope="row"><a href=href>{order.number.to_string()}</a></th>
                    <td data-label=words.order_status()>
                        <span class=format!("tag {}", summary.status.token())>{words.status(summary.status)}</span>
                    </td>
                    <td data-label=words.order_buyer()>
                        {summary.name.clone()} <br/> <span class="small">{summary.email.clone()}</span>
                    </td>
                    <td data-label=words.order_total() class="number">{locale.money(summary.total)}</td>
                    <td data-label=words.order_placed_at()>{time(locale, summary.placed_at)}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.order_number(),
        words.order_status(),
        words.order_buyer(),
        words.order_total(),
        words.order_placed_at(),
    ];
    table(caption, &head, rows, nothing)
}
