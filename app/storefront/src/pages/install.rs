//! The offer to install the shop as an app.

use crate::page::PageContext;
use leptos::prelude::*;

/// The offer, where somebody has begun to buy. `install.js` shows it, if the browser can install anything and the shopper
/// has not said no.
pub(super) fn install(page: &PageContext) -> Option<impl IntoView + use<>> {
    let (locale, script) = (page.locale, page.assets.install);
    (!script.is_empty()).then(|| {
        view! {
            <div class="install" data-install data-script=script hidden>
                <p>{locale.install_text()}</p>
                <button class="button" type="button" data-do="yes">{locale.install_yes()}</button>
                <button class="button quiet" type="button" data-do="no">{locale.install_no()}</button>
            </div>
        }
    })
}
