//! Rollouts in the Studio: start one, see where it stands, and take it in hand.

use super::member::Member;
use super::{error, failure, fields, page, see};
use crate::rollouts::driver;
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_orders::IdempotencyKey;
use orilla_rollouts::{Command, Rollout, judge};
use orilla_shop::PortError;
use orilla_shop::team::rollouts::{
    Place, RolloutField, RolloutForm, StartError, StoredRollout, Unfit, Wish, command as carry_out, start,
};
use orilla_studio::Words;
use orilla_studio::pages::{self, FormFault, RolloutPage, RolloutsPage, Told};

/// Rollouts on the page.
const LATEST: u32 = 50;
/// Points of a chart.
const LOOKS: u32 = 200;

/// `GET /studio/rollouts`.
pub async fn list(member: Member) -> Response {
    show_list(&member, StatusCode::OK, RolloutsPage::default()).await
}

/// `POST /studio/rollouts`: starts one. Sent twice, it is started once.
pub async fn begin(member: Member, body: Bytes) -> Response {
    let words = member.studio.words();
    let mut sent = fields(&body);
    let mut take = |name: &str| sent.remove(name).unwrap_or_default();
    let form = RolloutForm {
        place: take("place"),
        steps: take("steps"),
        lasts: take("lasts"),
        unit: take("unit"),
        least: take("least"),
        errors: take("errors"),
        latency: take("latency"),
        conversion: take("conversion"),
        quiet: take("quiet"),
    };
    let again = |told: Told, faults: Vec<RolloutField>| RolloutsPage {
        form: form.clone(),
        faults: faults.into_iter().map(|field| fault(words, field)).collect(),
        told,
        ..RolloutsPage::default()
    };
    let Ok(key) = IdempotencyKey::parse(&take("key")) else {
        let told = Told::Refused(words.form_stale().to_owned());
        return show_list(&member, StatusCode::UNPROCESSABLE_ENTITY, again(told, Vec::new())).await;
    };
    let (flag, rule, plan) = match form.check() {
        Ok(checked) => checked,
        Err(faults) => {
            return show_list(&member, StatusCode::UNPROCESSABLE_ENTITY, again(Told::Nothing, faults)).await;
        }
    };
    let now = member.visit.host.clock.now();
    let wish = Wish { flag, rule, plan, member: member.name(), key, now };
    match start(driver(&member.visit.host, &member.team), wish).await {
        Ok(id) => {
            member.visit.host.isolate.expire();
            see(&format!("/studio/rollouts/{id}?done=started"))
        }
        Err(StartError::Unfit(Unfit::Unpublished)) => {
            let told = again(Told::Refused(words.rollouts_unpublished().to_owned()), Vec::new());
            show_list(&member, StatusCode::UNPROCESSABLE_ENTITY, told).await
        }
        Err(StartError::Unfit(_)) => {
            let told = again(Told::Nothing, vec![RolloutField::Place]);
            show_list(&member, StatusCode::UNPROCESSABLE_ENTITY, told).await
        }
        Err(StartError::Plan(_)) => {
            let told = again(Told::Nothing, vec![RolloutField::Steps]);
            show_list(&member, StatusCode::UNPROCESSABLE_ENTITY, told).await
        }
        Err(error) => match told(words, &error) {
            Some(told) => show_list(&member, StatusCode::CONFLICT, again(told, Vec::new())).await,
            None => failed(&member, error),
        },
    }
}

/// `GET /studio/rollouts/{id}`.
pub async fn show(member: Member) -> Response {
    let words = member.studio.words();
    let told = match member.visit.query.as_str() {
        "done=started" => Told::Done(words.rollouts_started().to_owned()),
        _ => Told::Nothing,
    };
    show_one(&member, StatusCode::OK, told).await
}

