//! What the gateway needs of a host, and what an operator configures of it.

use super::limit::RateLimiter;
use super::log::{LogSink, LogWhat};
use super::otlp::TraceExport;
use super::visitor::identity::VisitorKeys;
use std::sync::Arc;

/// What an operator configures. Read once per isolate.
#[derive(Clone)]
pub struct Settings {
    /// The secrets behind visitors' ids. `None`: not configured, and nobody gets an id.
    pub visitor_keys: Option<VisitorKeys>,
    /// Which requests are logged.
    pub log: LogWhat,
    /// The share of traces that is recorded, of those that begin here: 0 to 1. A caller's decision is kept.
    pub trace_ratio: f64,
    /// The build, as traces name it.
    pub build: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { visitor_keys: None, log: LogWhat::All, trace_ratio: 1.0, build: String::new() }
    }
}

/// The gateway's ports for one request. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    /// What is configured.
    pub settings: Arc<Settings>,
    /// Counts requests.
    pub limiter: Arc<dyn RateLimiter>,
    /// Takes the log.
    pub log: Arc<dyn LogSink>,
    /// Takes traces. `None`: nobody wants any, and none are made.
    pub traces: Option<Arc<dyn TraceExport>>,
}
