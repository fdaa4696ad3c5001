//! The whole document as JSON, for what forms don't say.

use super::{Form, Member, Saved, failure, new_key, page, pages, save, see, told};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::team::flags::StoredFlags;
use orilla_studio::pages::{FormFault, Told};

/// `GET /studio/flags/document`.
pub async fn document(member: Member) -> Response {
    let told = told(&member);
    match member.team.flags.current().await {
        Ok(stored) => {
            let typed = serde_json::to_string_pretty(&stored.document).unwrap_or_default();
            render_document(&member, StatusCode::OK, &stored, &typed, &[], told)
        }
        Err(error) => failure(&member.studio, &error),
    }
}

fn render_document(
    member: &Member,
    status: StatusCode,
    stored: &StoredFlags,
    typed: &str,
    faults: &[FormFault],
    told: Told,
) -> Response {
    match new_key(member) {
        Ok(key) => page(status, pages::document(&member.studio, stored, typed, faults, &key, told)),
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/flags/document`: the whole document, as it was typed.
pub async fn save_document(member: Member, body: Bytes) -> Response {
    let mut form = Form::read(&body);
    let typed = form.take("document");
    let stored = match member.team.flags.current().await {
        Ok(stored) => stored,
        Err(error) => return failure(&member.studio, &error),
    };
    let document = match serde_json::from_str(&typed) {
        Ok(document) => document,
        Err(error) => {
            let fault = FormFault { field: "/".into(), message: error.to_string() };
            let told = Told::Refused(member.studio.words().flags_refused().to_owned());
            return render_document(
                &member,
                StatusCode::UNPROCESSABLE_ENTITY,
                &stored,
                &typed,
                &[fault],
                told,
            );
        }
    };
    match save(&member, &mut form, &stored, document).await {
        Ok(Saved::Done(what)) => see(&format!("/studio/flags/document?done={what}")),
        Ok(Saved::Not(told, faults, status)) => {
            render_document(&member, status, &stored, &typed, &faults, told)
        }
        Err(error) => failure(&member.studio, &error),
    }
}
