//! The typed attributes of a line.

use super::Fields;
use super::names::{readable, unit};
use crate::text;
use orilla_catalog::{Attribute, AttributeKey, AttributeValue, LIMITS};
use serde_json::Value;

/// Texts that list several values with commas: `Grey,Yellow`.
const LISTS: [&str; 8] = [
    "brand_compatibility",
    "cable_colour",
    "colour_name",
    "compatible_memory_cards",
    "printing_colours",
    "product_colour",
    "surface_coloration",
    "wi_fi_standards",
];

/// Attributes that some lines give as a number and others as text or boolean. A facet has one type, so those that
/// are no number get a key of their own.
const MIXED: [&str; 13] = [
    "airflow",
    "capacity",
    "data_transfer_rate",
    "dc_output_voltage",
    "display_resolution",
    "emi_rfi_noise_filtering",
    "height_adjustment",
    "lifetime",
    "maximum_scan_area",
    "number_of_colours",
    "physical_address_extension__pae_",
    "response_time",
    "size",
];

/// The attributes of a product. What has no name or value is left out: of 5,000 kinds of attributes, an odd one
/// must not cost the product.
pub(super) fn read(maker_number: &str, other_eans: &[&str], fields: &Fields) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    let own = [
        ("mpn", "Maker's number", maker_number.to_owned()),
        ("other_eans", "Other EANs", other_eans.join(", ")),
    ];
    for (key, name, value) in own {
        if let (false, Some(key)) = (value.is_empty(), AttributeKey::parse(key)) {
            attributes.push(text::attribute(&key, name, &shortened(&value)));
        }
    }
    for (field, value) in &fields.0 {
        let Some((kind, key)) = field.strip_prefix("attr_").and_then(|rest| rest.split_once('_')) else {
            continue;
        };
        attributes.extend(typed(kind, key, value));
    }
    attributes.truncate(LIMITS.attributes);
    attributes
}

fn typed(kind: &str, key: &str, value: &Value) -> Vec<Attribute> {
    let numeric = kind == "n";
    let suffix = if !numeric && MIXED.contains(&key) { "_text" } else { "" };
    let Some(name) = readable(key).filter(|name| name.chars().count() <= LIMITS.text) else { return vec![] };
    let Some(own_key) = AttributeKey::from_label(&format!("{key}{suffix}")) else { return vec![] };
    let attribute = |value| Attribute { key: own_key.clone(), name: name.clone(), value, unit: None };
    match (kind, value) {
        ("b", Value::Bool(yes)) => vec![attribute(AttributeValue::Boolean(*yes))],
        ("n", Value::Number(number)) => {
            let Some(number) = number.as_f64() else { return vec![] };
            let unit = unit(key, number).map(str::to_owned);
            vec![Attribute { unit, ..attribute(AttributeValue::Number(number)) }]
        }
        ("t", Value::String(text)) => {
            let list = LISTS.contains(&key);
            let values = text.split(|c| list && c == ',').map(shortened).filter(|value| !value.is_empty());
            values.map(|value| attribute(AttributeValue::Text(value))).collect()
        }
        _ => vec![],
    }
}

/// Text on one line (the file writes a line break as a backslash and an n), cut at a word if it is
/// longer than an attribute may be.
fn shortened(text: &str) -> String {
    let text: String =
        text.replace("\\n", ", ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LIMITS.attribute_text {
        return text;
    }
    let start: String = text.chars().take(LIMITS.attribute_text - 1).collect();
    let cut = start.rsplit_once(' ').map_or(start.as_str(), |(before, _)| before);
    format!("{}…", cut.trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The attributes of a line, each as `key=value unit`.
    #[track_caller]
    fn check(json: &str, expected: &[&str]) {
        let fields = serde_json::from_str(json).unwrap();
        let found: Vec<_> = read("", &[], &fields)
            .into_iter()
            .map(|a| {
                format!(
                    "{}={}{}",
                    a.key,
                    a.value.token(),
                    a.unit.map(|u| format!(" {u}")).unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn attributes_are_typed() {
        check(
            r#"{"attr_n_width":12.5,"attr_b_usb_port":true,"attr_t_type":" A  b\\nc "}"#,
            &["width=12.5 mm", "usb_port=true", "type=A b, c"],
        );
        check(
            r#"{"attr_t_product_colour":"Grey, Yellow,"}"#,
            &["product_colour=Grey", "product_colour=Yellow"],
        );
        check(r#"{"attr_t_type":"Grey, Yellow"}"#, &["type=Grey, Yellow"]);
        check(r#"{"attr_n_size":2,"attr_t_size":"A4"}"#, &["size=2", "size_text=A4"]);
        check(r#"{"attr_t_operating_temperature__t_t_":"0 - 35"}"#, &["operating_temperature_t_t=0 - 35"]);
    }

    #[test]
    fn odd_ones_are_left_out() {
        check(
            r#"{"attr_n_width":"12","attr_b_x":1,"attr_t_y":null,"attr_z_a":"b","attr_t_":"x","attr_t_w":" "}"#,
            &[],
        );
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        let cut = shortened(&"printer, ".repeat(1_000));
        assert!(cut.chars().count() <= LIMITS.attribute_text && cut.ends_with("printer…"), "{cut}");
    }
}
