//! What a result says, in words: what is known, how sure that is, what to do.

use super::results::name;
use super::said::{change, p_value};
use crate::drawn::{Draw, Drawn};
use crate::page::StudioContext;
use leptos::prelude::*;
use orilla_experiments::{Analysis, Broken, Experiment, Verdict};
use orilla_stats::{Interval, Result, SRM_THRESHOLD, SampleRatio};
use orilla_ui::{Notice, NoticeKind};

/// The three sentences; the second is missing where nothing is known.
struct Said {
    kind: NoticeKind,
    known: String,
    sure: Option<String>,
    to_do: String,
}

pub(super) fn section(
    studio: &StudioContext,
    experiment: &Experiment,
    analysis: &Analysis,
) -> impl IntoView + use<> {
    let words = studio.words();
    let Said { kind, known, sure, to_do } = said(studio, experiment, analysis);
    let metric_name = |key: &str| {
        let measured = experiment.measured.iter().find(|measured| measured.key.as_str() == key);
        measured.map_or_else(|| key.to_owned(), |measured| measured.metric.name.clone())
    };
    let harmed: Vec<_> = analysis
        .reading
        .harmed
        .iter()
        .map(|(key, variation)| {
            let text = words.reading_harmed(&metric_name(key.as_str()), name(experiment, *variation));
            view! { <Notice kind=NoticeKind::Error><p>{text}</p></Notice> }
        })
        .collect();
    let sure = sure.map(|sure| view! { <p>{sure}</p> });
    // The advice of an experiment that is decided is history.
    let to_do = experiment.decision.is_none().then(|| view! { <p><strong>{to_do}</strong></p> });
    let devices = (experiment.decision.is_none() && do_devices_differ(experiment, analysis))
        .then(|| view! { <Notice kind=NoticeKind::Info><p>{words.reading_devices()}</p></Notice> });
    let hypothesis = experiment.design.hypothesis.clone();
    view! {
        <section aria-labelledby="reading">
            <h2 id="reading">{words.reading_title()}</h2>
            <blockquote><p>{hypothesis}</p></blockquote>
            <Notice kind=kind><p>{known}</p>{sure}{to_do}</Notice>
            {devices}
            {harmed}
        </section>
    }
}

/// Whether a bandit that gives each device its own has good reason to. Anybody may look on any day, so that a chance of one in
/// a thousand is asked for, as of a split that is off.
fn do_devices_differ(experiment: &Experiment, analysis: &Analysis) -> bool {
    let is_by_device = experiment.design.bandit.is_some_and(|plan| plan.by_device);
    let reports = analysis.segments.iter().filter_map(|table| table.report.as_ref().ok());
    let mut found = reports.filter_map(|report| report.heterogeneity.as_ref().ok());
    is_by_device && found.any(|same| same.p_value < SRM_THRESHOLD)
}

fn said(studio: &StudioContext, experiment: &Experiment, analysis: &Analysis) -> Said {
    let (locale, words) = (studio.locale, studio.words());
    let metric =
        experiment.measured.first().map(|measured| measured.metric.name.as_str()).unwrap_or_default();
    let control = name(experiment, 0);
    let sure = |Interval { low, high }: Interval| {
        Some(words.reading_sure(&change(locale, low), &change(locale, high)))
    };
    match analysis.reading.verdict {
        Verdict::Better { variation, uplift, interval } => {
            let name = name(experiment, variation);
            Said {
                kind: NoticeKind::Success,
                known: words.reading_better(name, metric, &change(locale, uplift), control),
                sure: sure(interval),
                to_do: words.reading_better_do(name),
            }
        }
        Verdict::Worse { variation, uplift, interval } => Said {
            kind: NoticeKind::Warning,
            known: words.reading_worse(name(experiment, variation), metric, &change(locale, uplift), control),
            sure: sure(interval),
            to_do: words.reading_worse_do(control),
        },
        Verdict::Even { interval } => Said {
            kind: NoticeKind::Info,
            known: words.reading_even().to_owned(),
            sure: sure(interval),
            to_do: words.reading_even_do().to_owned(),
        },
        Verdict::Open { interval, days } => Said {
            kind: NoticeKind::Info,
            known: words.reading_open().to_owned(),
            sure: sure(interval),
            to_do: match days {
                Some(days) => words.reading_open_do(&locale.integer(days.ceil() as u64)),
                None => words.reading_late_do().to_owned(),
            },
        },
        Verdict::NoData => Said {
            kind: NoticeKind::Info,
            known: words.reading_no_data().to_owned(),
            sure: None,
            to_do: words.reading_no_data_do().to_owned(),
        },
        Verdict::TooEarly => Said {
            kind: NoticeKind::Info,
            known: words.why_too_early().to_owned(),
            sure: None,
            to_do: words.reading_too_early_do().to_owned(),
        },
        Verdict::Broken(broken) => Said {
            kind: NoticeKind::Error,
            known: match broken {
                Broken::SampleRatio => words.reading_ratio(),
                Broken::MultipleExposures => words.reading_mixed(),
                Broken::Activation => words.reading_activation(),
            }
            .to_owned(),
            sure: None,
            to_do: words.reading_broken_do().to_owned(),
        },
    }
}

fn tag(studio: &StudioContext, is_good: bool) -> impl IntoView + use<> {
    let words = studio.words();
    let (class, text) =
        if is_good { ("tag paid", words.health_good()) } else { ("tag out", words.health_bad()) };
    view! { <span class=class>{text}</span> }
}

/// How visitors are split, and whether that is as it should be.
pub(super) fn split(
    studio: &StudioContext,
    experiment: &Experiment,
    units: &[u64],
    ratio: &Result<SampleRatio>,
) -> Drawn {
    let locale = studio.locale;
    let one = |(at, units): (usize, &u64)| format!("{} {}", name(experiment, at), locale.integer(*units));
    let split: Vec<String> = units.iter().enumerate().map(one).collect();
    match ratio {
        Ok(ratio) => {
            let text = format!("{} (p = {})", split.join(" : "), p_value(locale, ratio.p_value));
            view! { <span>{text} " " {tag(studio, !ratio.mismatch())}</span> }.drawn()
        }
        Err(_) => view! { <span>{studio.words().results_none()}</span> }.drawn(),
    }
}

/// Whether the split and the variations are as they should be.
pub(super) fn health(
    studio: &StudioContext,
    experiment: &Experiment,
    analysis: &Analysis,
) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let ratio = split(studio, experiment, &analysis.units, &analysis.sample_ratio);
    let mixed = format!(
        "{} ({})",
        locale.integer(analysis.multiple.units),
        super::percent(locale, analysis.multiple.share())
    );
    view! {
        <section aria-labelledby="health">
            <h2 id="health">{words.health_title()}</h2>
            <dl class="facts">
                <dt>{words.health_ratio()}</dt>
                <dd>{ratio}</dd>
                <dt>{words.health_mixed()}</dt>
                <dd>{mixed} " " {tag(studio, !analysis.multiple.too_many())}</dd>
            </dl>
        </section>
    }
}
