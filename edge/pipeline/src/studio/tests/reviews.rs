//! Reviews in the Studio.

use super::{check_refused, form_of, hidden, signed_in};
use crate::testing::{Client, Shop};
use std::collections::BTreeMap;

const PAGE: &str = "/studio/reviews";
const PRODUCT: &str = "/en/p/storm-lantern-no-4";

/// So many accounts have written of a product: the n-th "Text n".
fn write(shop: &Shop, count: u32) {
    for n in 1..=count {
        shop.execute(&format!(
            "INSERT INTO accounts (id, name, handle, created_at) VALUES ({n}, 'account-{n}', 'handle-{n}', 0);
             INSERT INTO reviews (product_id, account_id, version, key, state, stars, author, text, language, at)
             SELECT id, {n}, 1, 'key-{n}', 'waiting', 4, 'Grace {n}', 'Text {n}.', 'es', {n} FROM products
             WHERE handle = 'storm-lantern-no-4'"
        ));
    }
}

/// Sends the form that a page has for a review, or what the notice has; answers the page that it leads to.
#[track_caller]
fn decide(staff: &Client<'_>, page: &str, decision: &str) -> String {
    let mut form = form_of(&staff.get(page), PAGE);
    form.insert("decision".into(), decision.into());
    let answer = staff.post_form(PAGE, &super::body(&form));
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").to_owned()
}

/// What the product's page is once it is made of what is published: a text may be served once more while that is done.
fn product_page(shop: &Shop) -> String {
    shop.anonymous().get(PRODUCT);
    shop.finish();
    shop.anonymous().get(PRODUCT).text()
}

/// The fields of a form for the first review.
fn form(version: &str, decision: &str) -> String {
    let fields = [("id", "1"), ("version", version), ("decision", decision)];
    super::body(&BTreeMap::from(fields.map(|(name, value)| (name.to_owned(), value.to_owned()))))
}

#[test]
fn a_review_is_read_shown_published_and_hidden_again() {
    let shop = Shop::new();
    write(&shop, 1);
    let staff = signed_in(&shop);
    assert!(staff.get("/studio").text().contains("<span>Reviews to read</span> <strong>1</strong>"));
    let page = staff.get(PAGE).text();
    for shown in [
        "Waiting (1)",
        "4 out of 5",
        "Grace 1",
        "<p>Text 1.</p>",
        "href=\"/studio/products/storm-lantern-no-4\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let notice = decide(&staff, PAGE, "shown");
    let page = staff.get(&notice).text();
    assert!(
        page.contains("shown from the next publication on") && page.contains("No review waits for you."),
        "{page}"
    );
    assert!(!product_page(&shop).contains("Text 1."));
    shop.publish();
    assert!(product_page(&shop).contains("<div lang=\"es\"><p>Text 1.</p></div>"));
    // The notice's button is the way back, and what was published goes with the next publication.
    decide(&staff, &notice, "hidden");
    assert!(staff.get("/studio/reviews?state=hidden").text().contains("<p>Text 1.</p>"));
    assert!(product_page(&shop).contains("Text 1."));
    shop.publish();
    assert!(!product_page(&shop).contains("Text 1."));
    assert_eq!(
        decide(&staff, "/studio/reviews?state=hidden", "shown"),
        "/studio/reviews?state=hidden&done=shown&id=1&version=1"
    );
}

#[test]
fn what_was_changed_meanwhile_is_not_decided() {
    let shop = Shop::new();
    write(&shop, 1);
    let staff = signed_in(&shop);
    let seen = hidden(&staff.get(PAGE), "version");
    shop.execute("UPDATE reviews SET version = 2, text = 'Another text.'");
    check_refused(&shop, &staff, PAGE, &form(&seen, "shown"), (409, ""));
    let refused = staff.post_form(PAGE, &form(&seen, "shown")).text();
    assert!(refused.contains("nothing was decided") && refused.contains("Another text."), "{refused}");
    shop.execute(
        "UPDATE reviews SET state = 'removed', stars = NULL, author = NULL, text = NULL, language = NULL",
    );
    check_refused(&shop, &staff, PAGE, &form("2", "shown"), (409, ""));
}

#[test]
fn a_form_that_is_none_is_refused() {
    let shop = Shop::new();
    write(&shop, 1);
    let staff = signed_in(&shop);
    for (version, decision) in
        [("1", ""), ("1", "waiting"), ("1", "removed"), ("", "shown"), ("-1", "shown"), ("x", "shown")]
    {
        check_refused(&shop, &staff, PAGE, &form(version, decision), (422, ""));
    }
    check_refused(&shop, &staff, PAGE, "id=9007199254740992&version=1&decision=shown", (422, ""));
    check_refused(&shop, &staff, PAGE, "id=77&version=1&decision=shown", (409, ""));
    assert_eq!(shop.anonymous().post_form(PAGE, &form("1", "shown")).status, 401);
    assert!(shop.anonymous().get(PAGE).header("location").starts_with("/studio/sign-in?next="));
}

#[test]
fn long_lists_have_pages_and_the_last_one_may_go() {
    let shop = Shop::new();
    write(&shop, 26);
    let staff = signed_in(&shop);
    let first = staff.get(PAGE).text();
    assert!(first.contains("Text 1.") && first.contains("Text 25.") && !first.contains("Text 26."));
    assert!(first.contains("href=\"/studio/reviews?page=2\""), "{first}");
    let after = decide(&staff, "/studio/reviews?page=2", "hidden");
    assert_eq!(after, "/studio/reviews?page=2&done=hidden&id=26&version=1");
    let page = staff.get(&after).text();
    assert!(page.contains("Text 25.") && page.contains("Hidden (1)"), "{page}");
    for odd in ["?state=removed", "?page=0", "?page=x", "?done=shown&id=x", "?done=waiting&id=1&version=1"] {
        let page = staff.get(&format!("{PAGE}{odd}"));
        assert!(page.status == 200 && page.text().contains("Text 1."), "{odd}");
    }
}
