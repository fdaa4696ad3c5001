//! Watches a request from its first step to its answer: for the counters, the log and the traces.

use super::gate::Gate;
use super::ids::RequestId;
use super::log::{Level, LogWhat, RequestLine, error_text, level_of, method_name};
use super::metrics::{CacheVerdict, count_answer};
use super::otlp::{RequestSpan, Step, encode};
use super::route::{Route, route_of};
use super::trace::TraceContext;
use crate::reply::Logged;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri, header};
use orilla_shop::{Background, Clock, Random};
use std::sync::Arc;

/// Names a request that failed to the one who sent it, so that both can speak of it. Only then: the headers of the
/// other answers are the same for many, and hosts keep them.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the watch needs of a host.
#[derive(Clone)]
pub struct Instruments {
    /// The gateway's ports.
    pub gate: Gate,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Work after the answer.
    pub background: Arc<dyn Background>,
}

/// A request on its way.
pub struct Watch {
    instruments: Instruments,
    start: i64,
    method: &'static str,
    route: Route,
    /// The platform's name for the request. Without one it gets a random one as soon as somebody wants it.
    id: Option<RequestId>,
    /// What the caller said of its trace.
    parent: Option<TraceContext>,
    /// The request's own place in a trace that is recorded.
    span: Option<TraceContext>,
    steps: Vec<Step>,
    notes: Vec<String>,
    /// What must not be logged: the address, and headers that say who somebody is.
    uri: Uri,
    secrets: Vec<(HeaderName, HeaderValue)>,
}

impl Watch {
    /// Begins to watch.
    pub fn begin<B>(instruments: Instruments, request: &Request<B>) -> Self {
        let headers = request.headers();
        let parent = TraceContext::of(headers);
        let span = span_of(&instruments, parent.as_ref());
        let secrets = [header::COOKIE, header::AUTHORIZATION]
            .into_iter()
            .flat_map(|name| {
                headers.get_all(&name).into_iter().map(move |value| (name.clone(), value.clone()))
            })
            .collect();
        Watch {
            start: instruments.clock.now(),
            method: method_name(request.method()),
            route: route_of(request.uri().path()),
            id: RequestId::given(headers),
            parent,
            span,
            steps: Vec::new(),
            notes: Vec::new(),
            uri: request.uri().clone(),
            secrets,
            instruments,
        }
    }

    /// The kind of address that is asked for.
    pub fn route(&self) -> Route {
        self.route
    }

    /// The request's place in a trace that is recorded: for what is asked of others on its behalf.
    pub fn span(&self) -> Option<&TraceContext> {
        self.span.as_ref()
    }

    /// The time, if somebody wants to know how long a step takes.
    pub fn mark(&self) -> Option<i64> {
        self.span.as_ref().map(|_| self.instruments.clock.now())
    }

    /// A step is done that began at `mark`.
    pub fn step(&mut self, name: &'static str, mark: Option<i64>) {
        if let Some(start) = mark {
            self.steps.push(Step { name, start, end: self.instruments.clock.now() });
        }
    }

