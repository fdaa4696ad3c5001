//! What kind of address a request asks for: its template for logs and counters, and which limit counts it.
//!
//! An address is never logged as it is: `/en/orders/…` is the key to an order. A template is a text of this program.

use super::limit::{LimitClass, Reads};
use matchit::Router;
use orilla_ui::Locale;

/// Kinds of addresses, as counters tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteClass {
    /// A page that shoppers share.
    Page,
    /// Cart, checkout, orders.
    Private,
    /// What an island asks.
    Function,
    /// The HTTP API for everyone.
    Api,
    /// A picture.
    Picture,
    /// What programs read: `robots.txt`, sitemaps, `/health`, `/metrics`.
    Machine,
    /// The team's addresses.
    Team,
    /// None of the shop's.
    Other,
}

impl RouteClass {
    /// All of them.
    pub const ALL: [RouteClass; 8] = [
        RouteClass::Page,
        RouteClass::Private,
        RouteClass::Function,
        RouteClass::Api,
        RouteClass::Picture,
        RouteClass::Machine,
        RouteClass::Team,
        RouteClass::Other,
    ];

    /// Its name in counters.
    pub const fn name(self) -> &'static str {
        match self {
            RouteClass::Page => "page",
            RouteClass::Private => "private",
            RouteClass::Function => "function",
            RouteClass::Api => "api",
            RouteClass::Picture => "picture",
            RouteClass::Machine => "machine",
            RouteClass::Team => "team",
            RouteClass::Other => "other",
        }
    }
}

/// What is known of an address before any handler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The address without what is variable in it: `/{locale}/orders/{token}`.
    pub template: &'static str,
    /// Its kind.
    pub class: RouteClass,
    /// How reading it is counted.
    pub reads: Reads,
    /// How writing to it is counted.
    pub writes: LimitClass,
}

/// An address that the shop does not have. Somebody who looks for holes sees many of them, so they are counted.
const OTHER: Route = row("other", RouteClass::Other, Reads::Counted(LimitClass::Usual), LimitClass::Usual);

const fn row(template: &'static str, class: RouteClass, reads: Reads, writes: LimitClass) -> Route {
    Route { template, class, reads, writes }
}

/// The table of addresses and limits. Strict is what guesses at secrets (sign-in), what holds stock (placing orders)
/// and what costs money each time (AI).
const ROUTES: [Route; 58] = {
    use LimitClass::{Strict, Usual};
    use Reads::{Counted, Free, Rendered};
    use RouteClass::{Api, Function, Machine, Page, Picture, Private, Team};
    const COUNTED: Reads = Counted(Usual);
    [
        row("/", Page, Free, Usual),
        row("/{locale}", Page, Rendered, Usual),
        row("/{locale}/search", Page, Rendered, Usual),
        row("/{locale}/c/{*slug}", Page, Rendered, Usual),
        row("/{locale}/p/{handle}", Page, Rendered, Usual),
        row("/{locale}/about", Page, Rendered, Usual),
        row("/{locale}/privacy", Page, Rendered, Usual),
        row("/{locale}/cart", Private, COUNTED, Usual),
        row("/{locale}/checkout", Private, COUNTED, Strict),
        row("/{locale}/account", Private, COUNTED, Usual),
        row("/{locale}/account/{*step}", Private, COUNTED, Strict),
        row("/{locale}/account/link/{key}", Private, Counted(Strict), Strict),
        row("/{locale}/orders/{token}", Private, COUNTED, Usual),
        row("/{locale}/orders/{token}/cancel", Private, COUNTED, Strict),
        row("/{locale}/orders/waiting", Private, COUNTED, Usual),
        row("/{locale}/orders/waiting/{key}", Private, COUNTED, Usual),
        row("/{locale}/orders/{token}/notices", Private, COUNTED, Usual),
        row("/{locale}/orders/notices", Private, COUNTED, Usual),
        row("/fn/{*name}", Function, COUNTED, Usual),
        row("/fn/ai/{*name}", Function, Counted(Strict), Strict),
        row("/fn/consent", Function, COUNTED, Strict),
        row("/fn/qa", Function, COUNTED, Usual),
        row("/e", Function, COUNTED, Usual),
        row("/fn/seen", Function, COUNTED, Usual),
        row("/art/{name}", Picture, Free, Usual),
        row("/img/{id}", Picture, COUNTED, Usual),
        row("/{locale}/app.webmanifest", Machine, Free, Usual),
        row("/sw.js", Machine, Free, Usual),
        row("/device/current", Machine, Free, Usual),
        row("/device/file/{hash}", Machine, COUNTED, Usual),
        row("/robots.txt", Machine, Free, Usual),
        row("/sitemap.xml", Machine, COUNTED, Usual),
        row("/health", Machine, COUNTED, Usual),
        row("/metrics", Machine, COUNTED, Usual),
        row("/api/v1/openapi.json", Api, Free, Usual),
        row("/api/v1/products", Api, COUNTED, Usual),
        row("/api/v1/products/{handle}", Api, COUNTED, Usual),
        row("/api/v1/categories", Api, COUNTED, Usual),
        row("/api/v1/search", Api, COUNTED, Usual),
        row("/api/v1/suggest", Api, COUNTED, Usual),
        row("/api/v1/features/{client_key}", Api, COUNTED, Usual),
        row("/api/features/{client_key}", Api, COUNTED, Usual),
        row("/ofrep/v1/evaluate/flags", Api, COUNTED, Usual),
        row("/ofrep/v1/evaluate/flags/{key}", Api, COUNTED, Usual),
        row("/api/v1/cart/quote", Api, COUNTED, Usual),
        row("/api/v1/orders", Api, COUNTED, Strict),
        row("/api/v1/orders/{token}", Api, COUNTED, Usual),
        row("/api/v1/orders/{token}/cancel", Api, COUNTED, Strict),
        row("/api/v1/ai/{*name}", Api, Counted(Strict), Strict),
        row("/studio", Team, COUNTED, Usual),
        row("/studio/{*page}", Team, COUNTED, Usual),
        row("/studio/sign-in", Team, COUNTED, Strict),
        row("/studio/sign-in/{*step}", Team, Counted(Strict), Strict),
        row("/studio/passkeys/{step}", Team, COUNTED, Strict),
        row("/studio/api/orders/{token}/commands", Team, COUNTED, Usual),
        row("/studio/api/flags/{name}", Team, COUNTED, Usual),
        row("/studio/api/flags/versions/{version}", Team, COUNTED, Usual),
        row("/studio/api/{name}", Team, COUNTED, Usual),
    ]
};

