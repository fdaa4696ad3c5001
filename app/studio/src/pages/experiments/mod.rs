//! Experiments: the list, and one experiment with its design or its results.

mod bandit;
mod chart;
mod design;
mod reading;
mod results;
mod said;
#[cfg(test)]
pub(super) mod tests;

use super::FormFault;
use crate::drawn::Draw;
use crate::page::{StudioContext, Told, document, table, time, told};
use leptos::prelude::*;
use orilla_experiments::{Analysis, DesignForm, Entry, Experiment, Need, Status, Variation};
use orilla_money::Currency;
use orilla_shop::team::{InFlags, StoredMetric};
use orilla_stats::Undefined;
use orilla_ui::{ErrorSummary, FieldError, Notice, NoticeKind};
pub(super) use said::percent;

/// What the list shows.
#[derive(Clone, Debug, Default)]
pub struct ExperimentsPage {
    /// The experiments.
    pub experiments: Vec<Experiment>,
    /// Those in the flags.
    pub in_flags: Vec<InFlags>,
}

/// The list of experiments.
pub fn experiments(studio: &StudioContext, data: &ExperimentsPage) -> String {
    let words = studio.words();
    let rows: Vec<_> = data.experiments.iter().map(|experiment| row(studio, experiment)).collect();
    let is_new = |found: &&InFlags| !data.experiments.iter().any(|e| e.key.as_str() == found.key);
    let waiting: Vec<_> = data
        .in_flags
        .iter()
        .filter(is_new)
        .map(|found| {
            let href = address(&found.key);
            let label = format!("{}: {}", words.experiment_design(), found.key);
            view! {
                <tr>
                    <th scope="row" class="long">{found.key.clone()}</th>
                    <td data-label=words.experiment_flag()>{found.flag.clone()}</td>
                    <td data-label=words.experiment_variations()>{names(&found.variations)}</td>
                    <td><a href=href aria-label=label>{words.experiment_design()}</a></td>
                </tr>
            }
        })
        .collect();
    let waiting = (!waiting.is_empty()).then(|| {
        let head = [
            words.experiment_key(),
            words.experiment_flag(),
            words.experiment_variations(),
            words.session_action(),
        ];
        view! {
            <section aria-labelledby="in-flags">
                <h2 id="in-flags">{words.experiments_in_flags()}</h2>
                {table(words.experiments_in_flags(), &head, waiting, words.nothing())}
            </section>
        }
    });
    let head = [
        words.experiment_name(),
        words.experiment_status(),
        words.experiment_flag(),
        words.experiment_variations(),
    ];
    document(studio, words.nav_experiments(), || {
        view! {
            <h1>{words.nav_experiments()}</h1>
            <p class="lead">{words.experiments_text()}</p>
            {table(words.nav_experiments(), &head, rows, words.experiments_none())}
            {waiting}
        }
    })
}

fn row(studio: &StudioContext, experiment: &Experiment) -> impl IntoView + use<> {
    let words = studio.words();
    let href = address(experiment.key.as_str());
    view! {
        <tr>
            <th scope="row" class="long"><a href=href>{experiment.design.name.clone()}</a></th>
            <td data-label=words.experiment_status()>{tag(studio, experiment.status())}</td>
            <td data-label=words.experiment_flag()>{experiment.design.flag.clone()}</td>
            <td data-label=words.experiment_variations()>{names(&experiment.design.variations)}</td>
        </tr>
    }
}

fn tag(studio: &StudioContext, status: Status) -> impl IntoView + use<> {
    view! { <span class=format!("tag {}", status.token())>{studio.words().experiment_is(status)}</span> }
}

fn address(key: &str) -> String {
    format!("/studio/experiments/{key}")
}