    /// Something that the log should say.
    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// Counts the answer, logs it, and sends the trace.
    pub fn end<B>(mut self, mut response: Response<B>) -> Response<B> {
        if let Some(Logged(text)) = response.extensions_mut().remove() {
            self.notes.push(text);
        }
        let status = response.status().as_u16();
        let cache = CacheVerdict::of(response.headers());
        count_answer(self.route.class, status, cache);
        let level = level_of(status, !self.notes.is_empty());
        let is_logged = self.instruments.gate.settings.log == LogWhat::All || level >= Level::Warn;
        if !is_logged && self.span.is_none() {
            return response;
        }
        let end = self.instruments.clock.now();
        let id = self.id.take().unwrap_or_else(|| RequestId::random(&*self.instruments.random));
        if is_logged {
            self.log(level, status, cache, &id, end);
        }
        self.export(status, &id, end);
        if status >= 500
            && let Ok(id) = HeaderValue::from_str(id.as_str())
        {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    fn log(&self, level: Level, status: u16, cache: Option<CacheVerdict>, id: &RequestId, end: i64) {
        let trace = self.span.as_ref().or(self.parent.as_ref());
        let error = (!self.notes.is_empty()).then(|| {
            let secrets: HeaderMap = self.secrets.iter().cloned().collect();
            error_text(&self.notes.join("; "), &self.uri, &secrets)
        });
        let line = RequestLine {
            level,
            method: self.method,
            route: self.route.template,
            status,
            duration_ms: end - self.start,
            cache,
            request_id: id.as_str(),
            trace_id: trace.map(TraceContext::trace_id),
            error,
        };
        self.instruments.gate.log.line(level, &line.text());
    }

    fn export(&self, status: u16, id: &RequestId, end: i64) {
        let (Some(traces), Some(span)) = (&self.instruments.gate.traces, &self.span) else { return };
        let request = RequestSpan {
            context: span,
            parent: self.parent.as_ref().map(|parent| parent.span),
            method: self.method,
            route: self.route.template,
            status,
            request_id: id.as_str(),
            start: self.start,
            end,
            steps: &self.steps,
        };
        let (traces, body) = (traces.clone(), encode(&request, &self.instruments.gate.settings.build));
        self.instruments.background.run(Box::pin(async move { traces.send(body).await }));
    }
}

/// The request's own span, if traces are wanted and this one is recorded. Without randomness there is none.
fn span_of(instruments: &Instruments, parent: Option<&TraceContext>) -> Option<TraceContext> {
    instruments.gate.traces.as_ref()?;
    let random = &*instruments.random;
    let span = match parent {
        Some(parent) if parent.sampled => parent.child(random),
        Some(_) => return None,
        None => TraceContext::begin(random, instruments.gate.settings.trace_ratio),
    };
    span.ok().filter(|span| span.sampled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::gate::Settings;
    use crate::gateway::testing::{AtOnce, Collected, Dice, FixedTime, Switched};
    use proptest::prelude::*;
    use serde_json::Value;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    struct Seen {
        response: Response<()>,
        lines: Vec<(Level, Value)>,
        traces: Vec<Value>,
    }

    fn watched(settings: Settings, with_traces: bool, request: Request<()>, response: Response<()>) -> Seen {
        let collected = Arc::new(Collected::default());
        let gate = Gate {
            settings: Arc::new(settings),
            limiter: Arc::new(Switched::default()),
            log: collected.clone(),
            traces: with_traces.then(|| collected.clone() as _),
        };
        let instruments = Instruments {
            gate,
            clock: Arc::new(FixedTime(1_760_000_000_000)),
            random: Arc::new(Dice(7)),
            background: Arc::new(AtOnce),
        };
        let mut watch = Watch::begin(instruments, &request);
        let mark = watch.mark();
        watch.step("handler", mark);
        let response = watch.end(response);
        let parsed = |text: &String| serde_json::from_str(text).unwrap();
        Seen {
            response,
            lines: collected
                .lines
                .lock()
                .unwrap()
                .iter()
                .map(|(level, line)| (*level, parsed(line)))
                .collect(),
            traces: collected.traces.lock().unwrap().iter().map(parsed).collect(),
        }
    }

    fn request(path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let request = Request::builder().uri(format!("https://shop.example{path}"));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(()).unwrap()
    }

    fn failed(status: u16, text: &str) -> Response<()> {
        Response::builder().status(status).extension(Logged(text.to_owned())).body(()).unwrap()
    }

    #[test]
    fn a_request_is_one_line() {
        let headers = [("cf-ray", "8f3c0a7e5d2b1c4f-MAD"), ("traceparent", PARENT)];
        let seen = watched(Settings::default(), false, request("/en/p/x", &headers), Response::new(()));
        let expected = serde_json::json!({
            "level": "info", "method": "GET", "route": "/{locale}/p/{handle}", "status": 200, "duration_ms": 0,
            "request_id": "8f3c0a7e5d2b1c4f-MAD", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        });
        assert_eq!(seen.lines, [(Level::Info, expected)]);
        assert!(seen.traces.is_empty());
        assert!(!seen.response.headers().contains_key("x-request-id"));
    }

    #[test]
    fn a_failure_is_named_to_both() {
        let troubles = Settings { log: LogWhat::Troubles, ..Settings::default() };
        let seen =
            watched(troubles.clone(), false, request("/en", &[]), failed(503, "unavailable: D1 is away"));
        assert_eq!(seen.lines[0].0, Level::Error);
        assert_eq!(seen.lines[0].1["error"], "unavailable: D1 is away");
        assert_eq!(seen.response.headers()["x-request-id"], seen.lines[0].1["request_id"].as_str().unwrap());
        assert!(seen.response.extensions().get::<Logged>().is_none(), "it is not logged twice");
        let seen = watched(troubles, false, request("/en", &[]), Response::new(()));
        assert!(seen.lines.is_empty());
    }

    #[track_caller]
    fn check_trace(ratio: f64, headers: &[(&str, &str)], parent: Option<Option<&str>>) {
        let settings = Settings { trace_ratio: ratio, ..Settings::default() };
        let seen = watched(settings, true, request("/en", headers), Response::new(()));
        let parents: Vec<_> = seen
            .traces
            .iter()
            .map(|trace| trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["parentSpanId"].as_str())
            .collect();
        assert_eq!(parents, Vec::from_iter(parent), "{headers:?}");
    }

    #[test]
    fn a_trace_goes_on_as_its_caller_decided() {
        check_trace(0.0, &[("traceparent", PARENT)], Some(Some("00f067aa0ba902b7")));
        check_trace(1.0, &[("traceparent", &PARENT.replace("-01", "-00"))], None);
        check_trace(1.0, &[("traceparent", "nonsense")], Some(None));
        check_trace(1.0, &[], Some(None));
        check_trace(0.0, &[], None);
    }

    proptest! {
        #[test]
        fn no_line_holds_a_person(
            token in "[a-z2-7]{26}",
            cookie in "[a-zA-Z0-9.!-]{6,40}",
            email in "[a-z0-9.+_-]{1,12}@[a-z0-9-]{1,10}\\.[a-z]{2,4}",
            address in any::<[u8; 4]>(),
            status in prop::sample::select(vec![200_u16, 404, 429, 500, 503]),
        ) {
            let address = std::net::Ipv4Addr::from(address).to_string();
            let headers =
                [("cookie", format!("__Host-cart={cookie}")), ("cf-connecting-ip", address.clone()), ("user-agent", email.clone())];
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let text = format!("order {token} of {email} at {address} with {cookie} on /en/orders/{token}");
            let path = format!("/en/orders/{token}?mail={email}&x={cookie}");
            let seen = watched(Settings::default(), true, request(&path, &headers), failed(status, &text));
            // Of each, as the word that it is: `404` may be in a cookie as well as in the status.
            for said in seen.lines.iter().map(|(_, line)| line).chain(&seen.traces) {
                let said = said.to_string();
                for secret in [&token, &email, &cookie] {
                    prop_assert!(!said.contains(secret.as_str()), "{} in {}", secret, said);
                }
                prop_assert!(!said.contains(&format!("at {address}")), "{}", said);
            }
        }
    }
}
