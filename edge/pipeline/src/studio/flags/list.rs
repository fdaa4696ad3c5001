//! The list of flags, a new flag, and publishing what is saved.

use super::{
    Form, HISTORY, Member, Saved, failure, feature, features_mut, new_key, page, pages, published, save, see,
    told,
};
use crate::routes::publish::press;
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::publish::PublishError;
use orilla_shop::team::flags::{self, ValueKind};
use orilla_studio::pages::Told;
use pages::FlagsPage;
use serde_json::json;

/// The longest name of a flag.
const LONGEST_NAME: usize = 100;

/// `GET /studio/flags`.
pub async fn list(member: Member) -> Response {
    let told = told(&member);
    render_list(&member, StatusCode::OK, String::new(), told).await
}

async fn render_list(member: &Member, status: StatusCode, new: String, told: Told) -> Response {
    let data = async {
        let stored = member.team.flags.current().await?;
        let history = member.team.flags.history(None, HISTORY).await?;
        let (published, key) = (published(member).await?, new_key(member)?);
        Ok::<_, PortError>(FlagsPage { stored, published, history, new, key, told })
    };
    match data.await {
        Ok(data) => page(status, pages::flags(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/flags`: a new flag.
pub async fn create(member: Member, body: Bytes) -> Response {
    let words = member.studio.words();
    let mut form = Form::read(&body);
    let (name, kind) = (form.take("flag").trim().to_owned(), ValueKind::parse(&form.take("kind")));
    let stored = match member.team.flags.current().await {
        Ok(stored) => stored,
        Err(error) => return failure(&member.studio, &error),
    };
    let is_name = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.contains(['/', '?', '#'])
        && !name.chars().any(char::is_control);
    let is_new = feature(&stored.document, &name).is_none();
    let refused = match (is_name, is_new, kind) {
        (false, ..) => Some(words.flag_name_hint()),
        (_, false, _) => Some(words.flag_exists()),
        (.., None) => Some(words.form_stale()),
        _ => None,
    };
    if let Some(why) = refused {
        let told = Told::Refused(why.to_owned());
        return render_list(&member, StatusCode::UNPROCESSABLE_ENTITY, name, told).await;
    }
    let mut document = stored.document.clone();
    let first = kind.unwrap_or(ValueKind::Boolean).first();
    if let Some(features) = features_mut(&mut document) {
        features.insert(name.clone(), json!({ "defaultValue": first, "rules": [] }));
    }
    match save(&member, &mut form, &stored, document).await {
        Ok(Saved::Done(_)) => see(&format!("{}?done=saved", pages::flag_path(&name))),
        Ok(Saved::Not(told, _, status)) => render_list(&member, status, name, told).await,
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/flags/publish`: makes the saved flags what pages show, and nothing else.
pub async fn publish(member: Member) -> Response {
    let host = &member.visit.host;
    let done = flags::publish(press(host, &member.team.writer), &*member.team.flags, host.clock.now()).await;
    host.isolate.expire();
    let words = member.studio.words();
    match done {
        Ok(_) => see("/studio/flags?done=published"),
        Err(PublishError::Port(error)) => failure(&member.studio, &error),
        Err(PublishError::Overtaken) => {
            let told = Told::Refused(words.publish_overtaken().to_owned());
            render_list(&member, StatusCode::CONFLICT, String::new(), told).await
        }
        Err(PublishError::Unreadable(_)) => {
            let told = Told::Refused(words.publish_unreadable().to_owned());
            render_list(&member, StatusCode::CONFLICT, String::new(), told).await
        }
        Err(error) => failure(&member.studio, &PortError::Unexpected(error.to_string())),
    }
}
