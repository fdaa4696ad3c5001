//! Metrics: what experiments can measure; and what was sent to be measured and could not be.

use super::member::Member;
use super::{error, failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_experiments::{Fault, MetricForm, MetricKey, Problem};
use orilla_shop::PortError;
use orilla_shop::team::StoredMetric;
use orilla_studio::pages::{self, FormFault, MetricPage, RefusedPage, Told};

/// The last part of the address of a metric that does not exist yet.
const NEW: &str = "new";
/// Refused events on a page.
const LETTERS: u32 = 100;

/// `GET /studio/metrics`.
pub async fn list(member: Member) -> Response {
    let told = match member.visit.query.as_str() {
        "done=save" => Told::Done(member.studio.words().experiment_saved().to_owned()),
        _ => Told::Nothing,
    };
    let data = async {
        let refused = member.team.events.refused().await?.iter().map(|sum| sum.count).sum();
        Ok::<_, PortError>((member.team.experiments.metrics().await?, refused))
    };
    match data.await {
        Ok((metrics, refused)) => {
            page(StatusCode::OK, pages::metrics(&member.studio, &metrics, refused, told))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// `GET /studio/events?code=wrong_field`: what came as an event and is none.
pub async fn refused(member: Member) -> Response {
    let query = member.visit.query.as_bytes();
    let chosen = form_urlencoded::parse(query).find(|(name, _)| name == "code");
    let chosen = chosen.map(|(_, code)| code.into_owned());
    let events = &member.team.events;
    let data = async {
        let (sums, letters) =
            (events.refused().await?, events.dead_letters(chosen.as_deref(), LETTERS).await?);
        Ok::<_, PortError>(RefusedPage { sums, letters, chosen: chosen.clone() })
    };
    match data.await {
        Ok(data) => page(StatusCode::OK, pages::refused(&member.studio, &data)),
        Err(error) => failure(&member.studio, &error),
    }
}

/// The metric that the path names; `Some(None)`: a new one.
async fn stored(member: &Member) -> Result<Option<Option<StoredMetric>>, PortError> {
    let name = member.segment();
    if name == NEW {
        return Ok(Some(None));
    }
    let metrics = member.team.experiments.metrics().await?;
    Ok(metrics.into_iter().find(|stored| stored.key.as_str() == name).map(Some))
}

/// `GET /studio/metrics/conversion`.
pub async fn show(member: Member) -> Response {
    match stored(&member).await {
        Ok(Some(Some(StoredMetric { key, version, metric }))) => {
            let data = MetricPage { version, form: MetricForm::of(&key, &metric), ..MetricPage::default() };
            page(StatusCode::OK, pages::metric(&member.studio, &data))
        }
        Ok(Some(None)) => {
            let form = MetricForm { days: "14".into(), from_days: "0".into(), ..MetricForm::default() };
            page(StatusCode::OK, pages::metric(&member.studio, &MetricPage { form, ..MetricPage::default() }))
        }
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/metrics/conversion`: saves what was typed.
pub async fn save(member: Member, body: Bytes) -> Response {
    let words = member.studio.words();
    let stored = match stored(&member).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let mut fields = fields(&body);
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let seen = take("version").parse().unwrap_or(0);
    let mut form = MetricForm {
        key: take("key"),
        name: take("name"),
        description: take("description"),
        kind: take("kind"),
        event: take("event"),
        from_days: take("from_days"),
        days: take("days"),
        cap: take("cap"),
        goal: take("goal"),
        percentile: take("percentile"),
        activation: take("activation"),
    };
    let version = stored.as_ref().map_or(0, |stored| stored.version);
    if let Some(stored) = &stored {
        form.key = stored.key.to_string();
    }
    let again = |status, faults: Vec<Fault>, told| {
        let fault = |fault: Fault| FormFault {
            field: fault.field.to_owned(),
            message: words.experiment_fault(fault.problem),
        };
        let faults = faults.into_iter().map(fault).collect();
        page(status, pages::metric(&member.studio, &MetricPage { version, form: form.clone(), faults, told }))
    };
    let (key, metric) = match form.check() {
        // It is the address of the form for a new one.
        Ok((key, _)) if key.as_str() == NEW => {
            let faults = vec![Fault { field: "key", problem: Problem::Taken }];
            return again(StatusCode::UNPROCESSABLE_ENTITY, faults, Told::Nothing);
        }
        Ok(checked) => checked,
        Err(faults) => return again(StatusCode::UNPROCESSABLE_ENTITY, faults, Told::Nothing),
    };
    match write(&member, seen, &key, &metric).await {
        Ok(true) => see("/studio/metrics?done=save"),
        Ok(false) if stored.is_none() => {
            let faults = vec![Fault { field: "key", problem: Problem::Taken }];
            again(StatusCode::CONFLICT, faults, Told::Nothing)
        }
        Ok(false) => again(StatusCode::CONFLICT, Vec::new(), Told::Refused(words.metric_stale().to_owned())),
        Err(error) => failure(&member.studio, &error),
    }
}

async fn write(
    member: &Member,
    seen: u32,
    key: &MetricKey,
    metric: &orilla_experiments::Metric,
) -> Result<bool, PortError> {
    member.team.experiments.save_metric(seen, key, metric).await
}
