//! One flag: its settings and rules, who gets what, and links that force a value.

use super::ask::{answer, asked};
use super::edit::edit;
use super::{
    Form, Member, Saved, error, failure, feature, features_mut, kind_of, new_key, page, pages, published,
    rules, save, see, told,
};
use crate::flags::qa::{Forced, LONGEST_LIFE};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::team::flags::{RuleForm, ValueKind};
use orilla_studio::pages::{FormFault, Told};
use pages::{FlagPage, RuleShown};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// `GET /studio/flags/flag/card-layout?id=v-81&country=ES`.
pub async fn show(member: Member) -> Response {
    let told = told(&member);
    render_flag(&member, StatusCode::OK, Shown { told, ..Shown::default() }).await
}

/// What the page of a flag is shown with, beside what is saved.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) told: Told,
    pub(super) faults: Vec<FormFault>,
    /// A rule as it was typed.
    pub(super) typed: Option<(usize, RuleForm, Vec<FormFault>)>,
    pub(super) default: Option<String>,
    pub(super) link: Option<String>,
}

/// The flag that the path names.
fn named(member: &Member) -> String {
    let name = member.visit.path.strip_prefix("/studio/flags/flag/").unwrap_or_default();
    percent_decode_str(name).decode_utf8_lossy().into_owned()
}

async fn render_flag(member: &Member, status: StatusCode, shown: Shown) -> Response {
    let data = async {
        let stored = member.team.flags.current().await?;
        Ok::<_, PortError>((stored, published(member).await?, new_key(member)?))
    };
    let (stored, published, key) = match data.await {
        Ok(data) => data,
        Err(error) => return failure(&member.studio, &error),
    };
    let name = named(member);
    let Some(flag) = feature(&stored.document, &name).cloned() else {
        return error(&member.studio, StatusCode::NOT_FOUND);
    };
    let kind = kind_of(&flag);
    let mut rules: Vec<RuleShown> = rules(&flag)
        .iter()
        .map(|rule| RuleShown { rule: rule.clone(), form: RuleForm::of(rule, kind), faults: Vec::new() })
        .collect();
    if let Some((at, form, faults)) = shown.typed
        && let Some(rule) = rules.get_mut(at)
    {
        (rule.form, rule.faults) = (form, faults);
    }
    let asked = asked(&member.visit.query);
    let default =
        shown.default.unwrap_or_else(|| kind.typed(flag.get("defaultValue").unwrap_or(&Value::Null)));
    let data = FlagPage {
        answer: answer(&stored.document, &name, &asked, member.visit.host.clock.now()),
        is_published: published.as_ref() == Some(&stored.document),
        version: stored.version,
        faults: shown.faults,
        link: shown.link,
        told: shown.told,
        name,
        flag,
        kind,
        rules,
        default,
        asked,
        key,
    };
    page(status, pages::flag(&member.studio, &data))
}

/// `POST /studio/flags/flag/card-layout`: settings, a rule, its place, a new one, a link.
pub async fn change(member: Member, body: Bytes) -> Response {
    let name = named(&member);
    let stored = match member.team.flags.current().await {
        Ok(stored) => stored,
        Err(error) => return failure(&member.studio, &error),
    };
    let Some(flag) = feature(&stored.document, &name).cloned() else {
        return error(&member.studio, StatusCode::NOT_FOUND);
    };
    let mut form = Form::read(&body);
    let intent = form.take("intent");
    if intent == "link" {
        return link(&member, &name, kind_of(&flag), &form.take("forced")).await;
    }
    let at = form.take("rule").parse::<usize>().unwrap_or(usize::MAX);
    let edited = edit(&member, &mut form, &intent, at, &flag);
    let flag = match edited {
        Ok(flag) => flag,
        Err(shown) => return render_flag(&member, StatusCode::UNPROCESSABLE_ENTITY, *shown).await,
    };
    let mut document = stored.document.clone();
    let is_gone = flag.is_none();
    if let Some(features) = features_mut(&mut document) {
        match flag {
            Some(flag) => drop(features.insert(name.clone(), flag)),
            None => drop(features.remove(&name)),
        }
    }
    match save(&member, &mut form, &stored, document).await {
        Ok(Saved::Done(_)) if is_gone => see("/studio/flags?done=saved"),
        Ok(Saved::Done(what)) => see(&format!("{}?done={what}", pages::flag_path(&name))),
        Ok(Saved::Not(told, faults, status)) => {
            let typed = (intent == "rule").then(|| (at, form.rule(), Vec::new()));
            render_flag(&member, status, Shown { told, faults, typed, ..Shown::default() }).await
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// A link that forces a value of the flag.
async fn link(member: &Member, name: &str, kind: ValueKind, typed: &str) -> Response {
    let words = member.studio.words();
    let host = &member.visit.host;
    let refuse = |field: &str, message: &str| Shown {
        faults: vec![FormFault { field: field.to_owned(), message: message.to_owned() }],
        ..Shown::default()
    };
    let Some(value) = kind.read(typed) else {
        let shown = refuse("forced", words.flag_fault_value());
        return render_flag(member, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let forced =
        Forced { until: host.clock.now() + LONGEST_LIFE / 2, values: vec![(name.to_owned(), value)] };
    let token = host.gate.settings.visitor_keys.as_ref().and_then(|keys| forced.token(keys));
    let shown = match token {
        Some(token) => {
            let link = format!("{}?orilla-qa={token}", member.visit.absolute(&member.visit.url("")));
            Shown { link: Some(link), ..Shown::default() }
        }
        None => refuse("forced", words.flag_link_failed()),
    };
    render_flag(member, StatusCode::OK, shown).await
}