/// The pages that frameworks are compared on: free, as a page that is kept.
#[cfg(feature = "bench")]
const BENCH: [Route; 4] = [
    row("/bench/list", RouteClass::Page, Reads::Free, LimitClass::Usual),
    row("/bench/forget", RouteClass::Page, Reads::Free, LimitClass::Usual),
    row("/bench/slots/{milliseconds}", RouteClass::Page, Reads::Free, LimitClass::Usual),
    row("/bench/product/{id}", RouteClass::Page, Reads::Free, LimitClass::Usual),
];
#[cfg(not(feature = "bench"))]
const BENCH: [Route; 0] = [];

/// Those of the tests on workerd.
#[cfg(feature = "trial")]
const TRIAL: [Route; 2] = [
    row("/held/{name}", RouteClass::Page, Reads::Free, LimitClass::Usual),
    row("/held/{name}/let-go", RouteClass::Page, Reads::Free, LimitClass::Usual),
];
#[cfg(not(feature = "trial"))]
const TRIAL: [Route; 0] = [];

thread_local! {
    /// Built once per isolate.
    static TABLE: Router<Route> = table();
}

/// The table as a tree, a page once per language: another first segment is no page.
fn table() -> Router<Route> {
    let mut table = Router::new();
    for route in ROUTES.into_iter().chain(BENCH).chain(TRIAL) {
        let localised = route.template.strip_prefix("/{locale}");
        let addresses: Vec<String> = match localised {
            Some(rest) => Locale::ALL.iter().map(|locale| format!("/{}{rest}", locale.code())).collect(),
            None => vec![route.template.to_owned()],
        };
        for address in addresses {
            // A test sees to it that no two rows fight for an address.
            let _ = table.insert(address, route);
        }
    }
    table
}

/// The route of a path.
pub fn route_of(path: &str) -> Route {
    TABLE.with(|table| table.at(path).map_or(OTHER, |found| *found.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(path: &str, template: &str, class: RouteClass) {
        let route = route_of(path);
        assert_eq!((route.template, route.class), (template, class), "{path}");
    }

    #[test]
    fn an_address_has_a_template() {
        check("/", "/", RouteClass::Page);
        check("/es", "/{locale}", RouteClass::Page);
        check("/en/c/light/lanterns", "/{locale}/c/{*slug}", RouteClass::Page);
        check("/pt/orders/abcdef", "/{locale}/orders/{token}", RouteClass::Private);
        check("/pt/orders/abcdef/cancel", "/{locale}/orders/{token}/cancel", RouteClass::Private);
        check("/pt/account/link/0123", "/{locale}/account/link/{key}", RouteClass::Private);
        check("/fn/add_to_cart", "/fn/{*name}", RouteClass::Function);
        check("/studio/api/import", "/studio/api/{name}", RouteClass::Team);
        check("/studio/products/12", "/studio/{*page}", RouteClass::Team);
        check("/wp-login.php", "other", RouteClass::Other);
        check("/fr/orders/abcdef", "other", RouteClass::Other);
        check("/en/orders/abcdef/more", "other", RouteClass::Other);
        check("", "other", RouteClass::Other);
    }

    #[test]
    fn strict_is_what_guesses_buys_or_costs() {
        for path in [
            "/en/checkout",
            "/en/account/link",
            "/en/account/link/0123",
            "/api/v1/orders",
            "/fn/ai/ask",
            "/studio/sign-in/finish",
            "/studio/passkeys/begin",
        ] {
            assert_eq!(route_of(path).writes, LimitClass::Strict, "{path}");
        }
        for path in ["/fn/add_to_cart", "/api/v1/cart/quote", "/studio/api/import", "/nothing"] {
            assert_eq!(route_of(path).writes, LimitClass::Usual, "{path}");
        }
        assert_eq!(route_of("/art/lantern-1.svg").reads, Reads::Free);
        assert_eq!(route_of("/en/p/lantern").reads, Reads::Rendered);
    }

    #[test]
    fn every_row_is_found_by_its_own_template() {
        for route in ROUTES {
            let path = route.template.replace("{locale}", "en").replace(['{', '}', '*'], "");
            assert_eq!(route_of(&path), route, "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_template_is_never_the_address(token in "[a-z2-7]{26}", locale in "en|es|pt|fr") {
            for path in [
                format!("/{locale}/orders/{token}"),
                format!("/{locale}/account/link/{token}"),
                format!("/{token}"),
            ] {
                let template = route_of(&path).template;
                prop_assert!(!template.contains(&token), "{}", template);
            }
        }
    }
}
