//! The search field of the header, with suggestions as one types: a combobox with a list
//! (<https://www.w3.org/WAI/ARIA/apg/patterns/combobox/>).

use super::handed::{handed, handed_members};
use super::{browser, locale_of};
use crate::server::{SuggestionData, suggest};
use leptos::prelude::*;
use leptos::task::spawn_local;
use orilla_ui::{Icon, IconName};
use serde::{Deserialize, Serialize};

/// What the search field is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchBoxData {
    /// The language's code.
    pub locale: String,
    /// What was searched for.
    pub query: String,
}

handed_members!("search-box", SearchBoxData { locale, query });

/// Fewer characters fit too much.
const SHORTEST: usize = 2;

/// A plain search form; with scripts, it suggests.
#[island]
pub fn SearchBox() -> impl IntoView {
    let SearchBoxData { locale, query } = handed();
    let code = locale.clone();
    let locale = locale_of(&locale);
    let suggestions = RwSignal::new(Vec::<SuggestionData>::new());
    let active = RwSignal::new(None::<usize>);
    let asked = StoredValue::new(0u32);
    let next_question = move || {
        asked.update_value(|last| *last = last.wrapping_add(1));
        asked.get_value()
    };
    let close = move || {
        // What was asked before does not open it again.
        next_question();
        suggestions.set(Vec::new());
        active.set(None);
    };
    let typed = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        let question = next_question();
        if text.trim().chars().count() < SHORTEST {
            return close();
        }
        let code = code.clone();
        spawn_local(async move {
            let found = suggest(&code, &text).await;
            // An answer that a later question has overtaken is not shown.
            if asked.get_value() == question {
                active.set(None);
                suggestions.set(found);
            }
        });
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let count = suggestions.with(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                active.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                active.update(|at| *at = Some(at.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Enter" => {
                let chosen = active.get().and_then(|at| suggestions.with(|all| all.get(at).cloned()));
                if let Some(chosen) = chosen {
                    event.prevent_default();
                    browser::go(&chosen.href);
                }
            }
            // The browser would empty the field as well.
            "Escape" if count > 0 => {
                event.prevent_default();
                close();
            }
            _ => {}
        }
    };
    let expanded = move || !suggestions.with(Vec::is_empty);
    let items = move || {
        suggestions
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, SuggestionData { href, title, brand, price })| {
                let selected = move || active.get() == Some(at);
                view! {
                    <li role="presentation">
                        <a id=format!("suggestion-{at}") role="option" aria-selected=move || selected().to_string() href=href tabindex="-1">
                            <span class="title">{title}</span>
                            <span class="brand">{brand}</span>
                            <span class="price">{price}</span>
                        </a>
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <form
            class="search"
            role="search"
            action=format!("/{}/search", locale.code())
            method="get"
            on:focusout=move |event| {
                // A press of the mouse on a suggestion takes the focus there before it is a click.
                if !browser::goes_into(&event, "#suggestions") {
                    close();
                }
            }
        >
            <label class="visually-hidden" for="search">{locale.search_label()}</label>
            <input
                id="search"
                type="search"
                name="q"
                value=query
                placeholder=locale.search_placeholder()
                maxlength="200"
                autocomplete="off"
                enterkeyhint="search"
                role="combobox"
                aria-autocomplete="list"
                aria-controls="suggestions"
                aria-expanded=move || expanded().to_string()
                aria-activedescendant=move || active.get().map(|at| format!("suggestion-{at}"))
                on:input=typed
                on:keydown=keys
            />
            <button type="submit" aria-label=locale.search_submit()>
                <Icon name=IconName::Search/>
            </button>
            <ul class="suggestions" id="suggestions" role="listbox" aria-label=locale.search_suggestions_title() hidden=move || !expanded()>
                {items}
            </ul>
            <p class="visually-hidden" role="status">
                {move || match suggestions.with(Vec::len) {
                    0 => String::new(),
                    some => locale.search_suggestions(some as u64),
                }}
            </p>
        </form>
    }
}
