//! The results of an experiment that has started.

use super::reading::{self, health};
use super::said::{change, interval, p_value, value};
use super::{ExperimentPage, bandit, chart, command, percent};
use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, table};
use leptos::prelude::*;
use orilla_experiments::{
    Analysis, Compared, Experiment, Goal, MetricResult, SegmentTable, Status, VariantResult,
};
use orilla_stats::Undefined;
use orilla_ui::{Button, ButtonKind, Field, SelectField, SelectOption};

/// The name of a variation.
pub(super) fn name(experiment: &Experiment, variation: usize) -> &str {
    experiment.design.variations.get(variation).map_or("", |variation| &variation.name)
}

pub(super) fn sections(
    studio: &StudioContext,
    data: &ExperimentPage,
    experiment: &Experiment,
    analysis: &Analysis,
) -> impl IntoView + use<> {
    let metrics: Vec<_> =
        analysis.metrics.iter().map(|result| metric(studio, data, experiment, result)).collect();
    view! {
        {reading::section(studio, experiment, analysis)}
        {next(studio, data, experiment)}
        {bandit::section(studio, experiment)}
        {health(studio, experiment, analysis)}
        {metrics}
        <p class="small">{studio.words().results_decides()}</p>
        {timeline(studio, experiment, analysis)}
        {segments(studio, experiment, analysis)}
    }
}

/// What can be done with it now.
fn next(studio: &StudioContext, data: &ExperimentPage, experiment: &Experiment) -> Option<Drawn> {
    let (locale, words) = (studio.locale, studio.words());
    match experiment.status() {
        Status::Running => {
            Some(command(data, "stop", words.experiment_stop_text(), words.experiment_stop()).drawn())
        }
        Status::Stopped => {
            let option = |(at, variation): (usize, &orilla_experiments::Variation)| SelectOption {
                value: at.to_string(),
                label: variation.name.clone(),
            };
            let options = experiment.design.variations.iter().enumerate().map(option).collect();
            let fault = |field: &str| super::super::fault(&data.faults, field);
            let form = view! {
                <section aria-labelledby="decide">
                    <h2 id="decide">{words.experiment_decide()}</h2>
                    <form class="command" method="post" action=super::address(&data.key)>
                        <input type="hidden" name="version" value=experiment.version/>
                        <p>{words.experiment_decide_text()}</p>
                        <SelectField locale=locale name="variation" label=words.experiment_winner() options=options
                            error=fault("variation")/>
                        <Field locale=locale name="note" label=words.experiment_note() error=fault("note")/>
                        <Button kind=ButtonKind::Primary name="intent" value="decide">{words.experiment_decide()}</Button>
                    </form>
                </section>
            };
            Some(form.drawn())
        }
        Status::Draft | Status::Decided => None,
    }
}

fn metric(
    studio: &StudioContext,
    data: &ExperimentPage,
    experiment: &Experiment,
    result: &MetricResult,
) -> impl IntoView + use<> {
    let words = studio.words();
    let measured = &result.measured;
    let sign = if measured.metric.goal == Goal::More { 1.0 } else { -1.0 };
    let drawn: Vec<_> = result
        .variants
        .iter()
        .filter_map(|variant| variant.compared.as_ref()?.as_ref().ok())
        .map(|compared| (compared.any_time.uplift, compared.any_time.interval))
        .collect();
    let plot = (!drawn.is_empty()).then(
        || view! { <div class="chart" inner_html=chart::intervals(studio.locale, &drawn, sign)></div> },
    );
    let is_adjusted = result
        .variants
        .iter()
        .any(|variant| matches!(&variant.compared, Some(Ok(Compared { is_adjusted: true, .. }))));
    let adjusted = is_adjusted.then(|| view! { <p class="small">{words.results_adjusted()}</p> });
    let quantile = measured.metric.level().map(|_| {
        let percentile = measured.metric.percentile.unwrap_or(50).to_string();
        view! { <p class="small">{words.results_percentile(&percentile)}</p> }
    });
    let activated = result.activated.as_ref().zip(measured.metric.activation).map(|(activated, event)| {
        let split = reading::split(studio, experiment, &activated.units, &activated.sample_ratio);
        view! { <p class="small">{words.results_activated(words.event_kind(event))} " " {split}</p> }
    });
    let waiting = (result.waiting > 0).then(|| {
        let text = words.results_waiting(&studio.locale.integer(result.waiting));
        view! { <p class="small">{text}</p> }
    });
    let rows: Vec<_> =
        result.variants.iter().map(|variant| row(studio, data, experiment, result, variant)).collect();
    let head = [
        words.results_variation(),
        words.experiment_visitors(),
        words.results_value(),
        words.results_uplift(),
        words.results_any(),
        words.results_p(),
        words.results_once(),
        words.results_chance(),
        words.results_risk(),
    ];
    let id = format!("metric-{}", measured.key);
    let labelled_by = id.clone();
    view! {
        <section aria-labelledby=labelled_by>
            <h2 id=id>{measured.metric.name.clone()} " " <span class="tag">{words.role(measured.role)}</span></h2>
            {plot}
            {table(&measured.metric.name, &head, rows, words.results_none())}
            {adjusted}
            {quantile}
            {activated}
            {waiting}
        </section>
    }
}

