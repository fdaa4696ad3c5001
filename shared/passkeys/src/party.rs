//! The site that passkeys belong to.

use passki::Passki;
use std::net::IpAddr;

/// A site: passkeys made for it work nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its host, without the port.
    id: String,
    /// As browsers say it: `https://shop.example`.
    origin: String,
    /// The name that a browser shows.
    name: String,
}

/// A site that can have no passkeys: browsers make them for names and over TLS, or for `localhost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("passkeys need a host name (not an address) and https, or localhost")]
pub struct NoParty;

impl RelyingParty {
    /// The site at an origin: `https://shop.example`, `http://localhost:8787`.
    ///
    /// # Errors
    /// [`NoParty`] if the host is an IP address, or the connection is not encrypted and the host not `localhost`.
    pub fn new(origin: &str, name: &str) -> Result<Self, NoParty> {
        let (scheme, authority) = origin.split_once("://").ok_or(NoParty)?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
            _ => (authority, ""),
        };
        let host = host.to_ascii_lowercase();
        let is_name = !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            && host.parse::<IpAddr>().is_err();
        let is_local = host == "localhost" || host.ends_with(".localhost");
        let usual = match scheme {
            "https" => "443",
            "http" if is_local => "80",
            _ => return Err(NoParty),
        };
        if !is_name {
            return Err(NoParty);
        }
        let port = if port.is_empty() || port == usual { String::new() } else { format!(":{port}") };
        Ok(RelyingParty { origin: format!("{scheme}://{host}{port}"), id: host, name: name.to_owned() })
    }

    /// Its host, without the port.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As browsers say it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The name that a browser shows.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn verifier(&self) -> Passki {
        Passki::new(&self.id, &[&self.origin], &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(origin: &str, expected: Option<(&str, &str)>) {
        let party = RelyingParty::new(origin, "Orilla");
        let found = party.as_ref().ok().map(|party| (party.id(), party.origin()));
        assert_eq!(found, expected, "{origin}");
    }

    #[test]
    fn a_party_is_a_name_over_tls_or_the_machine_itself() {
        check("https://shop.example", Some(("shop.example", "https://shop.example")));
        check("https://Shop.Example:443", Some(("shop.example", "https://shop.example")));
        check("https://shop.example:8443", Some(("shop.example", "https://shop.example:8443")));
        check("http://localhost:8787", Some(("localhost", "http://localhost:8787")));
        check("http://localhost:80", Some(("localhost", "http://localhost")));
        for none in [
            "",
            "shop.example",
            "http://shop.example",
            "https://127.0.0.1:8787",
            "https://[::1]:8787",
            "https://[::1]",
            "https://",
            "https://:443",
            "https://a@shop.example",
            "https://shop.example/path",
            "ftp://localhost",
        ] {
            check(none, None);
        }
    }
}
