//! The 19,406 products of Icecat's open catalogue, through the importer that the team uses. They are not part of the
//! project: without them the test says so and counts as skipped.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use libtest_mimic::{Arguments, Trial};
use orilla_integration::Shop;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const PRODUCTS: i64 = 19_406;

fn main() {
    let arguments = Arguments::from_args();
    let is_absent = !catalogue().is_file();
    if is_absent && !arguments.list {
        eprintln!(
            "skipped: {} is absent (set ORILLA_DATA to the folder with catalog/)",
            catalogue().display()
        );
    }
    let import = || {
        an_import_that_was_killed_is_completed_by_the_next_and_the_shop_is_browsable();
        Ok(())
    };
    let name = "an_import_that_was_killed_is_completed_by_the_next_and_the_shop_is_browsable";
    libtest_mimic::run(&arguments, vec![Trial::test(name, import).with_ignored_flag(is_absent)]).exit();
}

/// `$ORILLA_DATA`, or `../shared/data` beside the project.
fn catalogue() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var_os("ORILLA_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    data.join("catalog/icecat-19k.ndjson.gz")
}

fn importer(shop: &Shop) -> Command {
    let mut command = Command::new(std::env::var_os("ORILLA_FEED").unwrap());
    command.arg("import").arg(catalogue()).args(["--url", &shop.url]).env("STUDIO_TOKEN", &shop.token);
    command
}

/// How many products the shop lists.
fn total(shop: &Shop, query: &str) -> i64 {
    search(shop, query)["total"].as_i64().unwrap()
}

fn search(shop: &Shop, query: &str) -> Value {
    shop.get(&format!("/api/v1/search?{query}")).expect(200).json()
}

fn an_import_that_was_killed_is_completed_by_the_next_and_the_shop_is_browsable() {
    let shop = Shop::default();
    let written = || i64::try_from(shop.export().lines().count()).unwrap();
    let (before, start) = (total(&shop, ""), written());
    let mut killed = importer(&shop).stderr(Stdio::null()).spawn().unwrap();
    while written() < start + 200 {
        assert!(killed.try_wait().unwrap().is_none(), "the importer ended by itself");
        std::thread::sleep(Duration::from_millis(50));
    }
    killed.kill().unwrap(); // SIGKILL
    killed.wait().unwrap();
    let half = written() - start;
    assert!((200..PRODUCTS).contains(&half), "{half}");
    assert_eq!(total(&shop, ""), before, "nothing of it was published");

    let second = importer(&shop).output().unwrap();
    let report = String::from_utf8(second.stderr).unwrap();
    let report = report.lines().last().unwrap_or_default();
    eprintln!("{report}");
    assert!(second.status.success(), "{report}");
    assert!(report.contains(" 0 changed, ") && report.contains(" 0 rejected "), "{report}");
    assert_eq!(total(&shop, "") - before, PRODUCTS);

    browse(&shop);
}

/// What a shopper finds in it.
fn browse(shop: &Shop) {
    let categories = shop.get("/api/v1/categories").expect(200).json();
    let categories = categories["categories"].as_array().unwrap();
    for category in categories.iter().filter(|category| category["parent"].is_null()) {
        let slug = category["slug"].as_str().unwrap();
        assert_eq!(
            total(shop, &format!("category={slug}")),
            category["products"].as_i64().unwrap(),
            "{slug}"
        );
        shop.get(&format!("/en/c/{slug}")).expect(200);
    }
    let found = search(shop, "q=hp+notebook");
    let count = found["total"].as_i64().unwrap();
    assert!((50..PRODUCTS).contains(&count), "{count}");
    for product in found["products"].as_array().unwrap().iter().take(5) {
        let title = product["title"].as_str().unwrap().to_lowercase();
        assert!(title.contains("hp") && title.contains("notebook"), "{title}");
    }
    let facets = found["facets"].as_array().unwrap();
    assert!(facets.iter().any(|facet| facet["kind"] == "number"), "{facets:?}");
    for facet in facets.iter().take(4) {
        let value = &facet["values"][0];
        let (name, value, count) =
            (facet["parameter"].as_str().unwrap(), value["value"].as_str().unwrap(), &value["count"]);
        let narrowed =
            search(shop, &format!("q=hp+notebook&{name}={}", value.replace(' ', "+").replace('"', "%22")));
        assert_eq!(&narrowed["total"], count, "{name}={value}");
    }
    let prices: Vec<_> = search(shop, "q=notebook&sort=price")["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["price_from"]["minor"].as_i64().unwrap())
        .collect();
    assert!(prices.len() > 10 && prices.is_sorted(), "{prices:?}");
    assert_eq!(total(shop, "q=xerox+toner&stock=1"), total(shop, "q=xerox+toner"));
}
