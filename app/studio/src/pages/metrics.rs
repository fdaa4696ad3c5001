//! Metrics: the list, and one metric with its form.

use super::{FormFault, fault};
use crate::drawn::Draw;
use crate::page::{StudioContext, Told, document, table, told};
use leptos::prelude::*;
use orilla_events::EventKind;
use orilla_experiments::{Goal, MetricForm, MetricKind};
use orilla_shop::team::StoredMetric;
use orilla_ui::{Button, ButtonKind, ButtonLink, ErrorSummary, Field, FieldError, SelectField, SelectOption};

/// The list of metrics. `refused` is how much came as an event and was none.
pub fn metrics(studio: &StudioContext, metrics: &[StoredMetric], refused: u64, message: Told) -> String {
    let words = studio.words();
    let refused = words.refused_link(&studio.locale.integer(refused));
    let rows: Vec<_> = metrics
        .iter()
        .map(|StoredMetric { key, metric, .. }| {
            let href = format!("/studio/metrics/{key}");
            let what = words.metric_is(metric);
            view! {
                <tr>
                    <th scope="row" class="long"><a href=href>{metric.name.clone()}</a></th>
                    <td data-label=words.metric_kind() class="long">{what}</td>
                    <td data-label=words.metric_window() class="number">
                        {format!("{} – {}", metric.from_days, metric.days)}
                    </td>
                    <td data-label=words.metric_goal()>{words.goal(metric.goal)}</td>
                </tr>
            }
        })
        .collect();
    let head = [words.experiment_name(), words.metric_kind(), words.metric_window(), words.metric_goal()];
    document(studio, words.nav_metrics(), || {
        view! {
            <h1>{words.nav_metrics()}</h1>
            <p class="lead">{words.metrics_text()}</p>
            {told(message)}
            {table(words.nav_metrics(), &head, rows, words.nothing())}
            <p><ButtonLink href="/studio/metrics/new">{words.metric_new()}</ButtonLink></p>
            <p><a href="/studio/events">{refused.clone()}</a></p>
        }
    })
}

/// What the page of a metric shows.
#[derive(Clone, Debug, Default)]
pub struct MetricPage {
    /// The version that the form was made of; 0: a new metric.
    pub version: u32,
    /// What was typed.
    pub form: MetricForm,
    /// What is wrong with it.
    pub faults: Vec<FormFault>,
    /// What the last form came to.
    pub told: Told,
}

/// The page of a metric.
pub fn metric(studio: &StudioContext, data: &MetricPage) -> String {
    let (locale, words, form) = (studio.locale, studio.words(), &data.form);
    let is_new = data.version == 0;
    let title = if is_new { words.metric_new() } else { &form.name }.to_owned();
    let error = |field: &str| fault(&data.faults, field);
    let option = |value: &str, label: &str| SelectOption { value: value.to_owned(), label: label.to_owned() };
    let kinds =
        MetricKind::ALL.iter().map(|kind| option(kind.token(), words.metric_kind_is(*kind))).collect();
    let events = EventKind::ALL.iter().filter(|event| **event != EventKind::Exposure);
    let events: Vec<_> = events.map(|event| option(event.token(), words.event_kind(*event))).collect();
    let activations = events.clone();
    let goals = Goal::ALL.iter().map(|goal| option(goal.token(), words.goal(*goal))).collect();
    let errors = data.faults.iter().map(|fault| FieldError {
        id: fault.field.clone(),
        label: label(studio, &fault.field).to_owned(),
        message: fault.message.clone(),
    });
    let errors: Vec<_> = errors.collect();
    let key = if is_new {
        let field = view! {
            <Field locale=locale name="key" label=words.experiment_key() value=form.key.clone()
                hint=words.metric_key_hint() error=error("key") maxlength=40/>
        };
        field.drawn()
    } else {
        view! { <input type="hidden" name="key" value=form.key.clone()/> }.drawn()
    };
    let action = format!("/studio/metrics/{}", if is_new { "new" } else { &form.key });
    document(studio, &title, || {
        view! {
            <h1>{title.clone()}</h1>
            {told(data.told.clone())}
            <ErrorSummary locale=locale errors=errors/>
            <form class="editor" method="post" action=action>
                <input type="hidden" name="version" value=data.version/>
                <div class="fields">
                    {key}
                    <Field locale=locale name="name" label=words.experiment_name() value=form.name.clone()
                        error=error("name") maxlength=80/>
                    <Field locale=locale name="description" label=words.metric_description()
                        value=form.description.clone() error=error("description") optional=true maxlength=300/>
                    <div class="half">
                        <SelectField locale=locale name="event" label=words.metric_event() options=events
                            selected=form.event.clone() error=error("event")/>
                    </div>
                    <div class="half">
                        <SelectField locale=locale name="kind" label=words.metric_kind() options=kinds
                            selected=form.kind.clone() error=error("kind")/>
                    </div>
                    <div class="half">
                        <Field locale=locale name="percentile" label=words.metric_percentile()
                            value=form.percentile.clone() hint=words.metric_percentile_hint()
                            error=error("percentile") optional=true maxlength=2/>
                    </div>
                    <div class="half">
                        <SelectField locale=locale name="activation" label=words.metric_activation()
                            options=activations selected=form.activation.clone() optional=true
                            placeholder=words.metric_activation_all() hint=words.metric_activation_hint()
                            error=error("activation")/>
                    </div>
                    <div class="half">
                        <Field locale=locale name="from_days" label=words.metric_from_days()
                            value=form.from_days.clone() error=error("from_days") optional=true maxlength=3/>
                    </div>
                    <div class="half">
                        <Field locale=locale name="days" label=words.metric_days() value=form.days.clone()
                            error=error("days") maxlength=3/>
                    </div>
                    <div class="half">
                        <Field locale=locale name="cap" label=words.metric_cap() value=form.cap.clone()
                            hint=words.metric_cap_hint() error=error("cap") optional=true maxlength=12/>
                    </div>
                    <div class="half">
                        <SelectField locale=locale name="goal" label=words.metric_goal() options=goals
                            selected=form.goal.clone() error=error("goal")/>
                    </div>
                </div>
                <div class="actions">
                    <Button kind=ButtonKind::Primary>{words.product_save()}</Button>
                </div>
            </form>
        }
    })
}

fn label<'s>(studio: &StudioContext, field: &'s str) -> &'s str {
    let words = studio.words();
    match field {
        "key" => words.experiment_key(),
        "name" => words.experiment_name(),
        "description" => words.metric_description(),
        "event" => words.metric_event(),
        "kind" => words.metric_kind(),
        "from_days" => words.metric_from_days(),
        "days" => words.metric_days(),
        "cap" => words.metric_cap(),
        "goal" => words.metric_goal(),
        "percentile" => words.metric_percentile(),
        "activation" => words.metric_activation(),
        other => other,
    }
}
