//! A new product in the Studio.

use super::{body, check_refused, form_of, signed_in};
use crate::testing::{Client, Shop};

const NEW: &str = "/studio/new-product";

/// The form for a new product with these fields filled in.
fn filled(staff: &Client<'_>, edits: &[(&str, &str)]) -> String {
    let mut fields = form_of(&staff.get(NEW), NEW);
    fields.extend(edits.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    body(&fields)
}

#[test]
fn a_product_is_made_and_seen_when_it_is_on_sale_and_published() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let sent = filled(
        &staff,
        &[
            ("title", "Gimbal <lamp>"),
            ("status", "active"),
            ("category", "light"),
            ("description", "<p>Swings.</p><script>x</script>"),
            ("variants[0].price", "39,50"),
            ("variants[0].pieces", "4"),
            ("variants[0].sku", "GIM-1"),
            ("attributes[0].name", "Waterproof"),
            ("attributes[0].kind", "boolean"),
            ("attributes[0].value", "yes"),
        ],
    );
    // Sent twice, it is there already.
    for _ in 0..2 {
        let made = staff.post_form(NEW, &sent);
        let expected = "/studio/products/gimbal-lamp?done=created";
        assert_eq!((made.status, made.header("location")), (303, expected), "{}", made.text());
    }
    let page = staff.get("/studio/products/gimbal-lamp?done=created").text();
    assert!(page.contains("The product is there.") && page.contains("<p>Created</p>"), "{page}");
    assert_eq!(shop.anonymous().get("/api/v1/products/gimbal-lamp").status, 404);
    shop.publish();
    let product = shop.anonymous().get("/api/v1/products/gimbal-lamp").json();
    assert_eq!(
        (&product["title"], &product["variants"][0]["price"]["minor"]),
        (&"Gimbal <lamp>".into(), &3_950.into())
    );
    let list = shop.anonymous().get("/en/search?q=gimbal%20lamp").text();
    assert!(list.contains("/en/p/gimbal-lamp"), "{list}");
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let check = |edits: &[(&str, &str)], field: &str| {
        let good = [("title", "Gimbal lamp"), ("variants[0].price", "39")];
        let all: Vec<_> = good.iter().chain(edits).copied().collect();
        check_refused(&shop, &staff, NEW, &filled(&staff, &all), (422, field));
    };
    check(&[("title", "")], "title");
    check(&[("title", "!!!")], "handle");
    check(&[("handle", "Not A Handle")], "handle");
    check(&[("handle", "storm-lantern-no-4")], "handle");
    check(&[("variants[0].price", "")], "variants");
    check(&[("variants[0].price", "free")], "variants[0].price");
    check(&[("variants[0].pieces", "many")], "variants[0].pieces");
    check(&[("category", "never")], "category");
    shop.execute("UPDATE variants SET sku = 'TAKEN' WHERE id = (SELECT max(id) FROM variants)");
    check(&[("variants[0].sku", "TAKEN")], "variants[0].sku");
    check_refused(&shop, &staff, NEW, "title=x", (422, ""));
    assert_eq!(shop.anonymous().get(NEW).status, 303);
    assert_eq!(shop.anonymous().post_form(NEW, "title=x").status, 401);
}

#[test]
fn a_draft_is_seen_by_the_team_alone() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let made = staff.post_form(NEW, &filled(&staff, &[("title", "Draft"), ("variants[0].price", "1")]));
    assert_eq!(made.status, 303);
    shop.publish();
    assert_eq!(shop.anonymous().get("/en/p/draft").status, 404);
    assert_eq!(staff.get("/studio/products/draft").status, 200);
}
