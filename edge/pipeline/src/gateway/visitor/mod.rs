//! What is known of the one who asks, read when it is first asked for: a page from the memo that depends on none of it
//! pays for none of it.

pub mod agent;
pub mod consent;
pub mod cookie;
pub mod identity;
pub mod viewed;

use agent::{Device, is_bot};
use axum::extract::FromRequestParts;
use consent::Consent;
use http::request::Parts;
use http::{Extensions, HeaderMap, header};
use identity::{Identified, VisitorId, VisitorKeys};
use orilla_orders::Country;
use orilla_ui::Locale;
use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use viewed::Viewed;

/// What a host knows of a request beyond the headers that it hands over with it. Each question costs a crossing.
pub trait Facts: Send + Sync {
    /// The text of a header, by its lower-case name.
    fn header(&self, name: &str) -> Option<String>;
    /// The country of the address (ISO 3166-1 alpha-2), where the platform knows it.
    fn country(&self) -> Option<String>;
}

/// A request's extension: the host's [`Facts`].
#[derive(Clone)]
pub struct AskHost(pub Arc<dyn Facts>);

/// Why a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody wants to see it.
    Visit,
    /// The browser guesses that somebody will.
    Prefetch,
    /// As a prefetch, and drawn already.
    Prerender,
}

/// The one who asks. Nothing is read before it is asked for, and nothing is kept.
#[derive(Clone)]
pub struct Visitor {
    headers: HeaderMap,
    host: Option<AskHost>,
}

