//! Icecat's open catalogue as JSON lines: `id`, `name` (the maker's number), `title`, `ean`, `short_description`,
//! `supplier`, `price` in minor units, pictures, and typed attributes (`attr_t_` text, `attr_n_` number, `attr_b_`
//! boolean).
//!
//! The maker's number is not unique, so the SKU is made of Icecat's id. The file has no categories (see
//! [`categories`]) and no stock (see [`crate::ASSUMED_STOCK`]).

mod attributes;
mod categories;
mod names;
mod rules;

use crate::entry::{Next, checked};
use crate::lines::Lines;
use crate::text::{json_fault, paragraphs};
use crate::{ASSUMED_STOCK, Entry, LONGEST_ROW, Rejection, Settings};
use categories::Categories;
use orilla_catalog::{Image, ImageUrl, ProductDraft, Status, Variant, slug};
use orilla_money::{Currency, Money};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::io::BufRead;

pub(crate) struct Reader<R> {
    lines: Lines<R>,
    categories: Categories,
    settings: Settings,
}

impl<R: BufRead> Reader<R> {
    pub(crate) fn new(reader: R, settings: Settings) -> Self {
        Reader { lines: Lines::new(reader, LONGEST_ROW), categories: Categories::new(), settings }
    }

    pub(crate) fn next(&mut self) -> Next {
        while let Some(line) = self.lines.next()? {
            let number = line.number;
            let text = match line.text(LONGEST_ROW) {
                Ok(text) if text.trim().is_empty() => continue,
                Ok(text) => text,
                Err(rejection) => return Ok(Some(Entry::Rejected(rejection))),
            };
            let draft = serde_json::from_str(&text)
                .map_err(|error| json_fault(number, &error))
                .and_then(|fields| self.draft(&Record { line: number, fields }));
            return Ok(Some(match draft {
                Ok(draft) => checked(draft, number, &[], name_of),
                Err(rejection) => Entry::Rejected(rejection),
            }));
        }
        Ok(None)
    }

    fn draft(&self, record: &Record) -> Result<ProductDraft, Rejection> {
        let id = record.need("id")?;
        let title = record.need("title")?;
        let maker_number = record.text("name")?.unwrap_or_default();
        let brand = record.text("supplier")?;
        let eans = record.texts("ean")?;
        Ok(ProductDraft {
            handle: handle(brand.unwrap_or_default(), maker_number, id),
            title: title.to_owned(),
            brand: brand.map(str::to_owned),
            description: paragraphs(record.text("short_description")?.unwrap_or_default()),
            status: Status::Active,
            category: self.categories.of(title, &record.fields),
            options: Vec::new(),
            variants: vec![Variant {
                sku: Some(format!("ICE-{id}")),
                barcode: eans.first().map(|ean| (*ean).to_owned()),
                options: Vec::new(),
                price: record.price(self.settings.currency)?,
                compare_at: None,
                available: ASSUMED_STOCK,
                sold: 0,
            }],
            attributes: attributes::read(maker_number, eans.get(1..).unwrap_or_default(), &record.fields),
            images: record.image()?.into_iter().collect(),
        })
    }
}

/// Readable and unique: brand and number as they are today, and the id, which never changes.
fn handle(brand: &str, maker_number: &str, id: &str) -> String {
    let words: String = slug(&format!("{brand} {maker_number}")).chars().take(100).collect();
    slug(&format!("{words} {id}"))
}

/// What the file calls a field of the product.
fn name_of(field: &str) -> String {
    let ends = |end: &str| field.ends_with(end);
    match field {
        "brand" => "supplier",
        "description" => "short_description",
        "handle" => "id",
        _ if ends(".sku") => "id",
        _ if ends(".barcode") => "ean",
        _ if ends(".price") => "price",
        _ => field,
    }
    .to_owned()
}

/// A line of the file: its fields in their order, which is the order in which a page shows them.
struct Record {
    line: u64,
    fields: Fields,
}

/// The members of a JSON object.
struct Fields(Vec<(String, Value)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| !value.is_null())
    }
}

impl Record {
    fn fault(&self, field: &str, message: impl Into<String>) -> Rejection {
        Rejection::new(self.line, field, message)
    }

    /// A trimmed text; `None` if it is absent or empty.
    fn text(&self, field: &str) -> Result<Option<&str>, Rejection> {
        match self.fields.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.fault(field, "is not a text")),
        }
    }

    fn need(&self, field: &str) -> Result<&str, Rejection> {
        self.text(field)?.ok_or_else(|| self.fault(field, "is missing"))
    }

    /// One text, or a list of them.
    fn texts(&self, field: &str) -> Result<Vec<&str>, Rejection> {
        match self.fields.get(field) {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().ok_or_else(|| self.fault(field, "is not a list of texts")))
                .collect(),
            _ => Ok(self.text(field)?.into_iter().collect()),
        }
    }

    fn price(&self, currency: Currency) -> Result<Money, Rejection> {
        let price = self.fields.get("price").ok_or_else(|| self.fault("price", "is missing"))?;
        let minor = price.as_u64().and_then(|minor| i64::try_from(minor).ok());
        let minor =
            minor.ok_or_else(|| self.fault("price", "is not a whole number of minor units such as 1250"))?;
        Money::zero(currency)
            .plus(Money::new(minor, currency))
            .map_err(|why| self.fault("price", why.to_string()))
    }

    fn image(&self) -> Result<Option<Image>, Rejection> {
        for field in ["img_500x500", "img_high"] {
            if let Some(url) = self.text(field)? {
                let url = ImageUrl::parse(url).map_err(|why| self.fault(field, why))?;
                return Ok(Some(Image { url, alt: String::new() }));
            }
        }
        Ok(None)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the fields of a product")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
