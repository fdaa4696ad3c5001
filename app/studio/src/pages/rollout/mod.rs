//! One rollout: where it stands, what its guardrails say, and what happened and why.

mod chart;
mod record;
#[cfg(test)]
pub(crate) mod tests;

use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, Told, document, table, told};
use leptos::prelude::*;
use orilla_rollouts::{Finding, Hold, Metric, Observations, Rollout, Share, Status, Verdict};
use orilla_shop::team::rollouts::{Glance, StoredRollout};
use orilla_ui::{Button, ButtonKind, Locale};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct RolloutPage {
    /// The rollout.
    pub stored: StoredRollout,
    /// What its events made of it.
    pub rollout: Rollout,
    /// What was seen of its people.
    pub seen: Observations,
    /// What the guardrails say now.
    pub verdicts: Vec<Verdict>,
    /// What they said.
    pub looks: Vec<Glance>,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// What the last form came to.
    pub told: Told,
}

/// The page of a rollout.
pub fn rollout(studio: &StudioContext, data: &RolloutPage) -> String {
    let words = studio.words();
    let title = words.rollout_title(&data.stored.flag);
    let commands = (!data.rollout.status().is_over()).then(|| commands(studio, data));
    document(studio, &title, || {
        view! {
            <p><a href="/studio/rollouts">{words.nav_rollouts()}</a></p>
            <h1>{title.clone()} " " {status_tag(studio, data.rollout.status())}</h1>
            <p class="lead">{standing(studio, data)}</p>
            {told(data.told.clone())}
            {steps(studio, data)}
            {commands}
            <section aria-labelledby="guardrails">
                <h2 id="guardrails">{words.rollouts_guardrails()}</h2>
                {guardrails(studio, data)}
            </section>
            <section aria-labelledby="people">
                <h2 id="people">{words.rollout_people()}</h2>
                {people(studio, &data.seen)}
            </section>
            <section aria-labelledby="record">
                <h2 id="record">{words.rollout_record()}</h2>
                {record::record(studio, &data.stored.events)}
            </section>
        }
    })
}

/// A part as percent: `12.5 %`.
pub(super) fn percent(locale: Locale, part: f64) -> String {
    format!("{}\u{a0}%", locale.decimal((part * 1000.0).round() / 10.0))
}

/// A change as percent, with its sign.
fn change(locale: Locale, part: Option<f64>) -> String {
    match part {
        None => "∞".to_owned(),
        Some(part) if part > 0.0 => format!("+{}", percent(locale, part)),
        Some(part) => percent(locale, part),
    }
}

pub(super) fn status_tag(studio: &StudioContext, status: &Status) -> impl IntoView + use<> {
    let words = studio.words();
    let (class, text) = match status {
        Status::Running => ("tag", words.rollout_running()),
        Status::Held(_) => ("tag draft", words.rollout_held()),
        Status::Paused => ("tag draft", words.rollout_paused()),
        Status::RolledBack(_) => ("tag out", words.rollout_rolled_back()),
        Status::Aborted => ("tag archived", words.rollout_aborted()),
        Status::Completed => ("tag active", words.rollout_completed()),
    };
    view! { <span class=class>{text}</span> }
}

/// Milliseconds in the largest unit that is not too coarse.
pub(super) fn duration(studio: &StudioContext, millis: i64) -> String {
    let words = studio.words();
    let of = |unit: i64| studio.locale.decimal(((millis.max(0) * 10) / unit) as f64 / 10.0);
    match millis {
        ..120_000 => {
            words.time_seconds(&studio.locale.integer(u64::try_from(millis / 1000).unwrap_or_default()))
        }
        120_000..7_200_000 => words.time_minutes(&of(60_000)),
        7_200_000..172_800_000 => words.time_hours(&of(3_600_000)),
        _ => words.time_days(&of(86_400_000)),
    }
}

/// Where it stands, in a sentence.
fn standing(studio: &StudioContext, data: &RolloutPage) -> String {
    let (locale, words, rollout) = (studio.locale, studio.words(), &data.rollout);
    let share = percent(locale, rollout.share().part());
    match rollout.status() {
        Status::Running => {
            let step = rollout.current();
            let left = step.map_or(0, |step| (step.lasts - rollout.elapsed(data.now)).max(0));
            let here = data.seen.at(rollout.share());
            let least = step.map_or(0, |step| step.least);
            let missing = least.saturating_sub(here.with.people.min(here.without.people));
            if missing > 0 {
                words.rollout_waits_for_people(&share, &locale.integer(missing))
            } else {
                words.rollout_goes_on(&share, &duration(studio, left))
            }
        }
        Status::Held(Hold::NoTraffic) => words.rollout_no_traffic(&share),
        Status::Held(Hold::SampleRatio { .. }) => words.rollout_odd_groups(&share),
        Status::Paused => words.rollout_is_paused(&share),
        Status::RolledBack(harm) => record::harm(studio, harm),
        Status::Aborted => words.rollout_is_aborted().to_owned(),
        Status::Completed => words.rollout_is_complete().to_owned(),
    }
}

