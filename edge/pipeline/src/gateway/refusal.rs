//! The answer to a request that is one too many.

use super::limit::{LimitClass, Verdict, admit, limit_of, refusal, say_when};
use super::visitor::Visitor;
use super::watch::Watch;
use crate::{Host, reply};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use orilla_ui::Locale;

/// Refuses a request if the limit of its address has been reached, before its handler sees it. What nobody could count
/// goes on, and the log says so.
pub async fn refuse_too_many(host: &Host, watch: &mut Watch, request: &Request<Body>) -> Option<Response> {
    let class = limit_of(request.method(), &watch.route())?;
    let mark = watch.mark();
    let visitor = Visitor::of(request.headers(), request.extensions());
    let verdict = admit(&host.gate, &visitor, class, host.clock.now()).await;
    watch.step("refuse_too_many", mark);
    match verdict {
        Verdict::Admitted => None,
        Verdict::Uncounted(text) => {
            watch.note(text);
            None
        }
        Verdict::Refused => {
            let segment = request.uri().path().split('/').nth(1).unwrap_or_default();
            let locale = Locale::from_segment(segment).unwrap_or_else(|| visitor.wished_locale());
            Some(too_many(host, locale, &visitor))
        }
    }
}

/// Counts a page that has to be rendered: one from the memo costs less than counting it. A handler that finds no page
/// in the memo asks this before it makes one. `Err` is the answer for somebody who has had too many.
///
/// # Errors
/// 429.
pub async fn admit_rendering(host: &Host, locale: Locale, visitor: &Visitor) -> Result<(), Response> {
    match admit(&host.gate, visitor, LimitClass::Usual, host.clock.now()).await {
        Verdict::Refused => Err(too_many(host, locale, visitor)),
        // The counter of those is what tells: the page has a log of its own.
        Verdict::Admitted | Verdict::Uncounted(_) => Ok(()),
    }
}

/// For people a page, for programs a problem.
fn too_many(host: &Host, locale: Locale, visitor: &Visitor) -> Response {
    let response = if visitor.wants_html() {
        reply::private_page(StatusCode::TOO_MANY_REQUESTS, page(locale, host.config.assets.style))
    } else {
        refusal().into_response()
    };
    say_when(response)
}

/// As little as can be: neither the database is asked nor the menu drawn for somebody who asks too much.
fn page(locale: Locale, style: &str) -> String {
    let (title, text) = (locale.error_503_title(), locale.error_503_text());
    format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{style}\"><title>{title}</title></head>\
         <body><main class=\"empty error-page\"><h1>{title}</h1><p>{text}</p></main></body></html>",
        locale.code()
    )
}
