//! Malformed rows: each is rejected with its place and a message, and the rows around it are read.

mod common;

use common::{entries, summary};
use orilla_feeds::{Format, LONGEST_ROW};

#[track_caller]
fn check(format: Format, text: impl AsRef<[u8]>, expected: &[&str]) {
    assert_eq!(summary(entries(format, text.as_ref())), expected);
}

/// Rows of a Shopify file, the first in line 2, with a good one behind them.
#[track_caller]
fn check_shopify(rows: &str, expected: &[&str]) {
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,\
        Variant Inventory Tracker,Variant Inventory Qty,Image Src,Status";
    let text = format!("{header}\n{rows}\nlast,Last,,,,1.00,,,,,\n");
    let last = format!("{} last", rows.matches('\n').count() + 3);
    check(Format::Shopify, text, &[expected, &[last.as_str()]].concat());
}

#[test]
fn shopify_rows() {
    check_shopify(
        "a,A,,,,cheap,,,,,",
        &[
            "line 2, column 6, Variant Price: \"cheap\" is not an amount: write a decimal number such as 12.50",
        ],
    );
    check_shopify(
        "a,A,,,,1.999,,,,,",
        &["line 2, column 6, Variant Price: \"1.999\" has more than the 2 decimals that EUR has"],
    );
    check_shopify(
        "a,A,,,,,,,,,",
        &["line 2, column 6, Variant Price: is empty: every variant needs a price"],
    );
    check_shopify("a,A,,,,-1,,,,,", &["line 2, Variant Price: is negative"]);
    check_shopify(
        "a,A,,,,1,x,,,,",
        &[
            "line 2, column 7, Variant Compare At Price: \"x\" is not an amount: write a decimal number such as 12.50",
        ],
    );
    check_shopify(
        "a,A,,,,1,,shopify,many,,",
        &["line 2, column 9, Variant Inventory Qty: \"many\" is not a count: use a whole number such as 12"],
    );
    check_shopify("a,A,,,,1,,shopify,99999999999,,", &["line 2, Variant Inventory Qty: is above 10000000"]);
    check_shopify(
        "a,A,,,,1,,,,a.jpg,",
        &[
            "line 2, column 10, Image Src: \"a.jpg\" is not the URL of a picture: use https://host/path, at most 2,000 bytes",
        ],
    );
    check_shopify(
        "a,A,,,,1,,,,,sold",
        &["line 2, column 11, Status: \"sold\" is not a status: use active, draft or archived"],
    );
    check_shopify(
        "A b,A,,,,1,,,,,",
        &[
            "line 2, Handle: \"A b\" is not a handle: use lower-case letters, digits, - and _, at most 200 bytes",
        ],
    );
    check_shopify(",A,,,,1,,,,,", &["line 2, column 1, Handle: is empty"]);
    check_shopify(
        "a,,,,,1,,,,,",
        &[
            "line 2, column 2, Title: is empty in the first row of this handle: the rows of a product must stand together",
        ],
    );
    check_shopify(
        "a,A,1",
        &["line 2, row: has 3 cells, the header has 11: is a quote or a separator missing?"],
    );
}

#[test]
fn a_variant_in_fault_rejects_its_product() {
    check_shopify(
        "a,A,Size,S,,1,,,,,\na,,,M,,oops,,,,,\na,,,L,,3,,,,,\nb,B,,,,1,,,,,",
        &[
            "line 3, column 6, Variant Price: \"oops\" is not an amount: write a decimal number such as 12.50",
            "5 b",
        ],
    );
    check_shopify("a,A,Size,S,,1,,,,,\na,,,S,,2,,,,,", &["line 3, Option1 Value: \"S\" stands twice"]);
    check_shopify("a,A,Size,S,X,1,,,,,\na,,,M,X,2,,,,,", &["line 3, Variant SKU: \"X\" stands twice"]);
    check_shopify(
        "a,A,Size,S,X,1,,,,,\na,,,M",
        &["line 3, row: has 4 cells, the header has 11: is a quote or a separator missing?"],
    );
}

#[test]
fn quotes_bytes_and_lengths() {
    check_shopify(
        "a,\"A,,,,1,,,,,\nb,B,,,,1,,,,,",
        &["line 2, row: opens a quote that is not closed", "3 b"],
    );
    let long = format!("Handle,Title,Variant Price\na,{},1\nb,B,1\n", "x".repeat(LONGEST_ROW));
    check(Format::Shopify, long, &["line 2, line: is longer than 1024 KiB", "3 b"]);
    check(
        Format::Shopify,
        b"Handle,Title,Variant Price\na,\xff,1\nb,B,1\n",
        &["line 2, column 2, Title: is not valid UTF-8: save the file as UTF-8", "3 b"],
    );
}

