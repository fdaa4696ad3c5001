//! Counters of this isolate, in Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
//!
//! An isolate knows only of itself, and a request for `/metrics` meets any of them: its name, made when it is first
//! asked, tells them apart.

use super::breaker::{BreakerState, states};
use super::ids::hex;
use super::limit::LimitClass;
use super::route::RouteClass;
use crate::staff::Staff;
use crate::{Host, reply};
use axum::response::Response;
use http::{HeaderMap, header};
use orilla_shop::Random;
use serde::Serialize;
use std::cell::RefCell;
use std::fmt::Write;

/// The media type of the text format.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Classes of status: 1xx to 5xx.
const STATUSES: usize = 5;

/// What the memo said of a request, as `Cache-Status` (RFC 9211) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheVerdict {
    /// Answered from the memo.
    Hit,
    /// Answered from the memo while the page is made anew.
    Stale,
    /// Made for this request.
    Miss,
}

impl CacheVerdict {
    const ALL: [CacheVerdict; 3] = [CacheVerdict::Hit, CacheVerdict::Stale, CacheVerdict::Miss];

    const fn name(self) -> &'static str {
        match self {
            CacheVerdict::Hit => "hit",
            CacheVerdict::Stale => "stale",
            CacheVerdict::Miss => "miss",
        }
    }

    /// From an answer's headers; `None`: nothing was asked of the memo. The last cache named is the nearest.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get("cache-status")?.to_str().ok()?;
        let mut parameters = text.rsplit(',').next()?.split(';').skip(1).map(str::trim);
        let first = parameters.find(|text| *text == "hit" || text.starts_with("fwd"))?;
        // A stale hit has a negative time to live (RFC 9211, section 2.4).
        let is_stale = parameters.any(|text| text.starts_with("ttl=-"));
        Some(match first {
            "hit" if is_stale => CacheVerdict::Stale,
            "hit" => CacheVerdict::Hit,
            _ => CacheVerdict::Miss,
        })
    }
}

/// How a page of the shop was reached from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was asked for.
    Asked,
    /// It had been brought beforehand, and was shown.
    Activated,
    /// It is brought beforehand: nobody sees it yet, and nobody may ever.
    Ahead,
}

impl Arrival {
    const ALL: [Arrival; 3] = [Arrival::Asked, Arrival::Activated, Arrival::Ahead];

    const fn name(self) -> &'static str {
        match self {
            Arrival::Asked => "asked",
            Arrival::Activated => "activated",
            Arrival::Ahead => "ahead",
        }
    }
}

#[derive(Default)]
struct Counters {
    isolate: Option<String>,
    requests: [[u64; STATUSES]; RouteClass::ALL.len()],
    memo: [u64; CacheVerdict::ALL.len()],
    refused: [u64; 2],
    uncounted: u64,
    arrivals: [u64; Arrival::ALL.len()],
}

thread_local! {
    static COUNTERS: RefCell<Counters> = RefCell::default();
}

/// Counts an answer.
pub fn count_answer(class: RouteClass, status: u16, verdict: Option<CacheVerdict>) {
    COUNTERS.with_borrow_mut(|counters| {
        let by_class = counters.requests.get_mut(class as usize);
        let by_status = by_class.and_then(|row| row.get_mut(usize::from(status / 100).wrapping_sub(1)));
        add(by_status);
        if let Some(verdict) = verdict {
            add(counters.memo.get_mut(verdict as usize));
        }
    });
}

/// Counts a request that a limit sent away.
pub fn count_refused(class: LimitClass) {
    COUNTERS.with_borrow_mut(|counters| add(counters.refused.get_mut(class as usize)));
}

/// Counts a page that was reached from another one, or may be.
pub fn count_arrival(arrival: Arrival) {
    COUNTERS.with_borrow_mut(|counters| add(counters.arrivals.get_mut(arrival as usize)));
}

