//! One flag: its settings, its rules as forms, what a visitor would get and why, and a link that forces a value.

use super::{faults, flag_path, said, state};
use crate::page::{StudioContext, Told, document, told};
use crate::pages::{FormFault, fault};
use leptos::either::Either;
use leptos::prelude::*;
use orilla_shop::team::flags::{RuleForm, VARIATIONS, ValueKind, VariationForm};
use orilla_ui::{Button, ButtonKind, Field};
use serde_json::Value;

/// A rule with its form.
#[derive(Clone, Debug)]
pub struct RuleShown {
    /// The rule, as it is saved.
    pub rule: Value,
    /// The form: as it was typed, or what the rule says.
    pub form: RuleForm,
    /// What is wrong with it.
    pub faults: Vec<FormFault>,
}

/// Who is asked about, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The visitor's id.
    pub id: String,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// `mobile`, `tablet`, `desktop`.
    pub device: String,
    /// Language.
    pub locale: String,
    /// Other attributes, `name=value` on a line each.
    pub more: String,
}

/// What they would get, and why.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The value as JSON; empty: the caller's default.
    pub value: String,
    /// OpenFeature's reason, or its error.
    pub reason: String,
    /// The rule that decided.
    pub rule: String,
    /// The variation of an experiment.
    pub variation: String,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct FlagPage {
    /// The flag.
    pub name: String,
    /// As it is saved.
    pub flag: Value,
    /// What its values are.
    pub kind: ValueKind,
    /// The version of the document.
    pub version: u64,
    /// Whether pages show this document.
    pub is_published: bool,
    /// Its rules.
    pub rules: Vec<RuleShown>,
    /// The default value, as it was typed or is saved.
    pub default: String,
    /// What is wrong with the document that would come of it.
    pub faults: Vec<FormFault>,
    /// Who is asked about.
    pub asked: Asked,
    /// What they would get.
    pub answer: Answer,
    /// A link that forces a value, if one was asked for.
    pub link: Option<String>,
    /// The key of the forms.
    pub key: String,
    /// What the last form came to.
    pub told: Told,
}

/// The page of a flag.
pub fn flag(studio: &StudioContext, data: &FlagPage) -> String {
    let words = studio.words();
    let rules: Vec<_> = data
        .rules
        .iter()
        .enumerate()
        .map(|(at, shown)| view! { <li>{rule(studio, data, at, shown)}</li> })
        .collect();
    let adders: Vec<_> = [
        ("force", words.flag_add_force()),
        ("rollout", words.flag_add_rollout()),
        ("experiment", words.flag_add_experiment()),
    ]
    .into_iter()
    .map(|(what, label)| {
        view! { <button class="button" type="submit" name="intent" value=format!("add-{what}")>{label}</button> }
    })
    .collect();
    document(studio, &data.name, || {
        view! {
            <p><a href="/studio/flags">{words.nav_flags()}</a></p>
            <h1>{data.name.clone()}</h1>
            {told(data.told.clone())}
            {faults(&data.faults)}
            {state(studio, data.version, data.is_published)}
            <div class="flag-page">
                <div>
                    {settings(studio, data)}
                    <section aria-labelledby="rules">
                        <h2 id="rules">{words.flag_rules()}</h2>
                        <p class="small">{words.flag_rules_text()}</p>
                        <ol class="rule-forms">{rules}</ol>
                        <form class="row" method="post" action=flag_path(&data.name)>
                            {hidden(data)}
                            {adders}
                        </form>
                    </section>
                </div>
                <div>
                    {tester(studio, data)}
                    {link(studio, data)}
                </div>
            </div>
        }
    })
}

fn hidden(data: &FlagPage) -> impl IntoView + use<> {
    view! {
        <input type="hidden" name="version" value=data.version.to_string()/>
        <input type="hidden" name="key" value=data.key.clone()/>
    }
}

