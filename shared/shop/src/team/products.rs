//! Products as the team works on them: the list, one product with its version, what is changed and by whom.

use super::{page_number, searched};
use crate::PortError;
use crate::catalog::ImportRun;
use async_trait::async_trait;
use orilla_catalog::{Attribute, Handle, Product, ProductDraft, ProductId, Status, Variant, VariantId};
use orilla_money::Money;
use orilla_orders::{IdempotencyKey, Text};
use serde::{Deserialize, Serialize};

/// Which products a list shows, by their stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockFilter {
    /// Those with a piece.
    In,
    /// Those with few pieces left.
    Low,
    /// Those without.
    Out,
}

impl StockFilter {
    /// All of them.
    pub const ALL: [StockFilter; 3] = [StockFilter::In, StockFilter::Low, StockFilter::Out];

    /// The most pieces of a product that count as few.
    pub const FEW: u32 = 5;

    /// The name in URLs.
    pub fn token(self) -> &'static str {
        match self {
            StockFilter::In => "in",
            StockFilter::Low => "low",
            StockFilter::Out => "out",
        }
    }
}

/// A question for a list of products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductQuery {
    /// A part of a title, brand, handle or SKU. Empty: no search.
    pub search: String,
    /// Those of this status.
    pub status: Option<Status>,
    /// Those with this stock.
    pub stock: Option<StockFilter>,
    /// The slug of a category: those in it and below. Empty: no matter.
    pub category: String,
    /// The page, from 1.
    pub page: u32,
}

impl ProductQuery {
    /// Reads the fields of a query string. What it does not know it passes over.
    pub fn read(fields: impl Iterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Self {
        let mut query = ProductQuery { page: 1, ..ProductQuery::default() };
        for (name, value) in fields {
            let value = value.as_ref();
            match name.as_ref() {
                "q" => query.search = searched(value),
                "status" => query.status = Status::ALL.into_iter().find(|status| status.token() == value),
                "stock" => {
                    query.stock = StockFilter::ALL.into_iter().find(|stock| stock.token() == value);
                }
                "category" => query.category = searched(value),
                "page" => query.page = page_number(value),
                _ => {}
            }
        }
        query
    }

    /// The fields of its query string, without what is as it always is.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let fields = [
            ("q", self.search.clone()),
            ("status", self.status.map_or("", Status::token).to_owned()),
            ("stock", self.stock.map_or("", StockFilter::token).to_owned()),
            ("category", self.category.clone()),
            ("page", page),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// A product in the team's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedProduct {
    /// Its name in URLs.
    pub handle: Handle,
    /// What it is called.
    pub title: String,
    /// Who makes it.
    pub brand: Option<String>,
    /// Whether shoppers see it.
    pub status: Status,
    /// The name of its category.
    pub category: Option<String>,
    /// Pieces of all its variants.
    pub available: i64,
    /// The price of its cheapest variant.
    pub price_from: Money,
}

/// A page of the team's list of products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductPage {
    /// How many products fit the question.
    pub total: u32,
    /// Those of the page, by title.
    pub products: Vec<ListedProduct>,
}

/// A product as the store has it now.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredProduct {
    /// Its id.
    pub id: ProductId,
    /// It grows with each change of the document, but not of the stock.
    pub version: u32,
    /// The document, with the stock of now.
    pub product: Product,
    /// The ids of its variants, in the document's order.
    pub variants: Vec<VariantId>,
}

/// A document to put in the place of the one that somebody saw.
#[derive(Clone, Debug)]
pub struct SaveProduct<'a> {
    /// What was seen when the document was made, with its version.
    pub seen: &'a StoredProduct,
    /// The new document. The stock of variants that are there is not looked at.
    pub product: Product,
    /// Which stored variant each of its variants is; `None`: a new one. One that is left out is known by its SKU, or by
    /// its options.
    pub variants: &'a [Option<VariantId>],
    /// Whether it takes an edit back.
    pub is_undo: bool,
    /// Who changes it.
    pub member: &'a str,
    /// Now, in milliseconds since 1970.
    pub at: i64,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveOutcome {
    /// It is stored.
    Saved,
    /// It was equal already; nothing was written.
    Unchanged,
    /// Somebody else was first; nothing was written.
    Stale,
    /// Another product has the SKU of one of its variants; nothing was written.
    SkuTaken {
        /// The place of the variant in the document.
        variant: usize,
        /// The handle of that product.
        owner: String,
    },
}