/// `POST /studio/rollouts/{id}`: takes it in hand.
pub async fn command(member: Member, body: Bytes) -> Response {
    let words = member.studio.words();
    let mut sent = fields(&body);
    let step = sent.remove("step").and_then(|step| step.parse().ok());
    let wish = match (sent.remove("command").as_deref(), step) {
        (Some("pause"), _) => Command::Pause,
        (Some("resume"), _) => Command::Resume,
        (Some("abort"), _) => Command::Abort,
        (Some("advance"), Some(from)) => Command::Advance { from },
        _ => {
            let told = Told::Refused(words.form_stale().to_owned());
            return show_one(&member, StatusCode::UNPROCESSABLE_ENTITY, told).await;
        }
    };
    let Some(id) = id(&member) else { return error(&member.studio, StatusCode::NOT_FOUND) };
    let host = &member.visit.host;
    match carry_out(driver(host, &member.team), id, wish, member.name(), host.clock.now()).await {
        Ok(()) => {
            host.isolate.expire();
            see(&format!("/studio/rollouts/{id}"))
        }
        Err(error) => match told(words, &error) {
            Some(told) => show_one(&member, StatusCode::CONFLICT, told).await,
            None => failed(&member, error),
        },
    }
}

/// What a member is told of an error that is nobody's fault; none: it is a failure.
fn told(words: Words, error: &StartError) -> Option<Told> {
    let text = match error {
        StartError::Driven(_) => words.rollouts_driven(),
        StartError::Refused(_) => words.rollouts_refused(),
        // The driver does the rest.
        StartError::Busy | StartError::Amend(_) => words.rollouts_busy(),
        _ => return None,
    };
    Some(Told::Refused(text.to_owned()))
}

fn failed(member: &Member, problem: StartError) -> Response {
    match problem {
        StartError::NoSuch => error(&member.studio, StatusCode::NOT_FOUND),
        StartError::Port(problem) => failure(&member.studio, &problem),
        other => failure(&member.studio, &PortError::Unexpected(other.to_string())),
    }
}

fn fault(words: Words, field: RolloutField) -> FormFault {
    let message = match field {
        RolloutField::Place => words.rollouts_bad_place(),
        RolloutField::Steps => words.rollouts_bad_steps(),
        RolloutField::Lasts | RolloutField::Quiet => words.rollouts_bad_time(),
        RolloutField::Least => words.rollouts_bad_people(),
        RolloutField::Errors | RolloutField::Latency | RolloutField::Conversion => {
            words.rollouts_bad_percent()
        }
    };
    FormFault { field: field.name().to_owned(), message: message.to_owned() }
}

/// The number in the path. JavaScript's numbers: D1 binds no larger ones.
fn id(member: &Member) -> Option<u64> {
    member.segment().parse().ok().filter(|id| *id < 1 << 53)
}

fn replayed(stored: &StoredRollout) -> Result<Rollout, PortError> {
    stored.replay().map_err(|broken| PortError::Unexpected(format!("rollout {}: {broken}", stored.id)))
}

async fn show_list(member: &Member, status: StatusCode, data: RolloutsPage) -> Response {
    match listed(member, data).await {
        Ok(data) => page(status, pages::rollouts(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn listed(member: &Member, data: RolloutsPage) -> Result<RolloutsPage, PortError> {
    let stored = member.team.rollouts.latest(LATEST).await?;
    let rollouts: Result<Vec<_>, PortError> =
        stored.into_iter().map(|stored| replayed(&stored).map(|rollout| (stored, rollout))).collect();
    let places = Place::all(&member.team.flags.current().await?.document);
    let key = u128::from_be_bytes(member.visit.host.random.bytes()?);
    Ok(RolloutsPage { rollouts: rollouts?, places, key: format!("{key:032x}"), ..data })
}

async fn show_one(member: &Member, status: StatusCode, told: Told) -> Response {
    match found(member, told).await {
        Ok(Some(data)) => page(status, pages::rollout(&member.studio, &data)),
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn found(member: &Member, told: Told) -> Result<Option<RolloutPage>, PortError> {
    let Some(id) = id(member) else { return Ok(None) };
    let store = &member.team.rollouts;
    let Some(stored) = store.find(id).await? else { return Ok(None) };
    let rollout = replayed(&stored)?;
    let (seen, looks) = (store.observed(id).await?, store.looks(id, LOOKS).await?);
    let verdicts = judge(rollout.plan(), &seen);
    let now = member.visit.host.clock.now();
    Ok(Some(RolloutPage { stored, rollout, seen, verdicts, looks, now, told }))
}
