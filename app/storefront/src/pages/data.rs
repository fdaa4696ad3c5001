//! What machines read of a page: search engines, in the words of schema.org, and browsers.

use crate::page::PageContext;
use serde_json::{Map, Value};

/// An object. A function and a list: what the macro of `serde_json` writes out at each place where it is used is several
/// times as large, and the shop's module has a limit.
#[inline(never)]
pub(crate) fn object(fields: Vec<(&'static str, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// The way to a page, from names and paths: a BreadcrumbList.
pub(super) fn breadcrumbs(page: &PageContext, way: Vec<(String, String)>) -> Value {
    let items: Vec<Value> = way
        .into_iter()
        .zip(1_u32..)
        .map(|((name, path), position)| {
            object(vec![
                ("@type", "ListItem".into()),
                ("position", position.into()),
                ("name", name.into()),
                ("item", format!("{}{path}", page.origin).into()),
            ])
        })
        .collect();
    object(vec![
        ("@context", "https://schema.org".into()),
        ("@type", "BreadcrumbList".into()),
        ("itemListElement", items.into()),
    ])
}
