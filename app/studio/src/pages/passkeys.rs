//! Passkeys: the button on the page for signing in, the list, and adding one. The script `js/passkeys.js` asks the
//! browser; it finds its forms by `data-passkey`, and all that it says stands in them.

use super::access;
use crate::drawn::Draw;
use crate::page::{StudioContext, Told, document, table, time, told};
use leptos::prelude::*;
use orilla_shop::passkeys::{NAME_LENGTH, Passkey};
use orilla_ui::{Button, ButtonKind, Field};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct PasskeysPage {
    /// All passkeys, by their owners.
    pub passkeys: Vec<Passkey>,
    /// What the last form came to.
    pub told: Told,
    /// Why none can be added, if that is so.
    pub refused: Option<&'static str>,
}

/// The page for passkeys.
pub fn passkeys(studio: &StudioContext, data: &PasskeysPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let adding = match data.refused {
        Some(why) => view! { <p class="nothing">{why}</p> }.drawn(),
        None => form(studio).drawn(),
    };
    document(studio, words.passkeys_title(), || {
        view! {
            <h1>{words.passkeys_title()}</h1>
            <p class="lead">{words.passkeys_text()}</p>
            {access(studio)}
            {told(data.told.clone())}
            {list(studio, &data.passkeys)}
            <section aria-labelledby="add">
                <h2 id="add">{locale.passkey_add()}</h2>
                {adding}
            </section>
        }
    })
}

fn list(studio: &StudioContext, passkeys: &[Passkey]) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = passkeys
        .iter()
        .map(|passkey| {
            let synced =
                passkey.synced.then(|| view! { <span class="small">{words.passkey_synced()}</span> });
            let used = match passkey.last_used_at {
                Some(at) => time(locale, at).drawn(),
                None => locale.passkey_never().drawn(),
            };
            let label = words.passkey_remove_of(&passkey.owner, &passkey.name);
            view! {
                <tr>
                    <th scope="row">{passkey.name.clone()} " " {synced}</th>
                    <td data-label=words.passkey_owner()>{passkey.owner.clone()}</td>
                    <td data-label=locale.passkey_created()>{time(locale, passkey.created_at)}</td>
                    <td data-label=locale.passkey_used()>{used}</td>
                    <td>
                        <details class="fold">
                            <summary aria-label=label>{locale.passkey_remove()}</summary>
                            <form method="post" action="/studio/passkeys">
                                <p>{words.passkey_remove_text()}</p>
                                <input type="hidden" name="passkey" value=passkey.id/>
                                <button class="button" type="submit">{locale.passkey_remove()}</button>
                            </form>
                        </details>
                    </td>
                </tr>
            }
        })
        .collect();
    let head = [
        locale.passkey_name(),
        words.passkey_owner(),
        locale.passkey_created(),
        locale.passkey_used(),
        words.passkey_action(),
    ];
    table(words.passkeys_title(), &head, rows, words.passkeys_none())
}

/// The form for adding one: the script shows it where the browser can.
fn form(studio: &StudioContext) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let member = studio.member.clone().unwrap_or_default();
    view! {
        <noscript><p>{words.passkey_no_script()}</p></noscript>
        <p hidden data-passkey="unsupported">{locale.passkey_unsupported()}</p>
        <form class="command" hidden data-passkey="create" data-begin="/studio/passkeys/begin"
            data-finish="/studio/passkeys/finish" data-wait=locale.passkey_wait()
            data-cancelled=locale.passkey_cancelled() data-exists=locale.passkey_taken() data-failed=locale.passkey_failed()>
            <p>{words.passkey_add_for(&member)}</p>
            <Field locale=locale name="name" label=locale.passkey_name() hint=locale.passkey_name_hint()
                maxlength=u32::try_from(NAME_LENGTH).unwrap_or(u32::MAX)/>
            <Button kind=ButtonKind::Primary>{locale.passkey_add()}</Button>
            <p role="status"></p>
        </form>
    }
}

/// The button for signing in with one: the script shows it where the browser can.
pub(super) fn sign_in_button(studio: &StudioContext, next: String) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    view! {
        <form class="stack" hidden data-passkey="get" data-begin="/studio/sign-in/begin"
            data-finish="/studio/sign-in/finish" data-next=next data-wait=locale.passkey_wait()
            data-cancelled=locale.passkey_cancelled() data-failed=locale.passkey_failed()>
            <Button kind=ButtonKind::Primary>{locale.passkey_sign_in()}</Button>
            <p role="status"></p>
            <p>{words.passkey_or()}</p>
        </form>
    }
}
