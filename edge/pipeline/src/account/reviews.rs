//! The pages where somebody says something of what they have received, and the requests that do.

use super::{Keeper, Places, fields, nobody_here, requests};
use crate::api::extract::{Json, Key};
use crate::canonical::encode_path;
use crate::visit::{Headers, Segment, Visit};
use crate::{Problem, Team, reply};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::Handle;
use orilla_orders::{FieldFault, IdempotencyKey, Language, Review, ReviewChange, ReviewForm};
use orilla_shop::PortError;
use orilla_shop::outbox::Request;
use orilla_shop::reviews::OwnReview;
use orilla_storefront::pages::{self, OWN_REVIEWS, OwnReviewNotice, OwnReviewPage, OwnReviewsPage};

/// What a form is shown with.
#[derive(Default)]
struct Shown {
    form: ReviewForm,
    language: Option<Language>,
    faults: Vec<FieldFault>,
    notice: Option<OwnReviewNotice>,
    /// What was just removed.
    removed: Option<Review>,
}

/// `GET /en/account/reviews`.
pub async fn list(visit: Visit, places: Places) -> Response {
    let keeper = match Keeper::whose(&visit, places).await {
        Ok(Some(keeper)) => keeper,
        Ok(None) => return nobody_here(&visit).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    match list_page(&visit, &keeper).await {
        Ok(page) => reply::private_page(StatusCode::OK, pages::own_reviews(visit.page().await, &page)),
        Err(error) => reply::failure(&visit, &error).await,
    }
}

async fn list_page(visit: &Visit, keeper: &Keeper) -> Result<OwnReviewsPage, PortError> {
    Ok(OwnReviewsPage {
        reviews: keeper.own_reviews(visit).await?,
        waiting: keeper.waiting_reviews().await?,
        is_kept: visit.query == "done=kept",
        is_away: visit.host.away.is_some(),
    })
}

/// `GET /en/account/reviews/storm-lantern`.
pub async fn show(visit: Visit, Segment(handle): Segment, places: Places) -> Response {
    match found(&visit, &handle, places).await {
        Ok((_, own)) => answer(&visit, own, StatusCode::OK, Shown::default()).await,
        Err(answer) => *answer,
    }
}

/// Whose page it is, and what stands on it.
///
/// # Errors
/// The answer, if it is nobody's, or of no product.
async fn found(visit: &Visit, handle: &str, places: Places) -> Result<(Keeper, OwnReview), Box<Response>> {
    let Ok(handle) = Handle::parse(handle) else { return Err(Box::new(reply::not_found(visit).await)) };
    let keeper = match Keeper::whose(visit, places).await {
        Ok(Some(keeper)) => keeper,
        Ok(None) => return Err(Box::new(door(visit, &handle).await)),
        Err(error) => return Err(Box::new(reply::failure(visit, &error).await)),
    };
    match keeper.own_review(visit, &handle).await {
        Ok(Some(own)) => Ok((keeper, own)),
        Ok(None) => Err(Box::new(reply::not_found(visit).await)),
        Err(error) => Err(Box::new(reply::failure(visit, &error).await)),
    }
}

/// At the edge, the account's door, which leads back to the review.
async fn door(visit: &Visit, product: &Handle) -> Response {
    if visit.host.away.is_some() {
        return nobody_here(visit).await;
    }
    let door = visit.url(&format!("/account?review={}", encode_path(product.as_str())));
    reply::redirect(StatusCode::SEE_OTHER, &door)
}

/// Where the review is written that somebody was asked to sign in for.
pub(super) fn asked_for(visit: &Visit) -> Option<String> {
    let product = Handle::parse(&fields(visit.query.as_bytes()).remove("review")?).ok()?;
    Some(visit.url(&encode_path(&format!("{OWN_REVIEWS}/{product}"))))
}

/// `POST /en/account/reviews/storm-lantern`: keeps what the form says, or removes the review.
pub async fn act(visit: Visit, Segment(handle): Segment, places: Places, body: Bytes) -> Response {
    let (keeper, own) = match found(&visit, &handle, places).await {
        Ok(found) => found,
        Err(answer) => return *answer,
    };
    let mut form = fields(&body);
    let mut take = |name: &str| form.remove(name).unwrap_or_default();
    let (intent, key) = (take("intent"), take("key"));
    let version = take("version").parse().unwrap_or(0);
    let made_of = IdempotencyKey::parse(&take("made_of")).ok();
    let language = Language::parse(&take("language")).ok();
    let form = ReviewForm { stars: take("stars"), author: take("author"), text: take("text") };
    let mut shown = Shown { form, language, ..Shown::default() };
    if intent == "again" {
        // What a device was asked and the shop refused, as it was written.
        return answer(&visit, own, StatusCode::OK, shown).await;
    }
    let Some(language) = shown.language.clone().or_else(|| page_language(&visit)) else {
        return reply::not_found(&visit).await;
    };
    let review = match intent.as_str() {
        "remove" => None,
        _ => match shown.form.check(&language) {
            Ok(review) => Some(review),
            Err(faults) => {
                shown.faults = faults;
                return answer(&visit, own, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
            }
        },
    };
    let Ok(key) = IdempotencyKey::parse(&key) else {
        // A form that was not made here: shown once more, with a key.
        return answer(&visit, own, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let is_removal = review.is_none();
    let change = ReviewChange { product: own.handle.clone(), version, made_of, review };
    let came = keeper.review(&visit, &key, change).await;
    let now = match keeper.own_review(&visit, &own.handle).await {
        Ok(Some(now)) => now,
        Ok(None) => return reply::not_found(&visit).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    match came {
        Ok(Ok(())) if is_removal => {
            let notice = Some(OwnReviewNotice::Removed);
            let shown = Shown { notice, removed: own.review, ..Shown::default() };
            answer(&visit, now, StatusCode::OK, shown).await
        }
        Ok(Ok(())) => reply::redirect(StatusCode::SEE_OTHER, &visit.url(&format!("{OWN_REVIEWS}?done=kept"))),
        // Nothing that was typed is lost, and nothing is written over what nobody here has seen.
        Ok(Err(refusal)) => {
            shown.notice = Some(OwnReviewNotice::Refused(refusal));
            answer(&visit, now, StatusCode::CONFLICT, shown).await
        }
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// The language of what is written on this page.
fn page_language(visit: &Visit) -> Option<Language> {
    Language::parse(visit.locale.code()).ok()
}

async fn answer(visit: &Visit, own: OwnReview, status: StatusCode, shown: Shown) -> Response {
    match page(visit, own, shown) {
        Ok(page) => reply::private_page(status, pages::own_review(visit.page().await, &page)),
        Err(error) => reply::failure(visit, &error).await,
    }
}

fn page(visit: &Visit, own: OwnReview, shown: Shown) -> Result<OwnReviewPage, PortError> {
    let is_typed = shown.form != ReviewForm::default();
    let form = match &own.review {
        Some(review) if !is_typed && shown.faults.is_empty() => ReviewForm::from(review),
        _ => shown.form,
    };
    // A review stays in the language in which it was written.
    let begun = own.review.as_ref().map(|review| review.language.clone());
    Ok(OwnReviewPage {
        language: shown.language.or(begun).or_else(|| page_language(visit)),
        form,
        faults: shown.faults,
        notice: shown.notice,
        removed: shown.removed,
        is_away: visit.host.away.is_some(),
        key: IdempotencyKey::from_random(visit.host.random.bytes()?).into(),
        own,
    })
}

/// `POST /en/account/review-change`: what a device was asked without a network.
pub async fn change(
    visit: Visit,
    team: Team,
    Headers(headers): Headers,
    Key(key): Key,
    Json(request): Json<Request>,
) -> Result<Response, Problem> {
    let member = requests::asked_by(&visit, &team, &headers, &request).await?;
    let change = request.wish.review().ok_or_else(|| Problem::not_found("review"))?;
    let came = team.shoppers.reviews.change(&member, &key, change, visit.host.clock.now()).await?;
    requests::answer(came.map_err(|refusal| (refusal.code(), refusal.to_string())))
}
