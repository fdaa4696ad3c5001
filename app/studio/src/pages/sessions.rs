//! Who is signed in.

use super::access;
use crate::page::{StudioContext, Told, document, table, time, told};
use crate::words::{Words, moment};
use leptos::prelude::*;
use orilla_shop::team::{Session, SignedBy};

/// The list of sessions; `current` is the one that looks at it.
pub fn sessions(studio: &StudioContext, sessions: &[Session], current: Option<i64>, message: Told) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let rows: Vec<_> = sessions
        .iter()
        .map(|session| {
            let this = (current == Some(session.id)).then(|| format!(" ({})", words.session_this()));
            let label = words.session_end_of(&session.member, &moment(locale, session.created_at));
            view! {
                <tr>
                    <th scope="row">{session.member.clone()} {this}</th>
                    <td data-label=words.session_means()>{means(words, session.passkey.as_ref())}</td>
                    <td data-label=words.session_browser() class="long">{session.user_agent.clone()}</td>
                    <td data-label=words.session_began()>{time(locale, session.created_at)}</td>
                    <td data-label=words.session_used()>{time(locale, session.last_used_at)}</td>
                    <td>
                        <form method="post" action="/studio/sessions">
                            <input type="hidden" name="session" value=session.id/>
                            <button class="button" type="submit" aria-label=label>{words.session_end()}</button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.session_member(),
        words.session_means(),
        words.session_browser(),
        words.session_began(),
        words.session_used(),
        words.session_action(),
    ];
    document(studio, words.sessions_title(), || {
        view! {
            <h1>{words.sessions_title()}</h1>
            <p class="lead">{words.sessions_text()}</p>
            {access(studio)}
            {told(message)}
            {table(words.sessions_title(), &head, rows, words.nothing())}
        }
    })
}

/// What began a session.
fn means(words: Words, passkey: Option<&SignedBy>) -> String {
    match passkey {
        None => words.session_by_token().to_owned(),
        Some(SignedBy { name: Some(name), .. }) => words.session_by_passkey(name),
        Some(SignedBy { name: None, .. }) => words.session_by_removed().to_owned(),
    }
}
