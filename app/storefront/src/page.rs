//! What every page of the shop shares: the shell around its content.

use crate::islands::{SearchBox, SearchBoxData, hand};
use crate::pages::{CONSENT_PLACE, OFFLINE_PLACE, object};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use orilla_catalog::read::CategoryNode;
use orilla_prefetch::{Ahead, PageKey};
use orilla_ui::{Language, LanguageLink, Locale, NavLink, SiteFooter, SiteHeader};
use std::sync::Arc;

/// Categories of the main navigation, at most.
const NAV_CATEGORIES: usize = 6;

/// The hashed names of the static files, as paths on the server.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The style sheet.
    pub style: &'static str,
    /// The script that loads the islands' bundle.
    pub loader: &'static str,
    /// The islands' bundle.
    pub client: &'static str,
    /// Its WebAssembly.
    pub client_wasm: &'static str,
    /// The script that tells what is seen: for those who agreed to be counted.
    pub beacon: &'static str,
    /// The script that keeps the shop on the device; empty: it may not be kept.
    pub keep: &'static str,
    /// The script of a shopper's account: passkeys.
    pub account: &'static str,
    /// The script of an order's page that lets the shopper be told; empty: nobody is.
    pub notices: &'static str,
    /// The script that shares a product's address.
    pub share: &'static str,
    /// The script that offers to install the shop as an app; empty: nobody is asked.
    pub install: &'static str,
    /// The script of an order's page that keeps the screen on while a code is shown.
    pub awake: &'static str,
}

/// What of a page may show something of the visitor, as HTML, or as the mark of a slot that is filled for each request.
/// All else is the same for everyone.
#[derive(Clone, Debug, Default)]
pub struct PageSlots {
    /// That the shop is out of reach, below the header: [`crate::pages::away_strip`].
    pub away: String,
    /// The link to the cart: [`crate::pages::cart_badge`].
    pub cart: String,
    /// The question what the shop may remember, below the header: [`crate::pages::consent_banner`].
    pub consent: String,
    /// The same question on the page about privacy: [`crate::pages::consent_form`].
    pub consent_form: String,
    /// The experiments that the visitor has met, at the end: [`crate::pages::exposures`].
    pub exposures: String,
    /// Which values of flags are forced for this browser, at the end: [`crate::pages::qa_strip`].
    pub qa: String,
    /// What the visitor has looked at lately, on the pages that show it: [`crate::pages::recent`].
    pub recent: String,
}

/// What a page needs beside its own data.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The language.
    pub locale: Locale,
    /// The language of the catalogue's texts.
    pub catalog_language: Language,
    /// The static files.
    pub assets: Assets,
    /// The shop's name.
    pub shop_name: String,
    /// `https://shop.example`, without a trailing slash.
    pub origin: String,
    /// The path behind the language: `/p/storm-lantern`; empty for the home page.
    pub path: String,
    /// The query string, without `?`.
    pub query: String,
    /// The parts that show something of the visitor.
    pub slots: PageSlots,
    /// The categories, parents before children.
    pub categories: Vec<CategoryNode>,
    /// The pages that a browser should bring before they are asked for.
    pub ahead: Ahead,
}

impl PageContext {
    /// A path of the shop in the page's language: `/en/cart`.
    pub fn url(&self, path: &str) -> String {
        format!("/{}{path}", self.locale.code())
    }

    /// What the texts of a product say of their language: nothing if it is the page's.
    pub fn product_lang(&self) -> Option<String> {
        self.catalog_language.on_page(self.locale)
    }

    /// This page in another language, with its query.
    fn in_language(&self, locale: Locale) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("/{}{}{mark}{}", locale.code(), self.path, self.query)
    }

    fn languages(&self) -> Vec<LanguageLink> {
        Locale::ALL
            .into_iter()
            .map(|locale| LanguageLink { locale, href: self.in_language(locale) })
            .collect()
    }

    fn nav(&self) -> Vec<NavLink> {
        let link = |path: &str, label: &str| NavLink {
            href: self.url(path),
            label: label.to_owned(),
            current: self.path == path || self.path.starts_with(&format!("{path}/")),
        };
        let mut top: Vec<_> =
            self.categories.iter().filter(|category| !category.slug.contains('/')).collect();
        orilla_sorting::sort_by_key(&mut top, |category| std::cmp::Reverse(category.products));
        let mut links = vec![link("/search", self.locale.nav_all_products())];
        links.extend(
            top.iter()
                .take(NAV_CATEGORIES)
                .map(|category| link(&format!("/c/{}", category.slug), &category.name)),
        );
        links
    }

    fn footer_links(&self) -> Vec<NavLink> {
        let link = |path: &str, label: &str| NavLink {
            href: self.url(path),
            label: label.to_owned(),
            current: self.path == path,
        };
        let mut links = vec![
            link("/search", self.locale.nav_all_products()),
            link("/about", self.locale.nav_about()),
            link("/privacy", self.locale.nav_privacy()),
            link(CONSENT_PLACE, self.locale.nav_consent()),
            link("/cart", self.locale.nav_cart()),
            link("/account", self.locale.nav_account()),
        ];
        if self.can_be_kept() {
            links.insert(2, link(OFFLINE_PLACE, self.locale.nav_offline()));
        }
        links
    }

    /// Whether a shopper may keep the shop on the device.
    pub fn can_be_kept(&self) -> bool {
        !self.assets.keep.is_empty()
    }
}

