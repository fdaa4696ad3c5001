//! What stands around every page.

use super::{Icon, IconName};
use crate::Locale;
use leptos::prelude::*;

/// A link in the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavLink {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
    /// Whether the page is there, or below.
    pub current: bool,
}

/// The same page in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageLink {
    /// The language.
    pub locale: Locale,
    /// The page in it.
    pub href: String,
}

/// The header: skip link (to `#content`), name, search, languages, cart, navigation.
#[component]
pub fn SiteHeader<S, C>(
    /// The language of the page.
    locale: Locale,
    /// The home page.
    #[prop(into)]
    home: String,
    /// The main navigation.
    links: Vec<NavLink>,
    /// The page in each language, this one too.
    languages: Vec<LanguageLink>,
    /// [`SearchForm`], or an island around it.
    search: S,
    /// [`CartLink`], or a slot or island for it.
    cart: C,
) -> impl IntoView
where
    S: IntoView + 'static,
    C: IntoView + 'static,
{
    let links: Vec<_> = links
        .into_iter()
        .map(|NavLink { href, label, current }| {
            view! { <li><a href=href aria-current=current.then_some("true")>{label}</a></li> }
        })
        .collect();
    view! {
        <a class="skip" href="#content">{locale.a11y_skip()}</a>
        <header class="site-header">
            <div class="bar">
                <a class="logo" href=home>{locale.shop_name()}</a>
                {search}
                <LanguageMenu locale=locale languages=languages/>
                {cart}
            </div>
            <nav class="site-nav" aria-label=locale.a11y_main_nav()>
                <ul role="list">{links}</ul>
            </nav>
        </header>
    }
}

/// The languages, folded away.
#[component]
fn LanguageMenu(locale: Locale, languages: Vec<LanguageLink>) -> impl IntoView {
    let links: Vec<_> = languages
        .into_iter()
        .map(|LanguageLink { locale: other, href }| {
            let current = (other == locale).then_some("true");
            view! {
                <li>
                    <a href=href lang=other.code() hreflang=other.code() aria-current=current>{other.native_name()}</a>
                </li>
            }
        })
        .collect();
    view! {
        <details class="languages">
            <summary>
                <Icon name=IconName::Globe/>
                <span aria-hidden="true">{locale.code()}</span>
                <span class="visually-hidden">{locale.a11y_language_of_page()}</span>
            </summary>
            <ul role="list">{links}</ul>
        </details>
    }
}

/// The search form of the header. An island may stand around it and put suggestions (`.suggestions`) into it.
#[component]
pub fn SearchForm(
    /// The language.
    locale: Locale,
    /// The search page.
    #[prop(into)]
    action: String,
    /// What was searched for.
    #[prop(optional, into)]
    query: String,
) -> impl IntoView {
    view! {
        <form class="search" role="search" action=action method="get">
            <label class="visually-hidden" for="search">{locale.search_label()}</label>
            <input
                id="search"
                type="search"
                name="q"
                value=query
                placeholder=locale.search_placeholder()
                maxlength="200"
                autocomplete="off"
                enterkeyhint="search"
            />
            <button type="submit" aria-label=locale.search_submit()>
                <Icon name=IconName::Search/>
            </button>
        </form>
    }
}

/// The link to the cart, with the number of pieces in it.
#[component]
pub fn CartLink(
    /// The language.
    locale: Locale,
    /// The cart page.
    #[prop(into)]
    href: String,
    /// Pieces in the cart.
    count: u32,
) -> impl IntoView {
    let label = if count == 0 { locale.nav_cart().to_owned() } else { locale.nav_cart_items(count.into()) };
    let badge = (count > 0).then(|| view! { <span class="count" aria-hidden="true">{count}</span> });
    view! {
        <a class="cart-link" href=href aria-label=label>
            <Icon name=IconName::Cart/>
            {badge}
        </a>
    }
}

/// The footer: name, links, languages, and what the shop does not do.
#[component]
pub fn SiteFooter(
    /// The language of the page.
    locale: Locale,
    /// The pages about the shop.
    links: Vec<NavLink>,
    /// The page in each language, this one too.
    languages: Vec<LanguageLink>,
) -> impl IntoView {
    let links: Vec<_> = links
        .into_iter()
        .map(|NavLink { href, label, .. }| view! { <li><a href=href>{label}</a></li> })
        .collect();
    let languages: Vec<_> = languages
        .into_iter()
        .map(|LanguageLink { locale: other, href }| {
            let current = (other == locale).then_some("true");
            view! {
                <li>
                    <a href=href lang=other.code() hreflang=other.code() aria-current=current>{other.native_name()}</a>
                </li>
            }
        })
        .collect();
    view! {
        <footer class="site-footer">
            <div class="inner">
                <div class="about">
                    <p class="logo">{locale.shop_name()}</p>
                    <p>{locale.shop_tagline()}</p>
                </div>
                <nav aria-label=locale.a11y_footer_nav()>
                    <ul role="list">{links}</ul>
                </nav>
                <nav aria-label=locale.nav_language()>
                    <ul role="list">{languages}</ul>
                </nav>
                <p class="small">{locale.footer_rights()} " " {locale.footer_consent()}</p>
            </div>
        </footer>
    }
}