/// A product that is new.
#[derive(Clone, Debug)]
pub struct CreateProduct<'a> {
    /// The document, with its stock.
    pub product: Product,
    /// Who makes it.
    pub member: &'a str,
    /// Now, in milliseconds since 1970.
    pub at: i64,
}

/// What became of a new product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    /// It is stored.
    Created,
    /// It is there already, with the same document.
    There,
    /// Another product has its handle; nothing was written.
    HandleTaken,
    /// Another product has the SKU of one of its variants; nothing was written.
    SkuTaken {
        /// The place of the variant in the document.
        variant: usize,
        /// The handle of that product.
        owner: String,
    },
}

/// A document as it was before an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// The document. Its stock is that of then.
    pub product: Product,
    /// The ids of its variants, in the document's order.
    pub variants: Vec<VariantId>,
}

/// More or fewer pieces of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjustStock {
    /// The product.
    pub product: ProductId,
    /// Which of its variants.
    pub variant: VariantId,
    /// How many more; fewer, if negative.
    pub pieces: i32,
    /// Why.
    pub reason: Text,
    /// The name of this request.
    pub key: IdempotencyKey,
    /// Who changes it.
    pub member: String,
    /// Now, in milliseconds since 1970.
    pub at: i64,
}

/// What became of an adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjustOutcome {
    /// It is done, by this request or an earlier one with its key and content.
    Done,
    /// The stock would be below 0 or above the most; nothing was written.
    OutOfRange,
    /// The product has no such variant, or no longer.
    NoVariant,
    /// Another request had this key.
    KeyReused,
}

/// Something that was done to a product by hand. Stored for ever, as JSON with a `type`: change it only so that old
/// JSON can still be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ProductChange {
    /// It is new.
    Created,
    /// Its document.
    Edited {
        /// The version that came of it.
        version: u32,
        /// What is other than before.
        fields: Vec<FieldChange>,
        /// Whether it took an edit back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_undo: bool,
        /// What was there before, for who takes it back. A history that is read leaves it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<Before>>,
    },
    /// Its stock.
    Stock {
        /// The variant.
        variant: VariantId,
        /// How many more; fewer, if negative.
        pieces: i32,
        /// Why.
        reason: Text,
    },
}

/// A field that is other than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, as in the product's JSON: `variants[0].price`.
    pub field: String,
    /// What stood in it.
    pub before: String,
    /// What stands in it.
    pub after: String,
}

/// A line of a product's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub member: String,
    /// What.
    pub change: ProductChange,
    /// Whether what was there before is known ([`ProductDesk::before`]).
    #[serde(default)]
    pub can_be_undone: bool,
}

/// What the team asks of all products, those too that shoppers don't see.
#[async_trait]
pub trait ProductDesk: Send + Sync {
    /// A page of [`super::PAGE`] products.
    async fn find(&self, query: &ProductQuery) -> Result<ProductPage, PortError>;

    /// The product with this handle, of any status.
    async fn product(&self, handle: &Handle) -> Result<Option<StoredProduct>, PortError>;

