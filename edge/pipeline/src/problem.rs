//! Errors of the HTTP API, as `application/problem+json` (RFC 9457).

use crate::api::types::Quote;
use crate::reply::Logged;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use orilla_shop::PortError;
use schemars::JsonSchema;
use serde::Serialize;

/// What went wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldProblem {
    /// The field, as the request names it: `lines[0].quantity`.
    pub field: String,
    /// A stable code.
    pub code: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldProblem {
    /// What is wrong with a field.
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        FieldProblem { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// An answer that says what went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// A stable code: the last part of the problem's `type`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub detail: String,
    /// The fields at fault.
    pub fields: Vec<FieldProblem>,
    /// What the cart costs now, if the request had seen something else.
    pub quote: Option<Box<Quote>>,
    /// What the log should say and the sender should not know.
    pub log: Option<String>,
}

/// A problem as it is sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemBody<'a> {
    /// Names the kind of problem. A name, not an address to open.
    r#type: String,
    /// The status in words.
    title: &'a str,
    /// The status of the answer.
    status: u16,
    /// A stable name of the problem, for programs.
    code: &'a str,
    /// What is wrong and what to do, for people.
    detail: &'a str,
    /// The fields at fault.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
    /// What the cart costs now; with `quote_changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'a Quote>,
}

impl Problem {
    /// A problem with a status and a code.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Problem { status, code, detail: detail.into(), fields: Vec::new(), quote: None, log: None }
    }

    /// 400: the request can't be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 404.
    pub fn not_found(what: &str) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// 422: the request can be read, but fields of it are not acceptable.
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.first() {
            Some(first) => format!("{}: {}", first.field, first.message),
            None => "The request is not acceptable.".to_owned(),
        };
        Problem { fields, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", detail) }
    }

    /// 422 with one field.
    pub fn field(field: &str, code: &str, message: impl Into<String>) -> Self {
        Problem::fields(vec![FieldProblem::new(field, code, message)])
    }

    /// 500: this program or what it stands on is broken. `log` is for the log alone.
    pub fn internal(log: impl Into<String>) -> Self {
        let detail = "Something went wrong on our side. It is logged; trying again may not help.";
        Problem {
            log: Some(log.into()),
            ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
        }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Unavailable(log) => Problem {
                log: Some(log),
                ..Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "The shop can't reach its data. Try again in a moment.",
                )
            },
            PortError::Unexpected(log) => Problem::internal(log),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: format!("/problems/{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            errors: &self.fields,
            quote: self.quote.as_deref(),
        };
        let text = serde_json::to_string(&body).unwrap_or_else(|_| "{}".to_owned());
        let mut response = (self.status, text).into_response();
        if let Some(log) = self.log {
            response.extensions_mut().insert(Logged(log));
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
