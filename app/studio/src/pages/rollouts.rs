//! All rollouts, and the form that starts one.

use super::rollout::{percent, status_tag};
use super::{FormFault, fault};
use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, Told, document, table, time, told};
use leptos::prelude::*;
use orilla_rollouts::Rollout;
use orilla_shop::team::rollouts::{Place, RolloutField, RolloutForm, StoredRollout};
use orilla_ui::{Button, ButtonKind, Field, SelectField, SelectOption};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct RolloutsPage {
    /// The last rollouts, the newest first.
    pub rollouts: Vec<(StoredRollout, Rollout)>,
    /// The rules that could be rolled out.
    pub places: Vec<Place>,
    /// What stands in the form.
    pub form: RolloutForm,
    /// Whether the form is open: something in it is wrong.
    pub faults: Vec<FormFault>,
    /// The name of the next request.
    pub key: String,
    /// What the last form came to.
    pub told: Told,
}

/// The page of all rollouts.
pub fn rollouts(studio: &StudioContext, data: &RolloutsPage) -> String {
    let words = studio.words();
    document(studio, words.nav_rollouts(), || {
        view! {
            <h1>{words.nav_rollouts()}</h1>
            <p class="lead">{words.rollouts_text()}</p>
            {told(data.told.clone())}
            <section aria-labelledby="running">
                <h2 id="running">{words.rollouts_all()}</h2>
                {list(studio, data)}
            </section>
            <section aria-labelledby="start">
                <h2 id="start">{words.rollouts_start()}</h2>
                {start(studio, data)}
            </section>
        }
    })
}

fn list(studio: &StudioContext, data: &RolloutsPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = data
        .rollouts
        .iter()
        .map(|(stored, rollout)| {
            let href = format!("/studio/rollouts/{}", stored.id);
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>{stored.flag.clone()}</a>
                        <span class="small">" " {stored.rule.clone()}</span>
                    </th>
                    <td data-label=words.order_status()>{status_tag(studio, rollout.status())}</td>
                    <td data-label=words.rollouts_share() class="number">{percent(locale, rollout.share().part())}</td>
                    <td data-label=words.rollouts_began()>{time(locale, rollout.started())}</td>
                </tr>
            }
        })
        .collect();
    let head = [words.rollouts_flag(), words.order_status(), words.rollouts_share(), words.rollouts_began()];
    table(words.rollouts_all(), &head, rows, words.rollouts_none())
}

fn start(studio: &StudioContext, data: &RolloutsPage) -> Drawn {
    let (locale, words) = (studio.locale, studio.words());
    if data.places.is_empty() {
        return view! { <p class="nothing">{words.rollouts_no_rule()}</p> }.drawn();
    }
    let places = data.places.iter().map(|Place { flag, rule, value, .. }| SelectOption {
        value: format!("{flag}/{rule}"),
        label: format!("{flag} · {rule} → {value}"),
    });
    let units = [
        ("second", words.rollouts_seconds()),
        ("minute", words.rollouts_minutes()),
        ("hour", words.rollouts_hours()),
        ("day", words.rollouts_days()),
    ];
    let units = units.map(|(value, label)| SelectOption { value: value.to_owned(), label: label.to_owned() });
    let of = |field: RolloutField| fault(&data.faults, field.name());
    let form = data.form.clone();
    view! {
        <form class="rollout-form" method="post" action="/studio/rollouts">
            <input type="hidden" name="key" value=data.key.clone()/>
            <SelectField locale=locale name="place" label=words.rollouts_rule() options=places.collect()
                selected=form.place hint=words.rollouts_rule_hint() error=of(RolloutField::Place)/>
            <Field locale=locale name="steps" label=words.rollouts_steps() value=form.steps
                hint=words.rollouts_steps_hint() error=of(RolloutField::Steps)/>
            <div class="pair">
                <Field locale=locale name="lasts" label=words.rollouts_lasts() value=form.lasts kind="number"
                    error=of(RolloutField::Lasts)/>
                <SelectField locale=locale name="unit" label=words.rollouts_unit() options=units.to_vec()
                    selected=form.unit/>
            </div>
            <div class="pair">
                <Field locale=locale name="least" label=words.rollouts_least() value=form.least kind="number"
                    hint=words.rollouts_least_hint() error=of(RolloutField::Least)/>
                <Field locale=locale name="quiet" label=words.rollouts_quiet() value=form.quiet kind="number"
                    hint=words.rollouts_quiet_hint() error=of(RolloutField::Quiet)/>
            </div>
            <fieldset>
                <legend>{words.rollouts_guardrails()}</legend>
                <p class="hint">{words.rollouts_guardrails_hint()}</p>
                <div class="triple">
                    <Field locale=locale name="errors" label=words.rollouts_errors() value=form.errors optional=true
                        error=of(RolloutField::Errors)/>
                    <Field locale=locale name="latency" label=words.rollouts_latency() value=form.latency optional=true
                        error=of(RolloutField::Latency)/>
                    <Field locale=locale name="conversion" label=words.rollouts_conversion() value=form.conversion
                        optional=true error=of(RolloutField::Conversion)/>
                </div>
            </fieldset>
            <Button kind=ButtonKind::Primary>{words.rollouts_do()}</Button>
        </form>
    }
    .drawn()
}
