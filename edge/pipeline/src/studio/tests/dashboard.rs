//! The first page of the Studio.

use super::orders::place;
use super::signed_in;
use crate::testing::{Client, Shop};

/// What the tile says.
#[track_caller]
fn tile(staff: &Client<'_>, name: &str) -> String {
    let page = staff.get("/studio").text();
    let tile = page.split(&format!("<span>{name}</span> <strong>")).nth(1);
    let tile = tile.unwrap_or_else(|| panic!("no tile {name}: {page}"));
    tile.split('<').next().unwrap().to_owned()
}

#[test]
fn it_says_what_was_sold_today_and_what_there_is_to_do() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    assert_eq!((tile(&staff, "Orders today"), tile(&staff, "Sold today")), ("0".into(), "–".into()));
    place(&shop);
    assert_eq!(tile(&staff, "Orders today"), "1");
    assert!(tile(&staff, "Sold today").starts_with('€'));
    assert_eq!((tile(&staff, "To pack"), tile(&staff, "To ship")), ("1".into(), "0".into()));
    shop.execute("UPDATE orders SET status = 'packed'");
    assert_eq!((tile(&staff, "To pack"), tile(&staff, "To ship")), ("0".into(), "1".into()));
    shop.execute("UPDATE orders SET status = 'placed', payment = 'bank_transfer'");
    assert_eq!((tile(&staff, "To pack"), tile(&staff, "Waiting for payment")), ("0".into(), "1".into()));
    // What was cancelled is not sold, and tomorrow is another day.
    shop.execute("UPDATE orders SET status = 'cancelled'");
    assert_eq!(tile(&staff, "Orders today"), "0");
    shop.execute("UPDATE orders SET status = 'paid'");
    assert_eq!(tile(&staff, "Orders today"), "1");
    shop.wait(24 * 3600 * 1000);
    let tomorrow = signed_in(&shop);
    assert_eq!((tile(&tomorrow, "Orders today"), tile(&tomorrow, "To pack")), ("0".into(), "1".into()));
}

#[test]
fn it_says_what_is_not_published_and_what_runs_low() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    assert_eq!(tile(&staff, "Unpublished changes"), "0");
    let low = tile(&staff, "Running low").parse::<u32>().unwrap();
    shop.execute(
        "UPDATE variants SET available = iif(id = (SELECT min(v.id) FROM variants v WHERE v.product_id = variants.product_id), 2, 0)
         WHERE product_id = (SELECT product_id FROM variants GROUP BY product_id HAVING sum(available) > 50 LIMIT 1)",
    );
    assert_eq!(tile(&staff, "Unpublished changes"), "1");
    assert_eq!(tile(&staff, "Running low").parse::<u32>().unwrap(), low + 1);
    let list = staff.get("/studio/products?status=active&stock=low").text();
    assert!(list.contains(&format!("Products found: {}", low + 1)), "{list}");
    shop.publish();
    assert_eq!(tile(&staff, "Unpublished changes"), "0");
}
