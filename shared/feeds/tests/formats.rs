//! What good files of each format become.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{entries, fixture, products, summary};
use orilla_catalog::{Product, Status};
use orilla_feeds::{ASSUMED_STOCK, Format};

/// The attributes of a product as `key=value unit`.
fn attributes(product: &Product) -> Vec<String> {
    let unit = |unit: &Option<String>| unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    product.attributes.iter().map(|a| format!("{}={}{}", a.key, a.value.token(), unit(&a.unit))).collect()
}

/// The variants of a product as `sku options price (compare_at) available`.
fn variants(product: &Product) -> Vec<String> {
    let variant = |v: &orilla_catalog::Variant| {
        let before = v.compare_at.map(|m| format!(" ({})", m.decimal())).unwrap_or_default();
        let sku = v.sku.as_deref().unwrap_or("-");
        format!("{sku} {} {}{before} {}", v.options.join("/"), v.price.decimal(), v.available)
    };
    product.variants.iter().map(variant).collect()
}

fn images(product: &Product) -> Vec<&str> {
    product.images.iter().map(|image| image.url.as_str()).collect()
}

fn category(product: &Product) -> String {
    product.category.as_ref().map(|path| path.names().join(" > ")).unwrap_or_default()
}

#[test]
fn shopify() {
    let found = products(Format::Shopify, &fixture(Format::Shopify));
    let [lantern, rope] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(lantern.title, "Storm lantern");
    assert_eq!(lantern.description, "<p>Burns in a gale,\nsays \"the keeper\".</p>");
    assert_eq!(lantern.brand.as_deref(), Some("Faro & Sons"));
    assert_eq!(category(lantern), "Lighting > Lanterns");
    assert_eq!(lantern.options, ["Size", "Colour"]);
    assert_eq!(variants(lantern), ["LAN-S-B S/Brass 39.00 (49.00) 0", "LAN-L-B L/Brass 59.00 7"]);
    assert_eq!(lantern.variants[0].barcode.as_deref(), Some("4006381333931"));
    assert_eq!(
        images(lantern),
        ["https://img.example/a.jpg", "https://img.example/b.jpg", "https://img.example/c.jpg"]
    );
    assert_eq!(lantern.images[1].alt, "Side view");
    assert_eq!(
        attributes(lantern),
        [
            "tag=harbour",
            "tag=brass",
            "width=12.5 cm",
            "color_pattern=brass",
            "color_pattern=red",
            "windproof=true"
        ]
    );
    assert_eq!(rope.status, Status::Draft);
    assert_eq!(category(rope), "Sports > Sailing > Rope");
    assert!(rope.options.is_empty());
    assert_eq!(variants(rope), [format!("-  4.50 {ASSUMED_STOCK}")]);
}

#[test]
fn icecat() {
    let found = products(Format::Icecat, &fixture(Format::Icecat));
    let [cable, thing] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(cable.handle(), "acme-xb-1-77");
    assert_eq!(cable.description, "<p>Cat6 &lt;b&gt; cable</p>");
    assert_eq!(category(cable), "Networking > Network cables");
    assert_eq!(variants(cable), [format!("ICE-77  12.50 {ASSUMED_STOCK}")]);
    assert_eq!(cable.variants[0].barcode.as_deref(), Some("4006381333931"));
    assert_eq!(images(cable), ["http://img.example/m.jpg"]);
    assert_eq!(
        attributes(cable),
        [
            "mpn=XB/1",
            "other_eans=0065030815772",
            "cable_length=7 m",
            "product_colour=Black",
            "product_colour=Grey",
            "snagless_cable_boot=true"
        ]
    );
    assert_eq!(category(thing), "Other products");
}

#[test]
fn google_xml() {
    let found = products(Format::GoogleXml, &fixture(Format::GoogleXml));
    let [jumper, rope] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(jumper.handle(), "jumper-7");
    assert_eq!(jumper.title, "Fisherman's jumper & hat");
    assert_eq!(jumper.description, "<p>Warm &lt;wool&gt;</p><p>Made &gt; worn</p>");
    assert_eq!(category(jumper), "Clothing > Jumpers");
    assert_eq!(jumper.options, ["Size"]);
    assert_eq!(variants(jumper), ["J-1 M 60.00 (80.00) 25", "J-2 L 80.00 0"]);
    assert_eq!(images(jumper), ["https://img.example/1.jpg", "https://img.example/2.jpg"]);
    assert_eq!(attributes(jumper), ["mpn=FJ7", "weight=1.2 kg", "color=Navy", "color=White"]);
    assert_eq!(variants(rope), ["R-1  4.50 3"]);
}

#[test]
fn google_atom() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:g='x'><entry><g:id>A</g:id><title>T</title>\
        <link href='https://a.example/>'/><g:price>1.00 EUR</g:price></entry></feed>";
    assert_eq!(summary(entries(Format::GoogleXml, atom.as_bytes())), ["1 a"]);
}

#[test]
fn google_tsv() {
    let found = products(Format::GoogleTsv, &fixture(Format::GoogleTsv));
    let [rope, twine] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(rope.description, "<p>Thick \"hemp\"</p>");
    assert_eq!(category(rope), "Sports > Sailing");
    assert_eq!(images(rope).len(), 3);
    assert_eq!(variants(twine), ["R-2  2.00 0"]);
}

#[test]
fn a_sale_with_dates_is_not_taken() {
    let tsv = "id\ttitle\tprice\tsale_price\tsale_price_effective_date\nA\tT\t9.00 EUR\t5.00 EUR\t2020-01-01/2020-02-01\n";
    assert_eq!(variants(&products(Format::GoogleTsv, tsv)[0]), ["A  9.00 25"]);
}

#[test]
fn line_ends_and_marks_change_nothing() {
    for format in Format::ALL {
        let text = fixture(format);
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(products(format, &windows), products(format, &text), "{format:?}");
        assert_eq!(Format::detect("", windows.as_bytes()), Some(format));
    }
}