/// A value, typed: two choices for yes and no, a line for all else.
fn value(
    studio: &StudioContext,
    kind: ValueKind,
    (name, id): (String, String),
    label: &'static str,
    typed: &str,
    error: Option<String>,
) -> impl IntoView + use<> {
    let locale = studio.locale;
    if kind == ValueKind::Boolean {
        let options: Vec<_> = ["false", "true"]
            .into_iter()
            .map(|value| view! { <option value=value selected=value == typed>{value}</option> })
            .collect();
        let for_id = id.clone();
        return Either::Left(view! {
            <div class="field"><label for=for_id>{label}</label><select id=id name=name>{options}</select></div>
        });
    }
    Either::Right(view! {
        <Field locale=locale name=name id=id label=label value=typed.to_owned() error=error maxlength=4000/>
    })
}

fn settings(studio: &StudioContext, data: &FlagPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let text = |name: &str| data.flag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_on = data.flag.get("enabled") != Some(&Value::Bool(false));
    let names = ("default".to_owned(), "default".to_owned());
    let error = fault(&data.faults, "default");
    view! {
        <section aria-labelledby="settings">
            <h2 id="settings">{words.flag_settings()}</h2>
            <form class="command" method="post" action=flag_path(&data.name)>
                {hidden(data)}
                {value(studio, data.kind, names, words.flag_default(), &data.default, error)}
                <Field locale=locale name="description" label=words.flag_description() value=text("description") optional=true/>
                <label class="check"><input type="checkbox" name="enabled" value="yes" checked=is_on/> " " {words.flag_enabled()}</label>
                <Field locale=locale name="reason" id="settings-reason" label=words.flag_reason() optional=true/>
                <div class="row">
                    <button class="button primary" type="submit" name="intent" value="settings">{words.flag_save()}</button>
                    <button class="button" type="submit" name="intent" value="delete">{words.flag_delete()}</button>
                </div>
            </form>
        </section>
    }
}

/// A rule: what it says in words, and its form.
fn rule(studio: &StudioContext, data: &FlagPage, at: usize, shown: &RuleShown) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let RuleShown { rule, form, faults } = shown;
    let id = |field: &str| format!("rule-{at}-{field}");
    let error = |field: &str| fault(faults, field);
    let is_open = !faults.is_empty() || data.rules.len() == 1;
    let text = |name: &'static str, label: &'static str, typed: &str, hint: &'static str| {
        view! {
            <Field locale=locale name=name id=id(name) label=label value=typed.to_owned() hint=hint error=error(name) optional=true maxlength=4000/>
        }
    };
    let time = |name: &'static str, label: &'static str, typed: &str| {
        view! {
            <Field locale=locale name=name id=id(name) label=label value=typed.to_owned() kind="datetime-local" error=error(name) optional=true/>
        }
    };
    let is_experiment = !form.variations.is_empty();
    let what = if is_experiment {
        Either::Left(variations(studio, data.kind, at, &form.variations, faults))
    } else {
        let names = ("value".to_owned(), id("value"));
        Either::Right(value(studio, data.kind, names, words.flag_value(), &form.value, error("value")))
    };
    let act = |intent: &'static str, label: &'static str| {
        view! { <button class="button" type="submit" name="intent" value=intent>{label}</button> }
    };
    let up = (at > 0).then(|| act("up", words.flag_rule_up()));
    let down = (at + 1 < data.rules.len()).then(|| act("down", words.flag_rule_down()));
    view! {
        <details class="rule" open=is_open>
            <summary>{said::rule(studio, &data.name, rule)}</summary>
            <form class="command" method="post" action=flag_path(&data.name)>
                {hidden(data)}
                <input type="hidden" name="rule" value=at.to_string()/>
                <label class="check"><input type="checkbox" name="on" value="yes" checked=form.is_on/> " " {words.flag_rule_on()}</label>
                {what}
                {text("condition", words.flag_condition(), &form.condition, words.flag_condition_hint())}
                {text("percent", words.flag_percent(), &form.percent, words.flag_percent_hint())}
                <div class="row">
                    {time("start", words.flag_start(), &form.start)}
                    {time("end", words.flag_end(), &form.end)}
                </div>
                {text("id", words.flag_rule_id(), &form.id, words.flag_rule_id_hint())}
                <div class="row">
                    <button class="button primary" type="submit" name="intent" value="rule">{words.flag_save()}</button>
                    {up} {down}
                    {act("remove", words.flag_rule_remove())}
                </div>
            </form>
        </details>
    }
}

