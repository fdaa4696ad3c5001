//! A new product.

use super::member::Member;
use super::product_form::{Intent, editor, ground, read};
use super::{failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::team::{CreateOutcome, CreateProduct, ProductFault, ProductFaultKind, ProductForm};
use orilla_studio::pages::{self, Told};

/// `GET /studio/new-product`.
pub async fn show(member: Member) -> Response {
    render(&member, StatusCode::OK, ProductForm::blank(), Vec::new(), false, Told::Nothing).await
}

/// `POST /studio/new-product`: makes the product. Sent twice, it is there already.
pub async fn create(member: Member, body: Bytes) -> Response {
    let Some((form, intent)) = read(&mut fields(&body)) else {
        let told = Told::Refused(member.studio.words().form_stale().to_owned());
        let form = ProductForm::blank();
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, form, Vec::new(), false, told).await;
    };
    if intent != Intent::Save {
        let show_preview = intent == Intent::Preview;
        return render(&member, StatusCode::OK, form, Vec::new(), show_preview, Told::Nothing).await;
    }
    let categories = match member.team.categories.tree().await {
        Ok(categories) => categories,
        Err(error) => return failure(&member.studio, &error),
    };
    let (product, rows) = match form.make(ground(&member, None, &categories)) {
        Ok(made) => (made.product, made.rows),
        Err(faults) => return refuse(&member, form, faults).await,
    };
    let handle = product.handle().to_owned();
    let wish = CreateProduct { product, member: member.name(), at: member.visit.host.clock.now() };
    let fault = |field: String, kind| vec![ProductFault { field, kind }];
    match member.team.products.create(&wish).await {
        Ok(CreateOutcome::Created | CreateOutcome::There) => {
            see(&format!("/studio/products/{handle}?done=created"))
        }
        Ok(CreateOutcome::HandleTaken) => {
            refuse(&member, form, fault("handle".into(), ProductFaultKind::HandleTaken)).await
        }
        Ok(CreateOutcome::SkuTaken { variant, owner }) => {
            let row = rows.get(variant).copied().unwrap_or_default();
            let field = format!("variants[{row}].sku");
            refuse(&member, form, fault(field, ProductFaultKind::SkuTaken(owner))).await
        }
        Err(error) => failure(&member.studio, &error),
    }
}

async fn refuse(member: &Member, form: ProductForm, faults: Vec<ProductFault>) -> Response {
    render(member, StatusCode::UNPROCESSABLE_ENTITY, form, faults, false, Told::Nothing).await
}

async fn render(
    member: &Member,
    status: StatusCode,
    form: ProductForm,
    faults: Vec<ProductFault>,
    show_preview: bool,
    told: Told,
) -> Response {
    match member.team.categories.tree().await {
        Ok(categories) => {
            let editor = editor(member, None, form, categories, faults, show_preview);
            page(status, pages::new_product(&member.studio, &editor, told))
        }
        Err(error) => failure(&member.studio, &error),
    }
}
