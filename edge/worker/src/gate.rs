//! The gateway's ports: Cloudflare's rate limiting, the log, traces, and what is asked of a request only when somebody
//! wants to know.

use crate::glue;
use async_trait::async_trait;
use orilla_pipeline::gateway::gate::{Gate, Settings};
use orilla_pipeline::gateway::limit::{LimitClass, RateLimiter};
use orilla_pipeline::gateway::log::{Level, LogSink, LogWhat};
use orilla_pipeline::gateway::otlp::TraceExport;
use orilla_pipeline::gateway::visitor::Facts;
use orilla_pipeline::gateway::visitor::identity::VisitorKeys;
use orilla_shop::PortError;
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::sync::Arc;
use worker::js_sys::Reflect;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;
use worker::worker_sys::web_sys;

/// What does not change from request to request: texts and numbers, no JavaScript handles.
#[derive(Clone)]
struct Lasting {
    settings: Arc<Settings>,
    log: Arc<dyn LogSink>,
    traces: Option<Arc<dyn TraceExport>>,
}

thread_local! {
    static LASTING: OnceCell<Lasting> = const { OnceCell::new() };
}

/// The gateway's ports for one request.
pub fn gate(env: &JsValue) -> Gate {
    let Lasting { settings, log, traces } = LASTING.with(|cell| cell.get_or_init(|| lasting(env)).clone());
    Gate { settings, log, traces, limiter: Arc::new(Bindings(SendWrapper::new(env.clone()))) }
}

fn lasting(env: &JsValue) -> Lasting {
    let text = |name: &str| Reflect::get(env, &name.into()).ok().and_then(|value| value.as_string());
    let set = |name: &str| text(name).filter(|text| !text.is_empty());
    let settings = Settings {
        visitor_keys: visitor_keys(set("VISITOR_KEY"), set("VISITOR_KEY_PREVIOUS").as_deref()),
        log: if set("LOG").as_deref() == Some("all") { LogWhat::All } else { LogWhat::Troubles },
        trace_ratio: set("OTLP_RATIO").and_then(|ratio| ratio.parse().ok()).unwrap_or(1.0),
        build: option_env!("ORILLA_BUILD").unwrap_or("unknown").to_owned(),
    };
    let traces = set("OTLP_ENDPOINT").map(|endpoint| {
        let headers = collector_headers(&set("OTLP_HEADERS").unwrap_or_default());
        Arc::new(Collector { url: format!("{}/v1/traces", endpoint.trim_end_matches('/')), headers }) as _
    });
    Lasting { settings: Arc::new(settings), log: Arc::new(Console), traces }
}

/// The operator's keys; none, and a line in the log, if they are too short.
fn visitor_keys(current: Option<String>, previous: Option<&str>) -> Option<VisitorKeys> {
    let keys = VisitorKeys::new(current.as_deref()?, previous);
    if keys.is_none() {
        worker::console_error!("VISITOR_KEY is shorter than 32 characters: visitors get no id");
    }
    keys
}

/// `authorization=Bearer x,x-tenant=shop` (as OTEL_EXPORTER_OTLP_HEADERS) → a JSON object.
fn collector_headers(text: &str) -> String {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    let headers: Map<String, Value> = [("content-type".to_owned(), "application/json".into())]
        .into_iter()
        .chain(pairs.map(|(name, value)| (name.trim().to_lowercase(), value.trim().into())))
        .collect();
    Value::Object(headers).to_string()
}

/// Cloudflare's rate limiting: a binding for each class of limits.
struct Bindings(SendWrapper<JsValue>);

#[async_trait]
impl RateLimiter for Bindings {
    async fn admits(&self, class: LimitClass, key: &str) -> Result<bool, PortError> {
        let binding = match class {
            LimitClass::Usual => "LIMIT",
            LimitClass::Strict => "LIMIT_STRICT",
        };
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        let answer = SendFuture::new(async {
            glue::limit(&self.0, binding, key)
                .await
                .map_err(|error| PortError::Unavailable(glue::message(&error)))
        });
        answer.await?.as_bool().ok_or_else(|| PortError::Unexpected("neither yes nor no".to_owned()))
    }
}

/// The console, which Cloudflare keeps as the Worker's log.
struct Console;

impl LogSink for Console {
    fn line(&self, level: Level, line: &str) {
        match level {
            Level::Info => worker::console_log!("{line}"),
            Level::Warn => worker::console_warn!("{line}"),
            Level::Error => worker::console_error!("{line}"),
        }
    }
}

/// A collector of traces, by HTTP.
struct Collector {
    url: String,
    headers: String,
}

#[async_trait]
impl TraceExport for Collector {
    async fn send(&self, body: String) {
        SendFuture::new(async { glue::send(&self.url, &self.headers, &body).await }).await;
    }
}

/// What the runtime knows of a request. It ends with the request.
pub struct RequestFacts(pub SendWrapper<web_sys::Request>);

impl Facts for RequestFacts {
    fn header(&self, name: &str) -> Option<String> {
        glue::header(&self.0, name)
    }

    fn country(&self) -> Option<String> {
        glue::country(&self.0)
    }
}
