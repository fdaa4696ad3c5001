//! Reviews: what waits to be read, and what the team shows of it.

use super::member::Member;
use super::{failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::reviews::{ReviewState, count_in, last_page};
use orilla_studio::pages::{self, Decision, ReviewPlace, ReviewsPage, Told};
use std::collections::HashMap;

/// `GET /studio/reviews?state=shown&page=2`.
pub async fn list(member: Member) -> Response {
    let asked = fields(member.visit.query.as_bytes());
    let decided = decision(&asked, "done");
    render(&member, StatusCode::OK, place(&asked), decided, Told::Nothing).await
}

/// `POST /studio/reviews`: shows a review, or hides it. Sent twice, the second changes nothing.
pub async fn decide(member: Member, body: Bytes) -> Response {
    let words = member.studio.words();
    let sent = fields(&body);
    let place = place(&sent);
    let Some(decision) = decision(&sent, "decision") else {
        let told = Told::Refused(words.form_stale().to_owned());
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, place, None, told).await;
    };
    let Decision { id, version, state } = decision;
    match member.team.shoppers.reviews.decide(id, version, state).await {
        Ok(true) => see(&place.address(&[
            ("done", state.name().to_owned()),
            ("id", id.to_string()),
            ("version", version.to_string()),
        ])),
        Ok(false) => {
            let told = Told::Refused(words.review_changed().to_owned());
            render(&member, StatusCode::CONFLICT, place, None, told).await
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// Which page of the list these fields name; what they don't say is the first page of what waits.
fn place(fields: &HashMap<String, String>) -> ReviewPlace {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    ReviewPlace {
        state: ReviewState::parse(field("state")).unwrap_or(ReviewState::Waiting),
        page: field("page").parse().unwrap_or(1),
    }
}

/// The decision of these fields; `None`: the page has sent no such form.
fn decision(fields: &HashMap<String, String>, name: &str) -> Option<Decision> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    Some(Decision {
        // JavaScript's numbers: D1 binds no larger ones.
        id: field("id").parse().ok().filter(|id| (1..1 << 53).contains(id))?,
        version: field("version").parse().ok()?,
        state: ReviewState::parse(field(name)).filter(|state| *state != ReviewState::Waiting)?,
    })
}

async fn render(
    member: &Member,
    status: StatusCode,
    place: ReviewPlace,
    decided: Option<Decision>,
    told: Told,
) -> Response {
    match data(member, place, decided, told).await {
        Ok(data) => page(status, pages::reviews(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn data(
    member: &Member,
    place: ReviewPlace,
    decided: Option<Decision>,
    told: Told,
) -> Result<ReviewsPage, PortError> {
    let reviews = &member.team.shoppers.reviews;
    let counts = reviews.counts().await?;
    // The last review of the last page may have gone with the decision.
    let last = last_page(count_in(&counts, place.state));
    let place = ReviewPlace { page: place.page.clamp(1, last), ..place };
    let found = reviews.list(place.state, place.page).await?;
    Ok(ReviewsPage { place, counts, found, decided, told })
}
