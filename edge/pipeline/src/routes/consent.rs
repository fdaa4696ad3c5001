//! `POST /fn/consent`: what a visitor answers to the question what the shop may remember.
//!
//! Without a network the device notes the answer. Who agreed there has no id yet, and so is in no experiment and not
//! counted: the service worker asks for one with `answer=given` when the shop is in reach. That agrees to nothing new: if
//! the visitor takes it back in the meantime, it stays taken back.

use crate::account::{signed_in, visitor_of};
use crate::flags::qa;
use crate::form::fields;
use crate::gateway::visitor::consent::{Consent, cookies_away, cookies_of_answer, cookies_of_visitor};
use crate::gateway::visitor::identity::{Identified, VisitorKeys};
use crate::visit::{Headers, Visit, split_locale};
use crate::{FieldProblem, Problem, Team, reply};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use orilla_shop::PortError;

/// Fields that are read.
const MOST_FIELDS: usize = 8;
/// The longest path that is led back to, in bytes.
const LONGEST_PATH: usize = 2_000;

/// Notes the answer, and leads back to the page.
pub async fn answer(visit: Visit, team: Team, Headers(headers): Headers, body: Bytes) -> Response {
    let Answer { consent: answered, to } = match Answer::parse(&body) {
        Ok(answer) => answer,
        Err(problem) => return problem.into_response(),
    };
    let consent = answered.or_else(|| visit.visitor.consent()).unwrap_or_default();
    let visitor = match visitor(&visit, &team, &headers, consent).await {
        Ok(visitor) => visitor,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let cookies = match answered {
        Some(consent) => cookies_of_answer(consent, visitor),
        None => cookies_of_visitor(consent, visitor),
    };
    back(&visit, to, cookies)
}

/// The same on a device.
pub async fn answer_away(visit: Visit, body: Bytes) -> Response {
    match Answer::parse(&body) {
        Ok(Answer { consent: Some(consent), to }) => back(&visit, to, cookies_away(consent)),
        Ok(Answer { consent: None, to }) => back(&visit, to, Vec::new()),
        Err(problem) => problem.into_response(),
    }
}

fn back(visit: &Visit, to: Option<String>, cookies: Vec<HeaderValue>) -> Response {
    let mut response = reply::redirect(StatusCode::SEE_OTHER, &to.unwrap_or_else(|| visit.url("")));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, reply::PRIVATE);
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Who the visitor is from now on: on a browser that is signed in, the one whom the account's other browsers are.
async fn visitor<'a>(
    visit: &'a Visit,
    team: &Team,
    headers: &HeaderMap,
    consent: Consent,
) -> Result<Option<(Identified, &'a VisitorKeys)>, PortError> {
    let session = if consent.any() { signed_in(visit, team, headers).await? } else { None };
    let account = session.as_ref().map(|session| session.member.as_str());
    visitor_of(visit, team, headers, account, Some(consent)).await
}

/// `POST /fn/qa`: ends the values of flags that a link has forced for this browser, and leads back to the page.
pub async fn end_qa(visit: Visit, body: Bytes) -> Response {
    let to = fields(&body, MOST_FIELDS).remove("to").filter(|to| is_page(to));
    let mut response = reply::redirect(StatusCode::SEE_OTHER, &to.unwrap_or_else(|| visit.url("")));
    response.headers_mut().append(header::SET_COOKIE, qa::end());
    response
}

/// The form.
struct Answer {
    /// `None`: as it was answered before.
    consent: Option<Consent>,
    /// Where it came from; `None`: it did not say, or named no page of the shop.
    to: Option<String>,
}

impl Answer {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let fields = fields(body, MOST_FIELDS);
        let is_checked = |name: &str| fields.contains_key(name);
        let consent = match fields.get("answer").map(String::as_str) {
            Some("all") => Some(Consent { statistics: true, personalisation: true }),
            Some("needed") => Some(Consent::default()),
            Some("chosen") => Some(Consent {
                statistics: is_checked("statistics"),
                personalisation: is_checked("personalisation"),
            }),
            Some("given") => None,
            _ => {
                let mut problem = Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "The form lacks an answer: send answer=all, needed, chosen or given.",
                );
                problem.fields =
                    vec![FieldProblem::new("answer", "unknown", "Send all, needed, chosen or given.")];
                return Err(problem);
            }
        };
        Ok(Answer { consent, to: fields.get("to").filter(|to| is_page(to)).cloned() })
    }
}

/// Whether this is the path of a page of the shop: one in a language, and nothing that a browser takes for another host.
fn is_page(path: &str) -> bool {
    path.len() <= LONGEST_PATH
        && split_locale(path).0.is_some()
        && path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &str, expected: Option<(bool, bool)>) {
        let answer = Answer::parse(form.as_bytes());
        let consent = answer.ok().and_then(|answer| answer.consent);
        let found = consent.map(|consent| (consent.statistics, consent.personalisation));
        assert_eq!(found, expected, "{form}");
    }

    #[test]
    fn only_a_clear_answer_is_taken() {
        check("answer=all", Some((true, true)));
        check("answer=all&statistics=yes", Some((true, true)));
        check("answer=needed&statistics=yes&personalisation=yes", Some((false, false)));
        check("answer=chosen", Some((false, false)));
        check("answer=chosen&statistics=yes", Some((true, false)));
        check("personalisation=yes&answer=chosen", Some((false, true)));
        for form in [
            "",
            "answer=",
            "answer=yes",
            "statistics=yes",
            "Answer=all",
            "answer=given&statistics=yes",
            "a=1&a=2&b=&c=&d=&e=&f=&g=&answer=all",
        ] {
            check(form, None);
        }
    }

    #[track_caller]
    fn check_page(path: &str, expected: bool) {
        assert_eq!(is_page(path), expected, "{path}");
    }

    #[test]
    fn an_answer_leads_to_pages_of_the_shop_only() {
        for path in
            ["/en", "/es/p/storm-lantern?variant=12", "/pt/privacy#consent", "/en/search?q=a%20b&sort=price"]
        {
            check_page(path, true);
        }
        for path in [
            "",
            "en",
            "/",
            "//evil.example",
            "/\\evil.example",
            "/en\\evil",
            "https://evil.example/en",
            "/studio",
            "/fn/consent",
            "/fr",
            "/en/a b",
            "/en/\r\nset-cookie: a=b",
            "/en/é",
        ] {
            check_page(path, false);
        }
        check_page(&format!("/en/{}", "a".repeat(LONGEST_PATH)), false);
    }
}
