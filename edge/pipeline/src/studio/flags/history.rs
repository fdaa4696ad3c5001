//! The history of the flags, and the way back.

use super::{Form, HISTORY, Member, Saved, error, failure, new_key, page, pages, save, see, told};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_studio::pages::Told;
use pages::HistoryPage;

/// `GET /studio/flags/history?before=12`.
pub async fn history(member: Member) -> Response {
    let told = told(&member);
    render_history(&member, StatusCode::OK, told).await
}

async fn render_history(member: &Member, status: StatusCode, told: Told) -> Response {
    let before = member.visit.query.split('&').find_map(|part| part.strip_prefix("before=")?.parse().ok());
    let data = async {
        let version = member.team.flags.current().await?.version;
        let entries = member.team.flags.history(before, HISTORY).await?;
        Ok::<_, PortError>(HistoryPage { version, entries, key: new_key(member)?, told })
    };
    match data.await {
        Ok(data) => page(status, pages::history(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/flags/revert`: an earlier version, as a new one.
pub async fn revert(member: Member, body: Bytes) -> Response {
    let mut form = Form::read(&body);
    let to = form.take("to");
    let done = async {
        let earlier = match to.parse() {
            Ok(to) => member.team.flags.version(to).await?,
            Err(_) => None,
        };
        let Some(earlier) = earlier else { return Ok(None) };
        form.reason = member.studio.words().flags_reverted_to(&to);
        let stored = member.team.flags.current().await?;
        save(&member, &mut form, &stored, earlier.document).await.map(Some)
    };
    match done.await {
        Ok(Some(Saved::Done(_))) => see("/studio/flags/history?done=saved"),
        Ok(Some(Saved::Not(told, _, status))) => render_history(&member, status, told).await,
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}
