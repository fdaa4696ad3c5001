//! Products in the Studio.

use super::{body, check_refused, form_of, hidden, signed_in};
use crate::testing::{Answer, Client, Shop};
use std::collections::BTreeMap;

const LANTERN: &str = "/studio/products/storm-lantern-no-4";
/// A product without options.
const KEEPER: &str = "/studio/products/keepers-lantern";

/// The fields of the editor as the page has them.
#[track_caller]
fn form(page: &Answer) -> BTreeMap<String, String> {
    form_of(page, LANTERN)
}

/// The editor's form with these fields changed.
fn edited_at(staff: &Client<'_>, path: &str, edits: &[(&str, &str)]) -> String {
    let mut fields = form_of(&staff.get(path), path);
    fields.extend(edits.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    body(&fields)
}

fn edited(staff: &Client<'_>, edits: &[(&str, &str)]) -> String {
    edited_at(staff, LANTERN, edits)
}

#[track_caller]
fn save_at(staff: &Client<'_>, path: &str, edits: &[(&str, &str)], expected: &str) {
    let answer = staff.post_form(path, &edited_at(staff, path, edits));
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, &*format!("{path}?done={expected}")),
        "{}",
        answer.text()
    );
}

#[track_caller]
fn save(staff: &Client<'_>, edits: &[(&str, &str)], expected: &str) {
    save_at(staff, LANTERN, edits, expected);
}

#[test]
fn products_are_listed_with_filters() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let link = "href=\"/studio/products/storm-lantern-no-4\"";
    for list in [
        "?q=storm+lantern",
        "?q=storm-lantern-no-4&status=active&stock=in",
        "?category=light&q=storm+lantern",
    ] {
        assert!(staff.get(&format!("/studio/products{list}")).text().contains(link), "{list}");
    }
    for list in
        ["?q=%25", "?q=storm+lantern&status=draft", "?q=storm+lantern&stock=out", "?q=storm&category=wear"]
    {
        assert!(!staff.get(&format!("/studio/products{list}")).text().contains(link), "{list}");
    }
    shop.execute("UPDATE products SET status = 'draft' WHERE handle = 'storm-lantern-no-4'");
    assert!(staff.get("/studio/products?status=draft").text().contains(link));
}

#[test]
fn an_edit_is_stored_and_told() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    save(&staff, &[], "unchanged");
    save(&staff, &[("title", "Gale <i>Lantern</i>"), ("variants[0].price", "41,50")], "saved");
    let page = staff.get(&format!("{LANTERN}?done=saved"));
    for shown in ["Saved.", "Gale &lt;i&gt;Lantern", "value=\"41.50\"", "Edited (version 2)", "· Ada</p>"] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    shop.publish();
    let product = shop.anonymous().get("/api/v1/products/storm-lantern-no-4").json();
    assert_eq!(product["title"], "Gale <i>Lantern</i>");
    assert_eq!(product["variants"][0]["price"]["minor"], 4150);
    save(&staff, &[("status", "archived")], "saved");
    shop.publish();
    assert_eq!(shop.anonymous().get("/api/v1/products/storm-lantern-no-4").status, 404);
    assert_eq!(staff.get(LANTERN).status, 200);
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let check = |edits: &[(&str, &str)], field: &str| {
        let form = edited(&staff, edits);
        check_refused(&shop, &staff, LANTERN, &form, (422, field));
    };
    check(&[("title", " ")], "title");
    check(&[("title", &"x".repeat(501))], "title");
    check(&[("title", "a\u{1}")], "title");
    check(&[("brand", &"x".repeat(256))], "brand");
    check(&[("description", &"x".repeat(60_001))], "description");
    check(&[("status", "gone")], "status");
    check(&[("category", "never")], "category");
    check(&[("attributes[0].kind", "odd")], "attributes[0].kind");
    check(&[("images[0].url", "javascript:alert(1)")], "images[0].url");
    check(&[("images[0].url", "https://a.example/1"), ("images[0].place", "x")], "images[0].place");
    check(&[("variants[0].options[2]", "Large")], "options[2]");
    for price in ["", "free", "-1", "1.234", "99999999999999999999", "1e3"] {
        check(&[("variants[0].price", price)], "variants[0].price");
    }
    check(&[("variants[0].compare_at", "0.01")], "variants[0].compare_at");
    check(&[("variants[0].sku", &"x".repeat(256))], "variants[0].sku");
    shop.execute("UPDATE variants SET sku = 'TAKEN' WHERE id = (SELECT max(id) FROM variants)");
    check(&[("variants[0].sku", "TAKEN")], "variants[0].sku");
    // What is no form of the page has no effect.
    for form in [
        "",
        "title=x",
        "version=1&title=x",
        "version=1&title=a&brand=&description=&status=active&category=",
        "version=x&title=a&brand=&description=&status=active&category=&end=1",
    ] {
        check_refused(&shop, &staff, LANTERN, form, (422, ""));
    }
}

