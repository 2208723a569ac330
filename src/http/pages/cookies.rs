//! The cookies of the pages: one for the browser, one for the session, one for the accounts that were signed in before,
//! one for a new secret on its way to the page that shows it, one for whether a passkey is offered.
//!
//! The first two are opaque random values; the database has their hashes. The third is marks of the server's own
//! (`flows/known_browser.rs`), the fourth is sealed and lives for two minutes. With https they carry the `__Host-`
//! prefix, so that no other host and no plain connection can plant them; below an issuer's path `__Secure-`, since the
//! first wants `Path=/`.

use std::str::FromStr;
use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};

use crate::config::Issuer;
use crate::domain::one_time::{BrowserToken, SessionToken};
use crate::domain::session::SESSION_LIFETIME;
use crate::flows::browsers::KnownAccounts;
use crate::flows::browsers::SHOWN_WITHIN;

const BROWSER: &str = "gatepost_browser";
const SESSION: &str = "gatepost_session";
const KNOWN: &str = "gatepost_known";
const SHOWN_ONCE: &str = "gatepost_shown_once";
const PASSKEYS: &str = "gatepost_passkeys";

/// How long nobody is offered a passkey in a browser where it was declined.
const NOT_OFFERED_FOR: Duration = Duration::from_hours(90 * 24);

/// How long a browser is recognised.
const BROWSER_LIFETIME: Duration = Duration::from_hours(400 * 24);

/// The browser's own token, if it has one.
pub(super) fn browser(headers: &HeaderMap, issuer: &Issuer) -> Option<BrowserToken> {
    value(headers, &name(BROWSER, issuer))
}

/// The session's token, if there is a session.
pub(in crate::http) fn session(headers: &HeaderMap, issuer: &Issuer) -> Option<SessionToken> {
    value(headers, &name(SESSION, issuer))
}

/// The marks of accounts that were signed in before; not verified yet.
pub(super) fn known_accounts(headers: &HeaderMap, issuer: &Issuer) -> KnownAccounts {
    let text: Option<String> = value(headers, &name(KNOWN, issuer));
    text.as_deref().map(KnownAccounts::read).unwrap_or_default()
}

/// Sets the cookie with the marks, as long-lived as that of the browser.
pub(super) fn set_known_accounts(known: &KnownAccounts, issuer: &Issuer) -> Option<HeaderValue> {
    set(KNOWN, &known.to_string(), BROWSER_LIFETIME, issuer)
}

/// Sets the cookie of the browser.
pub(super) fn set_browser(token: &BrowserToken, issuer: &Issuer) -> Option<HeaderValue> {
    set(BROWSER, token.expose(), BROWSER_LIFETIME, issuer)
}

/// Sets the cookie of the session.
pub(super) fn set_session(token: &SessionToken, issuer: &Issuer) -> Option<HeaderValue> {
    set(SESSION, token.expose(), SESSION_LIFETIME, issuer)
}

/// Removes the cookie of the session.
pub(super) fn clear_session(issuer: &Issuer) -> Option<HeaderValue> {
    set(SESSION, "", Duration::ZERO, issuer)
}

/// Whether a passkey is to be offered in this browser.
pub(super) fn passkey_offer(headers: &HeaderMap, issuer: &Issuer) -> PasskeyOffer {
    value(headers, &name(PASSKEYS, issuer)).unwrap_or_default()
}

/// Sets the cookie that says so.
pub(super) fn set_passkey_offer(offer: PasskeyOffer, issuer: &Issuer) -> Option<HeaderValue> {
    set(PASSKEYS, offer.name(), NOT_OFFERED_FOR, issuer)
}

/// The sealed secret in the cookie.
pub(super) fn flash_secret(headers: &HeaderMap, issuer: &Issuer) -> Option<String> {
    value(headers, &name(SHOWN_ONCE, issuer))
}

