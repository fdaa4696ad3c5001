//! Products as the team works on them: the list, one product with its version, what is changed and by whom.

use super::{page_number, searched};
use crate::PortError;
use crate::catalog::ImportRun;
use async_trait::async_trait;
use orilla_catalog::{Handle, Product, ProductDraft, ProductId, Status, VariantId};
use orilla_money::Money;
use orilla_orders::{IdempotencyKey, Text};
use serde::{Deserialize, Serialize};

/// Which products a list shows, by their stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockFilter {
    /// Those with a piece.
    In,
    /// Those without.
    Out,
}

impl StockFilter {
    /// The name in URLs.
    pub fn token(self) -> &'static str {
        match self {
            StockFilter::In => "in",
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
                    query.stock =
                        [StockFilter::In, StockFilter::Out].into_iter().find(|s| s.token() == value);
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
    /// The new document. Its stock is not looked at.
    pub product: Product,
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
    /// It contradicts another product; nothing was written.
    Conflict {
        /// The field, as in the product's JSON.
        field: String,
        /// What is wrong and what would be right.
        message: String,
    },
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ProductChange {
    /// Its document.
    Edited {
        /// The version that came of it.
        version: u32,
        /// What is other than before.
        fields: Vec<FieldChange>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub member: String,
    /// What.
    pub change: ProductChange,
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
    let (before, after) = (values(before), values(after));
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
fn values(draft: &ProductDraft) -> Vec<(String, String)> {
    let json = |part: Result<String, serde_json::Error>| part.unwrap_or_default();
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
    for (i, variant) in draft.variants.iter().enumerate() {
        let mut add = |name: &str, value: String| values.push((format!("variants[{i}].{name}"), value));
        add("options", variant.options.join(" / "));
        add("sku", variant.sku.clone().unwrap_or_default());
        add("barcode", variant.barcode.clone().unwrap_or_default());
        add("price", variant.price.to_string());
        add("compare_at", variant.compare_at.map(|before| before.to_string()).unwrap_or_default());
    }
    values.push(("attributes".to_owned(), json(serde_json::to_string(&draft.attributes))));
    values.push(("images".to_owned(), json(serde_json::to_string(&draft.images))));
    values
}
