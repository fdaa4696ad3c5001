//! Publishing: what would change, and what was published.

use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, Told, document, table, time, told};
use leptos::prelude::*;
use orilla_shop::publish::{Pending, Publication, Waiting};
use orilla_ui::{Button, ButtonKind, Field};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct PublishPage {
    /// What a publish would change; `None`: the whole catalogue.
    pub pending: Option<Pending>,
    /// The last publications, the newest first.
    pub history: Vec<Publication>,
    /// What the last form came to.
    pub told: Told,
}

/// The page for publishing.
pub fn publish(studio: &StudioContext, data: &PublishPage) -> String {
    let (locale, words) = (studio.locale, studio.words());
    let is_nothing = data.pending.as_ref().is_some_and(Pending::is_nothing);
    let form = (!is_nothing).then(|| {
        view! {
            <form class="command" method="post" action="/studio/publish">
                <Field locale=locale name="note" label=words.publish_note() optional=true/>
                <Button kind=ButtonKind::Primary>{words.publish_do()}</Button>
            </form>
        }
    });
    document(studio, words.nav_publish(), || {
        view! {
            <h1>{words.nav_publish()}</h1>
            <p class="lead">{words.publish_text()}</p>
            {told(data.told.clone())}
            <section aria-labelledby="pending">
                <h2 id="pending">{words.publish_pending()}</h2>
                {pending(studio, data.pending.as_ref())}
                {form}
            </section>
            <section aria-labelledby="history">
                <h2 id="history">{words.publish_history()}</h2>
                {history(studio, &data.history)}
            </section>
        }
    })
}

fn pending(studio: &StudioContext, pending: Option<&Pending>) -> Drawn {
    let words = studio.words();
    let Some(pending) = pending else { return view! { <p>{words.publish_everything()}</p> }.drawn() };
    if pending.is_nothing() {
        return view! { <p class="nothing">{words.publish_nothing()}</p> }.drawn();
    }
    if pending.changes.is_empty() {
        return view! { <p>{words.publish_unseen()}</p> }.drawn();
    }
    let lines: Vec<_> = pending
        .changes
        .iter()
        .map(|change| match change {
            Waiting::Put { handle, title } => {
                let href = format!("/studio/products/{handle}");
                view! { <li><a href=href>{title.clone()}</a></li> }.drawn()
            }
            Waiting::Remove { title } => view! { <li>{words.publish_off_sale(title)}</li> }.drawn(),
        })
        .collect();
    let more = pending.more.then(|| view! { <p>{words.publish_more()}</p> });
    view! { <ul>{lines}</ul>{more} }.drawn()
}

fn history(studio: &StudioContext, publications: &[Publication]) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let current = publications.first().map(|publication| publication.manifest.clone());
    let rows: Vec<_> = publications
        .iter()
        .enumerate()
        .map(|(at, publication)| {
            let number = publication.number.to_string();
            let label = words.publish_back_to(&number);
            let back = if at == 0 {
                Some(view! { <span>{words.publish_current()}</span> }.drawn())
            } else if current.as_ref() == Some(&publication.manifest) {
                None
            } else {
                let form = view! {
                    <form method="post" action="/studio/publish/back">
                        <input type="hidden" name="number" value=number.clone()/>
                        <button class="button" type="submit" aria-label=label>{words.publish_back()}</button>
                    </form>
                };
                Some(form.drawn())
            };
            view! {
                <tr>
                    <th scope="row">{number}</th>
                    <td data-label=words.publish_when()>{time(locale, publication.at)}</td>
                    <td data-label=words.publish_products() class="number">
                        {locale.integer(publication.products.into())}
                    </td>
                    <td data-label=words.publish_note() class="long">{publication.note.clone()}</td>
                    <td>{back}</td>
                </tr>
            }
        })
        .collect();
    let head = [
        words.publish_number(),
        words.publish_when(),
        words.publish_products(),
        words.publish_note(),
        words.session_action(),
    ];
    table(words.publish_history(), &head, rows, words.publish_none())
}
