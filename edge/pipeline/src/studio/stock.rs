//! The stock of a product.

use super::member::Member;
use super::products::{Shown, render, stored};
use super::{error, failure, fields, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::{LIMITS, VariantId};
use orilla_orders::{IdempotencyKey, Text};
use orilla_shop::team::{AdjustOutcome, AdjustStock, StoredProduct};
use orilla_studio::pages::{self, FormFault, StockForm, Told};

/// `POST /studio/products/storm-lantern/stock`: more or fewer pieces of a variant, with a reason.
pub async fn adjust(member: Member, body: Bytes) -> Response {
    let stored = match stored(&member).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let mut fields = fields(&body);
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let key = take("key");
    let form = StockForm { variant: take("variant"), pieces: take("pieces"), reason: take("reason") };
    let wish = match read(&member, &stored, &form, &key) {
        Ok(wish) => wish,
        Err((told, faults)) => {
            let shown = Shown { stock: form, stock_faults: faults, told, ..Shown::default() };
            return render(&member, stored, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
        }
    };
    let words = member.studio.words();
    let told = |text: &str| Shown { told: Told::Refused(text.to_owned()), ..Shown::default() };
    let (status, shown) = match member.team.products.adjust(&wish).await {
        Ok(AdjustOutcome::Done) => {
            return see(&format!("/studio/products/{}?done=stock", stored.product.handle()));
        }
        Ok(AdjustOutcome::OutOfRange) => {
            let faults = vec![fault(&form, "pieces", words.stock_out_of_range())];
            (StatusCode::UNPROCESSABLE_ENTITY, Shown { stock_faults: faults, ..Shown::default() })
        }
        Ok(AdjustOutcome::NoVariant) => (StatusCode::CONFLICT, told(words.stock_variant_gone())),
        Ok(AdjustOutcome::KeyReused) => (StatusCode::CONFLICT, told(words.key_reused())),
        Err(error) => return failure(&member.studio, &error),
    };
    render(&member, stored, status, Shown { stock: form, ..shown }).await
}

/// A fault at a field of the form of this variant.
fn fault(form: &StockForm, field: &str, message: &str) -> FormFault {
    FormFault { field: format!("{field}-{}", form.variant), message: message.to_owned() }
}

fn read(
    member: &Member,
    stored: &StoredProduct,
    form: &StockForm,
    key: &str,
) -> Result<AdjustStock, (Told, Vec<FormFault>)> {
    let words = member.studio.words();
    let told = |text: &str| (Told::Refused(text.to_owned()), Vec::new());
    let key = IdempotencyKey::parse(key).map_err(|_| told(words.form_stale()))?;
    let variant = form.variant.parse().ok().map(VariantId).filter(|id| stored.variants.contains(id));
    let variant = variant.ok_or_else(|| told(words.stock_variant_gone()))?;
    let pieces = form.pieces.trim().replace('\u{2212}', "-").parse::<i32>().ok();
    let pieces = pieces.filter(|pieces| *pieces != 0 && pieces.unsigned_abs() <= LIMITS.available);
    let reason = Text::parse(&form.reason);
    match (pieces, reason) {
        (Some(pieces), Ok(reason)) => Ok(AdjustStock {
            product: stored.id,
            variant,
            pieces,
            reason,
            key,
            member: member.name().to_owned(),
            at: member.visit.host.clock.now(),
        }),
        (pieces, reason) => {
            let pieces = pieces.is_none().then(|| fault(form, "pieces", words.stock_not_pieces()));
            let reason = reason.err();
            let reason = reason.map(|error| fault(form, "reason", pages::text_fault(&member.studio, &error)));
            Err((Told::Nothing, pieces.into_iter().chain(reason).collect()))
        }
    }
}
