//! Redirect URIs: which one a request may name, and which may be registered (RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252
//! §7.3).

mod registrable;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::mismatch::{Field, Mismatch};
use super::refusal::Refusal;

pub use registrable::{OwnScheme, ReturnFrom, UriRule, check_registrable};

/// Parameters of the authorization response. In a redirect URI they would let the application confuse its own
/// parameters with this server's.
const RESERVED: [&str; 7] = ["code", "state", "iss", "error", "error_description", "error_uri", "response"];

/// The characters that are percent-encoded in a query: all but the unreserved ones (RFC 3986 §2.3).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest redirect URI, in bytes.
const LONGEST: usize = 2048;

/// How much of a redirect URI must be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// All of it, compared as text (RFC 9700 §2.1).
    Exact,
    /// All of it but the port of a loopback host: a native application listens on whatever port it gets
    /// (RFC 8252 §7.3).
    AnyLoopbackPort,
    /// All of it up to its query; the application may add query parameters of its own, which are kept byte
    /// for byte. For requests that the application's own server sends.
    WithOwnQuery,
}

/// A redirect URI of the application. It is only made from a registered one, so a browser cannot be sent anywhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredRedirect(String);

impl fmt::Debug for RegisteredRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RegisteredRedirect {
    /// Finds the requested URI among the registered ones. It may be left out if exactly one is registered
    /// (RFC 6749 §3.1.2.3).
    pub fn find(requested: Option<&str>, registered: &[String], matching: Matching) -> Result<Self, Refusal> {
        let Some(requested) = requested else {
            return match registered {
                [only] => Ok(Self(only.clone())),
                _ => Err(Refusal::invalid_request("the parameter 'redirect_uri' is missing")
                    .with_mismatch(Mismatch::missing(Field::RedirectUri, registered.first().map(String::as_str)))),
            };
        };
        let mismatch = || Mismatch::nearest(Field::RedirectUri, requested, registered.iter().map(String::as_str));
        if requested.len() > LONGEST || requested.contains('#') || requested.chars().any(|c| !c.is_ascii_graphic()) {
            return Err(Refusal::invalid_request(
                "the redirect_uri is too long, has a fragment, or is not plain ASCII",
            )
            .with_mismatch(mismatch()));
        }
        let found = registered.iter().any(|known| match matching {
            Matching::Exact => known == requested,
            Matching::AnyLoopbackPort => known == requested || differs_in_loopback_port(known, requested),
            Matching::WithOwnQuery => extends(known, requested),
        });
        if !found {
            return Err(Refusal::invalid_request(format!(
                "the redirect_uri '{requested}' is not registered for this application"
            ))
            .with_mismatch(mismatch()));
        }
        if let Some(reserved) = reserved_parameter(requested) {
            return Err(Refusal::invalid_request(format!(
                "the redirect_uri has a query parameter '{reserved}', which is reserved for the answer"
            )));
        }
        Ok(Self(requested.to_owned()))
    }

    /// The URI as it was requested.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with these parameters in its fragment; a registered one has none of its own.
    pub fn with_fragment(&self, parameters: &[(&str, &str)]) -> String {
        let encoded = |value| utf8_percent_encode(value, QUERY);
        let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{}#{}", self.0, pairs.join("&"))
    }

    /// The URI with these parameters added and everything else kept byte for byte.
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> String {
        let mut uri = self.0.clone();
        for (name, value) in parameters {
            let separator = match uri.split_once('?') {
                None => '?',
                Some((_, "")) => '\0',
                Some((_, query)) if query.ends_with('&') => '\0',
                Some(_) => '&',
            };
            if separator != '\0' {
                uri.push(separator);
            }
            uri.push_str(name);
            uri.push('=');
            uri.extend(utf8_percent_encode(value, QUERY));
        }
        uri
    }
}

/// Whether only the owner of the host's certificate can receive the answer. A private-use scheme or a loopback address
/// can be claimed by any program on the device (RFC 8252 §8.1, §8.6).
pub fn is_https(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.scheme() == "https")
}

/// The registered URI, or it with more query parameters after its own.
fn extends(known: &str, requested: &str) -> bool {
    let Some(rest) = requested.strip_prefix(known) else { return false };
    match rest.chars().next() {
        None => true,
        Some('?') => !known.contains('?'),
        Some('&') => known.contains('?'),
        Some(_) => known.ends_with('?') || (known.contains('?') && known.ends_with('&')),
    }
}

/// The hosts on which a native application listens (RFC 8252 §7.3, §8.3), as they have to be written.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// Whether the answer goes to a loopback host of the machine that the browser runs on.
pub fn is_loopback(uri: &str) -> bool {
    without_loopback_port(uri).is_some()
}

/// Both are the same loopback address, byte for byte, but for the port.
fn differs_in_loopback_port(known: &str, requested: &str) -> bool {
    let known = without_loopback_port(known);
    known.is_some() && known == without_loopback_port(requested)
}

