//! The pages of the demo shop, as they are rendered: what they weigh, and where their links lead.

use crate::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::executor::block_on;
use orilla_art::Sketch;
use orilla_catalog::Handle;
use orilla_catalog::query::ListQuery;
use orilla_feeds::{Entry, Format, Settings, read};
use orilla_money::Currency;
use orilla_prefetch::{Ahead, Area, PageKey};
use orilla_shop::PortError;
use orilla_shop::catalog::{Catalog, CatalogWriter};
use orilla_store::CatalogStore;
use orilla_store::testing::TestDatabase;
use orilla_storefront::pages::{self, ListData, ProductData};
use orilla_storefront::{Assets, PageContext, PageSlots};
use orilla_ui::{CardLayout, Language, Locale};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// As on the pages of the shop.
const FEATURED: u32 = 12;
const RELATED: u32 = 4;
/// Products of one batch of an import.
const BATCH: usize = 100;

/// A shop that can be walked through.
pub struct Site {
    pub pages: Vec<Page>,
}

/// One page.
pub struct Page {
    pub key: PageKey,
    /// The category of a product.
    pub category: Option<String>,
    pub area: Area,
    /// Bytes of the HTML, compressed.
    pub html: usize,
    /// Bytes of the pictures that are loaded at once, compressed. Style and script are there from the page before.
    pub pictures: usize,
    pub links: Vec<Link>,
}

/// A link, once for each page that it leads to.
pub struct Link {
    /// The page; none: one that is not shared, such as the cart, or a question of its own, such as a brand's products.
    pub to: Option<usize>,
    pub place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Above the content.
    Header,
    /// In it; so many links of its kind before it.
    Content(usize),
    Footer,
}

struct Rendered {
    key: PageKey,
    category: Option<String>,
    html: String,
}

impl Site {
    /// Renders every page of the demo catalogue.
    pub fn render() -> Result<Self> {
        let catalog = CatalogStore::new(Arc::new(TestDatabase::new()));
        let handles = import(&catalog)?;
        let rendered = block_on(render_all(&catalog, &handles)).map_err(|error| error.to_string())?;
        let number: HashMap<PageKey, usize> =
            rendered.iter().enumerate().map(|(at, page)| (page.key.clone(), at)).collect();
        let pages = rendered
            .iter()
            .map(|page| Page {
                key: page.key.clone(),
                category: page.category.clone(),
                area: Area::of(&page.key, page.category.as_deref()),
                html: compressed(page.html.as_bytes()),
                pictures: pictures(&page.html),
                links: links(page, &number),
            })
            .collect();
        Ok(Site { pages })
    }
}

/// Imports the demo catalogue and names what is for sale.
fn import(catalog: &CatalogStore) -> Result<Vec<Handle>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/catalogue.csv");
    let text = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let settings = Settings { currency: Currency::EUR };
    let mut products = Vec::new();
    for entry in read(Format::Shopify, text.as_slice(), settings) {
        match entry.map_err(|error| error.to_string())? {
            Entry::Product(product) => products.push(product.value),
            Entry::Rejected(rejection) => return Err(format!("the demo catalogue: {}", rejection.message)),
        }
    }
    for batch in products.chunks(BATCH) {
        block_on(catalog.import(batch, false)).map_err(|error| error.to_string())?;
    }
    let handles = products.iter().map(|product| Handle::parse(&product.handle));
    handles.collect::<std::result::Result<_, _>>().map_err(|error| error.to_string())
}

async fn render_all(
    catalog: &CatalogStore,
    handles: &[Handle],
) -> std::result::Result<Vec<Rendered>, PortError> {
    let categories = catalog.categories().await?;
    let frame = |path: &str| {
        Arc::new(PageContext {
            categories: categories.clone(),
            locale: Locale::En,
            catalog_language: Language::default(),
            assets: Assets::default(),
            shop_name: "Orilla".to_owned(),
            origin: "https://shop.example".to_owned(),
            path: path.to_owned(),
            query: String::new(),
            slots: PageSlots { cart: pages::cart_badge(Locale::En, 0), ..PageSlots::default() },
            ahead: Ahead::default(),
        })
    };
    let mut all = Vec::new();
    let mut add = |path: &str, category: Option<String>, html: String| {
        all.extend(PageKey::parse(path).map(|key| Rendered { key, category, html }));
    };
    add("", None, pages::home(frame(""), &catalog.featured(FEATURED).await?));
    add("/about", None, pages::about(frame("/about")));
    add("/privacy", None, pages::privacy(frame("/privacy")));
    let everything =
        std::iter::once(None).chain(categories.iter().map(|category| Some(category.slug.clone())));
    for category in everything {
        let path = category.as_ref().map_or_else(|| "/search".to_owned(), |slug| format!("/c/{slug}"));
        let query = ListQuery { category, ..ListQuery::default() };
        if let Some(listing) = catalog.list(&query).await? {
            add(
                &path,
                None,
                pages::list(frame(&path), ListData { query, listing, layout: CardLayout::Grid }),
            );
        }
    }
    for handle in handles {
        let Some(product) = catalog.product(handle).await? else { continue };
        let category = product.categories.last().map(|category| category.slug.clone());
        let related = catalog.related(product.id, RELATED).await?;
        let path = format!("/p/{handle}");
        let html =
            pages::product(frame(&path), &ProductData { product, variant: None, related, promise: None });
        add(&path, category, html);
    }
    Ok(all)
}

fn compressed(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_or(bytes.len(), |compressed| compressed.len())
}

/// The drawn pictures that are not left for later.
fn pictures(html: &str) -> usize {
    let tags = html.split("<img ").skip(1).filter_map(|rest| rest.split('>').next());
    let names: HashSet<&str> = tags
        .filter(|tag| !tag.contains("loading=\"lazy\""))
        .filter_map(|tag| tag.split("src=\"/art/").nth(1)?.split('"').next())
        .collect();
    names.into_iter().filter_map(Sketch::parse).map(|art| compressed(art.svg().as_bytes())).sum()
}

fn links(page: &Rendered, number: &HashMap<PageKey, usize>) -> Vec<Link> {
    let (header, rest) = page.html.split_once("<main").unwrap_or((page.html.as_str(), ""));
    let (content, footer) = rest.split_once("</main>").unwrap_or((rest, ""));
    let mut links = Vec::new();
    for (part, at) in [(header, 0), (content, 1), (footer, 2)] {
        let mut seen = HashSet::new();
        let mut before = 0;
        for tag in part.split("<a ").skip(1).filter_map(|rest| rest.split('>').next()) {
            let Some(address) = tag.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            let Some(path) =
                address.strip_prefix("/en").filter(|path| path.is_empty() || path.starts_with('/'))
            else {
                continue;
            };
            let key = PageKey::parse(path);
            if !seen.insert(path)
                || key.as_ref() == Some(&page.key)
                || path.split('?').next() == Some(page.key.as_str())
            {
                continue;
            }
            let place = match at {
                0 => Place::Header,
                1 => Place::Content(before),
                _ => Place::Footer,
            };
            before += usize::from(key.as_ref().is_some_and(|key| key.handle().is_some()));
            links.push(Link { to: key.and_then(|key| number.get(&key).copied()), place });
        }
    }
    links
}
