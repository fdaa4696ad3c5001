//! Experiments: designed, started, looked at, stopped, decided.

use super::flags::published;
use super::member::Member;
use super::{error, failure, fields, page, see};
use crate::routes::publish::press;
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_events::ExperimentKey;
use orilla_experiments::{
    BanditForm, Decision, DesignForm, Experiment, Fault, Metric, MetricKey, MetricKind, PRIOR, Refusal,
    Status, analyse, need,
};
use orilla_orders::{IdempotencyKey, Text};
use orilla_shop::PortError;
use orilla_shop::publish::PublishError;
use orilla_shop::team::experiments::is_same_split;
use orilla_shop::team::flags::{AmendError, amend};
use orilla_shop::team::{InFlags, StoredMetric, in_flags, ship};
use orilla_studio::pages::{self, ExperimentPage, ExperimentsPage, FormFault, Told};
use std::collections::HashMap;

/// `GET /studio/experiments`.
pub async fn list(member: Member) -> Response {
    let experiments = member.team.experiments.experiments().await;
    let flags = member.team.flags.current().await;
    match experiments.and_then(|experiments| Ok((experiments, flags?))) {
        Ok((experiments, flags)) => {
            let data = ExperimentsPage { experiments, in_flags: in_flags(&flags.document) };
            page(StatusCode::OK, pages::experiments(&member.studio, &data))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// What a request for an experiment finds.
struct Found {
    key: ExperimentKey,
    in_flags: Option<InFlags>,
    experiment: Option<Experiment>,
    metrics: Vec<StoredMetric>,
}

impl Found {
    /// The experiment that the path names: one that is stored, or one in the flags.
    async fn read(member: &Member) -> Result<Option<Found>, PortError> {
        let Ok(key) = ExperimentKey::parse(&member.segment()) else { return Ok(None) };
        let team = &member.team;
        let experiment = team.experiments.experiment(&key).await?;
        let flags = team.flags.current().await?;
        let in_flags = in_flags(&flags.document).into_iter().find(|found| found.key == key.as_str());
        if experiment.is_none() && in_flags.is_none() {
            return Ok(None);
        }
        Ok(Some(Found { key, in_flags, experiment, metrics: team.experiments.metrics().await? }))
    }

    fn version(&self) -> u32 {
        self.experiment.as_ref().map_or(0, |experiment| experiment.version)
    }

    fn metric(&self, key: &MetricKey) -> Option<&Metric> {
        self.metrics.iter().find(|stored| stored.key == *key).map(|stored| &stored.metric)
    }

    /// The design in the form, against the flag's variations.
    fn check(&self, form: &DesignForm) -> Result<orilla_experiments::Design, Vec<Fault>> {
        let (flag, variations) = match (&self.in_flags, &self.experiment) {
            (Some(found), _) => (found.flag.as_str(), found.variations.as_slice()),
            (None, Some(known)) => (known.design.flag.as_str(), known.design.variations.as_slice()),
            (None, None) => ("", &[][..]),
        };
        form.check(flag, variations, |key| self.metric(key).cloned())
    }
}

/// What the page is shown with.
#[derive(Default)]
struct Shown {
    form: Option<DesignForm>,
    faults: Vec<FormFault>,
    told: Told,
}

/// `GET /studio/experiments/card-layout`.
pub async fn show(member: Member) -> Response {
    let words = member.studio.words();
    let told = match member.visit.query.as_str() {
        "done=save" => words.experiment_saved(),
        "done=start" => words.experiment_started(),
        "done=stop" => words.experiment_stop_done(),
        "done=decide" => words.experiment_decide_done(),
        _ => "",
    };
    let told = if told.is_empty() { Told::Nothing } else { Told::Done(told.to_owned()) };
    again(&member, StatusCode::OK, Shown { told, ..Shown::default() }).await
}

/// The page, of what is stored now.
async fn again(member: &Member, status: StatusCode, shown: Shown) -> Response {
    match Found::read(member).await {
        Ok(Some(found)) => render(member, found, status, shown).await,
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn render(member: &Member, found: Found, status: StatusCode, shown: Shown) -> Response {
    match data(member, found, shown).await {
        Ok(data) => page(status, pages::experiment(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn data(member: &Member, found: Found, shown: Shown) -> Result<ExperimentPage, PortError> {
    let form = match (shown.form, &found.experiment) {
        (Some(form), _) => form,
        (None, Some(known)) => {
            let primary = found.metric(&known.design.primary);
            DesignForm::of(&known.design, primary.map_or(MetricKind::Share, |metric| metric.kind))
        }
        (None, None) => first_form(member, &found).await?,
    };
    let design = found.check(&form).ok();
    let need = design.and_then(|design| Some(need(&design, found.metric(&design.primary)?)));
    let started = found.experiment.as_ref().filter(|known| known.status() != Status::Draft);
    let analysis = match started {
        Some(known) => {
            let rollups = member.team.experiments.rollups(&known.key).await?;
            Some(analyse(known, &rollups, member.visit.host.clock.now()))
        }
        None => None,
    };
    Ok(ExperimentPage {
        key: found.key.as_str().to_owned(),
        in_flags: found.in_flags,
        experiment: found.experiment,
        form,
        faults: shown.faults,
        need,
        metrics: found.metrics,
        analysis,
        currency: member.visit.host.config.currency,
        told: shown.told,
    })
}

/// A form for a new design, with what is usual in this shop.
async fn first_form(member: &Member, found: &Found) -> Result<DesignForm, PortError> {
    let usual = member.team.experiments.usual().await?;
    let primary = found.metrics.iter().find(|stored| stored.key.as_str() == "conversion");
    let primary = primary.or(found.metrics.first()).map(|stored| stored.key.to_string()).unwrap_or_default();
    let moments =
        usual.metrics.iter().find(|known| known.metric == primary).and_then(|known| known.moments());
    let short = |number: f64| format!("{number:.2}");
    Ok(DesignForm {
        name: found.key.as_str().to_owned(),
        baseline: moments.map(|(mean, _)| short(mean * 100.0)).unwrap_or_default(),
        primary,
        effect: "10".to_owned(),
        traffic: usual.traffic.map(|traffic| format!("{traffic:.0}")).unwrap_or_default(),
        bandit: BanditForm::of(None),
        ..DesignForm::default()
    })
}

/// What a form that could be read comes to.
enum Outcome {
    /// Back to the page, which says that it is done.
    Done,
    /// The page, with what was typed.
    Shown(StatusCode, Box<Shown>),
}

fn outcome(status: StatusCode, shown: Shown) -> Outcome {
    Outcome::Shown(status, Box::new(shown))
}

/// `POST /studio/experiments/card-layout`: does what the button says.
pub async fn act(member: Member, body: Bytes) -> Response {
    let found = match Found::read(&member).await {
        Ok(Some(found)) => found,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let words = member.studio.words();
    let mut fields = fields(&body);
    let intent = fields.remove("intent").unwrap_or_default();
    let seen = fields.remove("version").and_then(|version| version.parse::<u32>().ok());
    let form = matches!(intent.as_str(), "save" | "calculate").then(|| read(&fields));
    let refused = |status, text: &str, form| {
        outcome(status, Shown { told: Told::Refused(text.to_owned()), form, ..Shown::default() })
    };
    let done = match (intent.as_str(), seen) {
        (_, None) => Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, words.form_stale(), form)),
        (_, Some(seen)) if seen != found.version() => {
            Ok(refused(StatusCode::CONFLICT, words.experiment_stale(), form))
        }
        ("save" | "calculate", _) => design(&member, &found, read(&fields), intent == "save").await,
        ("start", _) => start(&member, &found).await,
        ("stop", _) => stop(&member, &found).await,
        ("decide", _) => decide(&member, &found, &fields).await,
        _ => Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, words.form_stale(), None)),
    };
    match done {
        Ok(Outcome::Done) => see(&format!("/studio/experiments/{}?done={intent}", found.key.as_str())),
        Ok(Outcome::Shown(status, shown)) => again(&member, status, *shown).await,
        Err(error) => failure(&member.studio, &error),
    }
}

fn read(fields: &HashMap<String, String>) -> DesignForm {
    let take = |name: &str| fields.get(name).cloned().unwrap_or_default();
    // A box that is ticked has a field of its own.
    let ticked = |list: &str| {
        let mut keys: Vec<String> = fields
            .keys()
            .filter_map(|name| name.strip_prefix(list)?.strip_prefix('.').map(str::to_owned))
            .collect();
        keys.sort();
        keys
    };
    DesignForm {
        name: take("name"),
        hypothesis: take("hypothesis"),
        audience: take("audience"),
        primary: take("primary"),
        secondary: ticked("secondary"),
        guardrails: ticked("guardrails"),
        baseline: take("baseline"),
        deviation: take("deviation"),
        effect: take("effect"),
        traffic: take("traffic"),
        bandit: BanditForm {
            is_on: fields.contains_key("bandit"),
            burn_in: take("burn_in"),
            every: take("every"),
            least: take("least"),
            by_device: fields.contains_key("by_device"),
        },
    }
}

async fn design(
    member: &Member,
    found: &Found,
    form: DesignForm,
    is_saved: bool,
) -> Result<Outcome, PortError> {
    let design = match found.check(&form) {
        Ok(design) => design,
        Err(faults) => return Ok(wrong(member, form, faults)),
    };
    if !is_saved {
        return Ok(outcome(StatusCode::OK, Shown { form: Some(form), ..Shown::default() }));
    }
    let now = member.visit.host.clock.now();
    let next = match found.experiment.clone() {
        Some(known) => known.redesigned(design, member.name(), now),
        None => Ok(Experiment::new(found.key.clone(), design, member.name(), now)),
    };
    save(member, found, next, Some(form)).await
}

/// The form again, with what is wrong at its fields.
fn wrong(member: &Member, form: DesignForm, faults: Vec<Fault>) -> Outcome {
    let words = member.studio.words();
    let fault = |fault: Fault| FormFault {
        field: fault.field.to_owned(),
        message: words.experiment_fault(fault.problem),
    };
    let faults = faults.into_iter().map(fault).collect();
    let shown = Shown { form: Some(form), faults, ..Shown::default() };
    outcome(StatusCode::UNPROCESSABLE_ENTITY, shown)
}

async fn start(member: &Member, found: &Found) -> Result<Outcome, PortError> {
    let (Some(mut known), Some(rule)) = (found.experiment.clone(), &found.in_flags) else {
        return Ok(conflict(member.studio.words().experiment_gone(), None));
    };
    // The flag may be another than the one that it was designed for.
    let kind = found.metric(&known.design.primary).map_or(MetricKind::Share, |metric| metric.kind);
    let form = DesignForm::of(&known.design, kind);
    if let Err(faults) = found.check(&form) {
        return Ok(wrong(member, form, faults));
    }
    if !is_published(member, rule).await? {
        return Ok(conflict(member.studio.words().experiment_unpublished(), None));
    }
    // What is compared is what the flag says now.
    known.design.variations.clone_from(&rule.variations);
    known.design.flag.clone_from(&rule.flag);
    let now = member.visit.host.clock.now();
    let flags = &member.team.flags;
    known.split_since = flags.split_since(&rule.flag, found.key.as_str(), now - PRIOR).await?;
    let metric = |key: &MetricKey| found.metric(key).cloned();
    let next = known.started(metric, member.name(), now);
    save(member, found, next, None).await
}

/// Whether visitors are split as the saved flags say, or not at all yet.
async fn is_published(member: &Member, rule: &InFlags) -> Result<bool, PortError> {
    let shown = published(member).await?.unwrap_or_default();
    let saved = member.team.flags.current().await?.document;
    Ok(is_same_split(&shown, &saved, &rule.flag, &rule.key))
}

async fn stop(member: &Member, found: &Found) -> Result<Outcome, PortError> {
    let Some(known) = found.experiment.clone() else {
        return Ok(conflict(member.studio.words().experiment_refused(), None));
    };
    save(member, found, known.stopped(member.name(), member.visit.host.clock.now()), None).await
}

/// Gives the variation to everybody, then notes the decision. Sent again in between, it does the rest.
async fn decide(
    member: &Member,
    found: &Found,
    fields: &HashMap<String, String>,
) -> Result<Outcome, PortError> {
    let words = member.studio.words();
    let Some(known) = found.experiment.clone() else {
        return Ok(conflict(words.experiment_refused(), None));
    };
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let note = match Text::parse(field("note")) {
        Ok(note) => note,
        Err(error) => {
            let message = pages::text_fault(&member.studio, &error).to_owned();
            let faults = vec![FormFault { field: "note".into(), message }];
            let shown = Shown { faults, ..Shown::default() };
            return Ok(outcome(StatusCode::UNPROCESSABLE_ENTITY, shown));
        }
    };
    let variation = field("variation").parse().unwrap_or(usize::MAX);
    let decision = Decision { variation, note: note.as_str().to_owned() };
    let (flag, key, version) = (known.design.flag.clone(), known.key.clone(), known.version);
    let now = member.visit.host.clock.now();
    let next = match known.decided(decision, member.name(), now) {
        Ok(next) => next,
        Err(refusal) => return save(member, found, Err(refusal), None).await,
    };
    // The name of this decision: the version decides once.
    let name = IdempotencyKey::parse(&format!("experiment/{}/{version}", key.as_str()));
    let name = name.map_err(|error| PortError::Unexpected(error.to_string()))?;
    let press = press(&member.visit.host, &member.team.writer);
    let reason = format!("{}: {}", key.as_str(), note.as_str());
    let edit = |document: &mut serde_json::Value| ship(document, &flag, key.as_str(), variation);
    match amend(press, &*member.team.flags, member.name(), &reason, &name, now, &edit).await {
        Ok(_) => {
            member.visit.host.isolate.expire();
            save(member, found, Ok(next), None).await
        }
        Err(AmendError::Port(error) | AmendError::Publish(PublishError::Port(error))) => Err(error),
        Err(error) => Ok(conflict(&words.experiment_not_shipped(&error.to_string()), None)),
    }
}

/// Stores what an experiment has become.
async fn save(
    member: &Member,
    found: &Found,
    next: Result<Experiment, Refusal>,
    form: Option<DesignForm>,
) -> Result<Outcome, PortError> {
    let words = member.studio.words();
    let Ok(next) = next else { return Ok(conflict(words.experiment_refused(), form)) };
    let currency = member.visit.host.config.currency;
    if member.team.experiments.save(found.version(), &next, currency).await? {
        Ok(Outcome::Done)
    } else {
        Ok(conflict(words.experiment_stale(), form))
    }
}

fn conflict(text: &str, form: Option<DesignForm>) -> Outcome {
    let told = Told::Refused(text.to_owned());
    outcome(StatusCode::CONFLICT, Shown { told, form, ..Shown::default() })
}