/// The host and what follows its port, where the URI is one on loopback.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (host, rest) = LOOPBACK.into_iter().find_map(|host| Some((host, rest.strip_prefix(host)?)))?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let (port, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
            let plain = !port.starts_with('0') && port.parse::<u16>().is_ok();
            plain.then_some(rest)?
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// The response parameter that a redirect URI already carries, if any. Every request with such a URI is refused, so it
/// cannot be registered.
fn reserved_parameter(uri: &str) -> Option<&'static str> {
    first_of(&RESERVED, uri)
}

/// The same for the address after signing out, to which only `state` is added (RP-Initiated Logout §3).
fn reserved_at_logout(uri: &str) -> Option<&'static str> {
    first_of(&["state"], uri)
}

fn first_of(reserved: &[&'static str], uri: &str) -> Option<&'static str> {
    let (_, query) = uri.split_once('?')?;
    let names: Vec<String> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    reserved.iter().copied().find(|reserved| names.iter().any(|name| name == reserved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(requested: &str, registered: &[&str], matching: Matching) -> Result<String, Refusal> {
        let registered: Vec<String> = registered.iter().map(|uri| (*uri).to_owned()).collect();
        RegisteredRedirect::find(Some(requested), &registered, matching).map(|found| found.as_str().to_owned())
    }

    const REGISTERED: &[&str] = &["https://www.example.com/oauth/callback"];

    #[test]
    fn exact_means_every_character() {
        assert!(find("https://www.example.com/oauth/callback", REGISTERED, Matching::Exact).is_ok());
        let others = [
            "https://www.example.com/oauth/callback/",
            "https://www.example.com/oauth/callback?table=1",
            "https://www.example.com/oauth/Callback",
            "https://WWW.example.com/oauth/callback",
            "http://www.example.com/oauth/callback",
            "https://www.example.com:443/oauth/callback",
            "https://www.example.com/oauth/callback#x",
            "https://www.example.com/oauth/../oauth/callback",
            "https://www.example.com@evil.example/oauth/callback",
            "https://evil.example/?https://www.example.com/oauth/callback",
        ];
        for other in others {
            assert!(find(other, REGISTERED, Matching::Exact).is_err(), "{other}");
        }
    }

    #[test]
    fn an_application_may_add_query_parameters_of_its_own() {
        let extended = "https://www.example.com/oauth/callback?table=1&x=%20y+z&empty=";
        assert_eq!(find(extended, REGISTERED, Matching::WithOwnQuery).unwrap(), extended);
        let with_query = &["https://a.example/cb?tenant=1"];
        assert!(find("https://a.example/cb?tenant=1&table=2", with_query, Matching::WithOwnQuery).is_ok());
        for other in ["https://a.example/cb", "https://a.example/cb?tenant=12", "https://a.example/cb?table=2&tenant=1"]
        {
            assert!(find(other, with_query, Matching::WithOwnQuery).is_err(), "{other}");
        }
        for other in ["https://www.example.com/oauth/callback/x?a=1", "https://www.example.com/oauth/callbackx"] {
            assert!(find(other, REGISTERED, Matching::WithOwnQuery).is_err(), "{other}");
        }
    }

    #[test]
    fn the_answers_own_parameters_are_reserved_however_they_are_spelled() {
        for query in ["code=1", "a=1&state=2", "iss=x", "error=x", "c%6fde=1", "error_description=x", "code"] {
            let uri = format!("https://www.example.com/oauth/callback?{query}");
            assert!(find(&uri, REGISTERED, Matching::WithOwnQuery).is_err(), "{query}");
        }
    }

    #[test]
    fn a_native_application_may_use_any_port_of_a_loopback_address() {
        let registered = &["http://127.0.0.1/cb", "http://[::1]/cb?a=1", "http://localhost:3000/cb"];
        for good in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:51234/cb",
            "http://[::1]:51234/cb?a=1",
            "http://localhost:65535/cb",
            "http://localhost/cb",
        ] {
            assert_eq!(find(good, registered, Matching::AnyLoopbackPort).unwrap(), good);
        }
        let port = &["http://127.0.0.1:80/cb", "http://10.0.0.1/cb", "http://a.localhost/cb", "https://127.0.0.1/cb"];
        for bad in ["http://10.0.0.1:1/cb", "http://a.localhost:1/cb", "https://127.0.0.1:1/cb", "http://127.0.0.1:/cb"]
        {
            assert!(find(bad, port, Matching::AnyLoopbackPort).is_err(), "{bad}");
        }
    }

    #[test]
    fn all_but_the_port_of_a_loopback_address_is_compared_byte_for_byte() {
        for other in [
            "http://127.0.0.1:1/other",
            "http://127.0.0.1:1/cb/",
            "http://127.0.0.1:1/cb?a=1",
            "http://127.0.0.1:1/CB",
            "http://127.0.0.1:1/x/../cb",
            "http://127.0.0.1:1/%2e/cb",
            "http://127.0.0.1:1/c%62",
            "http://127.0.0.1:1\\cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:01/cb",
            "http://127.0.0.1:+1/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1.:1/cb",
            "http://127.1:1/cb",
            "http://2130706433:1/cb",
            "http://0x7f.0.0.1:1/cb",
            "http://127.0.0.2:1/cb",
            "http://localhost:1/cb",
            "http://[::1]:1/cb",
            "http://[0:0::1]:1/cb",
            "http://user@127.0.0.1:1/cb",
            "http://127.0.0.1:1@evil.example/cb",
            "http://127.0.0.1:1evil.example/cb",
            "http://127.0.0.1evil.example/cb",
            "HTTP://127.0.0.1:1/cb",
            "http:/127.0.0.1:1/cb",
            "http:///127.0.0.1:1/cb",
            "https://127.0.0.1:1/cb",
        ] {
            assert!(find(other, &["http://127.0.0.1/cb"], Matching::AnyLoopbackPort).is_err(), "{other}");
        }
        for other in ["http://LOCALHOST:1/cb", "http://localhost.:1/cb", "http://a.localhost:1/cb"] {
            assert!(find(other, &["http://localhost/cb"], Matching::AnyLoopbackPort).is_err(), "{other}");
        }
    }

    #[test]
    fn only_a_native_application_is_free_in_the_port() {
        for matching in [Matching::Exact, Matching::WithOwnQuery] {
            assert!(find("http://127.0.0.1:1/cb", &["http://127.0.0.1/cb"], matching).is_err());
        }
    }

    #[test]
    fn it_may_be_left_out_only_when_there_is_one() {
        let one = ["https://a.example/cb".to_owned()];
        assert!(RegisteredRedirect::find(None, &one, Matching::Exact).is_ok());
        assert!(RegisteredRedirect::find(None, &[], Matching::Exact).is_err());
        let two = ["https://a.example/cb".to_owned(), "https://b.example/cb".to_owned()];
        assert!(RegisteredRedirect::find(None, &two, Matching::Exact).is_err());
    }

    #[test]
    fn the_answer_is_added_behind_whatever_is_there() {
        let answer =
            |uri: &str| RegisteredRedirect(uri.to_owned()).with_parameters(&[("code", "a b"), ("state", "&=")]);
        assert_eq!(answer("https://a.example/cb"), "https://a.example/cb?code=a%20b&state=%26%3D");
        assert_eq!(answer("https://a.example/cb?x=%2f"), "https://a.example/cb?x=%2f&code=a%20b&state=%26%3D");
        assert_eq!(answer("https://a.example/cb?"), "https://a.example/cb?code=a%20b&state=%26%3D");
        assert_eq!(answer("https://a.example/cb?x&"), "https://a.example/cb?x&code=a%20b&state=%26%3D");
        assert_eq!(answer("com.example.app:/cb"), "com.example.app:/cb?code=a%20b&state=%26%3D");
        let own_query = RegisteredRedirect("https://a.example/cb?x=%2f".to_owned());
        let in_fragment = own_query.with_fragment(&[("code", "a b"), ("state", "&=#")]);
        assert_eq!(in_fragment, "https://a.example/cb?x=%2f#code=a%20b&state=%26%3D%23");
    }

    #[test]
    fn a_query_that_is_open_at_its_end_goes_on_with_the_applications_own() {
        for (registered, good) in [
            ("https://a.example/cb?", "https://a.example/cb?x=1"),
            ("https://a.example/cb?x&", "https://a.example/cb?x&y"),
        ] {
            assert!(find(good, &[registered], Matching::WithOwnQuery).is_ok(), "{good}");
            assert!(find(good, &[registered.trim_end_matches(['?', '&'])], Matching::Exact).is_err(), "{good}");
        }
        assert!(find("https://a.example/cb&x", &["https://a.example/cb&"], Matching::WithOwnQuery).is_err());
    }

    #[test]
    fn only_https_has_a_certificate() {
        assert!(is_https("https://a.example/cb") && is_https("HTTPS://a.example/cb"));
        assert!(!is_https("http://127.0.0.1/cb") && !is_https("com.example.app:/https://") && !is_https("https"));
    }

    #[test]
    fn debug_output_is_the_address() {
        assert_eq!(format!("{:?}", RegisteredRedirect("https://a.example/cb".to_owned())), "https://a.example/cb");
    }

    #[test]
    fn what_is_too_long_or_has_a_fragment_or_foreign_characters_is_refused_though_it_begins_right() {
        let longest = format!("{}?{}", REGISTERED[0], "a".repeat(LONGEST - REGISTERED[0].len() - 1));
        assert!(find(&longest, REGISTERED, Matching::WithOwnQuery).is_ok());
        for more in [format!("{longest}a"), format!("{}?a#b", REGISTERED[0]), format!("{}?\u{e4}", REGISTERED[0])] {
            assert!(find(&more, REGISTERED, Matching::WithOwnQuery).is_err(), "{more}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_found_begins_with_what_was_registered(requested in "https://www\\.example\\.com/oauth/callback[ -~]{0,30}") {
            if let Ok(found) = find(&requested, REGISTERED, Matching::WithOwnQuery) {
                let rest = found.strip_prefix(REGISTERED[0]).unwrap();
                prop_assert!(rest.is_empty() || rest.starts_with('?'));
                prop_assert!(!rest.contains('#'));
            }
        }
    }
}
