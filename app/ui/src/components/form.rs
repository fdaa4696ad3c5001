//! Fields of forms. Each has a label, and its hint and error are linked to it for screen readers.

use crate::Locale;
use leptos::prelude::*;

/// The ids of a field's hint and error, for `aria-describedby`.
fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-error {id}-hint")),
    }
}

/// Label above, hint and error below a control that has the id `id`.
#[component]
fn Frame<C>(
    locale: Locale,
    id: String,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    optional: bool,
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let optional =
        optional.then(|| view! { " " <span class="optional">"(" {locale.field_optional()} ")"</span> });
    let hint = hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> });
    let error = error.map(|error| view! { <p class="error" id=format!("{id}-error")>{error}</p> });
    view! {
        <div class="field">
            <label for=id>{label}{optional}</label>
            {children.into_inner()()}
            {error}
            {hint}
        </div>
    }
}

/// A line of text.
#[component]
pub fn Field(
    /// The language.
    locale: Locale,
    /// The field's name and, unless `id` is given, its id.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What stands in it.
    #[prop(optional, into)]
    value: String,
    /// The id, where the name is not unique on the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// `text`, `email`, `tel`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// The token of HTML's autofill: `email`, `shipping postal-code`, …
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Whether it may be empty.
    #[prop(optional)]
    optional: bool,
    /// The most characters.
    #[prop(default = 200)]
    maxlength: u32,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let hint = hint.filter(|hint| !hint.is_empty());
    let described = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <Frame locale=locale id=id.clone() label=label hint=hint error=error optional=optional>
            <input
                id=id
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                maxlength=maxlength
                required=!optional
                aria-describedby=described
                aria-invalid=invalid
            />
        </Frame>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The language.
    locale: Locale,
    /// The field's name and id.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What stands in it.
    #[prop(optional, into)]
    value: String,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Whether it may be empty.
    #[prop(optional)]
    optional: bool,
    /// The most characters.
    #[prop(default = 1_000)]
    maxlength: u32,
) -> impl IntoView {
    let described = described_by(&name, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    // Leptos escapes what stands in an element, but not in a textarea. And a parser drops the first line break there.
    let value = format!("\n{}", html_escape::encode_text(&value));
    view! {
        <Frame locale=locale id=name.clone() label=label hint=hint error=error optional=optional>
            <textarea
                id=name.clone()
                name=name
                rows="3"
                maxlength=maxlength
                required=!optional
                aria-describedby=described
                aria-invalid=invalid
            >
                {value}
            </textarea>
        </Frame>
    }
}

/// A choice of a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What is sent.
    pub value: String,
    /// What a shopper reads.
    pub label: String,
}

/// One of many.
#[component]
pub fn SelectField(
    /// The language.
    locale: Locale,
    /// The field's name and id.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// The choices.
    options: Vec<SelectOption>,
    /// The value that is chosen; empty: none.
    #[prop(optional, into)]
    selected: String,
    /// What stands there while none is chosen.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// The token of HTML's autofill.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Whether none may be chosen.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let described = described_by(&name, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let placeholder =
        placeholder.map(|text| view! { <option value="" selected=selected.is_empty()>{text}</option> });
    let options: Vec<_> = options
        .into_iter()
        .map(|SelectOption { value, label }| {
            let chosen = value == selected;
            view! { <option value=value selected=chosen>{label}</option> }
        })
        .collect();
    view! {
        <Frame locale=locale id=name.clone() label=label hint=hint error=error optional=optional>
            <select
                id=name.clone()
                name=name
                autocomplete=autocomplete
                required=!optional
                aria-describedby=described
                aria-invalid=invalid
            >
                {placeholder}
                {options}
            </select>
        </Frame>
    }
}

/// A choice that needs some words: a way of delivery, of payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub title: String,
    /// What it means.
    pub hint: Option<String>,
    /// What it costs, formatted.
    pub price: Option<String>,
}

/// Something to agree to: sends `1` if it is wanted.
#[component]
pub fn Check(
    /// The field's name and id.
    name: &'static str,
    /// What it says.
    #[prop(into)]
    text: String,
    /// Whether it is wanted as yet.
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="check" for=name>
            <input type="checkbox" id=name name=name value="1" checked=checked/>
            <span>{text}</span>
        </label>
    }
}

/// One of a few, each with a few words.
#[component]
pub fn ChoiceGroup(
    /// The field's name.
    #[prop(into)]
    name: String,
    /// What is chosen here.
    #[prop(into)]
    legend: String,
    /// The choices.
    options: Vec<Choice>,
    /// The value that is chosen; empty: none.
    #[prop(optional, into)]
    selected: String,
    /// What is wrong.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Whether the legend is to be seen: without, a heading says it.
    #[prop(optional)]
    shows_legend: bool,
) -> impl IntoView {
    let class = if shows_legend { "" } else { "visually-hidden" };
    let described = described_by(&name, false, error.is_some());
    let error = error.map(|error| view! { <p class="error" id=format!("{name}-error")>{error}</p> });
    let options: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(i, Choice { value, title, hint, price })| {
            let checked = value == selected;
            // The first has the id that an error summary links to.
            let id = (i == 0).then(|| name.clone());
            view! {
                <label class="choice">
                    <input type="radio" id=id name=name.clone() value=value checked=checked required/>
                    <span class="title">{title}</span>
                    {price.map(|price| view! { <span class="cost">{price}</span> })}
                    {hint.map(|hint| view! { <span class="hint">{hint}</span> })}
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="choices" aria-describedby=described>
            <legend class=class>{legend}</legend>
            {options}
            {error}
        </fieldset>
    }
}

/// A value of a product's option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pill {
    /// What is sent.
    pub value: String,
    /// What a shopper reads.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
    /// Whether it can be had. What can't is still shown, struck through, and can be chosen to see its price.
    pub available: bool,
}

/// The values of a product's option.
#[component]
pub fn OptionPills(
    /// The field's name.
    #[prop(into)]
    name: String,
    /// The option: "Size".
    #[prop(into)]
    legend: String,
    /// The values.
    pills: Vec<Pill>,
) -> impl IntoView {
    let pills: Vec<_> = pills
        .into_iter()
        .map(|Pill { value, label, selected, available }| {
            let class = if available { "pill" } else { "pill unavailable" };
            view! {
                <label class=class>
                    <input type="radio" name=name.clone() value=value checked=selected/>
                    <span>{label}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="pills">
            <legend>{legend}</legend>
            {pills}
        </fieldset>
    }
}

/// How many: a number that an island may put between two buttons (`.stepper`).
#[component]
pub fn QuantityField(
    /// The field's name.
    #[prop(into)]
    name: String,
    /// The field's id.
    #[prop(into)]
    id: String,
    /// What it counts.
    #[prop(into)]
    label: String,
    /// What stands in it.
    value: u32,
    /// The most.
    max: u32,
    /// The least: 0 where that removes the line.
    #[prop(default = 1)]
    min: u32,
    /// Whether the label is for screen readers only.
    #[prop(optional)]
    hide_label: bool,
) -> impl IntoView {
    let class = if hide_label { "visually-hidden" } else { "" };
    view! {
        <div class="quantity">
            <label class=class for=id.clone()>{label}</label>
            <input id=id type="number" name=name value=value min=min max=max step="1" inputmode="numeric" required/>
        </div>
    }
}
