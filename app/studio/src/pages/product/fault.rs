//! What is wrong with a product, and what its fields are called, in words.

use crate::page::StudioContext;
use crate::pages::FormFault;
use orilla_catalog::FaultKind;
use orilla_shop::team::{ProductFault, ProductFaultKind};

/// A fault, at its field, in the page's language.
pub fn product_fault(studio: &StudioContext, fault: ProductFault) -> FormFault {
    let words = studio.words();
    let locale = studio.locale;
    let number = |number: usize| locale.integer(u64::try_from(number).unwrap_or(u64::MAX));
    let message = match fault.kind {
        ProductFaultKind::Checked(kind) => match kind {
            FaultKind::Empty => words.required().to_owned(),
            FaultKind::ControlCharacter => words.not_readable().to_owned(),
            FaultKind::TooMuch { count, most, .. } => words.fault_too_much(&number(count), &number(most)),
            FaultKind::Twice(text) => words.fault_twice(&text),
            FaultKind::Negative => words.fault_negative().to_owned(),
            FaultKind::PriceTooHigh(_) => words.fault_price_too_high().to_owned(),
            FaultKind::TooManyPieces(_) | FaultKind::Sold(_) => words.stock_out_of_range().to_owned(),
            FaultKind::OtherCurrency => words.fault_other_currency().to_owned(),
            FaultKind::NotReduced => words.fault_not_reduced().to_owned(),
            FaultKind::NoVariant => words.fault_no_variant().to_owned(),
            FaultKind::OptionCount { .. } => words.fault_option_count().to_owned(),
            FaultKind::NotFinite => words.fault_not_a_number().to_owned(),
            FaultKind::UnitOfNoNumber => words.fault_unit_of_no_number().to_owned(),
            FaultKind::Handle(_) => words.fault_handle().to_owned(),
        },
        ProductFaultKind::NoStatus | ProductFaultKind::NoKind => words.fault_choose().to_owned(),
        ProductFaultKind::NoCategory => words.category_no_parent().to_owned(),
        ProductFaultKind::NotAnAmount => words.not_an_amount().to_owned(),
        ProductFaultKind::NotANumber => words.fault_not_a_number().to_owned(),
        ProductFaultKind::NotPieces => words.fault_not_pieces().to_owned(),
        ProductFaultKind::NotYesOrNo => words.fault_not_yes_or_no().to_owned(),
        ProductFaultKind::NoKey => words.fault_no_key().to_owned(),
        ProductFaultKind::NotAUrl => words.fault_not_a_url().to_owned(),
        ProductFaultKind::NotAPlace => words.fault_not_a_place().to_owned(),
        ProductFaultKind::NamelessOption => words.fault_nameless_option().to_owned(),
        ProductFaultKind::HandleTaken => words.fault_handle_taken().to_owned(),
        ProductFaultKind::SkuTaken(owner) => words.fault_sku_taken(&owner),
    };
    FormFault { field: fault.field, message }
}

/// What a field is called: `variants[1].price` → `Variant 2: Price`.
pub(super) fn field_name(studio: &StudioContext, field: &str) -> String {
    let words = studio.words();
    let name = |field: &str| match field {
        "title" => words.product_title(),
        "handle" => words.product_handle(),
        "brand" => words.product_brand(),
        "description" => words.product_description(),
        "status" => words.product_status(),
        "category" => words.product_category(),
        "options" => words.product_options(),
        "variants" => words.product_variants(),
        "attributes" => words.product_attributes(),
        "images" => words.product_images(),
        "sku" => words.product_sku(),
        "barcode" => words.product_barcode(),
        "price" => words.product_price(),
        "compare_at" => words.product_compare_at(),
        "name" => words.attribute_name(),
        "kind" => words.attribute_kind(),
        "value" => words.attribute_value(),
        "unit" => words.attribute_unit(),
        "url" => words.image_url(),
        "alt" => words.image_alt(),
        "place" => words.image_place(),
        "pieces" => words.stock_pieces(),
        "reason" => words.stock_reason(),
        _ => "",
    };
    let called = match field.split_once('[').and_then(|(list, rest)| Some((list, rest.split_once(']')?))) {
        Some((list, (at, part))) => {
            let number = at.parse::<u32>().map(|at| at.saturating_add(1).to_string());
            let part = name(part.trim_start_matches('.').split('[').next().unwrap_or_default());
            let row = match (list, number) {
                ("variants", Ok(number)) => format!("{} {number}", words.product_variant()),
                ("options", Ok(number)) => words.product_option(&number),
                ("images", Ok(number)) => words.image_numbered(&number),
                ("attributes", Ok(number)) => format!("{} {number}", words.product_attribute()),
                // In a history, an attribute is named by its key, and its value says what it is called.
                ("attributes", Err(_)) => words.product_attribute().to_owned(),
                _ => String::new(),
            };
            match (row.as_str(), part) {
                ("", _) => String::new(),
                (row, "") => row.to_owned(),
                (row, part) => format!("{row}: {part}"),
            }
        }
        None => name(field.split('-').next().unwrap_or_default()).to_owned(),
    };
    // What has no name here keeps the one that it has in the product's JSON.
    if called.is_empty() { field.to_owned() } else { called }
}
