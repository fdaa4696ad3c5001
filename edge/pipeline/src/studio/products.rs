//! Products: the list, and one product with its form.

use super::member::Member;
use super::{error, failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::{Fault, Handle, LIMITS, ProductDraft};
use orilla_orders::OrderToken;
use orilla_richtext::SafeHtml;
use orilla_shop::PortError;
use orilla_shop::team::{
    FieldChange, ProductForm, ProductQuery, SaveOutcome, SaveProduct, StoredProduct, VariantForm, differences,
};
use orilla_studio::pages::{self, FormFault, ProductPage, StockForm, Told};
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// Lines of history on a product's page.
const HISTORY: u32 = 30;
/// The fields that every form of a product has.
const ALWAYS: [&str; 6] = ["version", "title", "brand", "description", "status", "category"];

/// `GET /studio/products?q=lantern&status=draft&stock=out&category=light&page=2`.
pub async fn list(member: Member) -> Response {
    let query = ProductQuery::read(form_urlencoded::parse(member.visit.query.as_bytes()));
    let found = member.team.products.find(&query).await;
    let categories = member.team.catalog.categories().await;
    match found.and_then(|found| Ok((found, categories?))) {
        Ok((found, categories)) => {
            page(StatusCode::OK, pages::products(&member.studio, &query, &found, &categories))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// What the page of a product is shown with.
#[derive(Default)]
pub(super) struct Shown {
    /// What was typed; `None`: the product as it is stored.
    pub(super) form: Option<ProductForm>,
    pub(super) stock: StockForm,
    pub(super) show_preview: bool,
    pub(super) faults: Vec<FormFault>,
    pub(super) conflict: Option<Vec<FieldChange>>,
    pub(super) told: Told,
}

/// `GET /studio/products/storm-lantern`.
pub async fn show(member: Member) -> Response {
    let words = member.studio.words();
    let told = match member.visit.query.as_str() {
        "done=saved" => Told::Done(words.product_saved().to_owned()),
        "done=unchanged" => Told::Done(words.product_unchanged().to_owned()),
        "done=stock" => Told::Done(words.stock_done().to_owned()),
        _ => Told::Nothing,
    };
    match stored(&member).await {
        Ok(Some(stored)) => render(&member, stored, StatusCode::OK, Shown { told, ..Shown::default() }).await,
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

/// The product that the path names.
pub(super) async fn stored(member: &Member) -> Result<Option<StoredProduct>, PortError> {
    let name = member.visit.path.strip_prefix("/studio/products/").unwrap_or_default();
    let name = percent_decode_str(name.split('/').next().unwrap_or_default()).decode_utf8_lossy();
    match Handle::parse(&name) {
        Ok(handle) => member.team.products.product(&handle).await,
        Err(_) => Ok(None),
    }
}

/// The page of a product.
pub(super) async fn render(
    member: &Member,
    stored: StoredProduct,
    status: StatusCode,
    shown: Shown,
) -> Response {
    let history = member.team.products.history(stored.id, HISTORY).await;
    let (history, random) = match history.and_then(|history| Ok((history, member.visit.host.random.bytes()?)))
    {
        Ok(found) => found,
        Err(error) => return failure(&member.studio, &error),
    };
    let form = shown.form.unwrap_or_else(|| ProductForm::of(&stored));
    let is_short = form.description.len() <= LIMITS.description;
    let preview = SafeHtml::sanitise(if is_short { &form.description } else { "" });
    let data = ProductPage {
        form,
        preview,
        show_preview: shown.show_preview,
        stock: shown.stock,
        key: OrderToken::from_random(random).as_str().to_owned(),
        faults: shown.faults,
        conflict: shown.conflict,
        history,
        told: shown.told,
        stored,
    };
    page(status, pages::product(&member.studio, &data))
}

/// `POST /studio/products/storm-lantern`: saves what was typed, or shows it with a preview.
pub async fn save(member: Member, body: Bytes) -> Response {
    let stored = match stored(&member).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let mut fields = fields(&body);
    let is_whole = ALWAYS.iter().all(|name| fields.contains_key(*name));
    let version = fields.get("version").and_then(|version| version.parse::<u32>().ok());
    let (Some(version), true) = (version, is_whole) else {
        // What it does not hold must not look as if somebody had emptied it.
        let told = Told::Refused(member.studio.words().form_stale().to_owned());
        let shown = Shown { told, ..Shown::default() };
        return render(&member, stored, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let is_preview = fields.remove("intent").as_deref() == Some("preview");
    let form = read(&mut fields);
    if version != stored.version {
        return conflict(&member, stored, form).await;
    }
    if is_preview {
        let shown = Shown { form: Some(form), show_preview: true, ..Shown::default() };
        return render(&member, stored, StatusCode::OK, shown).await;
    }
    let product = match form.apply(&stored).and_then(ProductDraft::check) {
        Ok(product) => product,
        Err(faults) => return refuse(&member, stored, form, faults).await,
    };
    let (name, at) = (member.name().to_owned(), member.visit.host.clock.now());
    let wish = SaveProduct { seen: &stored, product, member: &name, at };
    let done = |what: &str| see(&format!("{}?done={what}", member.visit.path));
    match member.team.products.save(&wish).await {
        Ok(SaveOutcome::Saved) => done("saved"),
        Ok(SaveOutcome::Unchanged) => done("unchanged"),
        Ok(SaveOutcome::Conflict { field, message }) => {
            refuse(&member, stored, form, vec![Fault { field, message }]).await
        }
        Ok(SaveOutcome::Stale) => match self::stored(&member).await {
            Ok(Some(stored)) => conflict(&member, stored, form).await,
            Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
            Err(error) => failure(&member.studio, &error),
        },
        Err(error) => failure(&member.studio, &error),
    }
}

async fn refuse(member: &Member, stored: StoredProduct, form: ProductForm, faults: Vec<Fault>) -> Response {
    let faults = faults.into_iter().map(|Fault { field, message }| FormFault { field, message }).collect();
    let shown = Shown { form: Some(form), faults, ..Shown::default() };
    render(member, stored, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// The product as somebody else has stored it, with what was typed in the form: nothing is lost, nothing is written.
async fn conflict(member: &Member, stored: StoredProduct, form: ProductForm) -> Response {
    let (changes, faults) = match form.apply(&stored).and_then(ProductDraft::check) {
        Ok(product) => (differences(&stored.product, &product), Vec::new()),
        Err(faults) => {
            let faults = faults.into_iter().map(|Fault { field, message }| FormFault { field, message });
            (Vec::new(), faults.collect())
        }
    };
    let shown = Shown { form: Some(form), faults, conflict: Some(changes), ..Shown::default() };
    render(member, stored, StatusCode::CONFLICT, shown).await
}

fn read(fields: &mut HashMap<String, String>) -> ProductForm {
    let mut take = |name: &str| fields.remove(name);
    let mut form = ProductForm {
        title: take("title").unwrap_or_default(),
        brand: take("brand").unwrap_or_default(),
        description: take("description").unwrap_or_default(),
        status: take("status").unwrap_or_default(),
        category: take("category").unwrap_or_default(),
        variants: Vec::new(),
    };
    for at in 0..LIMITS.variants {
        let mut part = |name: &str| take(&format!("variants[{at}].{name}"));
        // A variant of which a part is missing stays as it is.
        if let (Some(id), Some(sku), Some(barcode), Some(price), Some(compare_at)) =
            (part("id"), part("sku"), part("barcode"), part("price"), part("compare_at"))
        {
            form.variants.push(VariantForm { id, sku, barcode, price, compare_at });
        }
    }
    form
}
