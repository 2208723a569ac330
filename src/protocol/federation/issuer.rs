//! Issuers whose tokens an application trusts.

use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::protocol::discovery::metadata_url;
use crate::protocol::redirect_uri::is_loopback;
use crate::protocol::url_parts::has_credentials;

/// The longest issuer, in bytes.
const LONGEST: usize = 1000;

const SPIFFE: &str = "spiffe://";

/// Issuers that serve everybody: a pattern for their subjects has to name its owner whole.
const SHARED: [&str; 3] =
    ["https://token.actions.githubusercontent.com", "https://gitlab.com", "https://app.terraform.io"];

/// An issuer, as its tokens spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedIssuer {
    /// A URL, which `iss` must be (RFC 7519 §4.1.1).
    Url(String),
    /// A SPIFFE trust domain, in which `sub` must be: a JWT-SVID need not have an `iss`.
    TrustDomain(String),
}

/// Why a text names no issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the issuer is an https URL without a user, query or fragment (http on this machine), or a SPIFFE trust domain such \
     as spiffe://example.org"
)]
pub struct TrustedIssuerError;

impl TrustedIssuer {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Url(text) | Self::TrustDomain(text) => text,
        }
    }

    /// Whether it signs what has this `iss` and this `sub`.
    pub fn signs(&self, iss: Option<&str>, sub: &str) -> bool {
        match self {
            Self::Url(url) => iss == Some(url),
            Self::TrustDomain(domain) => sub.strip_prefix(domain.as_str()).is_some_and(|rest| rest.starts_with('/')),
        }
    }

    /// Where its metadata stands (OIDC Discovery §4.1); none of a trust domain.
    pub fn metadata_url(&self) -> Option<Url> {
        match self {
            Self::Url(url) => metadata_url(url),
            Self::TrustDomain(_) => None,
        }
    }

    /// Whether anybody can get a token of it.
    pub fn is_shared(&self) -> bool {
        SHARED.contains(&self.as_str())
    }
}

impl FromStr for TrustedIssuer {
    type Err = TrustedIssuerError;

    fn from_str(text: &str) -> Result<Self, TrustedIssuerError> {
        if text.len() > LONGEST || !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(TrustedIssuerError);
        }
        if let Some(name) = text.strip_prefix(SPIFFE) {
            // SPIFFE ID §2.1.
            let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
            let is_name = !name.is_empty() && name.chars().all(is_good);
            return if is_name { Ok(Self::TrustDomain(text.to_owned())) } else { Err(TrustedIssuerError) };
        }
        let url = Url::parse(text).map_err(|_| TrustedIssuerError)?;
        let is_safe = url.scheme() == "https" || is_loopback(text);
        let is_bare = !has_credentials(&url);
        let is_whole = url.host().is_some() && url.query().is_none() && url.fragment().is_none();
        if is_safe && is_bare && is_whole { Ok(Self::Url(text.to_owned())) } else { Err(TrustedIssuerError) }
    }
}

impl fmt::Display for TrustedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_machine_or_a_trust_domain() {
        for good in [
            "https://token.actions.githubusercontent.com",
            "https://gitlab.example.com:8443/",
            "https://kubernetes.default.svc.cluster.local",
            "http://localhost:4000",
            "http://127.0.0.1:4000/realm",
            "spiffe://prod.example_1.org",
        ] {
            assert_eq!(good.parse::<TrustedIssuer>().map(|issuer| issuer.to_string()).as_deref(), Ok(good));
        }
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "a.example",
            "http://a.example",
            "http://localhost.example",
            "https://me@a.example",
            "https://a.example?x=1",
            "https://a.example/#x",
            "https://ä.example",
            "https://a.example/a b",
            "https://",
            "javascript:alert(1)",
            "spiffe://",
            "spiffe://Example.org",
            "spiffe://example.org/workload",
            "spiffe://example.org:80",
            &long,
        ] {
            assert_eq!(bad.parse::<TrustedIssuer>(), Err(TrustedIssuerError), "{bad}");
        }
    }

    /// A trust domain is whole: what only begins like it is another one.
    #[test]
    fn a_token_is_its_issuers_to_the_letter() {
        let url: TrustedIssuer = "https://a.example".parse().unwrap();
        assert!(url.signs(Some("https://a.example"), "x"));
        for iss in [None, Some("https://a.example/"), Some("https://A.example"), Some("https://a.example.net")] {
            assert!(!url.signs(iss, "x"), "{iss:?}");
        }
        let domain: TrustedIssuer = "spiffe://example.org".parse().unwrap();
        for iss in [None, Some("https://spire.example.org")] {
            assert!(domain.signs(iss, "spiffe://example.org/ns/prod"));
            for sub in ["spiffe://example.org", "spiffe://example.org.net/ns", "https://example.org/ns", ""] {
                assert!(!domain.signs(iss, sub), "{sub}");
            }
        }
    }

    #[test]
    fn the_metadata_of_an_issuer_stands_below_it() {
        let url = |text: &str| text.parse::<TrustedIssuer>().unwrap().metadata_url().map(String::from);
        let below = |at: &str| Some(format!("{at}/.well-known/openid-configuration"));
        assert_eq!(url("https://a.example"), below("https://a.example"));
        assert_eq!(url("https://a.example/"), below("https://a.example"));
        assert_eq!(url("https://a.example/realms/x"), below("https://a.example/realms/x"));
        assert_eq!(url("spiffe://a.example"), None);
    }
}
