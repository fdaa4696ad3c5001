//! Rate limits: how often one visitor, or one address, may ask in a minute.
//!
//! What is counted is what costs: writes, answers of the database, and pages that have to be rendered. A page from the
//! memo is not: asking the limiter takes a promise and about as long as the answer itself, so it would double the cost
//! of a hit to spare it. The same holds for static files, which do not reach the program at all. Floods of those are
//! the platform's to absorb.

use super::gate::Gate;
use super::metrics::{count_refused, count_uncounted};
use super::route::Route;
use super::visitor::Visitor;
use crate::Problem;
use async_trait::async_trait;
use http::{HeaderValue, Method, Response, StatusCode, header};
use orilla_shop::PortError;
use std::net::{IpAddr, Ipv6Addr};

/// The window of all limits, in seconds: also how long someone who went over one should wait.
pub const WINDOW: u32 = 60;

/// How often something may be asked for in a [`WINDOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitClass {
    /// What people do all the time.
    Usual,
    /// What guesses at secrets, holds stock, or costs money each time.
    Strict,
}

impl LimitClass {
    /// Requests per [`WINDOW`]. `wrangler.toml` says the same to the platform; a test compares.
    pub const fn most(self) -> u32 {
        match self {
            LimitClass::Usual => 1_000,
            LimitClass::Strict => 20,
        }
    }
}

/// How reading an address is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Not at all: the answer costs less than the count.
    Free,
    /// When the page has to be rendered.
    Rendered,
    /// Each time.
    Counted(LimitClass),
}

/// Counts requests, across isolates.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts a request of `key` and says whether it is within its limit.
    ///
    /// # Errors
    /// If the limiter can't be reached. The request goes through then: a broken counter must not close the shop.
    async fn admits(&self, class: LimitClass, key: &str) -> Result<bool, PortError>;
}

/// What the limits decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request may go on.
    Admitted,
    /// It may, for nobody could count it. The text is for the log.
    Uncounted(String),
    /// It is one too many.
    Refused,
}

/// The limit that counts a request before its handler sees it.
pub fn limit_of(method: &Method, route: &Route) -> Option<LimitClass> {
    match (method.is_safe(), route.reads) {
        (false, _) => Some(route.writes),
        (true, Reads::Counted(class)) => Some(class),
        (true, Reads::Free | Reads::Rendered) => None,
    }
}

/// Counts a request for its address, and for its visitor if there is one: the first stops someone who throws cookies
/// away, the second someone who changes addresses. `now` is milliseconds since 1970.
pub async fn admit(gate: &Gate, visitor: &Visitor, class: LimitClass, now: i64) -> Verdict {
    let id = visitor.id(gate.settings.visitor_keys.as_ref(), now).map(|id| id.text());
    let verdict = check_limits(&*gate.limiter, class, visitor.address().as_deref(), id.as_deref()).await;
    match verdict {
        Verdict::Admitted => {}
        Verdict::Uncounted(_) => count_uncounted(),
        Verdict::Refused => count_refused(class),
    }
    verdict
}

async fn check_limits(
    limiter: &dyn RateLimiter,
    class: LimitClass,
    address: Option<&str>,
    visitor: Option<&str>,
) -> Verdict {
    let keys = [address.and_then(address_key), visitor.map(|visitor| format!("visitor:{visitor}"))];
    for key in keys.into_iter().flatten() {
        match limiter.admits(class, &key).await {
            Ok(true) => {}
            Ok(false) => return Verdict::Refused,
            // The error's text, but never the key: it is an address.
            Err(error) => return Verdict::Uncounted(format!("rate limiter: {error}")),
        }
    }
    Verdict::Admitted
}

/// One customer of a provider has a whole /64 of IPv6 addresses: they count as one. The machine itself is nobody: that
/// is how a developer's own shop is reached, and never one at the edge.
fn address_key(address: &str) -> Option<String> {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address) if address.is_loopback() => None,
        Ok(IpAddr::V6(address)) => {
            let network = Ipv6Addr::from_bits(address.to_bits() >> 64 << 64);
            Some(format!("address:{network}/64"))
        }
        Ok(IpAddr::V4(address)) => Some(format!("address:{address}")),
        Err(_) => Some(format!("address:{address}")),
    }
}

/// 429 for programs.
pub fn refusal() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "These are more requests than the shop takes in a minute. Wait a minute, then go on more slowly.",
    )
}

