//! Random small catalogues.

use orilla_catalog::*;
use orilla_money::{Currency, Money};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![6 => Just(Status::Active), 1 => Just(Status::Draft), 1 => Just(Status::Archived)]
}

fn category() -> impl Strategy<Value = Option<CategoryPath>> {
    let paths = [
        vec!["Boats"],
        vec!["Boats", "Oars"],
        vec!["Boats", "Oars", "Short"],
        vec!["Boats-2"],
        vec!["Ropes"],
    ];
    let path = prop::sample::select(paths.to_vec());
    option::weighted(0.8, path).prop_map(|path| {
        path.map(|names| CategoryPath::new(names.into_iter().map(str::to_owned).collect()).unwrap())
    })
}

fn attribute() -> impl Strategy<Value = Attribute> {
    let text = prop::sample::select(vec!["Red", "Blue", "5", "true", "a  b", "1..2", "Größe \"ß\" 🙂"]);
    let value = prop_oneof![
        4 => text.prop_map(|text| AttributeValue::Text(text.into())),
        2 => prop::sample::select(vec![5.0, 0.1 + 0.2, -7.25, 1e21]).prop_map(AttributeValue::Number),
        1 => any::<bool>().prop_map(AttributeValue::Boolean),
        1 => any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(AttributeValue::Number),
    ];
    (prop::sample::select(vec!["Colour", "Size", "Brand", "Rig"]), value).prop_map(|(name, value)| {
        let unit = matches!(value, AttributeValue::Number(_)).then(|| "mm".to_owned());
        Attribute { key: AttributeKey::from_label(name).unwrap(), name: name.to_owned(), value, unit }
    })
}

fn image() -> impl Strategy<Value = Image> {
    (0..3, "[a-z]{0,3}").prop_map(|(n, alt)| Image {
        url: ImageUrl::parse(&format!("https://images.example/{n}.jpg")).unwrap(),
        alt,
    })
}

/// Sizes with price, compare-at price, stock, and whether there is a SKU and a barcode.
type Sizes = std::collections::BTreeMap<u8, (i64, Option<i64>, u32, bool, bool)>;

fn sizes() -> impl Strategy<Value = Sizes> {
    btree_map(0..4u8, (0..2_000i64, option::of(1..500i64), 0..3u32, any::<bool>(), any::<bool>()), 1..4)
}

fn variants(handle: &str, sizes: Sizes, currency: Currency) -> Vec<Variant> {
    let variant =
        |(size, (price, above, available, sku, barcode)): (u8, (i64, Option<i64>, u32, bool, bool))| {
            Variant {
                sku: sku.then(|| format!("{handle}-{size}")),
                barcode: barcode.then(|| "4006381333931".to_owned()),
                options: vec![size.to_string()],
                price: Money::new(price, currency),
                compare_at: above.map(|above| Money::new(price + above, currency)),
                available,
                sold: 0,
            }
        };
    sizes.into_iter().map(variant).collect()
}

fn product(handle: u8) -> impl Strategy<Value = Product> {
    let brand = option::weighted(0.8, prop::sample::select(vec!["Faro", "Mistral", "Größer & Söhne"]));
    let words = vec(prop::sample::select(vec!["storm", "lantern", "oar", "Ñandú", "43.2"]), 1..4);
    (
        words,
        brand,
        status(),
        category(),
        sizes(),
        vec(attribute(), 0..6),
        vec(image(), 0..4),
        "[a-z <&]{0,12}",
    )
        .prop_map(move |(words, brand, status, category, sizes, attributes, images, description)| {
            let handle = format!("p{handle}");
            let draft = ProductDraft {
                title: words.join(" "),
                brand: brand.map(str::to_owned),
                description,
                status,
                category,
                options: vec!["Size".into()],
                variants: variants(&handle, sizes, Currency::EUR),
                attributes,
                images,
                handle,
            };
            draft.check().unwrap()
        })
}

/// Up to a dozen products with different handles, in the order of their handles.
pub(super) fn catalogue() -> impl Strategy<Value = Vec<Product>> {
    prop::sample::subsequence((10..22u8).collect::<Vec<_>>(), 0..=12)
        .prop_flat_map(|handles| handles.into_iter().map(product).collect::<Vec<_>>())
}

/// The products in another order, in batches.
pub(super) fn batches(products: Vec<Product>) -> impl Strategy<Value = Vec<Vec<Product>>> {
    (Just(products).prop_shuffle(), 1..6usize)
        .prop_map(|(products, size)| products.chunks(size).map(<[_]>::to_vec).collect())
}
