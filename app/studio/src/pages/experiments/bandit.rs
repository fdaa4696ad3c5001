//! An experiment whose shares follow what is learned: its plan, and what it has come to.

use super::super::fault;
use super::results::name;
use super::{ExperimentPage, percent};
use crate::drawn::Draw;
use crate::page::{StudioContext, time};
use leptos::prelude::*;
use orilla_experiments::{Entry, Experiment, PARTS, Reweighed, Status, Why};
use orilla_ui::Field;

/// The part of the design.
pub(super) fn fields(studio: &StudioContext, data: &ExperimentPage) -> impl IntoView + use<> {
    let (locale, words, form) = (studio.locale, studio.words(), &data.form.bandit);
    let error = |field: &str| fault(&data.faults, field);
    let is_open = form.is_on || ["burn_in", "every", "least"].iter().any(|field| error(field).is_some());
    view! {
        <details class="fold" open=is_open>
            <summary>{words.bandit()}</summary>
            <p class="small">{words.bandit_text()}</p>
            <label class="tick">
                <input type="checkbox" name="bandit" checked=form.is_on/>
                " " {words.bandit_follow()}
            </label>
            <div class="fields">
                <div class="half">
                    <Field locale=locale name="burn_in" label=words.bandit_burn_in() value=form.burn_in.clone()
                        error=error("burn_in") maxlength=2/>
                </div>
                <div class="half">
                    <Field locale=locale name="every" label=words.bandit_every() value=form.every.clone()
                        error=error("every") maxlength=2/>
                </div>
                <div class="half">
                    <Field locale=locale name="least" label=words.bandit_least() value=form.least.clone()
                        error=error("least") maxlength=3/>
                </div>
            </div>
            <label class="tick">
                <input type="checkbox" name="by_device" checked=form.by_device/>
                " " {words.bandit_by_device()}
            </label>
        </details>
    }
}

/// The shares now, since when and why; nothing for an experiment that is no bandit.
pub(super) fn section(studio: &StudioContext, experiment: &Experiment) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    let plan = experiment.design.bandit.as_ref()?;
    let last = experiment.log.iter().rev().find_map(|line| match &line.entry {
        Entry::Reweighed(update) => Some((line.at, update)),
        _ => None,
    });
    let now = match last {
        Some((at, update)) => {
            let contexts: Vec<_> = update
                .contexts
                .iter()
                .map(|(device, parts)| {
                    view! { <dt>{words.segment_is(device)}</dt><dd>{shares(studio, experiment, parts)}</dd> }
                })
                .collect();
            view! {
                <dt>{words.bandit_shares()}</dt>
                <dd>{shares(studio, experiment, &update.parts)} " (" {time(locale, at)} ")"</dd>
                {contexts}
            }
            .drawn()
        }
        None => view! {
            <dt>{words.bandit_shares()}</dt>
            <dd>{words.bandit_first(&locale.integer(u64::from(plan.burn_in)))}</dd>
        }
        .drawn(),
    };
    let is_running = experiment.status() == Status::Running;
    let next = is_running.then(|| {
        view! {
            <dt>{words.bandit_every()}</dt>
            <dd>{locale.integer(u64::from(plan.every))}</dd>
            <dt>{words.bandit_least()}</dt>
            <dd>{locale.integer(u64::from(plan.least))}</dd>
        }
    });
    Some(view! {
        <section aria-labelledby="bandit">
            <h2 id="bandit">{words.bandit()}</h2>
            <dl class="facts">{now} {next}</dl>
            <p class="small">{words.bandit_analysis()}</p>
        </section>
    })
}

/// An update, for the history.
pub(super) fn said(studio: &StudioContext, experiment: &Experiment, update: &Reweighed) -> String {
    let words = studio.words();
    let contexts = update.contexts.iter().map(|(device, parts)| {
        format!("; {}: {}", words.segment_is(device), shares(studio, experiment, parts))
    });
    let shares: String = std::iter::once(shares(studio, experiment, &update.parts)).chain(contexts).collect();
    match update.why {
        Why::Learned => words.bandit_log_learned(&shares),
        Why::TooFew => words.bandit_log_too_few(&shares),
    }
}

/// `As it is 25.5 %, large 74.5 %`.
fn shares(studio: &StudioContext, experiment: &Experiment, parts: &[u32]) -> String {
    let share = |(at, part): (usize, &u32)| {
        let part = percent(studio.locale, f64::from(*part) / f64::from(PARTS));
        format!("{} {part}", name(experiment, at))
    };
    parts.iter().enumerate().map(share).collect::<Vec<_>>().join(", ")
}
