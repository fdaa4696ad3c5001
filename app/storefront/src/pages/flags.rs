//! What a page says of flags, beside what they change.

use crate::render;
use leptos::prelude::*;
use orilla_ui::Locale;

/// Where the form is sent that ends forced values.
pub const QA_ACTION: &str = "/fn/qa";

/// The experiments that a visitor has met, as `EXPERIMENT:VARIATION` with spaces between, for the script that counts.
pub fn exposures(met: &str) -> String {
    let met = met.to_owned();
    render(|| view! { <data id="exposures" value=met hidden></data> })
}

/// The strip of a browser for which values of flags are forced, which ends that. `to` is the path of the page.
pub fn qa_strip(locale: Locale, values: &str, to: &str) -> String {
    let (values, to) = (values.to_owned(), to.to_owned());
    render(|| {
        view! {
            <aside class="qa" aria-label=locale.qa_title()>
                <p><strong>{locale.qa_title()}</strong> " " <code>{values}</code></p>
                <form action=QA_ACTION method="post">
                    <input type="hidden" name="to" value=to/>
                    <button class="button">{locale.qa_end()}</button>
                </form>
            </aside>
        }
    })
}
