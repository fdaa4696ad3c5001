//! Metafields: columns named `Width (product.metafields.custom.width)`.

use super::columns::Metafield;
use crate::table::Column;
use crate::text::number;
use orilla_catalog::{Attribute, AttributeKey, AttributeValue};
use serde_json::Value;

/// The longest item of a `;`-separated list, in bytes; a text with longer parts is a sentence, not a list.
const LONGEST_ITEM: usize = 80;

/// Reads a column's name; `None` if it is no product metafield.
pub(super) fn column(column: &Column) -> Option<Metafield> {
    let (name, path) = column.name.strip_suffix(')')?.rsplit_once(" (product.metafields.")?;
    let (_namespace, key) = path.split_once('.')?;
    Some(Metafield {
        column: column.clone(),
        key: AttributeKey::from_label(key)?,
        name: name.trim().to_owned(),
    })
}

/// The attributes that a cell stands for: one, or several for a list.
pub(super) fn attributes(metafield: &Metafield, cell: &str) -> Vec<Attribute> {
    let attribute =
        |(value, unit)| Attribute { key: metafield.key.clone(), name: metafield.name.clone(), value, unit };
    values(cell).into_iter().map(attribute).collect()
}

type Typed = (AttributeValue, Option<String>);

fn values(cell: &str) -> Vec<Typed> {
    if cell.starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Value>(cell)
    {
        return json_values(&json);
    }
    let items: Vec<&str> = cell.split(';').map(str::trim).filter(|item| !item.is_empty()).collect();
    if items.iter().all(|item| item.len() <= LONGEST_ITEM && !item.contains('\n')) {
        items.into_iter().map(scalar).collect()
    } else {
        vec![(AttributeValue::Text(cell.to_owned()), None)]
    }
}

fn scalar(text: &str) -> Typed {
    let value = match text {
        _ if text.eq_ignore_ascii_case("true") => AttributeValue::Boolean(true),
        _ if text.eq_ignore_ascii_case("false") => AttributeValue::Boolean(false),
        _ => number(text).map_or_else(|| AttributeValue::Text(text.to_owned()), AttributeValue::Number),
    };
    (value, None)
}

/// Lists, measurements (`{"value":12.5,"unit":"mm"}`), ratings and rich text.
fn json_values(json: &Value) -> Vec<Typed> {
    match json {
        Value::Array(items) => items.iter().flat_map(json_values).collect(),
        Value::Object(fields) if fields.get("type").is_some_and(|kind| kind == "root") => {
            let mut text = String::new();
            rich_text(json, &mut text);
            let text = text.trim();
            if text.is_empty() { vec![] } else { vec![(AttributeValue::Text(text.to_owned()), None)] }
        }
        Value::Object(fields) => {
            let unit = fields.get("unit").and_then(Value::as_str).map(str::to_owned);
            match fields.get("value").and_then(measure) {
                Some(value) => vec![(AttributeValue::Number(value), unit.filter(|unit| !unit.is_empty()))],
                None => vec![(AttributeValue::Text(json.to_string()), None)],
            }
        }
        Value::Bool(yes) => vec![(AttributeValue::Boolean(*yes), None)],
        Value::Number(number) => {
            number.as_f64().map(|number| (AttributeValue::Number(number), None)).into_iter().collect()
        }
        Value::String(text) if !text.trim().is_empty() => vec![scalar(text.trim())],
        Value::String(_) | Value::Null => vec![],
    }
}

/// A number, also one that is written as a text.
fn measure(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| number(value.as_str()?.trim()))
}

/// The words of Shopify's rich text, in order.
fn rich_text(node: &Value, out: &mut String) {
    if let Some(text) = node.get("value").and_then(Value::as_str) {
        out.push_str(text);
    }
    for child in node.get("children").and_then(Value::as_array).into_iter().flatten() {
        rich_text(child, out);
    }
    if node.get("type").is_some_and(|kind| kind == "paragraph" || kind == "list-item" || kind == "heading") {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a cell, each as `value` or `value unit`.
    #[track_caller]
    fn check(cell: &str, expected: &[&str]) {
        let header = Column { index: 0, name: "Tip (type) (product.metafields.custom.tip-type)".into() };
        let metafield = column(&header).unwrap();
        assert_eq!((metafield.key.as_str(), metafield.name.as_str()), ("tip_type", "Tip (type)"));
        let found: Vec<String> = attributes(&metafield, cell)
            .into_iter()
            .map(|a| match (a.value, a.unit) {
                (AttributeValue::Text(text), _) => format!("\"{text}\""),
                (value, Some(unit)) => format!("{} {unit}", value.token()),
                (value, None) => value.token(),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn cells_are_typed() {
        check("TRUE", &["true"]);
        check("false", &["false"]);
        check("12.5", &["12.5"]);
        check("0012", &["\"0012\""]);
        check("wool", &["\"wool\""]);
        check("red; blue;2", &["\"red\"", "\"blue\"", "2"]);
        check("{\"value\":12.5,\"unit\":\"mm\"}", &["12.5 mm"]);
        check("{\"value\":\"3\",\"unit\":\"KILOGRAMS\"}", &["3 KILOGRAMS"]);
        check("[{\"value\":1,\"unit\":\"cm\"},\"x\",true,null]", &["1 cm", "\"x\"", "true"]);
        check("{\"scale_max\":\"5.0\",\"value\":\"4.5\"}", &["4.5"]);
        check("{broken", &["\"{broken\""]);
        check(
            "{\"type\":\"root\",\"children\":[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"value\":\"Hi\"}]}]}",
            &["\"Hi\""],
        );
    }

    #[test]
    fn sentences_are_no_lists() {
        let sentence = format!("Wash cold; {}", "dry flat ".repeat(10));
        check(&sentence, &[&format!("\"{sentence}\"")]);
    }

    #[test]
    fn other_columns_are_no_metafields() {
        for name in
            ["Title", "x (product.metafields.)", "x (product.metafields.a)", "x (variant.metafields.a.b)"]
        {
            assert!(column(&Column { index: 0, name: name.into() }).is_none(), "{name}");
        }
    }
}