#[test]
fn the_preview_shows_what_is_safe_and_stores_nothing() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let before = shop.rows_written();
    let text = "<p>Good <b>light</b></p><script>alert(1)</script></textarea>";
    let form = edited(&staff, &[("intent", "preview"), ("description", text)]);
    let page = staff.post_form(LANTERN, &form);
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<p>Good <b>light</b></p>") && page.text().contains("<details open"));
    assert!(!page.text().contains("<script>") && page.text().contains("&lt;/textarea"));
    assert_eq!(shop.rows_written(), before);
}

#[test]
fn of_two_edits_the_second_sees_the_first_and_loses_nothing() {
    let shop = Shop::new();
    let (ada, grace) = (signed_in(&shop), signed_in(&shop));
    let late = edited(&grace, &[("title", "Grace's lantern")]);
    save(&ada, &[("title", "Ada's lantern"), ("brand", "Ada & Co")], "saved");
    let before = shop.rows_written();
    let page = grace.post_form(LANTERN, &late);
    assert_eq!((page.status, shop.rows_written()), (409, before));
    for shown in ["Someone else has changed this product", "Ada's lantern", "Ada &amp; Co"] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    let again = form(&page);
    assert_eq!((again["title"].as_str(), again["version"].as_str()), ("Grace's lantern", "2"));
    // The form that shows the conflict can be sent: its version is the one that it showed.
    assert_eq!(grace.post_form(LANTERN, &body(&again)).status, 303);
    assert_eq!(form(&ada.get(LANTERN))["title"], "Grace's lantern");
    // A form with a fault and an old version says both.
    let both = grace.post_form(LANTERN, &late.replace("Grace%27s+lantern", "+"));
    assert_eq!(both.status, 409);
    assert!(both.text().contains("id=\"title-error\""));
    assert!(!both.text().contains("There was nothing to change"), "{}", both.text());
    // It has not shown yet what is stored: mended, it does so before anything takes its place.
    let mut mended = form(&both);
    assert_eq!(mended["version"], "1");
    mended.insert("title".into(), "Grace's lamp".into());
    let before = shop.rows_written();
    let shown = grace.post_form(LANTERN, &body(&mended));
    assert_eq!((shown.status, shop.rows_written()), (409, before));
    assert!(shown.text().contains("<span class=\"kept\">Grace's lantern</span>"), "{}", shown.text());
    assert_eq!(grace.post_form(LANTERN, &body(&form(&shown))).status, 303);
    assert_eq!(form(&ada.get(LANTERN))["title"], "Grace's lamp");
}

#[test]
fn stock_changes_by_a_reason() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let path = &format!("{LANTERN}/stock");
    let page = staff.get(LANTERN);
    let (key, variant) = (hidden(&page, "key"), hidden(&page, "variant"));
    let adjust = |fields: &str| format!("key={key}&variant={variant}&{fields}");
    let at = |field: &str| format!("{field}-{variant}");
    let pieces = at("pieces");
    for typed in ["", "0", "three", "1.5", "10000001", "99999999999999999999"] {
        check_refused(
            &shop,
            &staff,
            path,
            &adjust(&format!("pieces={typed}&reason=counted")),
            (422, &pieces),
        );
    }
    check_refused(&shop, &staff, path, &adjust("pieces=3&reason="), (422, &at("reason")));
    check_refused(&shop, &staff, path, &adjust("pieces=3&reason=%00"), (422, &at("reason")));
    check_refused(&shop, &staff, path, "key=short&variant=1&pieces=3&reason=a", (422, ""));
    check_refused(&shop, &staff, path, &format!("key={key}&variant=99999&pieces=3&reason=a"), (422, ""));
    // More than there are: the transaction is rolled back.
    let none = staff.post_form(path, &adjust("pieces=-1000000&reason=a"));
    assert!(none.status == 422 && none.text().contains(&format!("id=\"{pieces}-error\"")), "{}", none.text());
    for _ in 0..2 {
        let done = staff.post_form(path, &adjust("pieces=%2B3&reason=found+<three>"));
        assert_eq!((done.status, done.header("location")), (303, &*format!("{LANTERN}?done=stock")));
    }
    let page = staff.get(&format!("{LANTERN}?done=stock")).text();
    assert_eq!(page.matches("Stock +3: found &lt;three&gt;").count(), 1, "{page}");
    check_refused(&shop, &staff, path, &adjust("pieces=4&reason=again"), (409, ""));
}

