//! What can be pressed.

use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing that the page is for: at most one in view.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Looks like a link.
    Quiet,
}

impl ButtonKind {
    /// The class names, for buttons and links that an island makes itself.
    pub const fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "button primary",
            ButtonKind::Secondary => "button",
            ButtonKind::Quiet => "button quiet",
        }
    }
}

/// A button that submits the form around it.
#[component]
pub fn Button<C>(
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// The field that it sends, with `value`.
    #[prop(optional, into)]
    name: Option<String>,
    /// The value that it sends.
    #[prop(optional, into)]
    value: Option<String>,
    /// The name for screen readers, if the text alone does not say enough.
    #[prop(optional, into)]
    label: Option<String>,
    /// Whether it can't be pressed.
    #[prop(optional)]
    disabled: bool,
    /// Its text.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    view! {
        <button class=kind.class() type="submit" name=name value=value aria-label=label disabled=disabled>
            {children.into_inner()()}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink<C>(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// Its text.
    children: TypedChildren<C>,
) -> impl IntoView
where
    C: IntoView + 'static,
{
    view! { <a class=kind.class() href=href>{children.into_inner()()}</a> }
}
