//! The first page: what waits for the team.

use super::orders::rows;
use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, document, table, time};
use leptos::prelude::*;
use orilla_shop::catalog::ImportRun;
use orilla_shop::checkout::ListedOrder;
use orilla_shop::publish::{Pending, Publication};
use orilla_shop::team::Standing;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct DashboardPage {
    /// How many orders wait for the team.
    pub to_do: u32,
    /// The newest of them.
    pub orders: Vec<ListedOrder>,
    /// What was sold today, and what there is to do.
    pub standing: Standing,
    /// How many products are on sale and have few pieces left.
    pub low: u32,
    /// How many products are on sale and have no piece in stock.
    pub sold_out: u32,
    /// How many reviews nobody of the team has read.
    pub reviews: u32,
    /// What has changed since the last publication; `None`: everything is new.
    pub pending: Option<Pending>,
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
            {tiles(studio, data)}
            <section aria-labelledby="to-do">
                <h2 id="to-do">
                    <a href="/studio/orders?status=todo">{words.dashboard_orders()}</a>
                    " (" {locale.integer(data.to_do.into())} ")"
                </h2>
                {rows(studio, words.dashboard_orders(), &data.orders, words.dashboard_no_orders())}
            </section>
            <section aria-labelledby="published">
                <h2 id="published"><a href="/studio/publish">{words.dashboard_published()}</a></h2>
                {publication(studio, data.publication.as_ref())}
            </section>
            <section aria-labelledby="imports">
                <h2 id="imports"><a href="/studio/import">{words.dashboard_imports()}</a></h2>
                {imports(studio, &data.imports)}
            </section>
        }
    })
}

/// A tile: what is counted, how much, and where it stands in full. Something that waits for the team stands out.
struct Tile {
    name: &'static str,
    number: String,
    href: &'static str,
    waits: bool,
}

fn tiles(studio: &StudioContext, data: &DashboardPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let Standing { takings, to_pack, to_ship, unpaid } = &data.standing;
    let integer = |number: u32| locale.integer(number.into());
    let orders: u32 = takings.iter().map(|takings| takings.orders).sum();
    let revenue: Vec<_> = takings.iter().map(|takings| locale.money(takings.total)).collect();
    let revenue = if revenue.is_empty() { "–".to_owned() } else { revenue.join(" + ") };
    let changes = match &data.pending {
        Some(changes) => {
            let more = if changes.more { "+" } else { "" };
            format!("{}{more}", locale.integer(u64::try_from(changes.changes.len()).unwrap_or(u64::MAX)))
        }
        None => words.dashboard_everything().to_owned(),
    };
    let is_pending = data.pending.as_ref().is_none_or(|pending| !pending.is_nothing());
    let tile = |name, number, href, waits| Tile { name, number, href, waits };
    let tiles = [
        tile(words.dashboard_orders_today(), integer(orders), "/studio/orders", false),
        tile(words.dashboard_revenue_today(), revenue, "/studio/orders", false),
        tile(words.dashboard_to_pack(), integer(*to_pack), "/studio/orders?status=todo", *to_pack > 0),
        tile(words.dashboard_to_ship(), integer(*to_ship), "/studio/orders?status=packed", *to_ship > 0),
        tile(words.dashboard_unpaid(), integer(*unpaid), "/studio/orders?status=placed", false),
        tile(words.dashboard_low(), integer(data.low), "/studio/products?status=active&stock=low", false),
        tile(
            words.dashboard_sold_out(),
            integer(data.sold_out),
            "/studio/products?status=active&stock=out",
            data.sold_out > 0,
        ),
        tile(words.dashboard_reviews(), integer(data.reviews), "/studio/reviews", data.reviews > 0),
        tile(words.dashboard_pending(), changes, "/studio/publish", is_pending),
    ];
    let tiles: Vec<_> = tiles
        .into_iter()
        .map(|Tile { name, number, href, waits }| {
            let class = if waits { "tile waits" } else { "tile" };
            view! { <li><a class=class href=href><span>{name}</span> " " <strong>{number}</strong></a></li> }
        })
        .collect();
    view! { <ul class="tiles" role="list">{tiles}</ul> }
}

fn publication(studio: &StudioContext, publication: Option<&Publication>) -> Drawn {
    let Some(Publication { number, at, note, .. }) = publication else {
        return view! { <p class="nothing">{studio.words().publish_none()}</p> }.drawn();
    };
    view! { <p>{number.to_string()} " · " {time(studio.locale, *at)} " · " {note.clone()}</p> }.drawn()
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
