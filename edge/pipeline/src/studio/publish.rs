//! Publishing, and going back to what was published before.

use super::member::Member;
use super::{failure, fields, page, see};
use crate::routes::publish::press;
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::publish::{self, Press, PublishError};
use orilla_studio::pages::{self, PublishPage, Told};

/// Publications on the page.
const HISTORY: u32 = 20;

/// `GET /studio/publish`.
pub async fn show(member: Member) -> Response {
    let words = member.studio.words();
    let told = match member.visit.query.as_str() {
        "done=published" => Told::Done(words.publish_done().to_owned()),
        "done=unchanged" => Told::Done(words.publish_unchanged().to_owned()),
        _ => Told::Nothing,
    };
    render(&member, StatusCode::OK, told).await
}

/// `POST /studio/publish`: makes what the team wrote what pages show. Sent twice, the second finds nothing to do.
pub async fn publish(member: Member, body: Bytes) -> Response {
    let note = fields(&body).remove("note").unwrap_or_default();
    let note = if note.trim().is_empty() {
        member.name().to_owned()
    } else {
        format!("{} · {note}", member.name())
    };
    let now = member.visit.host.clock.now();
    let done = publish::publish(ports(&member), now, &note).await;
    answer(&member, done.map(|done| done.is_new)).await
}

/// `POST /studio/publish/back`: makes an earlier publication current again.
pub async fn roll_back(member: Member, body: Bytes) -> Response {
    let number = fields(&body).remove("number").and_then(|number| number.parse::<u64>().ok());
    // JavaScript's numbers: D1 binds no larger ones.
    let Some(number) = number.filter(|number| *number < 1 << 53) else {
        let told = Told::Refused(member.studio.words().form_stale().to_owned());
        return render(&member, StatusCode::UNPROCESSABLE_ENTITY, told).await;
    };
    let done = publish::roll_back(ports(&member), number, member.visit.host.clock.now()).await;
    answer(&member, done.map(|_| true)).await
}

fn ports(member: &Member) -> Press<'_> {
    press(&member.visit.host, &member.team.writer)
}

/// Back to the page, which says what became of it; `Ok(false)`: there was nothing to publish.
async fn answer(member: &Member, done: Result<bool, PublishError>) -> Response {
    let words = member.studio.words();
    let refused = |text: &str| Told::Refused(text.to_owned());
    match done {
        Ok(is_new) => {
            member.visit.host.isolate.expire();
            see(if is_new { "/studio/publish?done=published" } else { "/studio/publish?done=unchanged" })
        }
        Err(PublishError::Overtaken) => {
            render(member, StatusCode::CONFLICT, refused(words.publish_overtaken())).await
        }
        Err(PublishError::NoSuch(_)) => {
            render(member, StatusCode::UNPROCESSABLE_ENTITY, refused(words.publish_no_such())).await
        }
        Err(PublishError::Unreadable(_)) => {
            render(member, StatusCode::CONFLICT, refused(words.publish_unreadable())).await
        }
        Err(PublishError::Port(error)) => failure(&member.studio, &error),
        Err(error @ (PublishError::Build(_) | PublishError::Format(_))) => {
            failure(&member.studio, &PortError::Unexpected(error.to_string()))
        }
    }
}

async fn render(member: &Member, status: StatusCode, told: Told) -> Response {
    let history = member.visit.host.publications.history(HISTORY).await;
    let pending = publish::pending(ports(member)).await;
    match history.and_then(|history| Ok((history, pending?))) {
        Ok((history, pending)) => {
            let data = PublishPage { pending, history, told };
            page(status, pages::publish(&member.studio, &data))
        }
        Err(error) => failure(&member.studio, &error),
    }
}