impl Visitor {
    /// The visitor behind a request.
    pub fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        Visitor { headers: headers.clone(), host: extensions.get().cloned() }
    }

    /// A header that came with the request, or that the host has to be asked for.
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.headers.get(name) {
            Some(value) => value.to_str().ok().map(Cow::Borrowed),
            None => self.host.as_ref()?.0.header(name).map(Cow::Owned),
        }
    }

    /// The language that the browser asks for most, of those that the shop speaks. A page's own is in its path.
    pub fn wished_locale(&self) -> Locale {
        Locale::negotiate(&self.text("accept-language").unwrap_or_default())
    }

    /// Whether this is a browser that asks for a page.
    pub fn wants_html(&self) -> bool {
        self.text("accept").is_some_and(|accept| accept.contains("text/html"))
    }

    /// The country of the visitor's address. A guess: for what can be corrected, as a form's first value.
    pub fn country(&self) -> Option<Country> {
        let code = match self.text("x-orilla-country") {
            Some(code) => code.into_owned(),
            None => self.host.as_ref()?.0.country()?,
        };
        Country::parse(&code).ok()
    }

    /// The visitor's address as the platform saw it: for limits, and for nothing that is kept. What other headers say
    /// of it anybody can write.
    pub fn address(&self) -> Option<Cow<'_, str>> {
        self.text("cf-connecting-ip")
    }

    /// What the page is shown on.
    pub fn device(&self) -> Device {
        let hint = self.text("sec-ch-ua-mobile");
        Device::of(hint.as_deref(), &self.text("user-agent").unwrap_or_default())
    }

    /// Whether this is a program. One that says nothing of itself is.
    pub fn is_bot(&self) -> bool {
        is_bot(&self.text("user-agent").unwrap_or_default())
    }

    /// Whether somebody sees the page now (`Sec-Purpose`; older browsers: `Purpose`).
    pub fn purpose(&self) -> Purpose {
        let purpose = self.text("sec-purpose").or_else(|| self.text("purpose")).unwrap_or_default();
        let mut words = purpose.split([';', ',']).map(str::trim);
        match (words.next(), words.any(|word| word == "prerender")) {
            (Some("prefetch"), true) | (Some("prerender"), _) => Purpose::Prerender,
            (Some("prefetch"), false) => Purpose::Prefetch,
            _ => Purpose::Visit,
        }
    }

    /// Whether a browser asks for the document of a tab (Fetch metadata,
    /// <https://www.w3.org/TR/fetch-metadata/>): no script, no picture, and no program that says nothing of itself.
    pub fn navigates(&self) -> bool {
        self.text("sec-fetch-dest").as_deref() == Some("document")
            && self.text("sec-fetch-mode").as_deref() == Some("navigate")
    }

    /// The address of the page that led here, as it came with the request.
    pub fn referrer(&self) -> Option<&str> {
        self.headers.get(header::REFERER)?.to_str().ok()
    }

    /// Whether the visitor pays for each byte (`Save-Data: on`).
    pub fn saves_data(&self) -> bool {
        self.text("save-data").is_some_and(|value| value.trim().eq_ignore_ascii_case("on"))
    }

    /// What the visitor agreed to. `None`: has not been asked, or has not answered; that is no consent.
    pub fn consent(&self) -> Option<Consent> {
        Consent::of(&self.headers)
    }

    /// Who this is, as far as the visitor agreed to be known: `None` without consent, whatever cookie is there.
    pub fn id(&self, keys: Option<&VisitorKeys>, now: i64) -> Option<VisitorId> {
        self.consent().filter(|consent| consent.any())?;
        Identified::of(&self.headers, keys?, now).map(|found| found.id)
    }

    /// The products that the visitor looked at last; none without consent to personalisation, whatever cookie is there.
    pub fn viewed(&self) -> Option<Viewed> {
        self.consent().filter(|consent| consent.personalisation)?;
        Some(Viewed::of(&self.headers))
    }

    /// The token of a link that forces values of flags, if the visitor has followed one.
    pub fn qa(&self) -> Option<&str> {
        cookie::cookie(&self.headers, crate::flags::qa::COOKIE).filter(|token| !token.is_empty())
    }

    /// Whether a view may be counted in statistics: a person, who sees the page as it is, and has agreed.
    pub fn counts(&self) -> bool {
        self.may_be_counted() && self.purpose() == Purpose::Visit && !self.is_bot()
    }

    /// Whether the visitor has agreed to be counted, and sees what was meant for them.
    pub fn may_be_counted(&self) -> bool {
        self.qa().is_none() && self.consent().is_some_and(|consent| consent.statistics)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Visitor::of(&parts.headers, &parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::headers;
    use http::Request;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A host that counts its crossings.
    #[derive(Default)]
    struct Counting(AtomicU32);

    impl Facts for Counting {
        fn header(&self, name: &str) -> Option<String> {
            self.0.fetch_add(1, Ordering::Relaxed);
            (name == "user-agent")
                .then(|| "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile".into())
        }
        fn country(&self) -> Option<String> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Some("PT".into())
        }
    }

    fn visitor(pairs: &[(&'static str, &str)]) -> Visitor {
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.headers = headers(pairs);
        Visitor::of(&parts.headers, &parts.extensions)
    }

    #[test]
    fn nothing_is_asked_before_it_is_wanted() {
        let facts = Arc::new(Counting::default());
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.extensions.insert(AskHost(facts.clone()));
        let visitor = Visitor::of(&parts.headers, &parts.extensions);
        assert_eq!((visitor.consent(), visitor.id(None, 0)), (None, None));
        assert_eq!(facts.0.load(Ordering::Relaxed), 0);
        assert_eq!(visitor.country().unwrap().code(), "PT");
        assert_eq!(visitor.device(), Device::Phone);
        assert!(!visitor.is_bot());
    }

    #[track_caller]
    fn check_purpose(name: &'static str, value: &str, expected: Purpose) {
        assert_eq!(visitor(&[(name, value)]).purpose(), expected, "{name}: {value}");
    }

    #[test]
    fn a_page_that_nobody_sees_yet_is_known() {
        check_purpose("sec-purpose", "prefetch", Purpose::Prefetch);
        check_purpose("sec-purpose", "prefetch;prerender", Purpose::Prerender);
        check_purpose("sec-purpose", "prefetch; prerender", Purpose::Prerender);
        check_purpose("sec-purpose", "prefetch;anonymous-client-ip", Purpose::Prefetch);
        check_purpose("purpose", "prefetch", Purpose::Prefetch);
        check_purpose("sec-purpose", "", Purpose::Visit);
        check_purpose("sec-purpose", "visit", Purpose::Visit);
        check_purpose("accept", "text/html", Purpose::Visit);
    }

    #[test]
    fn it_knows_what_the_browser_says() {
        assert!(visitor(&[("save-data", "on")]).saves_data());
        assert!(!visitor(&[("save-data", "off")]).saves_data());
        assert!(!visitor(&[]).saves_data());
        assert_eq!(visitor(&[("accept-language", "pt-BR,pt;q=0.9")]).wished_locale(), Locale::Pt);
        assert_eq!(visitor(&[("x-orilla-country", "ES")]).country().unwrap().code(), "ES");
        assert_eq!(visitor(&[("x-orilla-country", "T1")]).country(), None);
        assert_eq!(visitor(&[]).country(), None);
    }

    #[track_caller]
    fn check_counts(pairs: &[(&'static str, &str)], expected: bool) {
        assert_eq!(visitor(pairs).counts(), expected, "{pairs:?}");
    }

    #[test]
    fn people_who_agreed_and_see_the_page_are_counted() {
        let browser = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0 Safari/537.36");
        let agreed = ("cookie", "__Host-consent=1.10");
        check_counts(&[browser, agreed], true);
        check_counts(&[browser], false);
        check_counts(&[browser, ("cookie", "__Host-consent=1.01")], false);
        check_counts(&[browser, agreed, ("sec-purpose", "prefetch")], false);
        check_counts(&[("user-agent", "Googlebot/2.1"), agreed], false);
        check_counts(&[agreed], false);
        check_counts(&[browser, ("cookie", "__Host-consent=1.10; __Host-qa=x.y")], false);
    }
}
