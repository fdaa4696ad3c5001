//! Products in lists, and what cards and product pages share.

use crate::Locale;
use leptos::either::Either;
use leptos::prelude::*;

/// From this many pieces on, a shopper need not hurry: the badge says only that there are some.
const PLENTY: u32 = 6;

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub src: String,
    /// What it shows; empty where the text beside it says the same.
    pub alt: String,
    /// Pixels, for the space that it takes before it is loaded.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Whether it is a photograph (often on white) rather than one of the shop's own drawings.
    pub photo: bool,
}

/// A product in a list, ready to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardView {
    /// The product page.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Who makes it.
    pub brand: Option<String>,
    /// What it looks like.
    pub picture: Picture,
    /// The price, formatted.
    pub price: String,
    /// The former price, formatted, if it is reduced.
    pub former_price: Option<String>,
    /// Whether other versions cost more: "from €12".
    pub from: bool,
    /// Pieces that can be sold.
    pub available: u32,
}

/// How a list shows its cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardLayout {
    /// Large pictures, several in a row.
    #[default]
    Grid,
    /// The picture beside the words: more products in a view.
    Rows,
}

impl CardLayout {
    /// The layout of this name; else the usual one.
    pub fn named(name: &str) -> Self {
        if name == "rows" { CardLayout::Rows } else { CardLayout::Grid }
    }

    fn class(self) -> &'static str {
        match self {
            CardLayout::Grid => "grid",
            CardLayout::Rows => "grid rows",
        }
    }
}

/// A list of cards. Its children are [`ProductCard`]s.
#[component]
pub fn CardGrid<C>(
    /// How they are shown.
    #[prop(optional)]
    layout: CardLayout,
    /// The cards.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    view! { <ul class=layout.class() role="list">{children.into_inner()()}</ul> }
}

/// A product in a list: all of it leads to the product page.
#[component]
pub fn ProductCard<C>(
    /// The language.
    locale: Locale,
    /// The product.
    card: CardView,
    /// The language of the product's texts, if it is not the page's.
    #[prop(optional_no_strip)]
    lang: Option<String>,
    /// Whether the picture is in the first view, and should be loaded at once.
    #[prop(optional)]
    eager: bool,
    /// What stands below the price: a button, say.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let CardView { href, title, brand, picture, price, former_price, from, available } = card;
    let badge = match (available, former_price.is_some()) {
        (0, _) => Some(view! { <span class="badge sold-out">{locale.stock_out()}</span> }),
        (_, true) => Some(view! { <span class="badge reduced">{locale.list_reduced()}</span> }),
        _ => None,
    };
    view! {
        <li class="card">
            <div class=picture_class(picture.photo)>
                <img
                    src=picture.src
                    alt=picture.alt
                    width=picture.width
                    height=picture.height
                    loading=if eager { "eager" } else { "lazy" }
                    decoding="async"
                />
                {badge}
            </div>
            {brand.map(|brand| view! { <p class="brand">{brand}</p> })}
            <h3 class="title">
                <a href=href lang=lang>{title}</a>
            </h3>
            <Price locale=locale price=price former=former_price from=from/>
            {children.into_inner()()}
        </li>
    }
}

/// The class of the soft ground behind a picture.
pub(crate) fn picture_class(photo: bool) -> &'static str {
    if photo { "picture photo" } else { "picture" }
}

/// A price, and what it was before if it is reduced.
#[component]
pub fn Price(
    /// The language.
    locale: Locale,
    /// What it costs, formatted.
    #[prop(into)]
    price: String,
    /// What it cost before, formatted.
    #[prop(optional_no_strip)]
    former: Option<String>,
    /// Whether other versions cost more.
    #[prop(optional)]
    from: bool,
) -> impl IntoView {
    let now = if from { locale.list_from_price(&price) } else { price };
    match former {
        None => Either::Left(view! { <p class="price">{now}</p> }),
        Some(former) => Either::Right(view! {
            <p class="price reduced">
                <span class="visually-hidden">{locale.a11y_current_price()} ": "</span>
                <ins>{now}</ins>
                " "
                <span class="visually-hidden">{locale.a11y_former_price()} ": "</span>
                <del>{former}</del>
            </p>
        }),
    }
}

/// Whether a product can be had.
#[component]
pub fn StockBadge(
    /// The language.
    locale: Locale,
    /// Pieces that can be sold.
    available: u32,
) -> impl IntoView {
    let (class, text) = match available {
        0 => ("stock none", locale.stock_out().to_owned()),
        few if few < PLENTY => ("stock low", locale.stock_low(few.into())),
        _ => ("stock", locale.stock_in().to_owned()),
    };
    view! { <p class=class>{text}</p> }
}
