//! The page of a product.

use super::data::{breadcrumbs, object};
use super::{grid, reviews};
use crate::islands::{BuyBox, BuyBoxData, OptionData, VariantData, hand};
use crate::page::{Head, PageContext, document};
use crate::present::picture;
use crate::render;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use orilla_catalog::AttributeValue;
use orilla_catalog::read::{AttributeView, Card, ProductView, VariantView};
use orilla_money::Money;
use orilla_orders::Rate;
use orilla_ui::{Breadcrumbs, CardLayout, Crumb, Locale};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Attributes listed at most.
const MOST_PROPERTIES: usize = 60;

/// A product and what stands beside it.
#[derive(Clone, Debug)]
pub struct ProductData {
    /// The product.
    pub product: ProductView,
    /// The id of the variant that the URL asks for.
    pub variant: Option<i64>,
    /// Products of the same category.
    pub related: Vec<Card>,
    /// What is promised of its delivery; `None`: the usual words.
    pub promise: Option<Rate>,
}

/// The variant that a product page's query string asks for: `variant=12`.
pub fn variant_of(query_string: &str) -> Option<i64> {
    query_string.split('&').find_map(|pair| pair.strip_prefix("variant=")).and_then(|id| id.parse().ok())
}

/// A product page.
pub fn product(page: Arc<PageContext>, data: &ProductData) -> String {
    let (locale, lang) = (page.locale, page.product_lang());
    let product = &data.product;
    let selected = selected(product, data.variant);
    let variant = product.variants.get(selected);
    let category = product.categories.last().map(|category| category.name.as_str());
    let colour = variant.and_then(|variant| colour_of(product, variant));
    let main_picture =
        picture(product.images.first().map(|image| image.id), &product.title, category, colour);
    let text = product.description.plain_text();
    let head = Head {
        title: product.title.clone(),
        description: summary(if text.is_empty() { &product.title } else { &text }),
        canonical_query: Some(String::new()),
        picture: Some(main_picture.src.clone()),
        kind: Some("product"),
        json_ld: vec![
            product_data(&page, product, &main_picture.src, &text),
            breadcrumb_data(&page, product),
        ],
        ..Head::default()
    };
    let crumbs = crumbs(&page, product);
    let gallery = gallery(&page, product, category, colour);
    let brand = product.brand.clone().map(|brand| {
        let query = orilla_catalog::query::ListQuery { brands: [brand.clone()].into(), ..Default::default() };
        let href = format!("{}?{}", page.url("/search"), query.to_query_string());
        view! { <p class="brand"><a href=href>{brand}</a></p> }
    });
    let description = (!product.description.is_empty()).then(|| {
        view! {
            <section aria-labelledby="description">
                <h2 id="description">{locale.product_description()}</h2>
                <div class="prose" lang=lang.clone() inner_html=product.description.as_str().to_owned()></div>
            </section>
        }
    });
    let related = (!data.related.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="related">
                <h2 id="related">{locale.product_related()}</h2>
                {grid(&page, &data.related, false, CardLayout::Grid)}
            </section>
        }
    });
    let content = view! {
        <Breadcrumbs locale=locale crumbs=crumbs/>
        <div class="product">
            {gallery}
            <div class="buy">
                {brand}
                <h1 lang=lang>{product.title.clone()}</h1>
                {InertElement::new(reviews::rating(locale, &product.reviews))}
                {hand(buy_box(locale, product, selected), BuyBox)}
                <ul class="reassure" role="list">
                    <li>{locale.product_tax_included()}</li>
                    <li>{delivery(locale, product, data.promise)}</li>
                </ul>
                <div class="share" data-share data-script=page.assets.share>
                    <button class="button quiet" type="button" data-do="share" hidden>{locale.product_share()}</button>
                    <button class="button quiet" type="button" data-do="copy" hidden>{locale.product_copy_link()}</button>
                    <span role="status"><span data-when="copied" hidden>{locale.product_link_copied()}</span></span>
                </div>
            </div>
        </div>
        <div class="section split">
            {description}
            {properties(&page, product)}
        </div>
        {InertElement::new(reviews::section(&page, product))}
        {related}
        {InertElement::new(page.slots.recent.clone())}
    };
    render(|| document(page, head, content))
}