fn names(variations: &[Variation]) -> String {
    variations.iter().map(|variation| variation.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What the page of an experiment shows.
#[derive(Clone, Debug)]
pub struct ExperimentPage {
    /// Its name in the flags.
    pub key: String,
    /// What it is in the flags; none if it is gone.
    pub in_flags: Option<InFlags>,
    /// The experiment, once its design is saved.
    pub experiment: Option<Experiment>,
    /// Its design, as it was typed.
    pub form: DesignForm,
    /// What is wrong with that.
    pub faults: Vec<FormFault>,
    /// How long it takes, or why nobody can say.
    pub need: Option<Result<Need, Undefined>>,
    /// The metrics to choose from.
    pub metrics: Vec<StoredMetric>,
    /// What its sums say, once it has started.
    pub analysis: Option<Analysis>,
    /// That of amounts.
    pub currency: Currency,
    /// What the last form came to.
    pub told: Told,
}

impl ExperimentPage {
    fn name(&self) -> &str {
        self.experiment.as_ref().map_or(&self.key, |experiment| &experiment.design.name)
    }
}

/// The page of an experiment.
pub fn experiment(studio: &StudioContext, data: &ExperimentPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let status = data.experiment.as_ref().map_or(Status::Draft, Experiment::status);
    let is_over = matches!(status, Status::Stopped | Status::Decided);
    let missing = match &data.in_flags {
        _ if is_over => None,
        None => Some(words.experiment_gone()),
        Some(found) if !found.is_on => Some(words.experiment_off()),
        Some(_) => None,
    };
    let missing = missing.map(|text| view! { <Notice kind=NoticeKind::Warning><p>{text}</p></Notice> });
    let content = match (&data.analysis, &data.experiment) {
        (Some(analysis), Some(experiment)) => results::sections(studio, data, experiment, analysis).drawn(),
        _ => design::editor(studio, data).drawn(),
    };
    let errors = data.faults.iter().map(|fault| FieldError {
        id: fault.field.clone(),
        label: design::label(studio, &fault.field),
        message: fault.message.clone(),
    });
    let errors: Vec<_> = errors.collect();
    document(studio, data.name(), || {
        view! {
            <h1>{data.name().to_owned()} " " {tag(studio, status)}</h1>
            {told(data.told.clone())}
            {missing}
            <ErrorSummary locale=locale errors=errors/>
            {content}
            {history(studio, data)}
        }
    })
}

/// A form with one button, and a sentence that says what it does.
fn command(
    data: &ExperimentPage,
    intent: &'static str,
    text: &'static str,
    label: &'static str,
) -> impl IntoView + use<> {
    let version = data.experiment.as_ref().map_or(0, |experiment| experiment.version);
    view! {
        <form class="command" method="post" action=address(&data.key)>
            <input type="hidden" name="version" value=version/>
            <p>{text}</p>
            <button class="button" name="intent" value=intent>{label}</button>
        </form>
    }
}

fn history(studio: &StudioContext, data: &ExperimentPage) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    let experiment = data.experiment.as_ref()?;
    let entries: Vec<_> = experiment
        .log
        .iter()
        .rev()
        .map(|line| {
            let text = match &line.entry {
                Entry::Designed => words.experiment_log_designed().to_owned(),
                Entry::Started => words.experiment_log_started().to_owned(),
                Entry::Stopped => words.experiment_log_stopped().to_owned(),
                Entry::Decided(decision) => words
                    .experiment_log_decided(results::name(experiment, decision.variation), &decision.note),
                Entry::Reweighed(update) => bandit::said(studio, experiment, update),
                Entry::Delayed => words.bandit_delayed().to_owned(),
                Entry::Published => words.bandit_published().to_owned(),
            };
            view! { <li><p class="small">{time(locale, line.at)} " · " {line.member.clone()}</p><p>{text}</p></li> }
        })
        .collect();
    Some(view! {
        <section aria-labelledby="history">
            <h2 id="history">{words.experiment_history()}</h2>
            <ol class="history" role="list">{entries}</ol>
        </section>
    })
}