fn row(
    studio: &StudioContext,
    data: &ExperimentPage,
    experiment: &Experiment,
    result: &MetricResult,
    variant: &VariantResult,
) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let kind = result.measured.metric.kind;
    let is_early = result.waiting > 0 && variant.units == 0;
    let why = |why: &Undefined| (if is_early { words.why_too_early() } else { words.why(why) }).to_owned();
    let mean = match &variant.estimate {
        Ok(estimate) => value(studio, kind, estimate.unadjusted_mean(), data.currency),
        Err(missing) => why(missing),
    };
    let compared = variant.compared.as_ref().map(|compared| match compared {
        Ok(Compared { once, any_time, bayes, adjusted_p, .. }) => {
            let once = once.as_ref().map_or_else(why, |once| interval(locale, once.interval));
            let [chance, risk] = match bayes {
                Ok(bayes) => [bayes.chance_to_win, bayes.risk_of_variant].map(|part| percent(locale, part)),
                Err(missing) => [why(missing), String::new()],
            };
            let cells = view! {
                <td data-label=words.results_uplift() class="number">{change(locale, any_time.uplift)}</td>
                <td data-label=words.results_any() class="number">{interval(locale, any_time.interval)}</td>
                <td data-label=words.results_p() class="number">{p_value(locale, *adjusted_p)}</td>
                <td data-label=words.results_once() class="number">{once}</td>
                <td data-label=words.results_chance() class="number">{chance}</td>
                <td data-label=words.results_risk() class="number">{risk}</td>
            };
            cells.drawn()
        }
        Err(missing) => view! { <td colspan="6">{why(missing)}</td> }.drawn(),
    });
    let nothing = compared.is_none().then(|| view! { <td colspan="6"></td> });
    view! {
        <tr>
            <th scope="row">{name(experiment, variant.variation).to_owned()}</th>
            <td data-label=words.experiment_visitors() class="number">{locale.integer(variant.units)}</td>
            <td data-label=words.results_value() class="number">{mean}</td>
            {compared}
            {nothing}
        </tr>
    }
}

fn timeline(
    studio: &StudioContext,
    experiment: &Experiment,
    analysis: &Analysis,
) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    if analysis.timeline.is_empty() {
        return None;
    }
    let goal = experiment.measured.first().map(|measured| measured.metric.goal);
    let sign = if goal == Some(Goal::Less) { -1.0 } else { 1.0 };
    let variations: Vec<_> = (1..experiment.design.variations.len())
        .map(|variation| {
            let days: Vec<_> = analysis
                .timeline
                .iter()
                .map(|point| point.variants.get(variation - 1).copied().flatten())
                .collect();
            let rows: Vec<_> = analysis
                .timeline
                .iter()
                .zip(&days)
                .map(|(point, found)| {
                    let [uplift, around] = match found {
                        Some((uplift, around)) => [change(locale, *uplift), interval(locale, *around)],
                        None => [words.reading_no_data().to_owned(), String::new()],
                    };
                    view! {
                        <tr>
                            <th scope="row">{point.day.clone()}</th>
                            <td data-label=words.experiment_visitors() class="number">{locale.integer(point.units)}</td>
                            <td data-label=words.results_uplift() class="number">{uplift}</td>
                            <td data-label=words.results_any() class="number">{around}</td>
                        </tr>
                    }
                })
                .collect();
            let head =
                [words.timeline_day(), words.experiment_visitors(), words.results_uplift(), words.results_any()];
            let title = name(experiment, variation).to_owned();
            let ends = [analysis.timeline.first(), analysis.timeline.last()];
            let ends = ends.map(|point| point.map_or("", |point| point.day.as_str()));
            let chart = match chart::timeline(locale, &days, ends, sign) {
                Some(svg) => view! { <div class="chart" inner_html=svg></div> }.drawn(),
                None => view! { <p class="nothing">{words.reading_no_data()}</p> }.drawn(),
            };
            view! {
                <h3>{title.clone()}</h3>
                {chart}
                <details class="fold">
                    <summary>{title.clone()} ": " {words.timeline_title()}</summary>
                    {table(&title, &head, rows, words.results_none())}
                </details>
            }
        })
        .collect();
    Some(view! {
        <section aria-labelledby="timeline">
            <h2 id="timeline">{words.timeline_title()}</h2>
            <p class="small">{words.timeline_text()}</p>
            {variations}
        </section>
    })
}

fn segments(
    studio: &StudioContext,
    experiment: &Experiment,
    analysis: &Analysis,
) -> Option<impl IntoView + use<>> {
    let words = studio.words();
    let tables: Vec<_> =
        analysis.segments.iter().filter_map(|found| segment_table(studio, experiment, found)).collect();
    (!tables.is_empty()).then(|| {
        view! {
            <section aria-labelledby="segments">
                <h2 id="segments">{words.segments_title()}</h2>
                <p class="small">{words.segments_text()}</p>
                {tables}
            </section>
        }
    })
}

fn segment_table(
    studio: &StudioContext,
    experiment: &Experiment,
    found: &SegmentTable,
) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    let report = found.report.as_ref().ok().filter(|report| !report.segments.is_empty())?;
    let rows: Vec<_> = report
        .segments
        .iter()
        .map(|effect| {
            view! {
                <tr>
                    <th scope="row">{words.segment_is(&effect.name)}</th>
                    <td data-label=words.results_uplift() class="number">{change(locale, effect.test.uplift)}</td>
                    <td data-label=words.results_once() class="number">{interval(locale, effect.test.interval)}</td>
                    <td data-label=words.results_p() class="number">{p_value(locale, effect.adjusted_p_value)}</td>
                </tr>
            }
        })
        .collect();
    let same = report.heterogeneity.as_ref().ok();
    let same =
        same.map(|same| view! { <p class="small">{words.segments_same(&p_value(locale, same.p_value))}</p> });
    let head = [words.segment(), words.results_uplift(), words.results_once(), words.results_p()];
    let title = name(experiment, found.variation).to_owned();
    Some(view! { <h3>{title.clone()}</h3> {table(&title, &head, rows, words.results_none())} {same} })
}