/// Counts a request that nobody could count.
pub fn count_uncounted() {
    COUNTERS.with_borrow_mut(|counters| counters.uncounted += 1);
}

fn add(count: Option<&mut u64>) {
    if let Some(count) = count {
        *count += 1;
    }
}

/// `GET /metrics`, for the team.
pub async fn show(_: Staff, host: Host) -> Response {
    let text = text(&host.config.build, host.isolate.publication(), host.clock.now(), &*host.random);
    reply::with_header(reply::with_type(MEDIA_TYPE, text), header::CACHE_CONTROL, "no-store")
}

/// Bytes of this module's memory, which never shrinks; 0 where it is no WebAssembly.
fn memory() -> u64 {
    #[cfg(target_arch = "wasm32")]
    let bytes = core::arch::wasm32::memory_size::<0>() as u64 * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    let bytes = 0;
    bytes
}

/// All counters. `now` in milliseconds since 1970.
fn text(build: &str, publication: u64, now: i64, random: &dyn Random) -> String {
    COUNTERS.with_borrow_mut(|counters| {
        let isolate =
            counters.isolate.get_or_insert_with(|| random.bytes().map_or_else(|_| "-".into(), |b| hex(&b)));
        let mut page = Page::default();
        page.family("orilla_isolate_info", "gauge", "The isolate that answers, and its build.");
        page.sample(&[("isolate", isolate), ("build", build)], 1);
        page.family("orilla_isolate_memory_bytes", "gauge", "The memory of this module of WebAssembly.");
        page.sample(&[], memory());
        page.family(
            "orilla_requests_total",
            "counter",
            "Answers, by the kind of address and the class of status.",
        );
        for (class, row) in RouteClass::ALL.iter().zip(&counters.requests) {
            for (status, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(row) {
                page.sample(&[("route", class.name()), ("status", status)], *count);
            }
        }
        page.family("orilla_page_memo_total", "counter", "What the page memo said.");
        for (verdict, count) in CacheVerdict::ALL.iter().zip(&counters.memo) {
            page.sample(&[("verdict", verdict.name())], *count);
        }
        page.family("orilla_rate_limited_total", "counter", "Requests that a limit sent away.");
        for (class, count) in ["usual", "strict"].iter().zip(&counters.refused) {
            page.sample(&[("class", class)], *count);
        }
        page.family("orilla_rate_limiter_failures_total", "counter", "Requests that nobody could count.");
        page.sample(&[], counters.uncounted);
        page.family("orilla_arrivals_total", "counter", "Pages that were reached from a page of the shop.");
        for (arrival, count) in Arrival::ALL.iter().zip(&counters.arrivals) {
            page.sample(&[("how", arrival.name())], *count);
        }
        page.family("orilla_circuit_breaker", "gauge", "1 for the state that the breaker of a remote is in.");
        for (remote, state) in states(now) {
            for (name, its) in [
                ("closed", BreakerState::Closed),
                ("half_open", BreakerState::HalfOpen),
                ("open", BreakerState::Open),
            ] {
                page.sample(&[("remote", remote), ("state", name)], u64::from(its == state));
            }
        }
        page.family(
            "orilla_publication",
            "gauge",
            "The number of the publication that is shown; 0: none yet.",
        );
        page.sample(&[], publication);
        page.text
    })
}

/// The text format, family by family.
#[derive(Default)]
struct Page {
    text: String,
    family: &'static str,
}

impl Page {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.family = name;
        // Writing to a string does not fail, here and below.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: u64) {
        self.text.push_str(self.family);
        for (i, (name, value)) in labels.iter().enumerate() {
            let mark = if i == 0 { '{' } else { ',' };
            let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let _ = write!(self.text, "{mark}{name}=\"{value}\"");
        }
        let mark = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{mark} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, headers};

    #[track_caller]
    fn check_verdict(status: &str, expected: Option<CacheVerdict>) {
        assert_eq!(CacheVerdict::of(&headers(&[("cache-status", status)])), expected, "{status}");
    }

    #[test]
    fn a_verdict_is_read_from_the_header() {
        check_verdict("orilla; hit", Some(CacheVerdict::Hit));
        check_verdict("orilla;hit;ttl=10", Some(CacheVerdict::Hit));
        check_verdict("orilla; hit; ttl=-1; detail=texts", Some(CacheVerdict::Stale));
        check_verdict("orilla; fwd=miss; stored", Some(CacheVerdict::Miss));
        check_verdict("orilla; fwd=stale", Some(CacheVerdict::Miss));
        check_verdict("edge; fwd=miss, orilla; hit", Some(CacheVerdict::Hit));
        check_verdict("orilla", None);
        assert_eq!(CacheVerdict::of(&HeaderMap::new()), None);
    }

    /// Every line as the format wants it: a family is said before its samples, once; no sample is there twice.
    fn samples(text: &str) -> Vec<(String, u64)> {
        let mut found: Vec<(String, u64)> = Vec::new();
        let (mut family, mut families) = (String::new(), Vec::new());
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert!(["counter", "gauge"].contains(&kind), "{line}");
                assert!(kind != "counter" || name.ends_with("_total"), "{line}");
                assert!(!families.contains(&name.to_owned()), "{line}");
                family = name.to_owned();
                families.push(family.clone());
            } else if !line.starts_with("# HELP ") {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let name = series.split('{').next().unwrap();
                assert_eq!(name, family);
                assert!(series == name || series.ends_with("\"}"), "{line}");
                assert!(found.iter().all(|(other, _)| other != series), "{line}");
                found.push((series.to_owned(), value.parse().unwrap()));
            }
        }
        assert!(text.ends_with('\n'));
        found
    }

    #[track_caller]
    fn check_grows(series: &str, count: impl FnOnce()) {
        let value = || {
            let samples = samples(&text("test", 7, 0, &Dice(1)));
            samples.iter().find(|(name, _)| name == series).map_or(0, |(_, value)| *value)
        };
        let before = value();
        count();
        assert_eq!(value(), before + 1, "{series}");
    }

    #[test]
    fn what_happens_is_counted() {
        let page = RouteClass::Page;
        check_grows(r#"orilla_requests_total{route="page",status="2xx"}"#, || count_answer(page, 200, None));
        check_grows(r#"orilla_requests_total{route="other",status="4xx"}"#, || {
            count_answer(RouteClass::Other, 404, None);
        });
        check_grows(r#"orilla_page_memo_total{verdict="stale"}"#, || {
            count_answer(page, 200, Some(CacheVerdict::Stale));
        });
        check_grows(r#"orilla_rate_limited_total{class="strict"}"#, || count_refused(LimitClass::Strict));
        check_grows("orilla_rate_limiter_failures_total", count_uncounted);
        check_grows(r#"orilla_arrivals_total{how="ahead"}"#, || count_arrival(Arrival::Ahead));
        // A status that is none is not counted, and breaks nothing.
        count_answer(page, 0, None);
        count_answer(page, 999, None);
    }

    #[test]
    fn each_remote_is_in_one_state() {
        let samples = samples(&text("test", 7, 0, &Dice(1)));
        for remote in ["database", "snapshots", "mail", "picture_hosts"] {
            let part = format!("orilla_circuit_breaker{{remote=\"{remote}\"");
            let states = samples.iter().filter(|(series, _)| series.starts_with(&part));
            assert_eq!(states.map(|(_, value)| value).sum::<u64>(), 1, "{remote}");
        }
    }

    #[test]
    fn a_label_may_hold_anything() {
        let text = text("a\"b\\c\nd", 7, 0, &Dice(1));
        assert!(text.contains(r#"build="a\"b\\c\nd""#), "{text}");
        samples(&text);
    }
}
