//! The first page: what waits for the team.

use super::orders::rows;
use crate::page::{StudioContext, document, table, time};
use leptos::prelude::*;
use orilla_shop::catalog::ImportRun;
use orilla_shop::checkout::ListedOrder;
use orilla_shop::publish::Publication;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct DashboardPage {
    /// How many orders wait for the team.
    pub to_do: u32,
    /// The newest of them.
    pub orders: Vec<ListedOrder>,
    /// How many products are on sale and have no piece in stock.
    pub sold_out: u32,
    /// What shoppers see; `None` before the first publication.
    pub publication: Option<Publication>,
    /// The last imports, the newest first.
    pub imports: Vec<ImportRun>,
}

/// The first page.
pub fn dashboard(studio: &StudioContext, data: &DashboardPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    document(studio, words.nav_dashboard(), || {
        view! {
            <h1>{words.nav_dashboard()}</h1>
            <section aria-labelledby="to-do">
                <h2 id="to-do">
                    <a href="/studio/orders?status=todo">{words.dashboard_orders()}</a>
                    " (" {locale.integer(data.to_do.into())} ")"
                </h2>
                {rows(studio, words.dashboard_orders(), &data.orders, words.dashboard_no_orders())}
            </section>
            <section aria-labelledby="sold-out">
                <h2 id="sold-out">{words.dashboard_sold_out()}</h2>
                <p>
                    <a href="/studio/products?status=active&stock=out">
                        {words.dashboard_sold_out_count(&locale.integer(data.sold_out.into()))}
                    </a>
                </p>
            </section>
            <section aria-labelledby="published">
                <h2 id="published"><a href="/studio/publish">{words.dashboard_published()}</a></h2>
                {publication(studio, data.publication.as_ref())}
            </section>
            <section aria-labelledby="imports">
                <h2 id="imports">{words.dashboard_imports()}</h2>
                {imports(studio, &data.imports)}
            </section>
        }
    })
}

fn publication(studio: &StudioContext, publication: Option<&Publication>) -> AnyView {
    let Some(Publication { number, at, note, .. }) = publication else {
        return view! { <p class="nothing">{studio.words().publish_none()}</p> }.into_any();
    };
    view! { <p>{number.to_string()} " · " {time(studio.locale, *at)} " · " {note.clone()}</p> }.into_any()
}

fn imports(studio: &StudioContext, runs: &[ImportRun]) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            let name = if run.source.is_empty() { run.format.clone() } else { run.source.clone() };
            let number = |number: u32| locale.integer(number.into());
            view! {
                <tr>
                    <th scope="row" class="long">{name}</th>
                    <td data-label=words.import_when()>{time(locale, run.at)}</td>
                    <td data-label=words.import_added() class="number">{number(run.counts.added)}</td>
                    <td data-label=words.import_changed() class="number">{number(run.counts.changed)}</td>
                    <td data-label=words.import_rejected() class="number">{number(run.rejected)}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.import_source(),
        words.import_when(),
        words.import_added(),
        words.import_changed(),
        words.import_rejected(),
    ];
    table(words.dashboard_imports(), &head, rows, words.dashboard_no_imports())
}
