//! An experiment whose shares follow what is learned: its plan, and what it has come to.

use super::super::fault;
use super::results::name;
use super::{ExperimentPage, percent};
use crate::drawn::Draw;
use crate::page::{StudioContext, table, time};
use leptos::prelude::*;
use orilla_events::Device;
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
            <p class="small">{words.bandit_devices_hint()}</p>
        </details>
    }
}

/// The shares now, and since when; nothing for an experiment that is no bandit.
pub(super) fn section(studio: &StudioContext, experiment: &Experiment) -> Option<impl IntoView + use<>> {
    let (locale, words) = (studio.locale, studio.words());
    let plan = experiment.design.bandit.as_ref()?;
    let last = experiment.log.iter().rev().find_map(|line| match &line.entry {
        Entry::Reweighed(update) => Some((line.at, update)),
        _ => None,
    });
    let now = match last {
        Some((at, _)) => time(locale, at).drawn(),
        None => words.bandit_first(&locale.integer(u64::from(plan.burn_in))).drawn(),
    };
    let shares = last.map(|(_, update)| shares_table(studio, experiment, update));
    let is_running = experiment.status() == Status::Running;
    let next = is_running.then(|| {
        view! {
            <dt>{words.bandit_every()}</dt>
            <dd>{locale.integer(u64::from(plan.every))}</dd>
            <dt>{words.bandit_least()}</dt>
            <dd>{locale.integer(u64::from(plan.least))}</dd>
        }
    });
    let devices = plan.by_device.then(|| view! { <p class="small">{words.bandit_devices_hint()}</p> });
    Some(view! {
        <section aria-labelledby="bandit">
            <h2 id="bandit">{words.bandit()}</h2>
            {shares}
            {devices}
            <dl class="facts"><dt>{words.bandit_since()}</dt><dd>{now}</dd> {next}</dl>
            <p class="small">{words.bandit_analysis()}</p>
        </section>
    })
}

/// The share of each variation, by device where devices have their own.
fn shares_table(
    studio: &StudioContext,
    experiment: &Experiment,
    update: &Reweighed,
) -> impl IntoView + use<> {
    let words = studio.words();
    let names: Vec<&str> = (0..update.parts.len()).map(|at| name(experiment, at)).collect();
    let row = |who: String, parts: &[u32]| {
        let cell = |(part, name): (&u32, &&str)| {
            let share = percent(studio.locale, f64::from(*part) / f64::from(PARTS));
            view! { <td data-label=(*name).to_owned() class="number">{share}</td> }
        };
        let cells: Vec<_> = parts.iter().zip(&names).map(cell).collect();
        view! { <tr><th scope="row">{who}</th>{cells}</tr> }
    };
    let of =
        |device: &Device| Some(row(words.segment_is(device.token()), update.contexts.get(device.token())?));
    let mut rows: Vec<_> = Device::ALL.iter().filter_map(of).collect();
    let others = if rows.is_empty() { words.bandit_all() } else { words.bandit_others() };
    // Where each device has its own, nobody is left.
    if rows.len() < Device::ALL.len() {
        rows.push(row(others.to_owned(), &update.parts));
    }
    let head: Vec<&str> = std::iter::once(words.bandit_device()).chain(names.iter().copied()).collect();
    table(words.bandit_shares(), &head, rows, words.results_none())
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
