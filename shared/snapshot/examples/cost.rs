//! What a snapshot costs as the catalogue grows: `cargo run --release -p orilla-snapshot --example cost -- 1000 10000`.
//!
//! The products are made up, but as wide as those of a large open catalogue: 20 attributes each, of 6,000 in all, two of
//! them with values that are found nowhere else, and descriptions of 300 bytes.
#![allow(clippy::disallowed_methods, reason = "this program measures time; it is no part of the shop")]
#![allow(clippy::print_stdout, reason = "it is for the terminal")]

use orilla_catalog::query::ListQuery;
use orilla_catalog::read::{AttributeView, CategoryRef, ImageView, ProductView, Reviews, VariantView};
use orilla_catalog::{AttributeKey, AttributeValue, Handle, ImageId, ProductId, VariantId};
use orilla_money::{Currency, Money};
use orilla_richtext::SafeHtml;
use orilla_snapshot::{
    BUCKET, Builder, Change, Documents, Entry, FacetKey, Hash, Loading, Manifest, Need, Shop, Snapshot,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

/// The system's allocator, counting the bytes in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator can't be written without; it only counts and passes on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// SplitMix64 (Steele, Lea, Flood, 2014): the same products on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below.max(1)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.roll(of.len() as u64)).unwrap_or_default();
        of.get(at).copied().unwrap_or_default()
    }
}

const WORDS: [&str; 12] = [
    "storm", "lantern", "oar", "rope", "anchor", "compass", "brass", "harbour", "sail", "gale", "deck",
    "buoy",
];
/// Main categories, each with as many below it.
const CATEGORIES: u64 = 10;

fn text(dice: &mut Dice, words: u64) -> String {
    (0..words).map(|_| dice.pick(&WORDS)).collect::<Vec<_>>().join(" ")
}

fn category(number: u64) -> [CategoryRef; 2] {
    let (above, below) = (number / CATEGORIES, number % CATEGORIES);
    let of = |slug: String, name: String| CategoryRef { slug, name };
    [
        of(format!("main-{above}"), format!("Main {above}")),
        of(format!("main-{above}/part-{below}"), format!("Part {below}")),
    ]
}

fn attributes(dice: &mut Dice, category: u64) -> Vec<AttributeView> {
    let attribute = |dice: &mut Dice, number: u64| {
        // Four that every product has, and others of its category.
        let (key, most) = match number {
            0..4 => (format!("common_{number}"), 12),
            4..14 => (format!("c{category}_{}", dice.roll(30)), 8),
            14..18 => (format!("c{category}_n{}", dice.roll(10)), 16),
            _ => (format!("c{category}_u{}", dice.roll(20)), 10_000_000),
        };
        let value = match (number, dice.roll(most)) {
            (14..18, value) => {
                AttributeValue::Number(f64::from(u32::try_from(value).unwrap_or_default()) / 2.0)
            }
            (3, value) => AttributeValue::Boolean(value % 2 == 0),
            (_, value) => AttributeValue::Text(format!("{} {value}", Dice(value).pick(&WORDS))),
        };
        let unit = matches!(value, AttributeValue::Number(_)).then(|| "mm".to_owned());
        AttributeKey::parse(&key).map(|key| AttributeView {
            name: key.as_str().replace('_', " "),
            key,
            value,
            unit,
        })
    };
    (0..20).filter_map(|number| attribute(dice, number)).collect()
}

