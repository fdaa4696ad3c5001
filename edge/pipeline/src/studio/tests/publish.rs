//! Publishing in the Studio.

use super::{body, check_refused, form_of, signed_in};
use crate::testing::{Client, Shop};

const PAGE: &str = "/studio/publish";

#[track_caller]
fn send(staff: &Client<'_>, path: &str, form: &str, expected: &str) {
    let answer = staff.post_form(path, form);
    let place = format!("{PAGE}?done={expected}");
    assert_eq!((answer.status, answer.header("location")), (303, &*place), "{}", answer.text());
}

fn title(shop: &Shop) -> String {
    shop.anonymous().get("/api/v1/products/storm-lantern-no-4").json()["title"].as_str().unwrap().to_owned()
}

#[test]
fn what_changed_is_shown_published_and_taken_back() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let before = title(&shop);
    assert!(staff.get(PAGE).text().contains("Nothing has changed since the last publication."));
    send(&staff, PAGE, "note=", "unchanged");
    shop.execute(
        "UPDATE products SET title = 'Gale <Lantern>', version = 2 WHERE handle = 'storm-lantern-no-4'",
    );
    let page = staff.get(PAGE).text();
    assert!(page.contains("href=\"/studio/products/storm-lantern-no-4\">Gale &lt;Lantern&gt;</a>"), "{page}");
    assert_eq!(title(&shop), before);
    send(&staff, PAGE, "note=new+%3Cname%3E", "published");
    assert_eq!(title(&shop), "Gale <Lantern>");
    let page = staff.get(&format!("{PAGE}?done=published")).text();
    assert!(page.contains("Published.") && page.contains("Ada · new &lt;name&gt;"), "{page}");
    assert!(staff.get("/studio").text().contains("Ada · new &lt;name&gt;"));
    send(&staff, "/studio/publish/back", "number=1", "published");
    assert_eq!(title(&shop), before);
    // The form can be sent again: going back twice is going back.
    send(&staff, "/studio/publish/back", "number=1", "published");
    assert!(staff.get(PAGE).text().contains("back to 1"));
}

#[test]
fn a_draft_waits_for_nothing() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let nothing = "Nothing has changed since the last publication.";
    let save = |path: &str, edits: &[(&str, &str)]| {
        let mut form = form_of(&staff.get(path), path);
        form.extend(edits.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = staff.post_form(path, &body(&form));
        assert_eq!(answer.status, 303, "{}", answer.text());
    };
    save("/studio/new-product", &[("title", "Fog bell"), ("status", "draft"), ("variants[0].price", "9")]);
    let page = staff.get(PAGE).text();
    assert!(page.contains(nothing) && !page.contains("taken off sale"), "{page}");
    // A product that shoppers see is named as they know it, until it is gone.
    let lantern = "/studio/products/storm-lantern-no-4";
    save(lantern, &[("title", "Gale"), ("status", "draft")]);
    let page = staff.get(PAGE).text();
    assert!(page.contains("<li>Storm Lantern No. 4: taken off sale</li>"), "{page}");
    assert_eq!(page.matches("taken off sale").count(), 1, "{page}");
    send(&staff, PAGE, "note=", "published");
    save(lantern, &[("title", "Lantern")]);
    assert!(staff.get(PAGE).text().contains(nothing));
}

#[test]
fn a_publication_that_is_none_is_refused() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    for number in ["", "x", "-1", "0", "7", "9007199254740992", "18446744073709551615"] {
        check_refused(&shop, &staff, "/studio/publish/back", &format!("number={number}"), (422, ""));
    }
    assert_eq!(shop.anonymous().post_form(PAGE, "note=x").status, 401);
}