/// The steps as a row of their percentages.
fn steps(studio: &StudioContext, data: &RolloutPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let (now, is_over) = (data.rollout.step(), data.rollout.status().is_over());
    let is_complete = *data.rollout.status() == Status::Completed;
    let steps: Vec<_> = data
        .rollout
        .plan()
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let is_done = at < now || is_complete;
            let class = if is_done { "done" } else { "" };
            let current = (at == now && !is_over).then_some("step");
            view! { <li class=class aria-current=current>{percent(locale, step.share.part())}</li> }
        })
        .collect();
    view! { <ol class="rollout-steps" role="list" aria-label=words.rollouts_steps()>{steps}</ol> }
}

fn commands(studio: &StudioContext, data: &RolloutPage) -> impl IntoView + use<> {
    let words = studio.words();
    let action = format!("/studio/rollouts/{}", data.stored.id);
    let is_running = *data.rollout.status() == Status::Running;
    let (first, label) =
        if is_running { ("pause", words.rollout_pause()) } else { ("resume", words.rollout_resume()) };
    let next = data.rollout.plan().steps.get(data.rollout.step() + 1).map_or(Share::ALL, |step| step.share);
    let onward = words.rollout_advance(&percent(studio.locale, next.part()));
    let kind = if is_running { ButtonKind::Secondary } else { ButtonKind::Primary };
    view! {
        <form class="rollout-commands" method="post" action=action>
            <input type="hidden" name="step" value=data.rollout.step()/>
            <Button kind=kind name="command" value=first>{label}</Button>
            <Button name="command" value="advance">{onward}</Button>
            <Button name="command" value="abort">{words.rollout_abort()}</Button>
        </form>
    }
}

pub(super) fn metric(studio: &StudioContext, metric: Metric) -> &'static str {
    let words = studio.words();
    match metric {
        Metric::Errors => words.rollouts_errors(),
        Metric::Latency => words.rollouts_latency(),
        Metric::Conversion => words.rollouts_conversion(),
    }
}

fn guardrails(studio: &StudioContext, data: &RolloutPage) -> Drawn {
    let (locale, words) = (studio.locale, studio.words());
    if data.verdicts.is_empty() {
        return view! { <p class="nothing">{words.rollout_no_guardrails()}</p> }.drawn();
    }
    let all: Vec<_> = data
        .verdicts
        .iter()
        .zip(&data.rollout.plan().guardrails)
        .map(|(verdict, guardrail)| {
            let finding = match verdict.finding {
                Finding::TooEarly => words.rollout_too_early().to_owned(),
                Finding::Fine => words.rollout_fine(
                    &change(locale, verdict.uplift),
                    &change(locale, verdict.low.or(Some(-1.0))),
                    &change(locale, verdict.high),
                ),
                Finding::Harmed => words.rollout_harmed(
                    &change(locale, verdict.uplift),
                    &change(locale, verdict.low.or(Some(-1.0))),
                    &change(locale, verdict.high),
                ),
            };
            let tolerated = words.rollout_tolerated(&percent(locale, guardrail.tolerated));
            view! {
                <article class="guardrail">
                    <h3>{metric(studio, verdict.metric)}</h3>
                    <p>{finding} " " {tolerated}</p>
                    {chart::chart(studio, guardrail, &data.looks)}
                </article>
            }
        })
        .collect();
    view! { <p>{words.rollout_guardrails_text()}</p> <div class="guardrails">{all}</div> }.drawn()
}

fn people(studio: &StudioContext, seen: &Observations) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = seen
        .strata
        .iter()
        .flat_map(|stratum| [(stratum.share, false, stratum.without), (stratum.share, true, stratum.with)])
        .map(|(share, is_with, counts)| {
            let group = if is_with { words.rollout_with() } else { words.rollout_without() };
            let mean = if counts.requests == 0 { 0.0 } else { counts.millis / counts.requests as f64 };
            view! {
                <tr>
                    <th scope="row">{percent(locale, share.part())} ", " {group}</th>
                    <td class="number" data-label=words.rollout_people()>{locale.integer(counts.people)}</td>
                    <td class="number" data-label=words.rollouts_errors()>{locale.integer(counts.failed)}</td>
                    <td class="number" data-label=words.rollouts_conversion()>{locale.integer(counts.converted)}</td>
                    <td class="number" data-label=words.rollout_requests()>{locale.integer(counts.requests)}</td>
                    <td class="number" data-label=words.rollouts_latency()>{locale.decimal(mean)}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.rollout_group(),
        words.rollout_people(),
        words.rollouts_errors(),
        words.rollouts_conversion(),
        words.rollout_requests(),
        words.rollouts_latency(),
    ];
    table(words.rollout_people(), &head, rows, words.rollout_nobody())
}