/// Says when to come back (RFC 6585, section 4).
pub fn say_when<B>(mut response: Response<B>) -> Response<B> {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(WINDOW));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::route::route_of;
    use axum::response::IntoResponse;
    use futures::executor::block_on;
    use std::collections::HashMap;
    use std::sync::Mutex;

    /// Counts in memory, and never forgets.
    #[derive(Default)]
    struct Counter(Mutex<HashMap<(LimitClass, String), u32>>);

    #[async_trait]
    impl RateLimiter for Counter {
        async fn admits(&self, class: LimitClass, key: &str) -> Result<bool, PortError> {
            let mut counts = self.0.lock().unwrap();
            let count = counts.entry((class, key.to_owned())).or_insert(0);
            *count += 1;
            Ok(*count <= class.most())
        }
    }

    struct Broken;

    #[async_trait]
    impl RateLimiter for Broken {
        async fn admits(&self, _: LimitClass, _: &str) -> Result<bool, PortError> {
            Err(PortError::Unavailable("gone".into()))
        }
    }

    #[track_caller]
    fn check_limit(method: Method, path: &str, expected: Option<LimitClass>) {
        assert_eq!(limit_of(&method, &route_of(path)), expected, "{method} {path}");
    }

    #[test]
    fn what_costs_is_counted() {
        check_limit(Method::GET, "/en", None);
        check_limit(Method::HEAD, "/en/p/lantern", None);
        check_limit(Method::GET, "/art/lantern-1.svg", None);
        check_limit(Method::GET, "/api/v1/search", Some(LimitClass::Usual));
        check_limit(Method::GET, "/nothing", Some(LimitClass::Usual));
        check_limit(Method::GET, "/en/checkout", Some(LimitClass::Usual));
        check_limit(Method::POST, "/en/checkout", Some(LimitClass::Strict));
        check_limit(Method::POST, "/en/p/lantern", Some(LimitClass::Usual));
        check_limit(Method::POST, "/fn/add_to_cart", Some(LimitClass::Usual));
        check_limit(Method::GET, "/fn/ai/ask", Some(LimitClass::Strict));
    }

    fn ask(limiter: &dyn RateLimiter, class: LimitClass, address: &str, visitor: Option<&str>) -> Verdict {
        block_on(check_limits(limiter, class, Some(address), visitor))
    }

    #[test]
    fn the_next_one_is_refused() {
        for class in [LimitClass::Usual, LimitClass::Strict] {
            let counter = Counter::default();
            for _ in 0..class.most() {
                assert_eq!(ask(&counter, class, "192.0.2.1", None), Verdict::Admitted);
            }
            assert_eq!(ask(&counter, class, "192.0.2.1", None), Verdict::Refused);
            assert_eq!(ask(&counter, class, "192.0.2.2", None), Verdict::Admitted);
        }
    }

    #[test]
    fn a_visitor_is_one_at_many_addresses_and_an_address_with_many_visitors() {
        let counter = Counter::default();
        for i in 0..20 {
            let visited = ask(&counter, LimitClass::Strict, &format!("192.0.2.{i}"), Some("ana"));
            assert_eq!(visited, Verdict::Admitted);
        }
        assert_eq!(ask(&counter, LimitClass::Strict, "192.0.2.99", Some("ana")), Verdict::Refused);
        for i in 0..20 {
            let visited = ask(&counter, LimitClass::Strict, "198.51.100.7", Some(&format!("visitor{i}")));
            assert_eq!(visited, Verdict::Admitted);
        }
        assert_eq!(ask(&counter, LimitClass::Strict, "198.51.100.7", Some("other")), Verdict::Refused);
    }

    #[test]
    fn a_broken_counter_lets_everybody_in_and_says_so() {
        let verdict = ask(&Broken, LimitClass::Strict, "192.0.2.1", None);
        assert_eq!(verdict, Verdict::Uncounted("rate limiter: unavailable: gone".into()));
    }

    #[test]
    fn nobody_is_counted_without_an_address() {
        assert_eq!(block_on(check_limits(&Broken, LimitClass::Usual, None, None)), Verdict::Admitted);
    }

    #[track_caller]
    fn check_key(address: &str, expected: Option<&str>) {
        assert_eq!(address_key(address).as_deref(), expected, "{address}");
    }

    #[test]
    fn a_customer_of_ipv6_is_one_and_a_developer_nobody() {
        check_key("2001:db8:1:2:3:4:5:6", Some("address:2001:db8:1:2::/64"));
        check_key("2001:db8:1:2:ffff::1", Some("address:2001:db8:1:2::/64"));
        check_key("192.0.2.1", Some("address:192.0.2.1"));
        check_key("::ffff:192.0.2.1", Some("address:192.0.2.1"));
        check_key("127.0.0.1", None);
        check_key("::1", None);
        check_key("nonsense", Some("address:nonsense"));
    }

    #[test]
    fn the_platform_is_told_the_same_limits() {
        let settings = include_str!("../../../../wrangler.toml");
        for (binding, class) in [("LIMIT", LimitClass::Usual), ("LIMIT_STRICT", LimitClass::Strict)] {
            let (_, block) = settings.split_once(&format!("[[ratelimits]]\nname = \"{binding}\"\n")).unwrap();
            let simple = block.lines().find(|line| line.starts_with("simple")).unwrap();
            assert_eq!(simple, format!("simple = {{ limit = {}, period = {WINDOW} }}", class.most()));
        }
    }

    #[test]
    fn the_answer_says_when_to_come_back() {
        let response = say_when(refusal().into_response());
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "60");
    }
}