#[test]
fn other_files() {
    check(
        Format::Shopify,
        "Sku,Name\n1,2\n",
        &["end: this is not a product export of Shopify (CSV): its header lacks the column Handle"],
    );
    check(
        Format::Shopify,
        "Handle,Title\n1,2\n",
        &["end: this is not a product export of Shopify (CSV): its header lacks the column Variant Price"],
    );
    check(Format::Shopify, "", &["end: this is not a product export of Shopify (CSV): the file is empty"]);
    check(
        Format::GoogleTsv,
        "id\ttitle\n",
        &["end: this is not a Google Merchant feed (tab-separated): its header lacks the column price"],
    );
    check(
        Format::GoogleXml,
        "hello",
        &["end: this is not a Google Merchant feed (RSS or Atom): it does not begin with <"],
    );
    check(
        Format::GoogleXml,
        "",
        &["end: this is not a Google Merchant feed (RSS or Atom): it has no root element <rss> or <feed>"],
    );
    check(
        Format::GoogleXml,
        "<html><item>",
        &[
            "end: this is not a Google Merchant feed (RSS or Atom): its root element is neither <rss> nor <feed>",
        ],
    );
    check(
        Format::GoogleXml,
        "<?xml version='1.0' encoding='ISO-8859-1'?><rss>",
        &[
            "end: this is not a Google Merchant feed (RSS or Atom): it is written in ISO-8859-1: save it as UTF-8",
        ],
    );
    check(Format::Ndjson, "", &[]);
}

