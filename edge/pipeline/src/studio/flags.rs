//! Feature flags: the list, one flag with its rules, the document as JSON, the history.

use super::member::Member;
use super::{error, failure, fields, page, see};
use crate::flags::qa::{Forced, LONGEST_LIFE};
use crate::routes::publish::press;
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_flags::Visitor;
use orilla_orders::{IdempotencyKey, OrderToken};
use orilla_shop::PortError;
use orilla_shop::publish::{PublishError, attached};
use orilla_shop::team::flags::{
    self, FlagsOutcome, RuleForm, SaveFlags, StoredFlags, VARIATIONS, ValueKind, VariationForm,
};
use orilla_snapshot::Attachment;
use orilla_studio::pages::flags::{
    self as pages, Answer, Asked, FlagPage, FlagsPage, HistoryPage, RuleShown,
};
use orilla_studio::pages::{FormFault, Told};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Lines of the history on a page.
const HISTORY: u32 = 50;
/// The longest name of a flag.
const LONGEST_NAME: usize = 100;
/// The most attributes that a visitor is asked about with.
const MOST_ATTRIBUTES: usize = 50;

/// What a page says of the last form, by its address.
fn told(member: &Member) -> Told {
    let words = member.studio.words();
    let query = member.visit.query.as_str();
    match query.split('&').find_map(|part| part.strip_prefix("done=")) {
        Some("saved") => Told::Done(words.flags_saved().to_owned()),
        Some("published") => Told::Done(words.publish_done().to_owned()),
        Some("unchanged") => Told::Done(words.product_unchanged().to_owned()),
        _ => Told::Nothing,
    }
}

/// The document that pages show.
async fn published(member: &Member) -> Result<Option<Value>, PortError> {
    let press = press(&member.visit.host, &member.team.writer);
    match attached(press, Attachment::Flags).await {
        Ok(bytes) => Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())),
        Err(PublishError::Port(error)) => Err(error),
        Err(error) => Err(PortError::Unexpected(error.to_string())),
    }
}

fn new_key(member: &Member) -> Result<String, PortError> {
    Ok(OrderToken::from_random(member.visit.host.random.bytes()?).as_str().to_owned())
}

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

/// `GET /studio/flags/flag/card-layout?id=v-81&country=ES`.
pub async fn show(member: Member) -> Response {
    let told = told(&member);
    render_flag(&member, StatusCode::OK, Shown { told, ..Shown::default() }).await
}