/// When it arrives: the usual words, or for a product in stock a promise with days and the price from which on delivery
/// is free.
fn delivery(locale: Locale, product: &ProductView, promise: Option<Rate>) -> String {
    let is_in_stock = product.variants.iter().any(|variant| variant.available > 0);
    let Some(rate) = promise.filter(|_| is_in_stock) else { return locale.product_delivery().to_owned() };
    let (from, to) = (rate.days.0.to_string(), rate.days.1.to_string());
    // Its name alone, and not the table of all countries' names, which only checkouts and orders carry.
    let country = locale.product_home();
    match rate.free_from {
        Some(minor) => {
            let amount = locale.money(Money::new(minor, rate.price.currency));
            locale.product_promise_free(country, &from, &to, &amount)
        }
        None => locale.product_promise(country, &from, &to),
    }
}

/// The index of the variant to show: the one that is asked for, else the first that can be bought.
fn selected(product: &ProductView, asked: Option<i64>) -> usize {
    let asked = asked.and_then(|id| product.variants.iter().position(|variant| variant.id.0 == id));
    asked.or_else(|| product.variants.iter().position(|variant| variant.available > 0)).unwrap_or(0)
}

/// The colour of a variant, for its drawing.
fn colour_of<'a>(product: &ProductView, variant: &'a VariantView) -> Option<&'a str> {
    let is_colour = |name: &String| ["colour", "color", "cor"].contains(&name.to_lowercase().as_str());
    let at = product.options.iter().position(is_colour)?;
    variant.options.get(at).map(String::as_str)
}

fn buy_box(locale: Locale, product: &ProductView, selected: usize) -> BuyBoxData {
    let options = product
        .options
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let mut values: Vec<String> = Vec::new();
            for value in product.variants.iter().filter_map(|variant| variant.options.get(at)) {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            OptionData { name: name.clone(), values }
        })
        .collect();
    let variants = product
        .variants
        .iter()
        .map(|variant| VariantData {
            id: variant.id.0,
            options: variant.options.clone(),
            price: locale.money(variant.price),
            former: variant.compare_at.map(|price| locale.money(price)),
            available: variant.available,
            sku: variant.sku.clone(),
        })
        .collect();
    BuyBoxData { locale: locale.code().to_owned(), options, variants, selected }
}

fn gallery(
    page: &PageContext,
    product: &ProductView,
    category: Option<&str>,
    colour: Option<&str>,
) -> impl IntoView + use<> {
    let (locale, lang) = (page.locale, page.product_lang());
    let own: Vec<_> = product.images.iter().map(|image| (Some(image.id), image.alt.clone())).collect();
    let shown = if own.is_empty() { vec![(None, String::new())] } else { own };
    let pictures: Vec<_> = shown
        .into_iter()
        .enumerate()
        .map(|(at, (image, alt))| {
            let picture = picture(image, &product.title, category, colour);
            let class = if picture.photo { "picture photo" } else { "picture" };
            let alt = if alt.is_empty() { product.title.clone() } else { alt };
            let loading = if at == 0 { "eager" } else { "lazy" };
            view! {
                <div class=class>
                    <img src=picture.src alt=alt lang=lang.clone() width="640" height="640" loading=loading decoding="async"
                        fetchpriority=(at == 0).then_some("high")/>
                </div>
            }
        })
        .collect();
    view! { <div class="gallery" role="group" aria-label=locale.product_gallery()>{pictures}</div> }
}

/// The attributes, those with one name in one row.
fn properties(page: &PageContext, product: &ProductView) -> Option<impl IntoView + use<>> {
    let (locale, lang) = (page.locale, page.product_lang());
    // Whether a row's values are texts of the catalogue: numbers, yes and no are in the page's language.
    let mut rows: Vec<(String, Vec<String>, bool)> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    // Tags are for filters; to a reader of the page they say nothing new.
    for attribute in product.attributes.iter().filter(|attribute| attribute.key.as_str() != "tag") {
        let value = attribute_text(locale, attribute);
        match at.get(attribute.key.as_str()).and_then(|row| rows.get_mut(*row)) {
            Some((_, values, _)) => values.push(value),
            None => {
                at.insert(attribute.key.as_str(), rows.len());
                let is_text = matches!(attribute.value, AttributeValue::Text(_));
                rows.push((attribute.name.clone(), vec![value], is_text));
            }
        }
    }
    let rows: Vec<_> = rows
        .into_iter()
        .take(MOST_PROPERTIES)
        .map(|(name, values, is_text)| {
            let of_values = lang.clone().filter(|_| is_text);
            view! {
                <tr><th scope="row" lang=lang.clone()>{name}</th><td lang=of_values>{values.join(", ")}</td></tr>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="details">
                <h2 id="details">{locale.product_details()}</h2>
                <table class="properties"><tbody>{rows}</tbody></table>
            </section>
        }
    })
}

