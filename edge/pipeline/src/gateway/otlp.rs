//! Traces for a collector: OTLP over HTTP as JSON (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>), a request as a
//! span of kind SERVER with a span for each step. Ids are hex and 64-bit numbers are texts, as the specification wants
//! of JSON. Attributes are named by the semantic conventions for HTTP, 1.23 and later.

use super::ids::hex;
use super::trace::TraceContext;
use async_trait::async_trait;
use serde_json::{Value, json};

/// Where encoded traces go. Fire and forget: no request waits for it, and what fails is lost.
#[async_trait]
pub trait TraceExport: Send + Sync {
    /// Sends a body of `application/json` to the collector's `/v1/traces`.
    async fn send(&self, body: String);
}

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_SERVER`; `STATUS_CODE_ERROR`.
const INTERNAL: u8 = 1;
const SERVER: u8 = 2;
const ERROR: u8 = 2;

/// A step of a request. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The function's name.
    pub name: &'static str,
    /// When it began.
    pub start: i64,
    /// When it was done.
    pub end: i64,
}

/// A request that was answered.
pub struct RequestSpan<'a> {
    /// Its own place in the trace.
    pub context: &'a TraceContext,
    /// The caller's span, if it was part of a trace before it came.
    pub parent: Option<[u8; 8]>,
    /// The method, as logs name it.
    pub method: &'a str,
    /// The address's template.
    pub route: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// The request's name in the log.
    pub request_id: &'a str,
    /// When it came and when it was answered, in milliseconds since 1970.
    pub start: i64,
    /// See `start`.
    pub end: i64,
    /// What happened in between, in order.
    pub steps: &'a [Step],
}

/// An `ExportTraceServiceRequest` with one request in it.
pub fn encode(request: &RequestSpan<'_>, build: &str) -> String {
    let mut spans = vec![server_span(request)];
    spans.extend(request.steps.iter().enumerate().map(|(i, step)| step_span(request, i, step)));
    json!({
        "resourceSpans": [{
            "resource": { "attributes": [
                text("service.name", "orilla"),
                text("service.version", build),
            ] },
            "scopeSpans": [{
                "scope": { "name": "orilla.gateway", "version": env!("CARGO_PKG_VERSION") },
                "spans": spans,
            }],
        }],
    })
    .to_string()
}

fn server_span(request: &RequestSpan<'_>) -> Value {
    let mut attributes = vec![
        text("http.request.method", request.method),
        text("http.route", request.route),
        json!({ "key": "http.response.status_code", "value": { "intValue": request.status.to_string() } }),
        text("orilla.request_id", request.request_id),
    ];
    let is_failed = request.status >= 500;
    if is_failed {
        attributes.push(text("error.type", &request.status.to_string()));
    }
    let mut span = json!({
        "traceId": request.context.trace_id(),
        "spanId": request.context.span_id(),
        "name": format!("{} {}", request.method, request.route),
        "kind": SERVER,
        "startTimeUnixNano": nanoseconds(request.start),
        "endTimeUnixNano": nanoseconds(request.end),
        "attributes": attributes,
        // What the client did wrong is no error of the server (semantic conventions for HTTP spans, Status).
        "status": if is_failed { json!({ "code": ERROR }) } else { json!({}) },
    });
    if let Some(fields) = span.as_object_mut() {
        if let Some(parent) = request.parent {
            fields.insert("parentSpanId".into(), hex(&parent).into());
        }
        if !request.context.state.is_empty() {
            fields.insert("traceState".into(), request.context.state.as_str().into());
        }
    }
    span
}

fn step_span(request: &RequestSpan<'_>, index: usize, step: &Step) -> Value {
    json!({
        "traceId": request.context.trace_id(),
        "spanId": hex(&step_id(request.context.span, index)),
        "parentSpanId": request.context.span_id(),
        "name": step.name,
        "kind": INTERNAL,
        "startTimeUnixNano": nanoseconds(step.start),
        "endTimeUnixNano": nanoseconds(step.end),
        "status": {},
    })
}

/// The n-th id after the request's own, which is random: as good as another random one, without a crossing for each.
fn step_id(span: [u8; 8], index: usize) -> [u8; 8] {
    let next = u64::from_be_bytes(span).wrapping_add(u64::try_from(index).unwrap_or(0)).wrapping_add(1);
    // All zero is no id.
    if next == 0 { [0xff; 8] } else { next.to_be_bytes() }
}

fn nanoseconds(milliseconds: i64) -> String {
    (i128::from(milliseconds.max(0)) * 1_000_000).to_string()
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn context(span: [u8; 8]) -> TraceContext {
        TraceContext { trace: [0xab; 16], span, sampled: true, state: "a=1".into() }
    }

    fn encoded(context: &TraceContext, status: u16, steps: &[Step]) -> Value {
        let request = RequestSpan {
            context,
            parent: Some([7; 8]),
            method: "GET",
            route: "/{locale}/p/{handle}",
            status,
            request_id: "8f3c0a7e5d2b1c4f-MAD",
            start: 1_760_000_000_000,
            end: 1_760_000_000_012,
            steps,
        };
        serde_json::from_str(&encode(&request, "b1")).unwrap()
    }

    #[test]
    fn a_request_is_a_span_with_its_steps() {
        let context = context([1; 8]);
        let steps = [Step { name: "limit", start: 1_760_000_000_000, end: 1_760_000_000_002 }];
        let body = encoded(&context, 200, &steps);
        let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
        let expected = json!({
            "traceId": "abababababababababababababababab",
            "spanId": "0101010101010101",
            "parentSpanId": "0707070707070707",
            "traceState": "a=1",
            "name": "GET /{locale}/p/{handle}",
            "kind": 2,
            "startTimeUnixNano": "1760000000000000000",
            "endTimeUnixNano": "1760000000012000000",
            "attributes": [
                { "key": "http.request.method", "value": { "stringValue": "GET" } },
                { "key": "http.route", "value": { "stringValue": "/{locale}/p/{handle}" } },
                { "key": "http.response.status_code", "value": { "intValue": "200" } },
                { "key": "orilla.request_id", "value": { "stringValue": "8f3c0a7e5d2b1c4f-MAD" } },
            ],
            "status": {},
        });
        assert_eq!(spans[0], expected);
        assert_eq!(spans[1]["parentSpanId"], spans[0]["spanId"]);
        assert_eq!(spans[1]["name"], "limit");
        assert_eq!(spans[1]["endTimeUnixNano"], "1760000000002000000");
        let service = &body["resourceSpans"][0]["resource"]["attributes"][0];
        assert_eq!(*service, json!({ "key": "service.name", "value": { "stringValue": "orilla" } }));
    }

    #[track_caller]
    fn check_status(status: u16, expected: Value) {
        let body = encoded(&context([1; 8]), status, &[]);
        assert_eq!(body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["status"], expected, "{status}");
    }

    #[test]
    fn only_the_shops_own_failures_are_errors() {
        check_status(200, json!({}));
        check_status(404, json!({}));
        check_status(503, json!({ "code": 2 }));
    }

    proptest! {
        #[test]
        fn every_span_has_an_id_of_its_own(span: [u8; 8], steps in 0_usize..20) {
            prop_assume!(span != [0; 8]);
            let steps = vec![Step { name: "step", start: 0, end: 0 }; steps];
            let body = encoded(&context(span), 200, &steps);
            let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
            let ids: std::collections::BTreeSet<_> = spans.iter().map(|span| span["spanId"].as_str().unwrap()).collect();
            prop_assert_eq!(ids.len(), steps.len() + 1);
            prop_assert!(!ids.contains("0000000000000000"));
        }
    }
}
