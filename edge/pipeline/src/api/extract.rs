//! How a request becomes types, or a problem that says what is wrong with it.

use crate::Problem;
use crate::problem::FieldProblem;
use crate::visit::text;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::request::Parts;
use http::{StatusCode, header};
use orilla_orders::IdempotencyKey;
use serde::de::DeserializeOwned;

/// The deepest JSON that is read: twice what any request needs.
const DEEPEST: usize = 16;
/// The header that names a request.
pub const KEY_HEADER: &str = "idempotency-key";

/// The bytes of a request, up to the limit of its route.
pub struct Body(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let too_large = |limit: &str| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("The request is too large{limit}."),
            )
        };
        match Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Body(bytes)),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(too_large(": send less at once"))
            }
            Err(_) => Err(Problem::malformed("The request broke off before its end.")),
        }
    }
}

/// A JSON document of a request.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(text(request.headers(), header::CONTENT_TYPE)) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON: Content-Type: application/json",
            ));
        }
        let Body(bytes) = Body::from_request(request, state).await?;
        parse(&bytes).map(Json)
    }
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Reads a document.
///
/// # Errors
/// 400 with the place if it is no JSON or too deep, 422 with the field if it is not of this type.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if is_too_deep(bytes) {
        let detail = format!("The document is nested more than {DEEPEST} levels deep.");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "too_deep", detail));
    }
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        if error.inner().is_data() {
            field_problem(&error.path().to_string(), &error.inner().to_string())
        } else {
            Problem::malformed(format!("This is not JSON: {}", error.inner()))
        }
    })?;
    document.end().map_err(|error| Problem::malformed(format!("This is not one JSON document: {error}")))?;
    Ok(value)
}

/// Whether brackets are nested too deep. Counted before anything is built from the document.
fn is_too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// 422 from serde's words, which name the field between backticks where the path does not.
fn field_problem(path: &str, message: &str) -> Problem {
    let named = message.split('`').nth(1).unwrap_or_default();
    let (code, is_named) = match message {
        m if m.starts_with("missing field") => ("required", true),
        m if m.starts_with("unknown field") => ("unknown", true),
        m if m.starts_with("duplicate field") => ("twice", true),
        _ => ("invalid", false),
    };
    let path = if path == "." || path == "?" { "" } else { path };
    let field = match (is_named && !names(path, named), path.is_empty()) {
        (true, true) => named.to_owned(),
        (true, false) => format!("{path}.{named}"),
        (false, true) => "body".to_owned(),
        (false, false) => path.to_owned(),
    };
    Problem::fields(vec![FieldProblem::new(field, code, message)])
}

/// Whether a path already ends with this field.
fn names(path: &str, field: &str) -> bool {
    path.strip_suffix(field).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The query string of a request.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs)
            .map(Query)
            .map_err(|error| field_problem(&error.path().to_string(), &error.inner().to_string()))
    }
}

/// The one variable part of a path.
pub struct Named(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Named(name)).map_err(|_| Problem::malformed("The path is not UTF-8."))
    }
}

/// The name of a request, from the header `Idempotency-Key`.
pub struct Key(pub IdempotencyKey);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let problem = |code, message: String| Problem {
            status: StatusCode::BAD_REQUEST,
            ..Problem::field("Idempotency-Key", code, message)
        };
        let mut sent = parts.headers.get_all(KEY_HEADER).iter();
        let key =
            sent.next().ok_or_else(|| problem("required", "send a new UUID with each new request".into()))?;
        if sent.next().is_some() {
            return Err(problem("twice", "send this header once".into()));
        }
        let key = IdempotencyKey::parse(key.to_str().unwrap_or_default());
        key.map(Key).map_err(|error| problem("invalid", error.to_string()))
    }
}

/// How many entries of a list are asked for.
///
/// # Errors
/// 422 that names `limit`, outside 1 to `most`.
pub fn limit(asked: Option<u32>, most: u32, default: u32) -> Result<u32, Problem> {
    match asked.unwrap_or(default) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => {
            Err(Problem::field("limit", "out_of_range", format!("limit is a whole number from 1 to {most}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        lines: Vec<Line>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        quantity: u32,
    }

    /// Status, code and the field at fault.
    #[track_caller]
    fn check(document: &[u8], expected: (u16, &str, &str)) {
        let problem = parse::<Sample>(document).unwrap_err();
        let field = problem.fields.first().map(|field| field.field.as_str()).unwrap_or_default();
        let code = problem.fields.first().map_or(problem.code, |field| field.code.as_str());
        assert_eq!((problem.status.as_u16(), code, field), expected, "{}", String::from_utf8_lossy(document));
    }

    #[test]
    fn says_which_field_is_wrong() {
        check(br#"{"name":"a"}"#, (422, "required", "lines"));
        check(br#"{"name":1,"lines":[]}"#, (422, "invalid", "name"));
        check(br#"{"name":"a","lines":[],"price":1}"#, (422, "unknown", "price"));
        check(br#"{"name":"a","name":"b","lines":[]}"#, (422, "twice", "name"));
        check(br#"{"name":"a","lines":[{"quantity":1},{}]}"#, (422, "required", "lines[1].quantity"));
        check(br#"{"name":"a","lines":[{"quantity":-1}]}"#, (422, "invalid", "lines[0].quantity"));
        check(br#"{"name":"a","lines":[{"quantity":1,"x":2}]}"#, (422, "unknown", "lines[0].x"));
        check(b"[]", (422, "invalid", "body"));
        check(b"null", (422, "invalid", "body"));
    }

    #[test]
    fn says_where_it_is_no_json() {
        for document in [
            &b""[..],
            b"{",
            b"{\"name\":",
            b"{'name':1}",
            b"\xff",
            b"{\"name\":\"\xff\"}",
            b"{\"name\":\"\\ud800\"}",
        ] {
            check(document, (400, "malformed", ""));
        }
        let twice = br#"{"name":"a","lines":[]} {}"#;
        assert!(parse::<Sample>(twice).unwrap_err().detail.contains("line 1 column 25"));
    }

    #[test]
    fn depth_is_bounded_and_texts_do_not_count() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(nested(DEEPEST).as_bytes()));
        check(nested(DEEPEST + 1).as_bytes(), (400, "too_deep", ""));
        check("[".repeat(60_000).as_bytes(), (400, "too_deep", ""));
        check(format!("{{\"a\":{}}}", nested(40)).as_bytes(), (400, "too_deep", ""));
        assert!(!is_too_deep(br#"{"name":"[[[[[[[[[[[[[[[[[[[[\"[[[[[["}"#));
    }

    #[test]
    fn media_types() {
        for json in ["application/json", "Application/JSON; charset=utf-8", "application/vnd.shop+json"] {
            assert!(is_json(json), "{json}");
        }
        for other in
            ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/json+x"]
        {
            assert!(!is_json(other), "{other}");
        }
    }
}
