//! The issuer identifier of this server.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::setting::FromText;
use crate::protocol::url_parts::{has_credentials, is_on_this_machine};

/// The issuer identifier, kept exactly as it was written: it is compared byte by byte (RFC 8414 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Why a text is no issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IssuerError(String);

impl Issuer {
    /// The issuer, as `iss` has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address of `path` (`/token`) below the issuer.
    pub fn url_of(&self, path: &str) -> String {
        format!("{}/{}", self.text, path.trim_start_matches('/'))
    }

    /// The host, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether its host is a name and no IP address.
    pub fn is_domain(&self) -> bool {
        matches!(self.url.host(), Some(Host::Domain(_)))
    }

    /// Scheme, host and port, as a browser's `Origin` header has them.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The path without a final slash: empty, or such as `/auth`.
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Whether it is reached by HTTPS.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        is_on_this_machine(&self.url)
    }

    /// Whether a `Host` header names this server. The port says nothing of that: it may be the one behind a proxy. A
    /// server for this machine alone goes by all names of this machine.
    pub fn is_reached_at(&self, host: &str) -> bool {
        let Ok(named) = Url::parse(&format!("http://{host}/")) else { return false };
        let is_host_only = !has_credentials(&named) && named.path() == "/";
        let host = named.host_str().unwrap_or_default().trim_end_matches('.');
        is_host_only && (host == self.host() || self.is_loopback() && is_on_this_machine(&named))
    }

    /// The part after the `@` of a mail address at this host (RFC 5321 §4.1.3 for IP addresses).
    pub(super) fn mail_domain(&self) -> String {
        match self.url.host() {
            Some(Host::Ipv4(address)) => format!("[{address}]"),
            Some(Host::Ipv6(address)) => format!("[IPv6:{address}]"),
            _ => self.host().to_owned(),
        }
    }
}

impl FromStr for Issuer {
    type Err = IssuerError;

    fn from_str(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|error| IssuerError(error.to_string()))?;
        match refusal(text, &url) {
            Some(why) => Err(IssuerError(why)),
            None => Ok(Self { text: text.to_owned(), url }),
        }
    }
}

/// Why `text`, which parses as `url`, is no issuer; none if it is one.
fn refusal(text: &str, url: &Url) -> Option<String> {
    let why = match url.scheme() {
        "https" => None,
        "http" if is_on_this_machine(url) => None,
        "http" => Some("http is for loopback hosts such as localhost only; use https"),
        _ => Some("its scheme must be https"),
    };
    let why = why
        .or_else(|| has_credentials(url).then_some("it must not carry a user name or password"))
        .or_else(|| url.query().is_some().then_some("it must not have a query"))
        .or_else(|| url.fragment().is_some().then_some("it must not have a fragment"))
        .or_else(|| text.ends_with('/').then_some("leave out the slash at the end: issuers are compared byte by byte, and every path is appended to this one"));
    if let Some(why) = why {
        return Some(why.to_owned());
    }
    let normal = url.as_str().trim_end_matches('/');
    (normal != text).then(|| format!("write it in its normal form, {normal}"))
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromText for Issuer {
    const EXPECTED: &'static str = "the public address, such as https://login.example.com";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|IssuerError(why)| why)
    }

    fn shown(&self) -> String {
        self.text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        text.parse().unwrap()
    }

    fn why_not(text: &str) -> String {
        text.parse::<Issuer>().unwrap_err().to_string()
    }

    #[test]
    fn an_issuer_builds_its_addresses() {
        let plain = issuer("https://login.example.com");
        assert_eq!(plain.url_of("/token"), "https://login.example.com/token");
        assert_eq!(plain.path(), "");
        let below = issuer("https://example.com:8443/auth");
        assert_eq!(below.url_of("/token"), "https://example.com:8443/auth/token");
        assert_eq!(below.path(), "/auth");
        assert_eq!(below.origin(), "https://example.com:8443");
        assert_eq!(below.host(), "example.com");
    }

    #[test]
    fn a_server_is_reached_by_its_name_and_on_this_machine_by_any_of_the_machines() {
        let public = issuer("https://login.example.com");
        for own in ["login.example.com", "LOGIN.example.com:8443", "login.example.com."] {
            assert!(public.is_reached_at(own), "{own}");
        }
        for other in ["", "example.com", "localhost", "login.example.com@evil.example", "login.example.com/x", "a b"] {
            assert!(!public.is_reached_at(other), "{other}");
        }
        let here = issuer("http://localhost:8080");
        for own in ["localhost", "127.0.0.1:1", "[::1]", "x.localhost:80"] {
            assert!(here.is_reached_at(own), "{own}");
        }
        assert!(!here.is_reached_at("192.0.2.1:8080") && !here.is_reached_at("localhost.evil.example"));
    }

    #[test]
    fn http_is_for_loopback_hosts_only() {
        for text in [
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:8080",
            "http://gatepost.localhost",
        ] {
            assert!(issuer(text).is_loopback(), "{text}");
        }
        for text in ["http://example.com", "http://10.0.0.1", "http://localhost.example.com"] {
            assert!(why_not(text).contains("use https"), "{text}");
        }
        assert!(!issuer("https://example.com").is_loopback());
    }

    #[test]
    fn a_slash_at_the_end_is_refused_with_the_reason() {
        assert!(why_not("https://example.com/").contains("leave out the slash"));
        assert!(why_not("https://example.com/auth/").contains("leave out the slash"));
    }

    #[test]
    fn what_is_more_than_an_address_is_refused() {
        assert!(why_not("https://example.com?a=b").contains("query"));
        assert!(why_not("https://example.com#a").contains("fragment"));
        assert!(why_not("https://me@example.com").contains("user name"));
        assert!(why_not("https://:pw@example.com").contains("user name"));
        assert!(why_not("ftp://example.com").contains("https"));
        assert!(!why_not("example.com").is_empty());
        assert!(!why_not("https://").is_empty());
    }

    #[test]
    fn an_issuer_must_be_written_as_others_will_compare_it() {
        assert_eq!(why_not("https://EXAMPLE.com:443"), "write it in its normal form, https://example.com");
    }
}
