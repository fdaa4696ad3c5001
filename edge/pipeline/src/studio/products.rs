//! Products: the list, and one product with its form.

use super::member::Member;
use super::product_form::{Intent, editor, ground, read};
use super::{error, failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::Handle;
use orilla_orders::IdempotencyKey;
use orilla_shop::PortError;
use orilla_shop::team::{
    CategoryTree, Made, ProductFault, ProductFaultKind, ProductForm, ProductQuery, SaveOutcome, SaveProduct,
    StoredProduct, differences,
};
use orilla_studio::pages::{self, Conflict, FormFault, ProductPage, StockForm, Told};
use percent_encoding::percent_decode_str;

/// Lines of history on a product's page.
const HISTORY: u32 = 30;

/// `GET /studio/products?q=lantern&status=draft&stock=out&category=light&page=2`.
pub async fn list(member: Member) -> Response {
    let query = ProductQuery::read(form_urlencoded::parse(member.visit.query.as_bytes()));
    let found = member.team.products.find(&query).await;
    let categories = member.team.categories.tree().await;
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
    pub(super) faults: Vec<ProductFault>,
    pub(super) stock: StockForm,
    /// What is wrong with the form for the stock.
    pub(super) stock_faults: Vec<FormFault>,
    pub(super) show_preview: bool,
    pub(super) conflict: Option<Conflict>,
    /// The version that the form is of; `None`: the one that is stored.
    pub(super) version: Option<u32>,
    pub(super) told: Told,
}

/// `GET /studio/products/storm-lantern`.
pub async fn show(member: Member) -> Response {
    let words = member.studio.words();
    let told = match member.visit.query.as_str() {
        "done=created" => Told::Done(words.product_created().to_owned()),
        "done=saved" => Told::Done(words.product_saved().to_owned()),
        "done=undone" => Told::Done(words.product_undone().to_owned()),
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
    let categories = member.team.categories.tree().await;
    let found = history.and_then(|history| Ok((history, categories?, member.visit.host.random.bytes()?)));
    let (history, categories, random) = match found {
        Ok(found) => found,
        Err(error) => return failure(&member.studio, &error),
    };
    let form = shown.form.unwrap_or_else(|| ProductForm::of(&stored));
    let mut editor = editor(member, Some(&stored), form, categories, shown.faults, shown.show_preview);
    editor.faults.extend(shown.stock_faults);
    editor.version = shown.version.or(editor.version);
    let data = ProductPage {
        editor,
        stock: shown.stock,
        key: IdempotencyKey::from_random(random).into(),
        conflict: shown.conflict,
        history,
        told: shown.told,
        stored,
    };
    page(status, pages::product(&member.studio, &data))
}

/// `POST /studio/products/storm-lantern`: saves what was typed, or shows it with a preview or with more rows.
pub async fn save(member: Member, body: Bytes) -> Response {
    let stored = match stored(&member).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let mut fields = fields(&body);
    let version = fields.remove("version").and_then(|version| version.parse::<u32>().ok());
    let (Some(version), Some((form, intent))) = (version, read(&mut fields)) else {
        return stale(&member, stored).await;
    };
    let categories = match member.team.categories.tree().await {
        Ok(categories) => categories,
        Err(error) => return failure(&member.studio, &error),
    };
    if version != stored.version {
        return conflict(&member, stored, version, form, &categories).await;
    }
    if intent != Intent::Save {
        let show_preview = intent == Intent::Preview;
        let shown = Shown { form: Some(form), show_preview, ..Shown::default() };
        return render(&member, stored, StatusCode::OK, shown).await;
    }
    let Made { product, variants, rows } = match form.make(ground(&member, Some(&stored), &categories)) {
        Ok(made) => made,
        Err(faults) => return refuse(&member, stored, form, faults).await,
    };
    let wish = SaveProduct {
        seen: &stored,
        product,
        variants: &variants,
        is_undo: false,
        member: member.name(),
        at: member.visit.host.clock.now(),
    };
    match member.team.products.save(&wish).await {
        Ok(SaveOutcome::Saved) => done(&stored, "saved"),
        Ok(SaveOutcome::Unchanged) => done(&stored, "unchanged"),
        Ok(SaveOutcome::SkuTaken { variant, owner }) => {
            let row = rows.get(variant).copied().unwrap_or_default();
            let field = format!("variants[{row}].sku");
            let fault = ProductFault { field, kind: ProductFaultKind::SkuTaken(owner) };
            refuse(&member, stored, form, vec![fault]).await
        }
        Ok(SaveOutcome::Stale) => match self::stored(&member).await {
            Ok(Some(stored)) => conflict(&member, stored, version, form, &categories).await,
            Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
            Err(error) => failure(&member.studio, &error),
        },
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/products/storm-lantern/undo`: puts the document in place that was there before the last edit.
pub async fn undo(member: Member, body: Bytes) -> Response {
    let stored = match stored(&member).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let version = fields(&body).remove("version").and_then(|version| version.parse::<u32>().ok());
    let before = match version.filter(|version| *version == stored.version) {
        Some(version) => member.team.products.before(stored.id, version).await,
        None => Ok(None),
    };
    let before = match before {
        Ok(Some(before)) => before,
        // Somebody has changed it since, or this was sent before.
        Ok(None) => return cannot_undo(&member, stored).await,
        Err(error) => return failure(&member.studio, &error),
    };
    let variants: Vec<_> = before.variants.into_iter().map(Some).collect();
    let wish = SaveProduct {
        seen: &stored,
        product: before.product,
        variants: &variants,
        is_undo: true,
        member: member.name(),
        at: member.visit.host.clock.now(),
    };
    match member.team.products.save(&wish).await {
        Ok(SaveOutcome::Saved) => done(&stored, "undone"),
        Ok(SaveOutcome::Unchanged) => done(&stored, "unchanged"),
        // Its SKU belongs to another product by now, or somebody was quicker.
        Ok(SaveOutcome::SkuTaken { .. } | SaveOutcome::Stale) => cannot_undo(&member, stored).await,
        Err(error) => failure(&member.studio, &error),
    }
}

fn done(stored: &StoredProduct, what: &str) -> Response {
    see(&format!("/studio/products/{}?done={what}", stored.product.handle()))
}

async fn cannot_undo(member: &Member, stored: StoredProduct) -> Response {
    let told = Told::Refused(member.studio.words().product_cannot_undo().to_owned());
    render(member, stored, StatusCode::CONFLICT, Shown { told, ..Shown::default() }).await
}

async fn stale(member: &Member, stored: StoredProduct) -> Response {
    let told = Told::Refused(member.studio.words().form_stale().to_owned());
    render(member, stored, StatusCode::UNPROCESSABLE_ENTITY, Shown { told, ..Shown::default() }).await
}

async fn refuse(
    member: &Member,
    stored: StoredProduct,
    form: ProductForm,
    faults: Vec<ProductFault>,
) -> Response {
    let shown = Shown { form: Some(form), faults, ..Shown::default() };
    render(member, stored, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// The product as somebody else has stored it, with what was typed in the form: nothing is lost, nothing is written.
/// A form with faults stays one of the version that was `sent`: what it would replace has not been shown yet.
async fn conflict(
    member: &Member,
    stored: StoredProduct,
    sent: u32,
    form: ProductForm,
    categories: &CategoryTree,
) -> Response {
    let form = form.completed(&stored);
    let shown = match form.make(ground(member, Some(&stored), categories)) {
        Ok(made) => {
            let changes = differences(&stored.product, &made.product);
            Shown { conflict: Some(Conflict::Compared(changes)), ..Shown::default() }
        }
        Err(faults) => {
            Shown { faults, conflict: Some(Conflict::Faulty), version: Some(sent), ..Shown::default() }
        }
    };
    let shown = Shown { form: Some(form), ..shown };
    render(member, stored, StatusCode::CONFLICT, shown).await
}
