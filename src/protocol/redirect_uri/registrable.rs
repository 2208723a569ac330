//! Which addresses may be registered at all (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.6).
//!
//! An address is judged as it is written, not as a browser would read it: what can be read in two ways is refused.

use std::net::Ipv4Addr;

use url::Url;

use super::{LONGEST, reserved_at_logout, reserved_parameter};

/// What the address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnFrom {
    /// The answer to an authorization request goes there.
    SignIn,
    /// The browser goes there after signing out.
    SignOut,
}

/// Whether the application may have a scheme of its own (RFC 8252 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnScheme {
    /// A native one, which its system starts by that scheme.
    Allowed,
    /// Every other.
    Refused,
}

/// The rule that an address breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriRule {
    /// More than is taken in a request.
    #[error("it may be {LONGEST} bytes long")]
    Length,
    /// Blank, control or non-ASCII.
    #[error("the character {0:?} cannot stand in it; it is plain ASCII without blanks")]
    Character(char),
    /// RFC 6749 §3.1.2.
    #[error("it must not have a fragment ('#')")]
    Fragment,
    /// Nothing is matched by a pattern.
    #[error("it must not have a '*'; each address is registered in full")]
    Wildcard,
    /// Browsers read it as a slash.
    #[error("it must not have a backslash")]
    Backslash,
    /// Nothing is left out of an absolute address.
    #[error("it must be a whole address, such as https://app.example.com/callback")]
    NotAbsolute,
    /// RFC 3986 §3.2.1: it makes a host look like another.
    #[error("it must not name a user or a password before the host ('@')")]
    UserInfo,
    /// RFC 3986 §5.2.4: a browser takes them out.
    #[error("its path must not have the segments '.' or '..', nor their escapes")]
    DotSegment,
    /// An attacker on the way could read the code.
    #[error("http is for loopback hosts only (127.0.0.1, [::1], localhost); use https")]
    Http,
    /// RFC 8252 §7.1: what is not derived from a name of one's own, others use too.
    #[error("the scheme '{0}' is not in reverse domain form, such as com.example.app")]
    Scheme(String),
    /// Only a system that starts applications by their scheme has a use for one.
    #[error("only an application of type native may have a scheme of its own; use https")]
    SchemeOfOthers,
    /// The answer could not be told from it.
    #[error("its query parameter '{0}' is reserved for the answer")]
    Reserved(&'static str),
}

/// Whether an application can be sent back there. Gives the first rule that is broken.
pub fn check_registrable(uri: &str, from: ReturnFrom, own_scheme: OwnScheme) -> Result<(), UriRule> {
    check_text(uri)?;
    let url = Url::parse(uri).map_err(|_| UriRule::NotAbsolute)?;
    let (_, after_scheme) = uri.split_once(':').ok_or(UriRule::NotAbsolute)?;
    let (authority, path) = split_authority(after_scheme);
    match url.scheme() {
        // `https:host` and `https:///host` are repaired by browsers, and by nothing else.
        "http" | "https" if authority.is_none_or(str::is_empty) => return Err(UriRule::NotAbsolute),
        "http" if !authority.is_some_and(is_loopback) => {
            let named_user = authority.is_some_and(|authority| authority.contains('@'));
            return Err(if named_user { UriRule::UserInfo } else { UriRule::Http });
        }
        "http" | "https" => {}
        scheme if own_scheme == OwnScheme::Refused || !is_reverse_domain(scheme) => {
            return Err(match own_scheme {
                OwnScheme::Allowed => UriRule::Scheme(scheme.to_owned()),
                OwnScheme::Refused => UriRule::SchemeOfOthers,
            });
        }
        _ => {}
    }
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err(UriRule::UserInfo);
    }
    if path.split('/').any(is_dot_segment) {
        return Err(UriRule::DotSegment);
    }
    let reserved = match from {
        ReturnFrom::SignIn => reserved_parameter(uri),
        ReturnFrom::SignOut => reserved_at_logout(uri),
    };
    reserved.map_or(Ok(()), |parameter| Err(UriRule::Reserved(parameter)))
}

fn check_text(uri: &str) -> Result<(), UriRule> {
    if uri.len() > LONGEST {
        return Err(UriRule::Length);
    }
    if let Some(bad) = uri.chars().find(|c| !c.is_ascii_graphic()) {
        return Err(UriRule::Character(bad));
    }
    for (character, rule) in [('#', UriRule::Fragment), ('*', UriRule::Wildcard), ('\\', UriRule::Backslash)] {
        if uri.contains(character) {
            return Err(rule);
        }
    }
    Ok(())
}

