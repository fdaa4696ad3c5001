//! The Studio as its team meets it, over the real SQL.

mod categories;
mod orders;
mod products;
mod publish;
mod sign_in;

use crate::testing::{Answer, Client, Shop, TOKEN};

/// Someone of the team, signed in.
pub(super) fn signed_in(shop: &Shop) -> Client<'_> {
    let browser = shop.shopper();
    let answer = browser.post_form("/studio/sign-in", &format!("name=Ada&token={TOKEN}"));
    assert_eq!(answer.status, 303, "{}", answer.text());
    browser
}

/// The value of the form's hidden field.
#[track_caller]
pub(super) fn hidden(page: &Answer, name: &str) -> String {
    let text = page.text();
    let value = text.split(&format!("name=\"{name}\" value=\"")).nth(1);
    let value = value.and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no field {name}: {text}")).to_owned()
}

/// Sends a form that must be refused: with this status, a message at this field, and nothing written.
#[track_caller]
pub(super) fn check_refused(
    shop: &Shop,
    browser: &Client<'_>,
    path: &str,
    form: &str,
    expected: (u16, &str),
) {
    let (status, field) = expected;
    let before = shop.rows_written();
    let answer = browser.post_form(path, form);
    assert_eq!(answer.status, status, "{form}: {}", answer.text());
    if !field.is_empty() {
        assert!(answer.text().contains(&format!("id=\"{field}-error\"")), "{form}: {}", answer.text());
    }
    assert_eq!(shop.rows_written(), before, "{form}");
    assert_eq!(answer.header("cache-control"), "private, no-store");
}