    /// Puts a document in the place of the one that was seen, with a line of its history, in one transaction. It is the
    /// import's writer that does it: version, lists, search and stock follow as they do there.
    async fn save(&self, save: &SaveProduct<'_>) -> Result<SaveOutcome, PortError>;

    /// Makes a product, with a line of its history, in one transaction.
    async fn create(&self, create: &CreateProduct<'_>) -> Result<CreateOutcome, PortError>;

    /// The document that was there before the edit that made this version.
    async fn before(&self, product: ProductId, version: u32) -> Result<Option<Before>, PortError>;

    /// Changes the stock of a variant, with a line of the product's history, in one transaction.
    async fn adjust(&self, adjust: &AdjustStock) -> Result<AdjustOutcome, PortError>;

    /// Up to `most` lines of a product's history, the last first.
    async fn history(&self, product: ProductId, most: u32) -> Result<Vec<HistoryEntry>, PortError>;

    /// How many products are on sale and have no piece in stock.
    async fn sold_out(&self) -> Result<u32, PortError>;

    /// Up to `most` requests of imports, the last first.
    async fn imports(&self, most: u32) -> Result<Vec<ImportRun>, PortError>;
}

/// The most characters of a value that a history keeps.
const LONGEST_VALUE: usize = 2_000;

/// What two documents of a product differ in, stock aside.
pub fn differences(before: &ProductDraft, after: &ProductDraft) -> Vec<FieldChange> {
    // Variants that came or went would move all behind them: then they are told as a list.
    let are_same = before.variants.len() == after.variants.len();
    let (before, after) = (values(before, are_same), values(after, are_same));
    let value = |values: &[(String, String)], field: &str| {
        values.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut fields: Vec<&str> = before.iter().map(|(name, _)| name.as_str()).collect();
    fields.extend(
        after.iter().map(|(name, _)| name.as_str()).filter(|name| !before.iter().any(|(n, _)| n == name)),
    );
    let changes = fields.into_iter().map(|field| FieldChange {
        field: field.to_owned(),
        before: value(&before, field),
        after: value(&after, field),
    });
    let short = |text: String| text.chars().take(LONGEST_VALUE).collect();
    changes
        .filter(|change| change.before != change.after)
        .map(|FieldChange { field, before, after }| FieldChange {
            field,
            before: short(before),
            after: short(after),
        })
        .collect()
}

/// Each field with its value as text.
fn values(draft: &ProductDraft, are_same_variants: bool) -> Vec<(String, String)> {
    let mut values = vec![
        ("title".to_owned(), draft.title.clone()),
        ("brand".to_owned(), draft.brand.clone().unwrap_or_default()),
        ("description".to_owned(), draft.description.clone()),
        ("status".to_owned(), draft.status.token().to_owned()),
        (
            "category".to_owned(),
            draft.category.as_ref().map(|path| path.names().join(" > ")).unwrap_or_default(),
        ),
        ("options".to_owned(), draft.options.join(" / ")),
    ];
    if are_same_variants {
        for (i, variant) in draft.variants.iter().enumerate() {
            let mut add = |name: &str, value: String| values.push((format!("variants[{i}].{name}"), value));
            add("options", variant.options.join(" / "));
            add("sku", variant.sku.clone().unwrap_or_default());
            add("barcode", variant.barcode.clone().unwrap_or_default());
            add("price", variant.price.to_string());
            add("compare_at", variant.compare_at.map(|before| before.to_string()).unwrap_or_default());
        }
    } else {
        values.push(("variants".to_owned(), lines(draft.variants.iter().map(spelled))));
    }
    for attribute in &draft.attributes {
        let Attribute { key, name, value, unit } = attribute;
        let field = format!("attributes[{key}]");
        let unit = unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let text = format!("{name}: {}{unit}", value.token());
        // A product may have several with one key.
        match values.iter_mut().find(|(other, _)| *other == field) {
            Some((_, values)) => {
                values.push('\n');
                values.push_str(&text);
            }
            None => values.push((field, text)),
        }
    }
    let images = draft.images.iter().map(|image| format!("{} {}", image.url.as_str(), image.alt));
    values.push(("images".to_owned(), lines(images.map(|line| line.trim_end().to_owned()))));
    values
}

/// `Large / navy · LAN-L · 59.00 EUR`.
fn spelled(variant: &Variant) -> String {
    let options = Some(variant.options.join(" / ")).filter(|options| !options.is_empty());
    let before = variant.compare_at.map(|before| format!("({before})"));
    let parts =
        [options, variant.sku.clone(), variant.barcode.clone(), Some(variant.price.to_string()), before];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}