/// What the page of a flag is shown with, beside what is saved.
#[derive(Default)]
struct Shown {
    told: Told,
    faults: Vec<FormFault>,
    /// A rule as it was typed.
    typed: Option<(usize, RuleForm, Vec<FormFault>)>,
    default: Option<String>,
    link: Option<String>,
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

/// The flag after what a form asks for; `None`: it is gone.
fn edit(
    member: &Member,
    form: &mut Form,
    intent: &str,
    at: usize,
    flag: &Value,
) -> Result<Option<Value>, Box<Shown>> {
    let words = member.studio.words();
    let kind = kind_of(flag);
    let stale = || Box::new(Shown { told: Told::Refused(words.form_stale().to_owned()), ..Shown::default() });
    let mut fields = flag.as_object().cloned().unwrap_or_default();
    let mut rules = rules(flag).to_vec();
    match intent {
        "delete" => return Ok(None),
        "settings" => {
            let typed = form.take("default");
            let Some(value) = kind.read(&typed) else {
                let fault =
                    FormFault { field: "default".into(), message: words.flag_fault_value().to_owned() };
                return Err(Box::new(Shown {
                    faults: vec![fault],
                    default: Some(typed),
                    ..Shown::default()
                }));
            };
            fields.insert("defaultValue".into(), value);
            let description = form.take("description");
            match description.trim() {
                "" => drop(fields.remove("description")),
                text => drop(fields.insert("description".into(), text.into())),
            }
            match form.take("enabled").as_str() {
                "yes" => drop(fields.remove("enabled")),
                _ => drop(fields.insert("enabled".into(), false.into())),
            }
        }
        "add-force" => rules.push(json!({ "id": new_id(&rules), "force": kind.first(), "enabled": false })),
        "add-rollout" => {
            rules.push(
                json!({ "id": new_id(&rules), "force": kind.first(), "coverage": 0, "enabled": false }),
            );
        }
        "add-experiment" => {
            let first = flag.get("defaultValue").cloned().unwrap_or(Value::Null);
            let second = if kind == ValueKind::Boolean { json!(first != json!(true)) } else { first.clone() };
            rules.push(
                json!({ "id": new_id(&rules), "enabled": false, "hashVersion": 2, "weights": [0.5, 0.5],
                "variations": [first, second], "meta": [{ "key": "0" }, { "key": "1" }] }),
            );
        }
        "up" | "down" => {
            let other = if intent == "up" { at.wrapping_sub(1) } else { at.wrapping_add(1) };
            if at >= rules.len() || other >= rules.len() {
                return Err(stale());
            }
            rules.swap(at, other);
        }
        "remove" if at < rules.len() => drop(rules.remove(at)),
        "rule" => {
            let typed = form.rule();
            let Some(rule) = rules.get_mut(at) else { return Err(stale()) };
            match typed.apply(rule, kind) {
                Ok(edited) => *rule = edited,
                Err(faults) => {
                    let faults =
                        faults.iter().map(|fault| pages::rule_fault(&member.studio, fault)).collect();
                    let told = Told::Refused(words.flags_refused().to_owned());
                    return Err(Box::new(Shown {
                        told,
                        typed: Some((at, typed, faults)),
                        ..Shown::default()
                    }));
                }
            }
        }
        _ => return Err(stale()),
    }
    fields.insert("rules".into(), rules.into());
    Ok(Some(Value::Object(fields)))
}

/// A name that no rule has: rule-1, rule-2, …
fn new_id(rules: &[Value]) -> String {
    let is_free = |id: &String| rules.iter().all(|rule| rule.get("id").and_then(Value::as_str) != Some(id));
    (1..).map(|number: u32| format!("rule-{number}")).find(is_free).unwrap_or_default()
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

/// What a form has, beside the fields of its own.
struct Form {
    fields: HashMap<String, String>,
    version: Option<u64>,
    key: String,
    reason: String,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut fields = fields(body);
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (version, key, reason) = (take("version").parse().ok(), take("key"), take("reason"));
        Form { fields, version, key, reason }
    }

    fn take(&mut self, name: &str) -> String {
        self.fields.remove(name).unwrap_or_default()
    }

    /// A rule, as it was typed.
    fn rule(&self) -> RuleForm {
        let text = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let part = |at: usize, name: &str| text(&format!("variations[{at}].{name}"));
        let count =
            (0..VARIATIONS).rev().find(|at| self.fields.contains_key(&format!("variations[{at}].value")));
        let variation =
            |at| VariationForm { key: part(at, "key"), value: part(at, "value"), weight: part(at, "weight") };
        RuleForm {
            id: text("id"),
            is_on: self.fields.contains_key("on"),
            condition: text("condition"),
            percent: text("percent"),
            start: text("start"),
            end: text("end"),
            value: text("value"),
            variations: count.map(|last| (0..=last).map(variation).collect()).unwrap_or_default(),
        }
    }
}

/// What became of a document.
enum Saved {
    /// It is the last version: `saved`, or `unchanged`.
    Done(&'static str),
    /// It is not, and why.
    Not(Told, Vec<FormFault>, StatusCode),
}

async fn save(
    member: &Member,
    form: &mut Form,
    stored: &StoredFlags,
    document: Value,
) -> Result<Saved, PortError> {
    let words = member.studio.words();
    let not = |text: &str, status| Ok(Saved::Not(Told::Refused(text.to_owned()), Vec::new(), status));
    let (Some(expected), Ok(key)) = (form.version, IdempotencyKey::parse(&form.key)) else {
        return not(words.form_stale(), StatusCode::UNPROCESSABLE_ENTITY);
    };
    // What was edited is the document of now: it must be the one that the form showed.
    if expected != stored.version {
        return not(words.flags_stale(), StatusCode::CONFLICT);
    }
    let (name, now) = (member.name().to_owned(), member.visit.host.clock.now());
    let wish = SaveFlags { expected, document, member: &name, reason: &form.reason, key, now };
    match flags::save(&*member.team.flags, wish).await? {
        FlagsOutcome::Saved(_) => Ok(Saved::Done("saved")),
        FlagsOutcome::Unchanged(_) => Ok(Saved::Done("unchanged")),
        FlagsOutcome::Stale(_) => not(words.flags_stale(), StatusCode::CONFLICT),
        FlagsOutcome::KeyReused => not(words.key_reused(), StatusCode::CONFLICT),
        FlagsOutcome::Refused(faults) => {
            let fault = |fault: orilla_flags::Fault| FormFault { field: fault.path, message: fault.message };
            let told = Told::Refused(words.flags_refused().to_owned());
            let faults = faults.into_iter().map(fault).collect();
            Ok(Saved::Not(told, faults, StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

fn feature<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.get("features")?.get(name)
}

fn features_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let features = document.as_object_mut()?.entry("features").or_insert_with(|| json!({}));
    features.as_object_mut()
}

fn rules(flag: &Value) -> &[Value] {
    flag.get("rules").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn kind_of(flag: &Value) -> ValueKind {
    ValueKind::of(flag.get("defaultValue").unwrap_or(&Value::Null))
}

/// Who is asked about.
fn asked(query: &str) -> Asked {
    let mut asked = Asked::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.chars().take(1_000).collect();
        match name.as_ref() {
            "id" => asked.id = value,
            "country" => asked.country = value,
            "device" => asked.device = value,
            "language" => asked.locale = value,
            "more" => asked.more = value,
            _ => {}
        }
    }
    asked
}

/// What they would get of the saved document now, and why.
fn answer(document: &Value, flag: &str, asked: &Asked, now: i64) -> Answer {
    use orilla_flags::names;
    let mut attributes = Map::new();
    for (name, typed) in [
        (names::ID, asked.id.trim().to_owned()),
        (names::COUNTRY, asked.country.trim().to_uppercase()),
        (names::DEVICE, asked.device.trim().to_owned()),
        (names::LOCALE, asked.locale.trim().to_owned()),
    ] {
        if !typed.is_empty() {
            attributes.insert(name.to_owned(), Value::String(typed));
        }
    }
    for (name, typed) in asked.more.lines().filter_map(|line| line.split_once('=')).take(MOST_ATTRIBUTES) {
        // A number or a list is one; everything else is a text.
        let value =
            serde_json::from_str(typed.trim()).unwrap_or_else(|_| Value::String(typed.trim().to_owned()));
        attributes.insert(name.trim().to_owned(), value);
    }
    let (compiled, _) = orilla_flags::Flags::read(document);
    let mut visitor = Visitor::from_json(&attributes);
    if asked.id.trim().is_empty() {
        // As a page treats somebody who has no id.
        visitor = visitor.without_experiments();
    }
    let evaluation = compiled.evaluate(flag, &visitor, now);
    match evaluation.failure() {
        Some(error) => Answer { reason: error.code().to_owned(), ..Answer::default() },
        None => Answer {
            value: if evaluation.value.is_null() { String::new() } else { evaluation.value.to_string() },
            reason: format!("{} · {}", evaluation.reason.code(), evaluation.source.name()),
            rule: evaluation.rule_id.to_owned(),
            variation: evaluation.variation().unwrap_or_default().into_owned(),
        },
    }
}