/// The variations of an experiment: a line each, with room for more.
fn variations(
    studio: &StudioContext,
    kind: ValueKind,
    rule: usize,
    variations: &[VariationForm],
    faults: &[FormFault],
) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let room = VARIATIONS.max(variations.len()).min(variations.len() + 2);
    let lines: Vec<_> = (0..room)
        .map(|at| {
            let VariationForm { key, value, weight } = variations.get(at).cloned().unwrap_or_default();
            let named = |field: &str| {
                let name = format!("variations[{at}].{field}");
                (name.clone(), format!("rule-{rule}-{name}"), fault(faults, &name))
            };
            let ((key_name, key_id, _), (value_name, value_id, wrong)) = (named("key"), named("value"));
            let (weight_name, weight_id, off) = named("weight");
            // A choice would give each empty line a value.
            let hint = if kind == ValueKind::Boolean { "true, false" } else { "" };
            view! {
                <li class="row">
                    <Field locale=locale name=key_name id=key_id label=words.flag_variation() value=key/>
                    <Field locale=locale name=value_name id=value_id label=words.flag_value() value=value hint=hint error=wrong maxlength=4000/>
                    <Field locale=locale name=weight_name id=weight_id label=words.flag_weight() value=weight error=off/>
                </li>
            }
        })
        .collect();
    view! { <ol class="variations">{lines}</ol> }
}

/// What a visitor would get, and why. A form that asks; a script asks while somebody types.
fn tester(studio: &StudioContext, data: &FlagPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let Asked { id, country, device, locale: language, more } = data.asked.clone();
    let Answer { value, reason, rule, variation } = data.answer.clone();
    let line = |label: &'static str, text: String| {
        (!text.is_empty()).then(|| view! { <dt>{label}</dt><dd><code>{text}</code></dd> })
    };
    let value = if value.is_empty() { words.flag_callers_default().to_owned() } else { value };
    view! {
        <section aria-labelledby="tester">
            <h2 id="tester">{words.flag_tester()}</h2>
            <form class="command" method="get" action=flag_path(&data.name) data-live="answer">
                <Field locale=locale name="id" id="asked-id" label=words.flag_asked_id() value=id hint=words.flag_asked_id_hint() optional=true/>
                <div class="row">
                    <Field locale=locale name="country" label=words.flag_asked_country() value=country optional=true maxlength=2/>
                    <Field locale=locale name="device" label=words.flag_asked_device() value=device hint="mobile, tablet, desktop" optional=true/>
                    <Field locale=locale name="language" label=words.flag_asked_language() value=language optional=true/>
                </div>
                <div class="field">
                    <label for="more">{words.flag_asked_more()}</label>
                    <textarea id="more" name="more" rows="2" placeholder="cart=3">{more}</textarea>
                </div>
                <button class="button" type="submit">{words.flag_ask()}</button>
            </form>
            <div id="answer" role="status">
                <dl class="facts answer">
                    {line(words.flag_value(), value)}
                    {line(words.flag_reason_code(), reason)}
                    {line(words.flag_rule(), rule)}
                    {line(words.flag_variation(), variation)}
                </dl>
            </div>
        </section>
    }
}

/// A link that forces a value of the flag for whoever follows it.
fn link(studio: &StudioContext, data: &FlagPage) -> impl IntoView + use<> {
    let words = studio.words();
    let made = data.link.clone().map(|link| {
        view! {
            <p role="status"><label for="link">{words.flag_link_made()}</label>
            <input id="link" class="code" readonly value=link/></p>
        }
    });
    let names = ("forced".to_owned(), "forced".to_owned());
    view! {
        <section aria-labelledby="qa">
            <h2 id="qa">{words.flag_link()}</h2>
            <p class="small">{words.flag_link_text()}</p>
            <form class="command" method="post" action=flag_path(&data.name)>
                {hidden(data)}
                {value(studio, data.kind, names, words.flag_value(), &data.default, fault(&data.faults, "forced"))}
                <Button kind=ButtonKind::Secondary name="intent" value="link">{words.flag_link_make()}</Button>
            </form>
            {made}
        </section>
    }
}
