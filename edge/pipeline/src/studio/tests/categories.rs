//! Categories in the Studio, and what shoppers see of it.

use super::{check_refused, hidden, signed_in};
use crate::testing::{Client, Shop};

const LIST: &str = "/studio/categories";

/// The address of the page of a category, by its slug.
fn page_of(staff: &Client<'_>, slug: &str) -> String {
    let list = staff.get(LIST).text();
    let row = list.split("<tr>").find(|row| row.contains(&format!(">{slug}</td>")));
    let row = row.unwrap_or_else(|| panic!("no {slug}: {list}"));
    row.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn form(staff: &Client<'_>, page: &str, name: &str, parent: &str) -> String {
    let version = hidden(&staff.get(page), "version");
    format!("version={version}&name={name}&parent={parent}")
}

fn id(page: &str) -> &str {
    page.rsplit('/').next().unwrap()
}

#[test]
fn a_category_is_made_renamed_moved_and_deleted() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let made = staff.post_form(LIST, "name=Buoys&parent=");
    assert_eq!(made.status, 303, "{}", made.text());
    let page = made.header("location").split('?').next().unwrap().to_owned();
    assert!(staff.get(made.header("location")).text().contains("The category is there."));
    // Sent twice, it is there already.
    let again = staff.post_form(LIST, "name=buoys&parent=");
    assert_eq!(again.header("location"), format!("{page}?done=there"));
    let light = page_of(&staff, "light");
    let saved = staff.post_form(&page, &form(&staff, &page, "Fenders+%26+buoys", id(&light)));
    assert_eq!((saved.status, saved.header("location")), (303, &*format!("{page}?done=saved")));
    let text = staff.get(saved.header("location")).text();
    for shown in ["Light &gt; Fenders &amp; buoys", "light/fenders-buoys", "<li>buoys</li>", "· Ada</p>"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    // The same form again finds nothing to change.
    let stale = staff.post_form(&page, &format!("version=1&name=Fenders+%26+buoys&parent={}", id(&light)));
    assert_eq!(stale.header("location"), format!("{page}?done=unchanged"));
    let version = hidden(&staff.get(&page), "version");
    for _ in 0..2 {
        let gone = staff.post_form(&format!("{page}/delete"), &format!("version={version}"));
        assert_eq!((gone.status, gone.header("location")), (303, "/studio/categories?done=deleted"));
    }
    assert!(
        staff
            .get("/studio/categories?done=deleted")
            .text()
            .contains("Light &gt; Fenders &amp; buoys: deleted")
    );
    assert_eq!(staff.get(&page).status, 404);
}

#[test]
fn the_old_address_of_a_category_leads_to_the_new_one() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let page = page_of(&staff, "light");
    let saved = staff.post_form(&page, &form(&staff, &page, "Lámparas", ""));
    assert_eq!(saved.status, 303, "{}", saved.text());
    // What is published goes on until the next publish.
    assert_eq!(shop.anonymous().get("/en/c/light").status, 200);
    shop.publish();
    let other = shop.isolate();
    let shopper = other.anonymous();
    let old = shopper.get("/en/c/light?sort=price");
    assert_eq!((old.status, old.header("location")), (308, "/en/c/lamparas?sort=price"));
    let new = shopper.get("/en/c/lamparas?sort=price");
    assert!(new.status == 200 && new.text().contains("Lámparas"), "{}", new.status);
    assert_eq!(shopper.get("/en/c/never").status, 404);
    // The search finds its products by the new name.
    assert!(shopper.get("/en/search?q=lamparas").text().contains("/en/p/storm-lantern-no-4"));
}

#[test]
fn what_cannot_be_is_said_at_its_field() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    for (form, field) in [
        ("name=&parent=", "name"),
        ("name=%21&parent=", "name"),
        ("name=a%01b&parent=", "name"),
        ("name=Buoys&parent=9999", "parent"),
        ("name=Buoys&parent=x", "parent"),
        (&*format!("name={}&parent=", "x".repeat(81)), "name"),
    ] {
        check_refused(&shop, &staff, LIST, form, (422, field));
    }
    let page = page_of(&staff, "light");
    let check = |name: &str, parent: &str, expected: (u16, &str)| {
        check_refused(&shop, &staff, &page, &form(&staff, &page, name, parent), expected);
    };
    check("", "", (422, "name"));
    check("Light", id(&page), (422, "parent"));
    check("Light", "9999", (422, "parent"));
    for form in ["", "version=0", "name=x&parent=", "version=x&name=x&parent="] {
        check_refused(&shop, &staff, &page, form, (422, ""));
    }
    check_refused(&shop, &staff, &format!("{page}/delete"), "version=0", (409, ""));
    assert_eq!(staff.get("/studio/categories/9999").status, 404);
    assert_eq!(staff.get("/studio/categories/x").status, 404);
}

#[test]
fn of_two_who_move_a_category_the_second_sees_it() {
    let shop = Shop::new();
    let (ada, grace) = (signed_in(&shop), signed_in(&shop));
    let page = page_of(&ada, "light");
    let late = form(&grace, &page, "Grace", "");
    assert_eq!(ada.post_form(&page, &form(&ada, &page, "Ada", "")).status, 303);
    let before = shop.rows_written();
    let told = grace.post_form(&page, &late);
    assert_eq!((told.status, shop.rows_written()), (409, before));
    let text = told.text();
    assert!(text.contains("Someone else has changed this category.") && text.contains("value=\"Grace\""));
    let again = format!("version={}&name=Grace&parent=", hidden(&told, "version"));
    assert_eq!(grace.post_form(&page, &again).status, 303);
}

#[test]
fn two_categories_become_one_when_it_is_confirmed() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    staff.post_form(LIST, "name=Lamps&parent=");
    let (light, lamps) = (page_of(&staff, "light"), page_of(&staff, "lamps"));
    let sent = form(&staff, &light, "Lamps", "");
    let before = shop.rows_written();
    let asked = staff.post_form(&light, &sent);
    assert_eq!((asked.status, shop.rows_written()), (409, before));
    assert!(asked.text().contains("There is a category of this name already: Lamps."), "{}", asked.text());
    let done = staff.post_form(&light, &format!("{sent}&merge=yes"));
    assert_eq!((done.status, done.header("location")), (303, &*format!("{lamps}?done=merged")));
    let text = staff.get(&lamps).text();
    assert!(text.contains("Light is now part of Lamps") && text.contains("<li>light</li>"), "{text}");
    // Sent twice, there is nothing left to send it to.
    let again = staff.post_form(&light, &format!("{sent}&merge=yes"));
    assert_eq!(again.header("location"), "/studio/categories?done=gone");
}

#[test]
fn nobody_else_gets_in() {
    let shop = Shop::new();
    let page = page_of(&signed_in(&shop), "light");
    let stranger = shop.anonymous();
    for path in [LIST, &page] {
        assert_eq!(stranger.get(path).status, 303, "{path}");
        assert_eq!(stranger.post_form(path, "name=x&parent=").status, 401, "{path}");
    }
    assert_eq!(stranger.post_form(&format!("{page}/delete"), "version=0").status, 401);
}
