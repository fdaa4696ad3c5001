//! The question what the shop may remember, as a strip below the header and as a form on the page about privacy. Both
//! are forms that need no script.

use crate::render;
use leptos::prelude::*;
use orilla_ui::Locale;

/// Where the forms are sent.
pub const CONSENT_ACTION: &str = "/fn/consent";
/// Where on the page about privacy the form stands.
pub const CONSENT_PLACE: &str = "/privacy#consent";

/// What a visitor has agreed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsentGiven {
    /// To be counted.
    pub statistics: bool,
    /// To be shown other things than others are.
    pub personalisation: bool,
}

/// The strip for somebody who has not answered yet. It stands in the flow of the page, between header and content: it
/// covers nothing, and moves nothing once the page is there. `to` is the path of the page, to which the answer leads
/// back.
pub fn consent_banner(locale: Locale, to: &str) -> String {
    let to = to.to_owned();
    render(|| {
        view! {
            <section class="consent" aria-labelledby="consent-title">
                <form class="inner" action=CONSENT_ACTION method="post">
                    <input type="hidden" name="to" value=to/>
                    <div class="words">
                        <h2 id="consent-title">{locale.consent_title()}</h2>
                        <p>
                            {locale.consent_text()} " "
                            <a href=format!("/{}{CONSENT_PLACE}", locale.code())>{locale.consent_more()}</a>
                        </p>
                    </div>
                    <div class="answers">
                        // The first button is what the Enter key means: the answer that gives nothing away.
                        <button class="button" name="answer" value="needed">{locale.consent_needed()}</button>
                        <button class="button" name="answer" value="all">{locale.consent_all()}</button>
                    </div>
                    <details>
                        <summary>{locale.consent_choose()}</summary>
                        {choices(locale, ConsentGiven::default())}
                    </details>
                </form>
            </section>
        }
    })
}

/// The form on the page about privacy, with what the visitor has answered so far.
pub fn consent_form(locale: Locale, given: Option<ConsentGiven>) -> String {
    let now = match given {
        None => locale.consent_now_unanswered(),
        Some(ConsentGiven { statistics: true, personalisation: true }) => locale.consent_now_all(),
        Some(ConsentGiven { statistics: false, personalisation: false }) => locale.consent_now_needed(),
        Some(ConsentGiven { statistics: true, personalisation: false }) => locale.consent_now_statistics(),
        Some(ConsentGiven { statistics: false, personalisation: true }) => {
            locale.consent_now_personalisation()
        }
    };
    let to = format!("/{}{CONSENT_PLACE}", locale.code());
    render(|| {
        view! {
            <form class="consent-form" action=CONSENT_ACTION method="post">
                <input type="hidden" name="to" value=to/>
                <p class="small" role="status">{now}</p>
                {choices(locale, given.unwrap_or_default())}
            </form>
        }
    })
}

/// Both questions, and the button that answers them.
fn choices(locale: Locale, given: ConsentGiven) -> impl IntoView {
    let choice = |name: &'static str, title: &'static str, text: &'static str, checked: bool| {
        let id = format!("consent-{name}");
        view! {
            <div class="choice">
                <input type="checkbox" id=id.clone() name=name value="yes" checked=checked aria-describedby=format!("{id}-hint")/>
                <label class="title" for=id.clone()>{title}</label>
                <p class="hint" id=format!("{id}-hint")>{text}</p>
            </div>
        }
    };
    let statistics =
        choice("statistics", locale.consent_statistics(), locale.consent_statistics_text(), given.statistics);
    let personalisation = choice(
        "personalisation",
        locale.consent_personalisation(),
        locale.consent_personalisation_text(),
        given.personalisation,
    );
    view! {
        <fieldset>
            <legend class="visually-hidden">{locale.consent_choose()}</legend>
            <div class="choices">{statistics} {personalisation}</div>
        </fieldset>
        <button class="button" name="answer" value="chosen">{locale.consent_save()}</button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_page_is_escaped() {
        let html = consent_banner(Locale::En, "/en/p/x?a=\"><script>");
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("name=\"to\" value=\"/en/p/x?a="), "{html}");
    }

    #[track_caller]
    fn check(given: Option<ConsentGiven>, checked: usize) {
        let html = consent_form(Locale::En, given);
        assert_eq!(html.matches(" checked").count(), checked, "{html}");
    }

    #[test]
    fn what_was_answered_is_checked() {
        check(None, 0);
        check(Some(ConsentGiven::default()), 0);
        check(Some(ConsentGiven { statistics: true, personalisation: false }), 1);
        check(Some(ConsentGiven { statistics: true, personalisation: true }), 2);
    }
}
