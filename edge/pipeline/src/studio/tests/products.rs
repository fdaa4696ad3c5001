//! Products in the Studio.

use super::{check_refused, hidden, signed_in};
use crate::testing::{Answer, Client, Shop};
use std::collections::BTreeMap;

const LANTERN: &str = "/studio/products/storm-lantern-no-4";

/// The fields of the editor as the page has them, decoded.
fn form(page: &Answer) -> BTreeMap<String, String> {
    let text = page.text();
    let editor = text
        .split("<form method=\"post\" action=\"/studio/products/storm-lantern-no-4\" class=\"editor\">")
        .nth(1);
    let editor = editor.unwrap_or_else(|| panic!("{text}")).split("</form>").next().unwrap();
    let decode = |text: &str| {
        text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    let mut fields = BTreeMap::new();
    for input in editor.split("<input ").skip(1) {
        let input = input.split('>').next().unwrap();
        let value = |name: &str| Some(decode(input.split(&format!("{name}=\"")).nth(1)?.split('"').next()?));
        fields.insert(value("name").unwrap(), value("value").unwrap_or_default());
    }
    let description = editor.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1;
    let description = decode(description.split("</textarea>").next().unwrap());
    fields.insert("description".into(), description.trim_start_matches('\n').to_owned());
    let status = editor.split("selected").next().unwrap().rsplit("value=\"").next().unwrap();
    fields.insert("status".into(), status.split('"').next().unwrap().to_owned());
    fields
}

fn body(fields: &BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The editor's form with these fields changed.
fn edited(staff: &Client<'_>, edits: &[(&str, &str)]) -> String {
    let mut fields = form(&staff.get(LANTERN));
    fields.extend(edits.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    body(&fields)
}

#[track_caller]
fn save(staff: &Client<'_>, edits: &[(&str, &str)], expected: &str) {
    let answer = staff.post_form(LANTERN, &edited(staff, edits));
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, &*format!("{LANTERN}?done={expected}")),
        "{}",
        answer.text()
    );
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
    check(&[("category", "a > > b")], "category");
    check(&[("category", "a>b>c>d>e>f")], "category");
    for price in ["", "free", "-1", "1.234", "99999999999999999999", "1e3"] {
        check(&[("variants[0].price", price)], "variants[0].price");
    }
    check(&[("variants[0].compare_at", "0.01")], "variants[0].compare_at");
    check(&[("variants[0].sku", &"x".repeat(256))], "variants[0].sku");
    shop.execute("UPDATE variants SET sku = 'TAKEN' WHERE id = (SELECT max(id) FROM variants)");
    check(&[("variants[0].sku", "TAKEN")], "variants[0].sku");
    // What is no form of the page has no effect.
    for form in
        ["", "title=x", "version=1&title=x", "version=x&title=a&brand=&description=&status=active&category="]
    {
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