fn attribute_text(locale: Locale, attribute: &AttributeView) -> String {
    match &attribute.value {
        AttributeValue::Boolean(true) => locale.value_yes().to_owned(),
        AttributeValue::Boolean(false) => locale.value_no().to_owned(),
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::Number(number) => match &attribute.unit {
            Some(unit) => format!("{}\u{a0}{unit}", locale.decimal(*number)),
            None => locale.decimal(*number),
        },
    }
}

fn crumbs(page: &PageContext, product: &ProductView) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb { label: page.locale.nav_home().to_owned(), href: Some(page.url("")) }];
    crumbs.extend(product.categories.iter().map(|category| Crumb {
        label: category.name.clone(),
        href: Some(page.url(&format!("/c/{}", category.slug))),
    }));
    crumbs.push(Crumb { label: product.title.clone(), href: None });
    crumbs
}

/// The first 155 characters or so, to the end of a word: what search engines show.
fn summary(text: &str) -> String {
    if text.chars().count() <= 155 {
        return text.to_owned();
    }
    let cut: String = text.chars().take(155).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole}…")
}

/// schema.org's Product (<https://schema.org/Product>): an offer, or a range of them.
fn product_data(page: &PageContext, product: &ProductView, picture: &str, text: &str) -> Value {
    let url = format!("{}{}", page.origin, page.url(&page.path));
    let offers: Vec<Value> = product
        .variants
        .iter()
        .map(|variant| {
            let state = if variant.available > 0 { "InStock" } else { "OutOfStock" };
            object(vec![
                ("@type", "Offer".into()),
                ("url", format!("{url}?variant={}", variant.id.0).into()),
                ("sku", variant.sku.clone().into()),
                ("price", variant.price.decimal().into()),
                ("priceCurrency", variant.price.currency.code().into()),
                ("availability", format!("https://schema.org/{state}").into()),
                ("itemCondition", "https://schema.org/NewCondition".into()),
            ])
        })
        .collect();
    let prices = || product.variants.iter().map(|variant| variant.price);
    let (low, high) = (prices().min_by_key(|price| price.minor), prices().max_by_key(|price| price.minor));
    let offers = match (offers.as_slice(), low, high) {
        ([one], ..) => one.clone(),
        (_, Some(low), Some(high)) => object(vec![
            ("@type", "AggregateOffer".into()),
            ("lowPrice", low.decimal().into()),
            ("highPrice", high.decimal().into()),
            ("priceCurrency", low.currency.code().into()),
            ("offerCount", offers.len().into()),
            ("offers", offers.into()),
        ]),
        _ => Value::Null,
    };
    let first = product.variants.first();
    let category = product.categories.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(" > ");
    let brand = |brand: &String| object(vec![("@type", "Brand".into()), ("name", brand.as_str().into())]);
    let mut fields = vec![
        ("@context", "https://schema.org".into()),
        ("@type", "Product".into()),
        ("name", product.title.as_str().into()),
        ("description", summary(text).into()),
        ("image", format!("{}{picture}", page.origin).into()),
        ("url", url.into()),
        ("sku", first.and_then(|variant| variant.sku.clone()).into()),
        ("gtin", first.and_then(|variant| variant.barcode.clone()).into()),
        ("brand", product.brand.as_ref().map(brand).into()),
        ("category", category.into()),
        ("offers", offers),
    ];
    reviews::describe(&product.reviews, &mut fields);
    object(fields)
}

fn breadcrumb_data(page: &PageContext, product: &ProductView) -> Value {
    let mut items: Vec<(String, String)> = product
        .categories
        .iter()
        .map(|category| (category.name.clone(), page.url(&format!("/c/{}", category.slug))))
        .collect();
    items.push((product.title.clone(), page.url(&page.path)));
    breadcrumbs(page, items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_orders::HOME;
    use orilla_ui::country_name;

    #[test]
    fn the_promise_is_for_the_country_that_the_shop_ships_from() {
        for locale in Locale::ALL {
            assert_eq!(Some(locale.product_home()), country_name(locale, HOME.code()));
        }
    }

    #[test]
    fn reads_the_variant_of_the_url() {
        assert_eq!(variant_of("variant=12"), Some(12));
        assert_eq!(variant_of("utm=1&variant=7"), Some(7));
        assert_eq!(variant_of("variant=x"), None);
        assert_eq!(variant_of(""), None);
    }

    #[test]
    fn a_summary_ends_with_a_word() {
        assert_eq!(summary("short"), "short");
        let long = summary(&"wordy ".repeat(60));
        assert!(long.ends_with("wordy…") && long.chars().count() <= 156, "{long}");
    }
}
