//! What happened to a rollout, in plain words.

use super::{change, metric, percent};
use crate::page::{StudioContext, time};
use leptos::prelude::*;
use orilla_rollouts::{By, Event, Harm, Hold, Metric, Plan, Recorded};

/// The last event first.
pub(super) fn record(studio: &StudioContext, events: &[Recorded]) -> impl IntoView + use<> {
    let plan = events.iter().find_map(|recorded| match &recorded.event {
        Event::Started { plan, .. } => Some(plan.clone()),
        _ => None,
    });
    let plan = plan.unwrap_or_default();
    let lines: Vec<_> = events
        .iter()
        .rev()
        .map(|recorded| {
            view! { <li>{time(studio.locale, recorded.at)} ": " {said(studio, &plan, &recorded.event)}</li> }
        })
        .collect();
    view! { <ol class="record" reversed role="list">{lines}</ol> }
}

/// Who did it.
fn by(studio: &StudioContext, by: &By) -> String {
    match by {
        By::Plan => studio.words().rollout_by_plan().to_owned(),
        By::Member(name) => name.clone(),
    }
}

fn said(studio: &StudioContext, plan: &Plan, event: &Event) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let share =
        |at: usize| plan.steps.get(at).map_or_else(String::new, |step| percent(locale, step.share.part()));
    match event {
        Event::Started { by: who, .. } => words.record_started(&by(studio, who), &share(0)),
        Event::Advanced { from, by: By::Plan } => words.record_step_over(&share(from + 1)),
        Event::Advanced { from, by: who } => words.record_advanced(&by(studio, who), &share(from + 1)),
        Event::Held { hold: Hold::NoTraffic } => words.record_no_traffic().to_owned(),
        Event::Held { hold: Hold::SampleRatio { share, people: [without, with] } } => {
            let all = (without + with).max(1);
            let seen = percent(locale, *with as f64 / all as f64);
            words.record_odd_groups(&seen, &locale.integer(all), &percent(locale, share.exact(plan.buckets)))
        }
        Event::Released => words.record_released().to_owned(),
        Event::Paused { by: who } => words.record_paused(&by(studio, who)),
        Event::Resumed { by: who, .. } => words.record_resumed(&by(studio, who)),
        Event::RolledBack { harm: found } => harm(studio, found),
        Event::Aborted { by: By::Plan } => words.record_rule_gone().to_owned(),
        Event::Aborted { by: who } => words.record_aborted(&by(studio, who)),
        Event::Completed { by: By::Plan } => words.record_completed().to_owned(),
        Event::Completed { by: who } => words.record_completed_by(&by(studio, who)),
        Event::Applied { share } => words.record_applied(&percent(locale, share.part())),
    }
}

/// Why it was rolled back.
pub(super) fn harm(studio: &StudioContext, harm: &Harm) -> String {
    let (locale, words) = (studio.locale, studio.words());
    // The end that is nearer to no change: at least so much worse.
    let least = match harm.metric {
        Metric::Errors | Metric::Latency => harm.low,
        Metric::Conversion => harm.high,
    };
    words.record_rolled_back(
        metric(studio, harm.metric),
        &change(locale, least),
        &change(locale, harm.uplift),
        &percent(locale, harm.tolerated),
    )
}