/// What stands in the head of a page.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The title, without the shop's name.
    pub title: String,
    /// A sentence or two for search engines and previews.
    pub description: String,
    /// The query string of the page's one URL. `None`: search engines should not list the page.
    pub canonical_query: Option<String>,
    /// A picture, as a path on the server.
    pub picture: Option<String>,
    /// `website` or `product`.
    pub kind: Option<&'static str>,
    /// Structured data as JSON.
    pub json_ld: Vec<serde_json::Value>,
    /// The search text, for the header's field.
    pub searched: String,
}

/// The document around a page's content.
pub fn document<V: IntoView + 'static>(page: Arc<PageContext>, head: Head, content: V) -> impl IntoView {
    let locale = page.locale;
    let searched = head.searched.clone();
    let assets = page.assets.clone();
    view! {
        <!DOCTYPE html>
        <html lang=locale.code()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <link rel="stylesheet" href=assets.style/>
                {head_of(&page, head)}
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href=page.url("/app.webmanifest")/>
                <meta name="theme-color" content="#f7f3ea" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#0f1f2b" media="(prefers-color-scheme: dark)"/>
                <script type="module" src=assets.loader data-bundle=assets.client data-wasm=assets.client_wasm
                    data-beacon=assets.beacon data-keep=assets.keep></script>
            </head>
            <body>
                <SiteHeader
                    locale=locale
                    home=page.url("")
                    links=page.nav()
                    languages=page.languages()
                    search=hand(SearchBoxData { locale: locale.code().to_owned(), query: searched }, SearchBox)
                    cart=InertElement::new(page.slots.cart.clone())
                />
                {InertElement::new(page.slots.away.clone())}
                {InertElement::new(page.slots.consent.clone())}
                <main id="content" tabindex="-1">{content}</main>
                <SiteFooter locale=locale links=page.footer_links() languages=page.languages()/>
                {InertElement::new(page.slots.qa.clone())}
                {InertElement::new(page.slots.exposures.clone())}
                <script type="speculationrules" inner_html=script_text(&speculation_rules(&page))></script>
            </body>
        </html>
    }
}

fn head_of(page: &PageContext, head: Head) -> impl IntoView + use<> {
    let locale = page.locale;
    let title = if head.title == page.shop_name {
        head.title.clone()
    } else {
        format!("{} · {}", head.title, page.shop_name)
    };
    let indexed = head.canonical_query.map(|query| {
        let mark = if query.is_empty() { "" } else { "?" };
        let url = |locale: Locale| format!("{}/{}{}{mark}{query}", page.origin, locale.code(), page.path);
        let alternates: Vec<_> = Locale::ALL
            .into_iter()
            .map(|other| view! { <link rel="alternate" hreflang=other.code() href=url(other)/> })
            .collect();
        view! {
            <link rel="canonical" href=url(locale)/>
            {alternates}
            <link rel="alternate" hreflang="x-default" href=url(Locale::default())/>
            {og("og:url", url(locale))}
        }
    });
    let hidden = indexed.is_none().then(|| view! { <meta name="robots" content="noindex"/> });
    let picture = head.picture.map(|path| og("og:image", format!("{}{path}", page.origin)));
    let json_ld: Vec<_> = head
        .json_ld
        .into_iter()
        .map(|data| view! { <script type="application/ld+json" inner_html=script_text(&data)></script> })
        .collect();
    view! {
        <title>{title}</title>
        <meta name="description" content=head.description.clone()/>
        {indexed}
        {hidden}
        {og("og:title", head.title)}
        {og("og:description", head.description)}
        {og("og:type", head.kind.unwrap_or("website").to_owned())}
        {og("og:site_name", page.shop_name.clone())}
        {og("og:locale", locale.open_graph().to_owned())}
        {picture}
        {json_ld}
    }
}

/// What a browser may bring before it is asked for (<https://html.spec.whatwg.org/multipage/speculative-loading.html>):
/// the pages that most go on to from here, at once, and the product or category whose link is pointed at. Those and no
/// others: what writes, and what shows something of the visitor but the badge, is never brought beforehand.
///
/// Browsers that don't know it don't read it, and none follows it for somebody who saves data or battery.
fn speculation_rules(page: &PageContext) -> serde_json::Value {
    let Ahead { prerender, prefetch } = &page.ahead;
    let listed = |pages: &mut dyn Iterator<Item = &PageKey>| -> Option<serde_json::Value> {
        let urls: Vec<String> = pages.map(|key| page.url(key.as_str())).collect();
        (!urls.is_empty()).then(|| object(vec![("urls", urls.into())]))
    };
    let links = vec![page.url("/p/*"), page.url("/c/*")];
    let pointed_at = object(vec![
        ("where", object(vec![("href_matches", links.into())])),
        ("eagerness", "moderate".into()),
    ]);
    let prefetch: Vec<_> = listed(&mut prefetch.iter()).into_iter().chain([pointed_at]).collect();
    let mut rules = vec![("prefetch", prefetch.into())];
    rules.extend(listed(&mut prerender.iter()).map(|drawn| ("prerender", vec![drawn].into())));
    object(rules)
}

/// A property of the Open Graph protocol (<https://ogp.me>).
fn og(property: &'static str, content: String) -> impl IntoView {
    leptos::html::meta().attr("property", property).content(content)
}

/// JSON that can stand inside a script element: no text in it can end the element.
pub(crate) fn script_text(data: &impl serde::Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structured_data_cannot_end_its_element() {
        let text = script_text(&serde_json::json!({ "name": "</script><script>alert(1)</script>" }));
        assert!(!text.contains('<'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap()["name"],
            "</script><script>alert(1)</script>"
        );
    }
}
