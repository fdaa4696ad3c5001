//! Where a browser's push service takes messages.

use std::fmt;

/// The longest URL that is taken, in bytes: those of the push services have 150 to 500.
const LONGEST: usize = 1_000;

/// Names below which nothing of the open internet is.
const PRIVATE: [&str; 13] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "arpa",
    "test",
    "invalid",
    "example",
    "onion",
];

/// The URL of a subscription: `https`, a public host by its name, the usual port. Whoever asks to be written to names it,
/// so it is checked as what a stranger makes this shop fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    origin: String,
}

/// Why a text is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEndpoint {
    /// Longer than 1,000 bytes.
    #[error("the endpoint is longer than {LONGEST} bytes")]
    TooLong,
    /// Another scheme, a port, a user, or characters that no URL has.
    #[error("the endpoint is an https URL without port and user")]
    Url,
    /// An address, or a name of a network that is not the internet.
    #[error("the endpoint's host is a public name")]
    Host,
}

/// A push service on this machine, for development and tests: `http://127.0.0.1:PORT`, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loopback(String);

impl Loopback {
    /// Reads an origin. `None` if it is that of another machine.
    pub fn parse(origin: &str) -> Option<Loopback> {
        let port = origin.strip_prefix("http://127.0.0.1:")?;
        let is_port = port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
        is_port.then(|| Loopback(origin.to_owned()))
    }
}

impl Endpoint {
    /// Reads the `endpoint` of a `PushSubscription`. `also` is allowed beside the open internet.
    ///
    /// # Errors
    /// [`NoEndpoint`] says what it is instead.
    pub fn parse(url: &str, also: Option<&Loopback>) -> Result<Endpoint, NoEndpoint> {
        if url.len() > LONGEST {
            return Err(NoEndpoint::TooLong);
        }
        // What a URL's parser would change (tabs, backslashes, letters beyond ASCII) is not taken, so that all read the
        // same host in it.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\#\"<>^`{|}".contains(&byte);
        if !url.bytes().all(is_plain) {
            return Err(NoEndpoint::Url);
        }
        if let Some(Loopback(origin)) = also
            && url.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with('/'))
        {
            return Ok(Endpoint { url: url.to_owned(), origin: origin.clone() });
        }
        let (host, _) =
            url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).ok_or(NoEndpoint::Url)?;
        let is_of_name =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        if !host.bytes().all(is_of_name) {
            return Err(NoEndpoint::Url);
        }
        if !is_public(host) {
            return Err(NoEndpoint::Host);
        }
        Ok(Endpoint { url: url.to_owned(), origin: format!("https://{host}") })
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Scheme and host: what a VAPID token is for.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// Whether a host is a name of the open internet. The last label of an address, in whatever spelling, begins with a digit.
fn is_public(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_label =
        |label: &&str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    let last = labels.last().copied().unwrap_or_default();
    labels.len() > 1
        && host.len() <= 253
        && labels.iter().all(is_label)
        && last.len() > 1
        && last.starts_with(|first: char| first.is_ascii_lowercase())
        && !PRIVATE.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_push_services_of_browsers_are_taken() {
        for (url, origin) in [
            ("https://fcm.googleapis.com/fcm/send/dbDqU8xX10w:APA91b-_x", "https://fcm.googleapis.com"),
            (
                "https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB",
                "https://updates.push.services.mozilla.com",
            ),
            ("https://web.push.apple.com/QNd-9", "https://web.push.apple.com"),
            (
                "https://wns2-by3p.notify.windows.com/w/?token=BQYAA%2bAB",
                "https://wns2-by3p.notify.windows.com",
            ),
        ] {
            let endpoint = Endpoint::parse(url, None).unwrap();
            assert_eq!((endpoint.as_str(), endpoint.origin()), (url, origin));
        }
    }

    #[test]
    fn what_is_not_the_open_internet_is_refused() {
        for url in [
            "",
            "https://",
            "https://push.net",
            "http://push.net/a",
            "https:/push.net/a",
            "HTTPS://push.net/a",
            "https://PUSH.net/a",
            "https://push.net:8443/a",
            "https://push.net:443/a",
            "https://user@push.net/a",
            "https://push.net\\@10.0.0.1/a",
            "https://push.net/a#b",
            "https://push.net/a b",
            "https://push.net/\n",
            "https://púsh.net/a",
            "https://[::1]/a",
            "file:///etc/passwd",
        ] {
            assert_eq!(Endpoint::parse(url, None), Err(NoEndpoint::Url), "{url}");
        }
        for host in [
            "localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "10.0.0.7",
            "169.254.169.254",
            "metadata.google.internal",
            "printer.local",
            "db.lan",
            "push",
            "push.net.",
            ".push.net",
            "push..net",
            "-push.net",
            "push.n",
        ] {
            assert_eq!(Endpoint::parse(&format!("https://{host}/a"), None), Err(NoEndpoint::Host), "{host}");
        }
        let long = format!("https://push.net/{}", "a".repeat(LONGEST));
        assert_eq!(Endpoint::parse(&long, None), Err(NoEndpoint::TooLong));
    }

    #[test]
    fn loopback_is_for_those_alone_who_say_so() {
        let also = Loopback::parse("http://127.0.0.1:8123").unwrap();
        assert!(Endpoint::parse("http://127.0.0.1:8123/send/1", Some(&also)).is_ok());
        assert!(Endpoint::parse("https://push.net/a", Some(&also)).is_ok());
        for url in [
            "http://127.0.0.1:8123",
            "http://127.0.0.1:81234/a",
            "http://127.0.0.1:8123@push.net/a",
            "http://127.0.0.1:8124/a",
            "http://localhost:8123/a",
        ] {
            assert!(Endpoint::parse(url, Some(&also)).is_err(), "{url}");
        }
        for origin in [
            "",
            "http://10.0.0.1:80",
            "http://127.0.0.1",
            "http://127.0.0.1:0",
            "http://127.0.0.1:80/",
            "http://127.0.0.1:080",
            "http://127.0.0.1:+80",
            "https://127.0.0.1:80",
            "http://127.0.0.1:80@push.net",
        ] {
            assert_eq!(Loopback::parse(origin), None, "{origin}");
        }
    }

    proptest! {
        #[test]
        fn no_spelling_of_an_address_is_taken(number: u32, rest in "(/[a-z]{0,5})") {
            let [a, b, c, d] = number.to_be_bytes();
            let parts = [
                format!("{a}.{b}.{c}.{d}"),
                format!("{number}"),
                format!("{number:#x}"),
                format!("0{number:o}"),
                format!("{a}.{:#x}", number & 0xff_ffff),
                format!("[::ffff:{a}.{b}.{c}.{d}]"),
            ];
            for host in parts {
                prop_assert!(Endpoint::parse(&format!("https://{host}{rest}"), None).is_err(), "{}", host);
            }
        }
    }
}
