//! What the shop tells.

use super::{Icon, IconName};
use crate::Locale;
use leptos::prelude::*;

/// What a notice is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Look again before you go on.
    Warning,
    /// It did not work.
    Error,
}

impl NoticeKind {
    const fn class(self) -> &'static str {
        match self {
            NoticeKind::Info => "notice info",
            NoticeKind::Success => "notice success",
            NoticeKind::Warning => "notice warning",
            NoticeKind::Error => "notice error",
        }
    }

    const fn icon(self) -> IconName {
        match self {
            NoticeKind::Info => IconName::Info,
            NoticeKind::Success => IconName::Check,
            NoticeKind::Warning | NoticeKind::Error => IconName::Alert,
        }
    }

    /// Screen readers interrupt for what keeps a shopper from going on, and wait with everything else.
    const fn role(self) -> &'static str {
        match self {
            NoticeKind::Info | NoticeKind::Success => "status",
            NoticeKind::Warning | NoticeKind::Error => "alert",
        }
    }
}

/// A message.
#[component]
pub fn Notice<C>(
    /// What it is about.
    #[prop(optional)]
    kind: NoticeKind,
    /// Its heading.
    #[prop(optional, into)]
    title: Option<String>,
    /// What it says.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    view! {
        <div class=kind.class() role=kind.role()>
            <Icon name=kind.icon()/>
            <div>
                {title.map(|title| view! { <p class="notice-title">{title}</p> })}
                {children.into_inner()()}
            </div>
        </div>
    }
}

/// A field of a form that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's id.
    pub id: String,
    /// What the field is called.
    pub label: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// The fields of a form that were not accepted, as links to them. Nothing, if there are none.
#[component]
pub fn ErrorSummary(
    /// The language.
    locale: Locale,
    /// The fields.
    errors: Vec<FieldError>,
) -> impl IntoView {
    if errors.is_empty() {
        return None;
    }
    let count = u64::try_from(errors.len()).unwrap_or(u64::MAX);
    let lines: Vec<_> = errors
        .into_iter()
        .map(|FieldError { id, label, message }| {
            view! { <li><a href=format!("#{id}")>{label}</a> ": " {message}</li> }
        })
        .collect();
    Some(view! {
        <Notice kind=NoticeKind::Error title=locale.checkout_errors(count)>
            <ul>{lines}</ul>
        </Notice>
    })
}

/// What a page says when there is nothing to show. Its children are what one can do then.
#[component]
pub fn EmptyState<C>(
    /// What is missing.
    #[prop(into)]
    title: String,
    /// Why, or what to try.
    #[prop(into)]
    text: String,
    /// Whether it is the page's heading.
    #[prop(optional)]
    heading: bool,
    /// Links and forms.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let title = if heading {
        leptos::either::Either::Left(view! { <h1>{title}</h1> })
    } else {
        leptos::either::Either::Right(view! { <h2>{title}</h2> })
    };
    view! {
        <div class="empty">
            {title}
            <p>{text}</p>
            <div class="actions">{children.into_inner()()}</div>
        </div>
    }
}

/// A page for an error: what happened and what to do. `status` is 400, 404, 500 or 503.
#[component]
pub fn ErrorPage<C>(
    /// The language.
    locale: Locale,
    /// The HTTP status.
    status: u16,
    /// What helps to find the error in a log.
    #[prop(optional, into)]
    reference: Option<String>,
    /// Links and forms.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    let (title, text) = match status {
        404 => (locale.error_404_title(), locale.error_404_text()),
        503 => (locale.error_503_title(), locale.error_503_text()),
        400..=499 => (locale.error_400_title(), locale.error_400_text()),
        _ => (locale.error_500_title(), locale.error_500_text()),
    };
    view! {
        <div class="empty error-page">
            <p class="status" aria-hidden="true">{status}</p>
            <h1>{title}</h1>
            <p>{text}</p>
            {reference.map(|code| view! { <p class="small">{locale.error_reference(&code)}</p> })}
            <div class="actions">{children.into_inner()()}</div>
        </div>
    }
}

/// Where a step of a timeline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It has happened.
    Done,
    /// It is the latest that has happened.
    Current,
    /// It is yet to come.
    Ahead,
    /// It ended the order: cancelled, refunded.
    Stopped,
}

/// A step of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineStep {
    /// Where it stands.
    pub state: StepState,
    /// What it is called.
    pub title: String,
    /// What happened.
    pub text: Option<String>,
    /// When: the machine's form ([`crate::iso_time`]) and the reader's ([`Locale::date`]).
    pub time: Option<(String, String)>,
}

/// The history of an order, and what is yet to come.
#[component]
pub fn Timeline(
    /// The steps, the first first.
    steps: Vec<TimelineStep>,
) -> impl IntoView {
    let steps: Vec<_> = steps
        .into_iter()
        .map(|TimelineStep { state, title, text, time }| {
            let (class, icon) = match state {
                StepState::Done => ("done", Some(IconName::Check)),
                StepState::Current => ("current", Some(IconName::Check)),
                StepState::Ahead => ("ahead", None),
                StepState::Stopped => ("stopped", Some(IconName::Close)),
            };
            view! {
                <li class=class aria-current=(state == StepState::Current).then_some("step")>
                    <span class="mark">{icon.map(|name| view! { <Icon name=name/> })}</span>
                    <p class="title">{title}</p>
                    {time.map(|(machine, reader)| view! { <time datetime=machine>{reader}</time> })}
                    {text.map(|text| view! { <p>{text}</p> })}
                </li>
            }
        })
        .collect();
    view! { <ol class="timeline" role="list">{steps}</ol> }
}
