//! The rows of one handle become one product.

use super::columns::Columns;
use super::{Read, metafield};
use crate::entry::checked;
use crate::table::{Column, Row};
use crate::text::{attribute, category};
use crate::{ASSUMED_STOCK, Entry, Rejection, Settings};
use orilla_catalog::{AttributeKey, Image, ImageUrl, LIMITS, ProductDraft, Status, Variant};
use orilla_money::Money;

/// A product while its rows come in.
pub(super) struct Group {
    line: u64,
    draft: ProductDraft,
    variant_lines: Vec<u64>,
    /// With their positions.
    images: Vec<(u32, Image)>,
    /// The first fault of any row: it rejects the whole product.
    fault: Option<Rejection>,
}

impl Group {
    pub(super) fn new(handle: &str, line: u64) -> Self {
        Group {
            line,
            draft: ProductDraft { handle: handle.to_owned(), ..ProductDraft::default() },
            variant_lines: Vec::new(),
            images: Vec::new(),
            fault: None,
        }
    }

    pub(super) fn handle(&self) -> &str {
        &self.draft.handle
    }

    /// Takes in a row with the group's handle.
    pub(super) fn add(&mut self, row: &Row, columns: &Columns, settings: Settings) {
        if self.fault.is_none() {
            self.fault = row.fault.clone().or_else(|| self.read(row, columns, settings).err());
        }
    }

    fn read(&mut self, row: &Row, columns: &Columns, settings: Settings) -> Read<()> {
        let first = row.line == self.line;
        if first {
            self.read_product(row, columns)?;
        }
        let is_variant = [columns.option_values[0].as_ref(), Some(&columns.price), columns.sku.as_ref()]
            .iter()
            .any(|column| !row.cell(*column).is_empty());
        if first || is_variant {
            self.read_variant(row, columns, settings)?;
        }
        self.read_image(row, columns)
    }

    /// What only the first row says.
    fn read_product(&mut self, row: &Row, columns: &Columns) -> Read<()> {
        let draft = &mut self.draft;
        draft.title = row.cell(Some(&columns.title)).to_owned();
        if draft.title.is_empty() {
            let message =
                "is empty in the first row of this handle: the rows of a product must stand together";
            return Err(columns.title.fault(row.line, message));
        }
        draft.description = row.cell(columns.body.as_ref()).to_owned();
        draft.brand = Some(row.cell(columns.vendor.as_ref()).to_owned()).filter(|brand| !brand.is_empty());
        draft.status = status(row, columns)?;
        for column in [&columns.kind, &columns.category].into_iter().flatten() {
            if draft.category.is_none() {
                draft.category =
                    category(row.cell(Some(column))).map_err(|why| column.fault(row.line, why))?;
            }
        }
        draft.options = columns
            .option_names
            .iter()
            .map(|column| row.cell(column.as_ref()).to_owned())
            .take_while(|name| !name.is_empty())
            .collect();
        if let Some(key) = AttributeKey::parse("tag") {
            let tags =
                row.cell(columns.tags.as_ref()).split(',').map(str::trim).filter(|tag| !tag.is_empty());
            draft.attributes.extend(tags.map(|tag| attribute(&key, "Tag", tag)));
        }
        for field in &columns.metafields {
            let cell = row.cell(Some(&field.column));
            if !cell.is_empty() {
                draft.attributes.extend(metafield::attributes(field, cell));
            }
        }
        Ok(())
    }

    fn read_variant(&mut self, row: &Row, columns: &Columns, settings: Settings) -> Read<()> {
        if self.draft.variants.len() == LIMITS.variants {
            let message = format!("is one variant more than the {} that are allowed", LIMITS.variants);
            return Err(columns.price.fault(row.line, message));
        }
        let text = |column: &Option<Column>| {
            // Spreadsheets keep a number as text with an apostrophe before it.
            let cell = row.cell(column.as_ref()).trim_start_matches('\'');
            (!cell.is_empty()).then(|| cell.to_owned())
        };
        let money = |column: &Column| {
            Money::parse(row.cell(Some(column)), settings.currency)
                .map_err(|why| column.fault(row.line, why.to_string()))
        };
        if row.cell(Some(&columns.price)).is_empty() {
            return Err(columns.price.fault(row.line, "is empty: every variant needs a price"));
        }
        let price = money(&columns.price)?;
        let compare_at = match &columns.compare_at {
            Some(column) if !row.cell(Some(column)).is_empty() => Some(money(column)?),
            _ => None,
        };
        let values = columns.option_values.iter().take(self.draft.options.len());
        self.draft.variants.push(Variant {
            sku: text(&columns.sku),
            barcode: text(&columns.barcode),
            options: values.map(|column| row.cell(column.as_ref()).to_owned()).collect(),
            price,
            // Shopify shows no former price that is not above the price, and exports it all the same.
            compare_at: compare_at.filter(|before| before.minor > price.minor),
            available: available(row, columns)?,
            sold: 0,
        });
        self.variant_lines.push(row.line);
        Ok(())
    }