#[test]
fn attributes_pictures_and_variants_are_edited() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let before = form_of(&staff.get(KEEPER), KEEPER);
    let rows = before.keys().filter(|name| name.starts_with("attributes[") && name.ends_with(".key")).count();
    // The last row is empty.
    let last = rows - 1;
    let at = |part: &str| format!("attributes[{last}].{part}");
    save_at(
        &staff,
        KEEPER,
        &[
            (&*at("name"), "Burns for"),
            (&*at("kind"), "number"),
            (&*at("value"), "12,5"),
            (&*at("unit"), "h"),
            ("images[0].url", "https://pictures.example/a.jpg"),
            ("images[0].alt", "At sea <b>"),
            ("options[0]", "Size"),
            ("variants[0].options[0]", "Small"),
            ("variants[1].options[0]", "Large"),
            ("variants[1].price", "61"),
            ("variants[1].pieces", "7"),
            ("variants[1].sku", "FD-LARGE"),
        ],
        "saved",
    );
    let page = staff.get(KEEPER);
    let text = page.text();
    for shown in [
        "Burns for: 12.5 h",
        "https://pictures.example/a.jpg At sea &lt;b&gt;",
        "Large · FD-LARGE · 61.00 EUR",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let now = form_of(&page, KEEPER);
    assert_eq!((now["variants[1].options[0]"].as_str(), now["variants[2].id"].as_str()), ("Large", ""));
    shop.publish();
    let product = shop.anonymous().get("/api/v1/products/keepers-lantern").json();
    assert_eq!(product["variants"][1]["price"]["minor"], 6_100);
    assert_eq!(product["options"][0], "Size");
    // An order of the pictures, and one of them goes.
    save_at(
        &staff,
        KEEPER,
        &[("images[1].url", "https://pictures.example/b.jpg"), ("images[1].place", "1")],
        "saved",
    );
    assert_eq!(form_of(&staff.get(KEEPER), KEEPER)["images[0].url"], "https://pictures.example/b.jpg");
    save_at(
        &staff,
        KEEPER,
        &[("images[0].url", ""), (&*at("name"), ""), (&*at("value"), ""), (&*at("unit"), "")],
        "saved",
    );
    let after = form_of(&staff.get(KEEPER), KEEPER);
    assert_eq!(after["images[0].url"], "https://pictures.example/a.jpg");
    assert_eq!(after[&at("name")], "");
    // A variant is no longer sold; the last can't go.
    save_at(&staff, KEEPER, &[("variants[1].remove", "yes")], "saved");
    assert_eq!(form_of(&staff.get(KEEPER), KEEPER)["variants[1].id"], "");
    let none = edited_at(&staff, KEEPER, &[("variants[0].remove", "yes")]);
    check_refused(&shop, &staff, KEEPER, &none, (422, "variants"));
}

#[test]
fn there_is_room_for_more_rows() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let before = shop.rows_written();
    let sent = edited_at(
        &staff,
        KEEPER,
        &[("intent", "more"), ("title", "Typed already"), ("images[0].url", "not yet right")],
    );
    let page = staff.post_form(KEEPER, &sent);
    assert_eq!((page.status, shop.rows_written()), (200, before));
    let form = form_of(&page, KEEPER);
    assert_eq!(form["title"], "Typed already");
    for name in ["variants[3].price", "images[3].url"] {
        assert_eq!(form[name], "", "{name}");
    }
    assert_eq!(form["images[0].url"], "not yet right");
}

#[test]
fn the_last_edit_is_taken_back() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let title = form(&staff.get(LANTERN))["title"].clone();
    save(&staff, &[("title", "Wrong"), ("variants[0].price", "1"), ("brand", "")], "saved");
    let undo = format!("{LANTERN}/undo");
    let sent = body(&form_of(&staff.get(LANTERN), &undo));
    let done = staff.post_form(&undo, &sent);
    assert_eq!((done.status, done.header("location")), (303, &*format!("{LANTERN}?done=undone")));
    let page = staff.get(&format!("{LANTERN}?done=undone"));
    assert_eq!(form(&page)["title"], title);
    assert!(page.text().contains("A change was taken back (version 3)"), "{}", page.text());
    // Sent twice, or after another edit, it takes nothing back.
    check_refused(&shop, &staff, &undo, &sent, (409, ""));
    check_refused(&shop, &staff, &undo, "", (409, ""));
    // Who takes back what was taken back has the edit again.
    let again = body(&form_of(&page, &undo));
    assert_eq!(staff.post_form(&undo, &again).status, 303);
    assert_eq!(form(&staff.get(LANTERN))["title"], "Wrong");
}

#[test]
fn what_is_wrong_is_said_in_the_languages_of_the_team() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let sent = edited(&staff, &[("variants[0].compare_at", "0.01")]);
    for (language, expected) in [
        ("en", "The former price must be above the price."),
        ("es", "El precio anterior debe superar el precio."),
        ("pt", "O preço anterior deve ser superior ao preço."),
    ] {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept-language", language)];
        let answer = staff.send("POST", LANTERN, &headers, sent.as_bytes());
        assert!(answer.status == 422 && answer.text().contains(expected), "{}", answer.text());
    }
}