#[test]
fn icecat_lines() {
    let good = r#"{"id":"9","title":"T","price":1}"#;
    for (line, expected) in [
        (r#"{"id":"1","title":"T"}"#, "line 1, price: is missing"),
        (
            r#"{"id":"1","title":"T","price":1.5}"#,
            "line 1, price: is not a whole number of minor units such as 1250",
        ),
        (
            r#"{"id":"1","title":"T","price":-1}"#,
            "line 1, price: is not a whole number of minor units such as 1250",
        ),
        (r#"{"id":"1","title":"T","price":9999999999999999}"#, "line 1, price: the amount is too large"),
        (r#"{"title":"T","price":1}"#, "line 1, id: is missing"),
        (r#"{"id":1,"title":"T","price":1}"#, "line 1, id: is not a text"),
        (r#"{"id":"1","title":" ","price":1}"#, "line 1, title: is missing"),
        (r#"{"id":"1","title":"T","price":1,"ean":[1]}"#, "line 1, ean: is not a list of texts"),
        (
            r#"{"id":"1","title":"T","price":1,"img_high":"x"}"#,
            "line 1, img_high: \"x\" is not the URL of a picture: use https://host/path, at most 2,000 bytes",
        ),
        (r#"{"id":"1","#, "line 1, column 10, JSON: EOF while parsing a value"),
        (
            "[]",
            "line 1, column 0, JSON: invalid type: sequence, expected an object with the fields of a product",
        ),
    ] {
        check(Format::Icecat, format!("{line}\n\n{good}"), &[expected, "3 9"]);
    }
    check(
        Format::Icecat,
        b"{\"\xff\"}\n",
        &["line 1, column 3, line: is not valid UTF-8: save the file as UTF-8"],
    );
}

#[test]
fn google_items() {
    let good = "<item><g:id>z</g:id><title>Z</title><g:price>1 EUR</g:price></item>";
    for (fields, expected) in [
        ("<g:price>1 EUR</g:price><title>T</title>", "line 2, id: is missing"),
        ("<g:id>a</g:id><g:price>1 EUR</g:price>", "line 2, title: is missing"),
        ("<g:id>a</g:id><title>T</title>", "line 2, price: is missing"),
        (
            "<g:id>a</g:id><title>T</title>\n<g:price>1 USD</g:price>",
            "line 3, price: is in USD, but the shop sells in EUR: give the price in EUR, or import with USD",
        ),
        (
            "<g:id>a</g:id><title>T</title><g:price>1.00</g:price>",
            "line 2, price: has no currency: write the amount and an ISO 4217 code, such as 15.00 EUR",
        ),
        (
            "<g:id>a</g:id><title>T</title><g:price>1 XYZ</g:price>",
            "line 2, price: \"XYZ\" is not a currency: use a code of ISO 4217 such as EUR",
        ),
        ("<g:id>a</g:id><title>T</title><g:price>-1 EUR</g:price>", "line 2, price: is negative"),
        (
            "<g:id>!</g:id><title>T</title><g:price>1 EUR</g:price>",
            "line 2, id: has no letter or digit to make a handle of",
        ),
        (
            "<g:id>a</g:id><title>T</title><g:price>1 EUR</g:price><g:availability>maybe</g:availability>",
            "line 2, availability: is none of in_stock, out_of_stock, preorder and backorder",
        ),
        (
            "<g:id>a</g:id><title>T &foo; x</title>",
            "line 2, title: has the unknown entity &foo;: write the character itself",
        ),
        (
            "<g:id>a</g:id>\n\n<title>T</g:id>",
            "line 4, title: is malformed XML: ill-formed document: expected `</title>`, but `</g:id>` was found",
        ),
        (
            "<g:id>a</g:id><title>a & b</title>",
            "line 2, title: is malformed XML: ill-formed document: entity or character reference not closed: `;` not found before end of input",
        ),
    ] {
        let last = format!("{} z", fields.matches('\n').count() + 3);
        let text = format!("<rss><channel>\n<item>{fields}</item>\n{good}</channel></rss>");
        check(Format::GoogleXml, text, &[expected, &last]);
    }
}

#[test]
fn broken_xml_is_left_behind() {
    let good = "<item><g:id>z</g:id><title>Z</title><g:price>1 EUR</g:price></item>";
    check(
        Format::GoogleXml,
        format!("<rss>\n<item><g:id>a\n{good}</rss>"),
        &["line 2, item: is not closed: </item> is missing", "3 z"],
    );
    check(
        Format::GoogleXml,
        format!("<rss>{good}\n<item><g:id>"),
        &["line 2, item: is not closed: </item> is missing", "1 z"],
    );
    check(
        Format::GoogleXml,
        format!("<rss><item><title>{}</title></item>\n{good}", "x".repeat(LONGEST_ROW)),
        &["line 1, item: is longer than 1024 KiB", "2 z"],
    );
    check(
        Format::GoogleXml,
        [b"<rss>\n<item>\n<title>\xff</title></item>\n".as_slice(), good.as_bytes()].concat(),
        &["line 3, item: is not valid UTF-8: save the file as UTF-8", "4 z"],
    );
}

#[test]
fn google_groups() {
    let head = "id\titem_group_id\ttitle\tprice\tsize\n";
    check(
        Format::GoogleTsv,
        format!("{head}a\tg\tT\t1 EUR\tS\nb\tg\tT\t1 EUR\t\nc\t\tC\t1 EUR\t\n"),
        &["line 3, size: is missing: other items of the group have one", "4 c"],
    );
    check(
        Format::GoogleTsv,
        format!("{head}a\tg\tT\t1 EUR\tS\nb\tg\tT\t1 EUR\tS\n"),
        &["line 3, item_group_id: \"\" stands twice"],
    );
    check(
        Format::GoogleTsv,
        format!("{head}a\tg\tT\t1 EUR\tS\nb\tg\tT\t1,5 EUR\tM\nc\t\tC\t1 EUR\t\n"),
        &["line 3, column 4, price: \"1,5\" is not an amount: write a decimal number such as 12.50", "4 c"],
    );
}

#[test]
fn ndjson_lines() {
    let variant = |price: &str| format!(r#"{{"price":{{"minor":{price},"currency":"EUR"}},"available":1}}"#);
    let product =
        |title: &str, variant: &str| format!(r#"{{"handle":"a","title":"{title}","variants":[{variant}]}}"#);
    check(Format::Ndjson, product("T", &variant("1")), &["1 a"]);
    check(Format::Ndjson, product("", &variant("1")), &["line 1, title: is empty"]);
    check(
        Format::Ndjson,
        product("", &variant("-1")),
        &["line 1, title: is empty; variants[0].price: is negative"],
    );
    check(
        Format::Ndjson,
        product("T", &variant("1").replace("EUR", "USD")),
        &[
            "line 1, variants[0].price: is in USD, but the shop sells in EUR: give the price in EUR, or import with USD",
        ],
    );
    check(
        Format::Ndjson,
        "{\"handle\":\"a\"}\n\n{}",
        &["line 1, column 14, JSON: missing field `title`", "line 3, column 2, JSON: missing field `handle`"],
    );
    check(
        Format::Ndjson,
        r#"{"handle":"a","price":1}"#,
        &[
            "line 1, column 21, JSON: unknown field `price`, expected one of `handle`, `title`, `brand`, `description`, `status`, `category`, `options`, `variants`, `attributes`, `images`",
        ],
    );
    check(
        Format::Ndjson,
        "[".repeat(100_000),
        &["line 1, column 1, JSON: invalid type: sequence, expected a string"],
    );
}