    fn read_image(&mut self, row: &Row, columns: &Columns) -> Read<()> {
        let position = row.cell(columns.image_position.as_ref()).parse().unwrap_or(u32::MAX - 1);
        let alt = row.cell(columns.image_alt.as_ref());
        // A variant's picture stands behind the product's own, unless it is one of them.
        for (column, position, alt) in
            [(&columns.image, position, alt), (&columns.variant_image, u32::MAX, "")]
        {
            let Some(column) = column.as_ref().filter(|column| !row.cell(Some(column)).is_empty()) else {
                continue;
            };
            let url = ImageUrl::parse(row.cell(Some(column))).map_err(|why| column.fault(row.line, why))?;
            let full = self.images.len() == LIMITS.images;
            match self.images.iter_mut().find(|(_, image)| image.url == url) {
                Some(known) if position < known.0 => *known = (position, Image { url, alt: alt.to_owned() }),
                Some(_) => {}
                None if full => {
                    let message = format!("is one picture more than the {} that are allowed", LIMITS.images);
                    return Err(column.fault(row.line, message));
                }
                None => self.images.push((position, Image { url, alt: alt.to_owned() })),
            }
        }
        Ok(())
    }

    /// The product, when all its rows are in.
    pub(super) fn finish(self, columns: &Columns) -> Entry {
        if let Some(fault) = self.fault {
            return Entry::Rejected(fault);
        }
        let Group { line, mut draft, variant_lines, mut images, .. } = self;
        images.sort_by_key(|(position, _)| *position);
        draft.images = images.into_iter().map(|(_, image)| image).collect();
        // A product without options has this one in the export.
        if draft.options == ["Title"] && draft.variants.len() == 1 {
            let only_default = |variant: &Variant| variant.options == ["Default Title"];
            if draft.variants.iter().all(only_default) {
                draft.options.clear();
                draft.variants.iter_mut().for_each(|variant| variant.options.clear());
            }
        }
        checked(draft, line, &variant_lines, |field| columns.name_of(field))
    }
}

fn status(row: &Row, columns: &Columns) -> Read<Status> {
    let hidden = row.cell(columns.published.as_ref()).eq_ignore_ascii_case("false");
    match (row.cell(columns.status.as_ref()).to_ascii_lowercase().as_str(), &columns.status) {
        ("draft" | "unlisted", _) => Ok(Status::Draft),
        ("archived", _) => Ok(Status::Archived),
        ("active" | "", _) if hidden => Ok(Status::Draft),
        ("active" | "", _) | (_, None) => Ok(Status::Active),
        (other, Some(column)) => {
            let other: String = other.chars().take(40).collect();
            Err(column.fault(row.line, format!("\"{other}\" is not a status: use active, draft or archived")))
        }
    }
}

/// Oversold variants have a negative stock in the export: nothing is left. Those that Shopify does not track have
/// no tracker and no stock, and can always be bought.
fn available(row: &Row, columns: &Columns) -> Read<u32> {
    let untracked = columns.tracker.is_some() && row.cell(columns.tracker.as_ref()).is_empty();
    let Some(column) = columns.quantity.as_ref().filter(|column| !row.cell(Some(column)).is_empty()) else {
        let tracked = columns.tracker.is_some() && !untracked;
        return Ok(if tracked { 0 } else { ASSUMED_STOCK });
    };
    let cell = row.cell(Some(column));
    match cell.parse::<i64>() {
        Ok(quantity) if quantity <= 0 && untracked => Ok(ASSUMED_STOCK),
        Ok(quantity) => Ok(u32::try_from(quantity.max(0)).unwrap_or(u32::MAX)),
        Err(_) => {
            let cell: String = cell.chars().take(40).collect();
            Err(column.fault(row.line, format!("\"{cell}\" is not a count: use a whole number such as 12")))
        }
    }
}
