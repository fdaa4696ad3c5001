//! The bench pages: the same content in every framework that is compared (README, "Speed and size").

use leptos::prelude::*;

/// A product of the bench pages: id 1 to 48.
#[derive(Clone, Debug)]
pub struct BenchProduct {
    /// 1 to 48.
    pub id: u32,
    /// `Product number {id} with a fine name`.
    pub name: String,
    /// 1000 + 37 × id.
    pub cents: u32,
    /// (id mod 50) / 10, in tenths.
    pub rating_tenths: u32,
}

/// The 48 products.
pub fn products() -> Vec<BenchProduct> {
    (1..=48)
        .map(|id| BenchProduct {
            id,
            name: format!("Product number {id} with a fine name"),
            cents: 1000 + 37 * id,
            rating_tenths: id % 50,
        })
        .collect()
}

fn price(cents: u32) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}

/// A button that counts: the island of the bench pages.
#[island]
pub fn AddCounter() -> impl IntoView {
    let count = RwSignal::new(0u32);
    view! { <button class="add" on:click=move |_| count.update(|n| *n += 1)>"Add (" {count} ")"</button> }
}

/// The shell of a bench page.
#[component]
fn Shell<C>(
    /// The title of the document.
    title: String,
    /// The part below the header.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
            </head>
            <body>
                <header>
                    <nav>
                        <a href="/">"Home"</a>
                        <a href="/bench/list">"Products"</a>
                        <a href="/about">"About"</a>
                        <a href="/cart">"Cart"</a>
                        <a href="/help">"Help"</a>
                    </nav>
                </header>
                <main>{children.into_inner()()}</main>
            </body>
        </html>
    }
}

/// `/bench/list`.
pub fn list(products: &[BenchProduct]) -> impl IntoView + use<> {
    let cards: Vec<_> = products.iter().cloned().map(card).collect();
    view! {
        <Shell title="Products".to_owned()>
            <h1>"Products"</h1>
            <ul class="grid">{cards}</ul>
        </Shell>
    }
}

fn card(product: BenchProduct) -> impl IntoView {
    let BenchProduct { id, name, cents, rating_tenths } = product;
    view! {
        <li class="card">
            <a href=format!("/bench/product/{id}")>
                <img src=format!("/img/{id}.webp") alt=name.clone() width="320" height="320" loading="lazy"/>
                <h2>{name}</h2>
            </a>
            <p class="price">{price(cents)}</p>
            <p class="rating">{format!("{}.{} / 5", rating_tenths / 10, rating_tenths % 10)}</p>
            <AddCounter/>
        </li>
    }
}

/// `/bench/product/{id}`.
pub fn product(product: BenchProduct, related: &[BenchProduct]) -> impl IntoView + use<> {
    let BenchProduct { id, name, cents, .. } = product;
    let related: Vec<_> = related
        .iter()
        .map(|other| {
            view! { <li><a href=format!("/bench/product/{}", other.id)>{other.name.clone()}</a></li> }
        })
        .collect();
    view! {
        <Shell title=name.clone()>
            <h1>{name.clone()}</h1>
            <img src=format!("/img/{id}.webp") alt=name width="640" height="640"/>
            <p class="price">{price(cents)}</p>
            <p class="description">{description()}</p>
            <AddCounter/>
            <h2>"Related"</h2>
            <ul class="related">{related}</ul>
        </Shell>
    }
}

/// A description of 200 words.
fn description() -> String {
    const WORDS: [&str; 10] =
        ["a", "fine", "thing", "for", "every", "shore", "made", "with", "care", "indeed"];
    let mut text = String::with_capacity(1_100);
    for word in WORDS.iter().cycle().take(200) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}
