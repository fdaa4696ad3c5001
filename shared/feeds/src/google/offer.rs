//! What an item offers: price, stock, identity, and the values by which it differs from its group.

use super::Read;
use super::item::{Field, Item};
use crate::text::other_currency;
use crate::{ASSUMED_STOCK, Rejection, Settings};
use orilla_catalog::{Image, ImageUrl};
use orilla_money::{Currency, Money};

/// The fields by which items of a group differ, with the names of the options that they become.
pub(super) const OPTIONS: [(&str, &str); 4] =
    [("size", "Size"), ("color", "Colour"), ("material", "Material"), ("pattern", "Pattern")];

/// One item, as a variant.
pub(super) struct Offer {
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) gtin: Option<String>,
    pub(super) price: Money,
    pub(super) compare_at: Option<Money>,
    pub(super) available: u32,
    /// In the order of [`OPTIONS`]; empty where the item does not say.
    pub(super) options: [String; 4],
    pub(super) images: Vec<Image>,
}

impl Offer {
    pub(super) fn read(item: &Item, settings: Settings) -> Read<Self> {
        let regular = money(item.need("price")?, settings.currency)?;
        let (price, compare_at) = match sale(item) {
            Some(field) => {
                let sale = money(field, settings.currency)?;
                if sale.minor < regular.minor { (sale, Some(regular)) } else { (regular, None) }
            }
            None => (regular, None),
        };
        Ok(Offer {
            line: item.line,
            id: item.need("id")?.value.clone(),
            gtin: item.get("gtin").map(|field| field.value.clone()),
            price,
            compare_at,
            available: available(item)?,
            options: OPTIONS.map(|(name, _)| item.value(name).to_owned()),
            images: images(item)?,
        })
    }
}

/// The sale price, unless it is bound to dates: an import has no clock, and a sale that has ended would stay.
fn sale(item: &Item) -> Option<&Field> {
    item.get("sale_price").filter(|_| item.get("sale_price_effective_date").is_none())
}

/// Reads `15.00 USD`.
fn money(field: &Field, shop: Currency) -> Read<Money> {
    let (amount, code) = field.value.rsplit_once(char::is_whitespace).ok_or_else(|| {
        field.fault(format!("has no currency: write the amount and an ISO 4217 code, such as 15.00 {shop}"))
    })?;
    let currency = Currency::parse(code).map_err(|why| field.fault(why.to_string()))?;
    if currency != shop {
        return Err(field.fault(other_currency(currency, shop)));
    }
    let money = Money::parse(amount, currency).map_err(|why| field.fault(why.to_string()))?;
    if money.minor < 0 { Err(field.fault("is negative")) } else { Ok(money) }
}

/// The quantity if the feed says it, else what the availability stands for.
fn available(item: &Item) -> Read<u32> {
    let availability = match item.get("availability") {
        None => ASSUMED_STOCK,
        Some(field) => match field.value.to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "in_stock" | "limited_availability" => ASSUMED_STOCK,
            // What is ordered before it is there can't be reserved.
            "out_of_stock" | "preorder" | "backorder" => return Ok(0),
            _ => {
                let message = "is none of in_stock, out_of_stock, preorder and backorder";
                return Err(field.fault(message));
            }
        },
    };
    let count = |field: &Field| {
        field.value.parse::<u32>().map_err(|_| field.fault("is not a count: use a whole number such as 12"))
    };
    ["quantity", "sell_on_google_quantity"]
        .iter()
        .find_map(|name| item.get(name))
        .map_or(Ok(availability), count)
}

fn images(item: &Item) -> Read<Vec<Image>> {
    let mut images = Vec::new();
    for field in item.all("image_link").chain(item.all("additional_image_link")) {
        // Tab-separated feeds list several in one cell, with commas.
        let urls = field.value.split(',').map(str::trim).filter(|url| !url.is_empty());
        for url in if field.column.is_some() { urls.collect() } else { vec![field.value.as_str()] } {
            images.push(Image {
                url: ImageUrl::parse(url).map_err(|why| field.fault(why))?,
                alt: String::new(),
            });
        }
    }
    Ok(images)
}

/// A rejection of an option's value that an item of a group lacks.
pub(super) fn lacks(offer: &Offer, field: &str) -> Rejection {
    Rejection::new(offer.line, field, "is missing: other items of the group have one")
}
