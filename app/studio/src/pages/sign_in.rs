//! Signing in, with a passkey or the team's token.

use super::passkeys::sign_in_button;
use super::{FormFault, fault};
use crate::page::{StudioContext, Told, document, told};
use leptos::prelude::*;
use orilla_shop::team::MEMBER_LENGTH;
use orilla_ui::{Button, ButtonKind, ErrorSummary, Field, FieldError};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct SignInPage {
    /// Where to go afterwards: a path of the Studio.
    pub next: String,
    /// Whether this address can have passkeys.
    pub has_passkeys: bool,
    /// The name that was typed.
    pub name: String,
    /// What is wrong.
    pub faults: Vec<FormFault>,
    /// Why nobody can sign in.
    pub told: Told,
}

/// The page for signing in. What was typed as the token is never shown again.
pub fn sign_in(studio: &StudioContext, data: SignInPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let SignInPage { next, has_passkeys, name, faults, told: message } = data;
    let passkey = has_passkeys.then(|| sign_in_button(studio, next.clone()));
    let error = |field: &str| fault(&faults, field);
    let labels = [("name", words.sign_in_name()), ("token", words.sign_in_token())];
    let errors = labels.into_iter().filter_map(|(id, label)| {
        Some(FieldError { id: id.to_owned(), label: label.to_owned(), message: error(id)? })
    });
    let errors: Vec<_> = errors.collect();
    document(studio, words.sign_in_title(), || {
        view! {
            <div class="narrow">
                <h1>{words.sign_in_title()}</h1>
                <p class="lead">{words.sign_in_text()}</p>
                {told(message)}
                <ErrorSummary locale=locale errors=errors/>
                {passkey}
                <form class="stack" method="post" action="/studio/sign-in">
                    <input type="hidden" name="next" value=next/>
                    <Field locale=locale name="name" label=words.sign_in_name() value=name
                        autocomplete="username webauthn"
                        hint=words.sign_in_name_hint() error=error("name")
                        maxlength=u32::try_from(MEMBER_LENGTH).unwrap_or(u32::MAX)/>
                    <Field locale=locale name="token" label=words.sign_in_token() kind="password"
                        autocomplete="current-password" hint=words.sign_in_token_hint() error=error("token")/>
                    <Button kind=ButtonKind::Primary>{words.sign_in()}</Button>
                </form>
            </div>
        }
    })
}
