//! The design of an experiment, and how long it takes.

use super::super::fault;
use super::ExperimentPage;
use super::{bandit, command, percent};
use crate::drawn::Draw;
use crate::page::StudioContext;
use leptos::prelude::*;
use orilla_experiments::Need;
use orilla_ui::{Button, ButtonKind, Field, SelectField, SelectOption, TextArea};

/// What a field is called.
pub(super) fn label(studio: &StudioContext, field: &str) -> String {
    let words = studio.words();
    let name = match field {
        "name" => words.experiment_name(),
        "hypothesis" => words.experiment_hypothesis(),
        "audience" => words.experiment_audience(),
        "primary" => words.experiment_primary(),
        "secondary" => words.experiment_secondary(),
        "guardrails" => words.experiment_guardrails(),
        "baseline" => words.experiment_baseline(),
        "deviation" => words.experiment_deviation(),
        "effect" => words.experiment_effect(),
        "traffic" => words.experiment_traffic(),
        "burn_in" => words.bandit_burn_in(),
        "every" => words.bandit_every(),
        "least" => words.bandit_least(),
        "variation" => words.experiment_winner(),
        "note" => words.experiment_note(),
        other => other,
    };
    name.to_owned()
}

pub(super) fn editor(studio: &StudioContext, data: &ExperimentPage) -> impl IntoView + use<> {
    let (locale, words, form) = (studio.locale, studio.words(), &data.form);
    let error = |field: &str| fault(&data.faults, field);
    let version = data.experiment.as_ref().map_or(0, |experiment| experiment.version);
    let options: Vec<_> = data
        .metrics
        .iter()
        .map(|stored| SelectOption { value: stored.key.to_string(), label: stored.metric.name.clone() })
        .collect();
    let flag = data.in_flags.as_ref().map(|found| {
        let parts: Vec<String> = found
            .variations
            .iter()
            .map(|variation| format!("{} ({})", variation.name, percent(locale, variation.weight)))
            .collect();
        view! {
            <dl class="facts">
                <dt>{words.experiment_flag()}</dt>
                <dd>{found.flag.clone()}</dd>
                <dt>{words.experiment_variations()}</dt>
                <dd>{parts.join(", ")}</dd>
            </dl>
        }
    });
    let start = data.experiment.is_some() && data.in_flags.is_some();
    let start =
        start.then(|| command(data, "start", words.experiment_start_text(), words.experiment_start()));
    view! {
        {flag}
        <form class="editor" method="post" action=super::address(&data.key)>
            <input type="hidden" name="version" value=version/>
            <div class="fields">
                <Field locale=locale name="name" label=words.experiment_name() value=form.name.clone()
                    error=error("name") maxlength=100/>
                <TextArea locale=locale name="hypothesis" label=words.experiment_hypothesis()
                    value=form.hypothesis.clone() error=error("hypothesis") maxlength=1_000/>
                <Field locale=locale name="audience" label=words.experiment_audience() value=form.audience.clone()
                    hint=words.experiment_audience_hint() error=error("audience") optional=true maxlength=300/>
                <SelectField locale=locale name="primary" label=words.experiment_primary() options=options
                    selected=form.primary.clone() error=error("primary")/>
                {choices(studio, data, "secondary", &form.secondary)}
                {choices(studio, data, "guardrails", &form.guardrails)}
                <div class="half">
                    <Field locale=locale name="baseline" label=words.experiment_baseline() value=form.baseline.clone()
                        hint=words.experiment_baseline_hint() error=error("baseline") maxlength=20/>
                </div>
                <div class="half">
                    <Field locale=locale name="deviation" label=words.experiment_deviation()
                        value=form.deviation.clone() hint=words.experiment_deviation_hint()
                        error=error("deviation") optional=true maxlength=20/>
                </div>
                <div class="half">
                    <Field locale=locale name="effect" label=words.experiment_effect() value=form.effect.clone()
                        error=error("effect") maxlength=20/>
                </div>
                <div class="half">
                    <Field locale=locale name="traffic" label=words.experiment_traffic() value=form.traffic.clone()
                        hint=words.experiment_traffic_hint() error=error("traffic") maxlength=20/>
                </div>
            </div>
            {bandit::fields(studio, data)}
            <div class="actions">
                <Button kind=ButtonKind::Primary name="intent" value="save">{words.experiment_save()}</Button>
                <Button name="intent" value="calculate">{words.experiment_calculate()}</Button>
            </div>
        </form>
        {need(studio, data)}
        {start}
    }
}

/// A box for each metric.
fn choices(
    studio: &StudioContext,
    data: &ExperimentPage,
    name: &'static str,
    chosen: &[String],
) -> impl IntoView + use<> {
    let boxes: Vec<_> = data
        .metrics
        .iter()
        .enumerate()
        .map(|(at, stored)| {
            // The first has the id that the summary of errors leads to.
            let id = (at == 0).then_some(name);
            let checked = chosen.iter().any(|key| key == stored.key.as_str());
            view! {
                <label class="tick">
                    <input type="checkbox" id=id name=format!("{name}.{}", stored.key) checked=checked/>
                    " " {stored.metric.name.clone()}
                </label>
            }
        })
        .collect();
    let error = fault(&data.faults, name)
        .map(|text| view! { <p class="error" id=format!("{name}-error")>{text}</p> });
    view! {
        <fieldset class="ticks">
            <legend>{label(studio, name)}</legend>
            {boxes}
            {error}
        </fieldset>
    }
}

fn need(studio: &StudioContext, data: &ExperimentPage) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    let content = match data.need.as_ref()? {
        Err(why) => view! { <p>{words.experiment_need_never(words.why(why))}</p> }.drawn(),
        Ok(Need { once, any_time, days, .. }) => {
            let whole = |number: &f64| locale.integer(number.ceil() as u64);
            let effect = data.form.effect.trim().replace(',', ".").parse().unwrap_or(0.0) / 100.0;
            view! {
                <p>{words.experiment_need_text(&percent(locale, effect))}</p>
                <dl class="facts">
                    <dt>{words.experiment_need_once()}</dt>
                    <dd>{whole(once)}</dd>
                    <dt>{words.experiment_need_any()}</dt>
                    <dd>{whole(any_time)}</dd>
                    <dt>{words.experiment_need_days()}</dt>
                    <dd><strong>{whole(days)}</strong></dd>
                </dl>
            }
            .drawn()
        }
    };
    Some(view! {
        <section aria-labelledby="need" class="card">
            <h2 id="need">{words.experiment_need()}</h2>
            {content}
        </section>
    })
}