/// The authority, if there is one, and the path (RFC 3986 §3).
fn split_authority(after_scheme: &str) -> (Option<&str>, &str) {
    let before_query = after_scheme.split('?').next().unwrap_or_default();
    match before_query.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (Some(authority), path)
        }
        None => (None, before_query),
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    host == "[::1]"
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_reverse_domain(scheme: &str) -> bool {
    scheme.contains('.') && scheme.split('.').all(|label| !label.is_empty())
}

fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str) -> Result<(), UriRule> {
        check_registrable(uri, ReturnFrom::SignIn, OwnScheme::Allowed)
    }

    #[test]
    fn https_anywhere_http_on_loopback_and_a_scheme_in_reverse_domain_form() {
        for good in [
            "https://a.example/cb?tenant=1",
            "https://a.example",
            "https://a.example:8443/cb",
            "https://a.example/a@b",
            "https://a.example/cb?next=a@b/../c",
            "http://127.0.0.1/cb",
            "http://127.0.0.2:1/cb",
            "http://[::1]:3000/cb",
            "http://localhost:3000/cb",
            "http://localhost",
            "com.example.app:/cb",
            "com.example.app://cb",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn each_rule_is_told_by_name() {
        let scheme = |name: &str| UriRule::Scheme(name.to_owned());
        for (bad, rule) in [
            ("https://a.example/cb#f", UriRule::Fragment),
            ("https://a.example/cb#", UriRule::Fragment),
            ("https://*.example/cb", UriRule::Wildcard),
            ("https://a.example/*", UriRule::Wildcard),
            ("https://a.example\\@b.example/", UriRule::Backslash),
            ("https://a.example/\u{fc}", UriRule::Character('\u{fc}')),
            ("https://a.example/a b", UriRule::Character(' ')),
            ("https://a.example/a\tb", UriRule::Character('\t')),
            ("", UriRule::NotAbsolute),
            ("/cb", UriRule::NotAbsolute),
            ("//a.example/cb", UriRule::NotAbsolute),
            ("https:a.example/cb", UriRule::NotAbsolute),
            ("https:///a.example/cb", UriRule::NotAbsolute),
            ("https://?a", UriRule::NotAbsolute),
            ("https://user@a.example/cb", UriRule::UserInfo),
            ("https://user:secret@a.example/cb", UriRule::UserInfo),
            ("http://127.0.0.1@a.example/cb", UriRule::UserInfo),
            ("com.example.app://user@cb", UriRule::UserInfo),
            ("https://a.example/x/../cb", UriRule::DotSegment),
            ("https://a.example/./cb", UriRule::DotSegment),
            ("https://a.example/x/%2E%2e/cb", UriRule::DotSegment),
            ("https://a.example/..", UriRule::DotSegment),
            ("com.example.app:/../cb", UriRule::DotSegment),
            ("http://a.example/cb", UriRule::Http),
            ("http://10.0.0.1/cb", UriRule::Http),
            ("http://127.1/cb", UriRule::Http),
            ("http://localhost.a.example/cb", UriRule::Http),
            ("http://localhost./cb", UriRule::Http),
            ("javascript:alert(1)", scheme("javascript")),
            ("JavaScript:alert(1)", scheme("javascript")),
            ("data:text/html,x", scheme("data")),
            ("file:///etc/passwd", scheme("file")),
            ("app:/cb", scheme("app")),
            ("com..app:/cb", scheme("com..app")),
            ("https://a.example/cb?c%6fde=1", UriRule::Reserved("code")),
        ] {
            assert_eq!(check(bad), Err(rule), "{bad}");
        }
        assert_eq!(check(&format!("https://a.example/{}", "a".repeat(LONGEST))), Err(UriRule::Length));
    }

    #[test]
    fn a_scheme_of_its_own_is_for_native_applications() {
        let refused = |uri| check_registrable(uri, ReturnFrom::SignIn, OwnScheme::Refused);
        assert_eq!(refused("com.example.app:/cb"), Err(UriRule::SchemeOfOthers));
        assert_eq!(refused("javascript:alert(1)"), Err(UriRule::SchemeOfOthers));
        assert_eq!(refused("http://localhost/cb"), Ok(()));
    }

    #[test]
    fn after_signing_out_only_state_is_reserved() {
        let check = |uri| check_registrable(uri, ReturnFrom::SignOut, OwnScheme::Refused);
        assert_eq!(check("https://a.example/bye?code=logout"), Ok(()));
        assert_eq!(check("https://a.example/bye?state=x"), Err(UriRule::Reserved("state")));
    }
}
