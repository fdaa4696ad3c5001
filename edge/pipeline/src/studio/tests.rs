//! The Studio as its team meets it, over the real SQL.

mod bandits;
mod categories;
mod dashboard;
mod experiments;
mod flags;
mod imports;
mod new_product;
pub(crate) mod orders;
mod pages;
mod passkeys;
mod products;
mod publish;
mod reviews;
mod rollouts;
mod sign_in;

use crate::testing::{Answer, Client, Shop, TOKEN};
use std::collections::BTreeMap;

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

/// The fields of the form with this address, as the page has them, decoded.
#[track_caller]
pub(super) fn form_of(page: &Answer, action: &str) -> BTreeMap<String, String> {
    let text = page.text();
    let start = format!("<form method=\"post\" action=\"{action}\"");
    let form = text.split(&start).nth(1).unwrap_or_else(|| panic!("no form {action}: {text}"));
    let form = form.split("</form>").next().unwrap();
    let decode = |text: &str| {
        text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    let value =
        |tag: &str, name: &str| Some(decode(tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?));
    let mut fields = BTreeMap::new();
    for part in form.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap();
        let Some(name) = value(tag, "name") else { continue };
        if tag.starts_with("input") && (!tag.contains("type=\"checkbox\"") || tag.contains(" checked")) {
            fields.insert(name, value(tag, "value").unwrap_or_default());
        } else if tag.starts_with("textarea") {
            fields.insert(name, decode(rest).trim_start_matches('\n').to_owned());
        } else if tag.starts_with("select") {
            let options = form.split(&format!("<{tag}>")).nth(1).unwrap().split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|option| option.contains(" selected"));
            fields.insert(name, chosen.and_then(|option| value(option, "value")).unwrap_or_default());
        }
    }
    fields
}

/// The body that sends these fields.
pub(super) fn body(fields: &BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