fn entry(id: u64) -> Result<Entry, Box<dyn Error>> {
    let mut dice = Dice(id.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let in_category = dice.roll(CATEGORIES * CATEGORIES);
    let number = i64::try_from(id)?;
    let variants = 1 + dice.roll(8) / 7 * 2;
    let variant = |dice: &mut Dice, place: u64| VariantView {
        id: VariantId(number * 4 + i64::try_from(place).unwrap_or_default()),
        sku: Some(format!("SKU-{id}-{place}")),
        barcode: None,
        options: if variants > 1 { vec![format!("Size {place}")] } else { Vec::new() },
        price: Money::new(i64::try_from(100 + dice.roll(20_000)).unwrap_or_default(), Currency::EUR),
        compare_at: None,
        available: u32::try_from(dice.roll(60)).unwrap_or_default(),
    };
    Ok(Entry {
        image_urls: vec![format!("https://images.example/products/{id}.jpg")],
        view: ProductView {
            id: ProductId(number),
            handle: Handle::parse(&format!("{}-{id}", text(&mut dice, 4).replace(' ', "-")))?,
            version: 1,
            title: format!("{} {id}", text(&mut dice, 7)),
            brand: Some(format!("Brand {}", dice.roll(160))),
            description: SafeHtml::from_store(text(&mut dice, 45)),
            categories: category(in_category).into(),
            options: if variants > 1 { vec!["Size".into()] } else { Vec::new() },
            variants: (0..variants).map(|place| variant(&mut dice, place)).collect(),
            attributes: attributes(&mut dice, in_category),
            images: vec![ImageView { id: ImageId(number), alt: String::new() }],
            reviews: Reviews::default(),
        },
    })
}

/// What was published: index segments, and of the documents the bucket that will change.
struct Published {
    manifest: Manifest,
    segments: BTreeMap<Hash, Vec<u8>>,
    largest: usize,
}

fn shop(keys: BTreeMap<String, FacetKey>) -> Shop {
    let categories = (0..CATEGORIES * CATEGORIES).flat_map(category).map(|c| (c.slug.clone(), c));
    Shop {
        categories: categories.collect::<BTreeMap<_, _>>().into_values().collect(),
        keys: keys.into_values().collect(),
    }
}

/// Publishes everything, and answers how long that took without making up the products.
fn publish(products: u64) -> Result<(Published, Shop, f64), Box<dyn Error>> {
    let mut builder = Builder::new(None);
    let (mut segments, mut keys) = (BTreeMap::new(), BTreeMap::new());
    let (mut seconds, mut largest) = (0.0, 0);
    let size = u64::from(BUCKET);
    for bucket in 0..=products / size {
        let ids = (bucket * size).max(1)..((bucket + 1) * size).min(products + 1);
        let mut changes = Vec::new();
        for id in ids {
            let entry = entry(id)?;
            for attribute in &entry.view.attributes {
                let key = attribute.key.as_str().to_owned();
                keys.entry(key.clone()).or_insert_with(|| FacetKey {
                    key,
                    name: attribute.name.clone(),
                    unit: attribute.unit.clone(),
                    rank: 0,
                });
            }
            changes.push(Change::Put(Box::new(entry)));
        }
        let start = Instant::now();
        let new = builder.apply(i64::try_from(bucket)?, &BTreeMap::new(), changes)?;
        seconds += start.elapsed().as_secs_f64();
        largest = new.iter().map(|segment| segment.file.len()).max().unwrap_or_default().max(largest);
        let is_kept = |at: usize| at == 0 || bucket == products / 2 / size;
        let kept = new.into_iter().enumerate().filter(|(at, _)| is_kept(*at));
        segments.extend(kept.map(|(_, segment)| (segment.reference.hash, segment.file)));
    }
    let shop = shop(keys);
    let start = Instant::now();
    let manifest = builder.finish(1, 0, 0, shop.clone());
    seconds += start.elapsed().as_secs_f64();
    Ok((Published { manifest, segments, largest }, shop, seconds))
}

fn load(
    published: &Published,
    manifest: &[u8],
    previous: Option<&Snapshot>,
) -> Result<Snapshot, Box<dyn Error>> {
    let mut loading = Loading::new(Manifest::decode(manifest)?, previous);
    for named in loading.needs() {
        let file = published.segments.get(&named.hash).ok_or("a segment was not kept")?;
        loading.insert(named.hash, file)?;
    }
    Ok(loading.finish()?)
}

/// The best of five, in milliseconds.
fn best_of<T>(mut work: impl FnMut() -> T) -> f64 {
    let time = |_| {
        let start = Instant::now();
        let made = work();
        let took = start.elapsed().as_secs_f64() * 1_000.0;
        drop(made);
        took
    };
    (0..5).map(time).fold(f64::INFINITY, f64::min)
}

fn measure(products: u64) -> Result<(), Box<dyn Error>> {
    let (mut published, shop, full) = publish(products)?;
    let file = published.manifest.encode();
    let mib = |bytes: f64| bytes / 1_048_576.0;
    #[allow(clippy::cast_precision_loss, reason = "for people to read")]
    let size = |bytes: usize| mib(bytes as f64);
    let index: usize =
        published.manifest.buckets.iter().filter_map(|b| usize::try_from(b.index.bytes).ok()).sum();
    let all = usize::try_from(published.manifest.bytes())?;
    println!("\n{products} products");
    println!("  publish of everything        {:>9.1} ms", full * 1_000.0);
    println!(
        "  snapshot                     {:>9.1} MiB in {} segments (index {:.1} MiB, largest segment {} KiB, manifest {} KiB)",
        size(all),
        published.manifest.segments().count(),
        size(index),
        published.largest / 1024,
        file.len() / 1024
    );
    let before = IN_USE.load(Relaxed);
    let snapshot = load(&published, &file, None)?;
    println!("  index in memory              {:>9.1} MiB", size(IN_USE.load(Relaxed).saturating_sub(before)));
    println!("  load of a cold isolate       {:>9.1} ms", best_of(|| load(&published, &file, None)));

    let changed_id = products / 2;
    let mut changed = entry(changed_id)?;
    changed.view.variants.iter_mut().for_each(|variant| variant.price.minor += 1);
    let bucket = i64::try_from(changed_id / u64::from(BUCKET))?;
    let one = || -> Result<_, Box<dyn Error>> {
        let mut builder = Builder::new(Some(&published.manifest));
        let change = vec![Change::Put(Box::new(changed.clone()))];
        let new = builder.apply(bucket, &published.segments, change)?;
        let manifest = builder.finish(2, 0, 0, shop.clone()).encode();
        Ok((new, manifest))
    };
    let took = best_of(one);
    let (new, manifest) = one()?;
    let written: usize = new.iter().map(|segment| segment.file.len()).sum::<usize>() + manifest.len();
    println!(
        "  publish of one price         {took:>9.1} ms ({} segments, {} KiB with the manifest)",
        new.len(),
        written / 1024
    );
    published.segments.extend(new.into_iter().map(|segment| (segment.reference.hash, segment.file)));
    println!(
        "  load of that, from the last  {:>9.1} ms",
        best_of(|| load(&published, &manifest, Some(&snapshot)))
    );
    for (name, category, query) in [
        ("list of everything", None, ""),
        ("  by title", None, "sort=title"),
        ("  page 100 by price", None, "sort=price&page=100"),
        ("  brand, price and stock", None, "brand=Brand%205&price=10..100&stock=1"),
        ("list of a main category", Some("main-3"), ""),
        ("list of a category", Some("main-3/part-4"), ""),
        ("  with two attributes", Some("main-3/part-4"), "a.common_0=rope%201&a.c34_n1=0..10"),
    ] {
        let query = ListQuery::parse(category, query);
        let total = snapshot.list(&query, None).map_or(0, |listing| listing.total);
        println!("  {name:<28} {:>9.3} ms ({total} products)", best_of(|| snapshot.list(&query, None)));
    }
    println!("  featured                     {:>9.3} ms", best_of(|| snapshot.featured(12)));
    println!("  related                      {:>9.3} ms", best_of(|| snapshot.related(changed.id(), 8)));
    println!("  find a handle                {:>9.5} ms", best_of(|| snapshot.find(&changed.view.handle)));
    let documents = Documents::new(8 << 20);
    let shown = best_of(|| match snapshot.product(changed.id(), &documents) {
        Err(Need::Segment(named)) => {
            let file = published.segments.get(&named.hash);
            file.map(|file| documents.insert(&named, file));
        }
        other => drop(other),
    });
    println!("  a document that is there     {shown:>9.4} ms");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let sizes: Vec<String> = std::env::args().skip(1).collect();
    let sizes = if sizes.is_empty() { vec!["1000".to_owned(), "10000".to_owned()] } else { sizes };
    for size in sizes {
        measure(size.parse()?)?;
    }
    Ok(())
}