/// Sets the cookie with a sealed secret for the next page.
pub(super) fn set_flash_secret(sealed: &str, issuer: &Issuer) -> Option<HeaderValue> {
    set(SHOWN_ONCE, sealed, SHOWN_WITHIN, issuer)
}

/// Removes it.
pub(super) fn clear_flash_secret(issuer: &Issuer) -> Option<HeaderValue> {
    set(SHOWN_ONCE, "", Duration::ZERO, issuer)
}

/// Whether somebody is offered a passkey after they have signed in by mail in a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::http) enum PasskeyOffer {
    /// It is not known whether the browser can keep one.
    #[default]
    Unknown,
    /// It can.
    Due,
    /// It can, and the person did not want one just now.
    Declined,
}

impl FromStr for PasskeyOffer {
    type Err = ();

    fn from_str(value: &str) -> Result<Self, ()> {
        [Self::Due, Self::Declined].into_iter().find(|offer| offer.name() == value).ok_or(())
    }
}

impl PasskeyOffer {
    const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Due => "due",
            Self::Declined => "declined",
        }
    }

    /// Once the browser has said that it can keep passkeys.
    pub(super) const fn on_this_browser(self) -> Option<Self> {
        match self {
            Self::Unknown => Some(Self::Due),
            Self::Due | Self::Declined => None,
        }
    }
}

fn value<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| Cookie::split_parse(line).filter_map(Result::ok));
    cookies.find(|cookie| cookie.name() == name).and_then(|cookie| cookie.value().parse().ok())
}

/// `Lax`: an application of another site must be able to send a browser here with its session.
fn set(name_of: &str, value: &str, lifetime: Duration, issuer: &Issuer) -> Option<HeaderValue> {
    let cookie = Cookie::build((name(name_of, issuer), value))
        .path(if issuer.path().is_empty() { "/" } else { issuer.path() })
        .http_only(true)
        .secure(issuer.is_https())
        .same_site(SameSite::Lax)
        .max_age(lifetime.try_into().ok()?);
    HeaderValue::from_str(&cookie.to_string()).ok()
}

fn name(name: &str, issuer: &Issuer) -> String {
    match (issuer.is_https(), issuer.path().is_empty()) {
        (false, _) => name.to_owned(),
        (true, true) => format!("__Host-{name}"),
        // That prefix would have the browser refuse a cookie with another path than `/` (RFC 6265bis §4.1.3).
        (true, false) => format!("__Secure-{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        text.parse().unwrap()
    }

    #[test]
    fn a_cookie_comes_back_as_it_was_set() {
        let issuer = issuer("https://id.example.com");
        let token = SessionToken::from_random([7; 32]);
        let set = set_session(&token, &issuer).unwrap();
        let line = set.to_str().unwrap();
        for part in ["__Host-gatepost_session=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("Domain"));
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(line.split(';').next().unwrap()).unwrap());
        assert_eq!(session(&headers, &issuer), Some(token));
    }

    #[test]
    fn below_a_path_a_cookie_is_for_that_path_only() {
        let line = set_browser(&BrowserToken::from_random([7; 32]), &issuer("https://example.com/id")).unwrap();
        let line = line.to_str().unwrap();
        assert!(line.starts_with("__Secure-gatepost_browser=") && line.contains("Path=/id;"), "{line}");
    }

    #[test]
    fn on_this_machine_without_tls_the_name_is_plain() {
        let issuer = issuer("http://localhost:8080");
        let line = set_browser(&BrowserToken::from_random([7; 32]), &issuer).unwrap();
        assert!(line.to_str().unwrap().starts_with("gatepost_browser="));
        assert!(!line.to_str().unwrap().contains("Secure"));
    }

    #[test]
    fn nonsense_is_no_cookie_of_ours() {
        let issuer = issuer("http://localhost:8080");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("gatepost_session=nonsense; gatepost_browser=gpss_x"));
        assert_eq!(session(&headers, &issuer), None);
        assert_eq!(browser(&headers, &issuer), None);
    }
}
