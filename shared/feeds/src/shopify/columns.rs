//! Which column of the header is what.

use super::metafield;
use crate::FeedError;
use crate::table::{Column, Table};
use orilla_catalog::AttributeKey;
use std::io::BufRead;

/// The format, in words, for errors.
pub(super) const FORMAT: &str = "a product export of Shopify (CSV)";

/// A column that holds a metafield.
pub(super) struct Metafield {
    pub(super) column: Column,
    pub(super) key: AttributeKey,
    pub(super) name: String,
}

/// The columns that are read.
pub(super) struct Columns {
    pub(super) handle: Column,
    pub(super) title: Column,
    pub(super) price: Column,
    pub(super) body: Option<Column>,
    pub(super) vendor: Option<Column>,
    pub(super) category: Option<Column>,
    pub(super) kind: Option<Column>,
    pub(super) tags: Option<Column>,
    pub(super) published: Option<Column>,
    pub(super) status: Option<Column>,
    pub(super) option_names: [Option<Column>; 3],
    pub(super) option_values: [Option<Column>; 3],
    pub(super) sku: Option<Column>,
    pub(super) barcode: Option<Column>,
    pub(super) tracker: Option<Column>,
    pub(super) quantity: Option<Column>,
    pub(super) compare_at: Option<Column>,
    pub(super) image: Option<Column>,
    pub(super) image_position: Option<Column>,
    pub(super) image_alt: Option<Column>,
    pub(super) variant_image: Option<Column>,
    pub(super) metafields: Vec<Metafield>,
}

impl Columns {
    /// Finds them in the header.
    pub(super) fn find<R: BufRead>(table: &Table<R>) -> Result<Self, FeedError> {
        let need = |names: &[&str]| {
            table.column(names).ok_or_else(|| FeedError::NotThisFormat {
                format: FORMAT,
                message: format!("its header lacks the column {}", names.first().unwrap_or(&"")),
            })
        };
        let options = |what: &str| {
            ["Option1", "Option2", "Option3"]
                .map(|option| table.column(&[format!("{option} {what}").as_str()]))
        };
        Ok(Columns {
            handle: need(&["Handle", "URL handle"])?,
            title: need(&["Title"])?,
            price: need(&["Variant Price", "Price"])?,
            body: table.column(&["Body (HTML)", "Body HTML", "Description"]),
            vendor: table.column(&["Vendor"]),
            category: table.column(&["Product Category", "Standard Product Type"]),
            kind: table.column(&["Type", "Custom Product Type"]),
            tags: table.column(&["Tags"]),
            published: table.column(&["Published", "Published on online store"]),
            status: table.column(&["Status"]),
            option_names: options("Name"),
            option_values: options("Value"),
            sku: table.column(&["Variant SKU", "SKU"]),
            barcode: table.column(&["Variant Barcode", "Barcode"]),
            tracker: table.column(&["Variant Inventory Tracker", "Inventory tracker"]),
            quantity: table.column(&["Variant Inventory Qty", "Inventory quantity"]),
            compare_at: table.column(&["Variant Compare At Price", "Compare-at price"]),
            image: table.column(&["Image Src", "Product image URL"]),
            image_position: table.column(&["Image Position"]),
            image_alt: table.column(&["Image Alt Text"]),
            variant_image: table.column(&["Variant Image", "Variant image URL"]),
            metafields: table.header.iter().filter_map(metafield::column).collect(),
        })
    }

    /// What the export calls a field of the product.
    pub(super) fn name_of(&self, field: &str) -> String {
        let ends = |end: &str| field.ends_with(end);
        let column = match field {
            "handle" => Some(&self.handle),
            "title" => Some(&self.title),
            "brand" => self.vendor.as_ref(),
            "description" => self.body.as_ref(),
            "variants" => Some(&self.price),
            _ if field.starts_with("options") => self.option_names.iter().flatten().next(),
            _ if field.starts_with("images") => self.image.as_ref(),
            _ if ends(".price") => Some(&self.price),
            _ if ends(".options") => self.option_values.iter().flatten().next(),
            _ if ends(".sku") => self.sku.as_ref(),
            _ if ends(".barcode") => self.barcode.as_ref(),
            _ if ends(".available") => self.quantity.as_ref(),
            _ => None,
        };
        column.map_or_else(|| field.to_owned(), |column| column.name.clone())
    }
}
