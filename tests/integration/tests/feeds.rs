//! Import and export over HTTP.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use orilla_integration::{Shop, product, unique};
use serde_json::Value;

/// Imports a file of two products twice: they are new, then unchanged, and each is as the shop shows it.
#[track_caller]
fn check(format: &str, file: &str, handle: &str, title: &str, price: i64, variants: usize) {
    let shop = Shop::default();
    let first = shop.import(format, file);
    assert_eq!(
        first,
        serde_json::json!({ "added": 2, "changed": 0, "unchanged": 0, "rejected_total": 0, "rejected": [] })
    );
    let product = shop.product(handle);
    assert_eq!(product["title"], title);
    assert_eq!(product["variants"][0]["price"]["minor"], price);
    assert_eq!(product["variants"].as_array().unwrap().len(), variants);
    let second = shop.import(format, file);
    assert_eq!(
        (&second["added"], &second["changed"], &second["unchanged"]),
        (&0.into(), &0.into(), &2.into())
    );
    assert_eq!(shop.product(handle)["version"], product["version"], "an equal product keeps its version");
    let page = shop.get(&format!("/en/p/{handle}")).expect(200).text();
    assert!(page.contains(&format!("<h1>{title}</h1>")), "{handle}");
}

#[test]
fn shopify_csv() {
    let (one, two) = (unique("csv"), unique("csv"));
    let file = format!(
        "Handle,Title,Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Status\r\n\
         {one},Marlinspike,Skarv,TRUE,Length,10 cm,{one}-10,shopify,5,12.50,active\r\n\
         {one},,,,,20 cm,{one}-20,shopify,0,15.00,\r\n\
         {two},\"Fid, \"\"Swedish\"\"\",Skarv,TRUE,Title,Default Title,{two},shopify,5,9.00,active\r\n"
    );
    check("shopify", &file, &one, "Marlinspike", 1250, 2);
}

#[test]
fn google_xml() {
    let (one, two) = (unique("xml"), unique("xml"));
    let item = |id: &str, title: &str, price: &str| {
        format!(
            "<item><g:id>{id}</g:id><title>{title}</title><g:price>{price}</g:price><g:availability>in_stock</g:availability></item>"
        )
    };
    let file = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel>{}{}</channel></rss>",
        item(&one, "Fairlead &#38; cleat", "7.00 EUR"),
        item(&two, "Bollard", "70 EUR"),
    );
    check("google-xml", &file, &two, "Bollard", 7000, 1);
}

#[test]
fn google_tsv() {
    let (one, two) = (unique("tsv"), unique("tsv"));
    let file = format!(
        "id\ttitle\tprice\tavailability\n{one}\tSextant\t399.00 EUR\tin stock\n{two}\tDividers\t20.00 EUR\tpreorder\n"
    );
    check("google-tsv", &file, &one, "Sextant", 39_900, 1);
}

#[test]
fn icecat() {
    let (one, two) = (unique("ice"), unique("ice"));
    let line = |id: &str, title: &str| {
        format!(
            r#"{{"id":"{id}","name":"N-{id}","title":"{title}","supplier":"Fathom","price":4995,"attr_n_display_diagonal":17.0,"attr_b_touchscreen":false}}"#
        )
    };
    let file = format!("{}\n{}\n", line(&one, "Echo sounder"), line(&two, "Fathom notebook"));
    let handle = format!("fathom-n-{one}-{one}");
    check("icecat", &file, &handle, "Echo sounder", 4995, 1);
}

#[test]
fn own_format() {
    let (one, two) = (unique("own"), unique("own"));
    let file = format!("{}\n{}", product(&one, 1999, 3), product(&two, 5, 0));
    check("ndjson", &file, &one, &format!("Test {one}"), 1999, 1);
}

#[test]
fn a_rejected_row_says_where_and_why_and_stops_nothing() {
    let shop = Shop::default();
    let (good, bad) = (unique("good"), unique("bad"));
    let report =
        shop.import("shopify", &format!("Handle,Title,Variant Price\n{bad},Oops,cheap\n{good},Fine,3.00\n"));
    assert_eq!((&report["added"], &report["rejected_total"]), (&1.into(), &1.into()));
    let row = &report["rejected"][0];
    assert_eq!(
        (&row["line"], &row["column"], &row["field"]),
        (&2.into(), &3.into(), &"Variant Price".into())
    );
    assert!(row["message"].as_str().unwrap().contains("cheap"), "{row}");
    assert_eq!(shop.get(&format!("/api/v1/products/{bad}")).status, 404);
    assert_eq!(shop.product(&good)["title"], "Fine");
}

#[test]
fn a_dry_run_writes_nothing() {
    let shop = Shop::default();
    let handle = unique("dry");
    let body = product(&handle, 100, 1).to_string();
    let path = "/studio/api/import?format=ndjson&dry_run=1";
    let report = shop.post(path, &[("authorization", &shop.bearer())], body.as_bytes()).expect(200).json();
    assert_eq!(report["added"], 1);
    assert_eq!(shop.get(&format!("/api/v1/products/{handle}")).status, 404);
}

#[test]
fn a_change_is_a_new_version_and_an_archived_product_is_gone() {
    let shop = Shop::default();
    let handle = unique("change");
    let mut draft = product(&handle, 100, 1);
    shop.put(&[draft.clone()]);
    let before = shop.product(&handle);
    draft["variants"][0]["price"]["minor"] = 150.into();
    shop.put(&[draft.clone()]);
    let after = shop.product(&handle);
    assert!(after["version"].as_i64() > before["version"].as_i64(), "{after}");
    assert_eq!(
        after["variants"][0]["id"], before["variants"][0]["id"],
        "carts and orders know the variant by its id"
    );
    draft["status"] = "archived".into();
    shop.put(&[draft]);
    assert_eq!(shop.get(&format!("/api/v1/products/{handle}")).status, 404);
    assert_eq!(shop.get(&format!("/en/p/{handle}")).status, 404);
}

#[test]
fn an_export_that_is_imported_changes_nothing() {
    let shop = Shop::default();
    // Other tests import at the same time: what they add is left out.
    let demo = |export: &str| -> Vec<String> {
        let is_demo = |line: &&str| {
            let product: Value = serde_json::from_str(line).unwrap();
            !product["title"].as_str().unwrap().starts_with("Test ") && product["brand"].is_string()
        };
        export.lines().filter(is_demo).map(str::to_owned).collect()
    };
    let first = demo(&shop.export());
    assert!(first.len() >= 120, "{}", first.len());
    for part in first.chunks(100) {
        let report = shop.import("ndjson", &part.join("\n"));
        assert_eq!(report["unchanged"], part.len(), "{report}");
    }
    let known = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().filter(|line| first.contains(line)).collect()
    };
    assert_eq!(known(demo(&shop.export())), first);
}

#[test]
fn what_is_no_file_of_the_format_is_refused() {
    let shop = Shop::default();
    let send = |query: &str, body: &[u8]| {
        shop.post(&format!("/studio/api/import{query}"), &[("authorization", &shop.bearer())], body)
    };
    assert_eq!(send("", b"\x00\x01 what is this").status, 422);
    assert_eq!(send("?format=exe", b"").status, 422);
    assert_eq!(send("?format=ndjson&dry_run=maybe", b"").status, 422);
    assert_eq!(send("?format=shopify", b"Sku,Name\n1,2\n").status, 400);
    let problem = send("?format=exe", b"");
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["errors"][0]["field"], "format", "{}", problem.text());
}
