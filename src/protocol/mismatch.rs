//! What was sent, compared with what is registered, so that the developer sees where they differ.
//!
//! A mismatch is kept and shown to the application's owner, so it is redacted first: whatever could be personal data or
//! a credential is left out, unless it is the registered text itself.

mod redact;

pub use redact::redact;

use super::named::named;
use redact::{Shown, shown};

named! {
    /// The parameter that a mismatch is about.
    pub enum Field {
        /// `redirect_uri`.
        RedirectUri = "redirect_uri",
        /// `post_logout_redirect_uri`.
        PostLogoutRedirectUri = "post_logout_redirect_uri",
        /// One scope token.
        Scope = "scope",
        /// One resource indicator (RFC 8707).
        Resource = "resource",
        /// The grant.
        GrantType = "grant_type",
        /// The response type.
        ResponseType = "response_type",
        /// The response mode.
        ResponseMode = "response_mode",
        /// The challenge of PKCE, which is missing.
        CodeChallenge = "code_challenge",
        /// The method of the challenge.
        CodeChallengeMethod = "code_challenge_method",
        /// The verifier of PKCE. It is a secret, so a mismatch has no values.
        CodeVerifier = "code_verifier",
        /// The issuer of a token that another server made.
        Issuer = "iss",
        /// Whom such a token is about.
        Subject = "sub",
        /// Whom such a token is meant for.
        Audience = "aud",
    }
}

impl Field {
    /// Whether a valid value can help with this one. A developer who registered nothing of the kind learns nothing from
    /// an address of another kind, nor from one that has nothing in common with what was sent. Names that there are
    /// only a few of are worth being told in any case.
    fn is_comparable(self, sent: &str, valid: &str) -> bool {
        match self {
            Self::RedirectUri | Self::PostLogoutRedirectUri | Self::Resource => {
                UriKind::of(sent) == UriKind::of(valid) && is_near(sent, valid)
            }
            Self::Scope => is_near(sent, valid),
            _ => true,
        }
    }
}

/// What an address is for. Those of different kinds are not mistaken for each other.
#[derive(Debug, PartialEq, Eq)]
enum UriKind<'a> {
    /// A server on the web.
    Web,
    /// A program on the person's own machine (RFC 8252 §7.3).
    Loopback,
    /// An installed application (RFC 8252 §7.1), or a name.
    Scheme(&'a str),
}

impl<'a> UriKind<'a> {
    fn of(uri: &'a str) -> Self {
        let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Self::Scheme(scheme);
        }
        let rest = rest.trim_start_matches('/');
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_loopback = |host: &str| {
            let after = authority.strip_prefix(host);
            after.is_some_and(|after| after.is_empty() || after.starts_with(':'))
        };
        if ["localhost", "127.0.0.1", "[::1]"].into_iter().any(is_loopback) { Self::Loopback } else { Self::Web }
    }
}

/// A parameter whose value is not the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The parameter.
    pub field: Field,
    /// The value that was sent, redacted; none if the parameter was missing.
    pub sent: Option<String>,
    /// The closest valid value; none if there is none, or none like it.
    pub registered: Option<String>,
    /// The first character of `sent` that differs, counted in characters from 0; its length if something is
    /// missing at its end. None where the two cannot be compared.
    pub differs_at: Option<usize>,
}

impl Mismatch {
    /// Compares a value with all valid ones, which may be shown: registrations and names.
    pub fn nearest<'a>(field: Field, sent: &str, registered: impl IntoIterator<Item = &'a str>) -> Self {
        let comparable = registered.into_iter().filter(|valid| field.is_comparable(sent, valid));
        let Some(closest) = closest(sent, comparable) else {
            return Self { field, sent: Some(redact(sent)), registered: None, differs_at: None };
        };
        let at = first_difference(sent, closest);
        let sent = shown(sent, Shown::UpTo(at));
        Self { field, sent: Some(sent), registered: Some(closest.to_owned()), differs_at: Some(at) }
    }

    /// Compares a value with that of an earlier request. Neither need be registered, so both may carry personal data
    /// and are redacted.
    pub fn between(field: Field, sent: &str, earlier: &str) -> Self {
        let (sent, earlier) = (redact(sent), redact(earlier));
        let differs_at = (sent != earlier).then(|| first_difference(&sent, &earlier));
        Self { field, sent: Some(sent), registered: Some(earlier), differs_at }
    }

    /// A parameter that is missing, with its expected value.
    pub fn missing(field: Field, expected: Option<&str>) -> Self {
        Self { field, sent: None, registered: expected.map(str::to_owned), differs_at: None }
    }

    /// A mismatch without values: they are secret, or none is registered.
    pub const fn unshown(field: Field) -> Self {
        Self { field, sent: None, registered: None, differs_at: None }
    }
}

/// The first character in which two texts differ, counted in characters; where one is the beginning of the
/// other, the end of the shorter one.
pub fn first_difference(sent: &str, registered: &str) -> usize {
    sent.chars().zip(registered.chars()).take_while(|(one, other)| one == other).count()
}

/// The candidate with the fewest characters that would have to be replaced between a common beginning and a
/// common end; of equally close ones that with the longer beginning.
pub fn closest<'a>(sent: &str, registered: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let rank = |candidate: &str| (distance(sent, candidate), usize::MAX - first_difference(sent, candidate));
    registered.into_iter().min_by_key(|candidate| rank(candidate))
}

/// How many characters would have to be replaced between a common beginning and a common end.
fn distance(sent: &str, valid: &str) -> usize {
    sent.chars().count().max(valid.chars().count()) - in_common(sent, valid)
}

/// The characters of a common beginning and a common end.
fn in_common(sent: &str, valid: &str) -> usize {
    let shorter = sent.chars().count().min(valid.chars().count());
    let beginning = first_difference(sent, valid);
    let ends = sent.chars().rev().zip(valid.chars().rev());
    beginning + ends.take_while(|(one, other)| one == other).count().min(shorter - beginning)
}

/// Whether half of a valid value stands in what was sent. What every address of a scheme begins with does not count.
fn is_near(sent: &str, valid: &str) -> bool {
    let own = |text: &str| text.split_once("://").map_or(text, |(_, rest)| rest).to_owned();
    let (sent, valid) = (own(sent), own(valid));
    in_common(&sent, &valid) * 2 >= valid.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REGISTERED: [&str; 3] =
        ["https://shop.example/callback", "https://shop.example/oauth/callback", "http://localhost:3000/callback"];

    #[test]
    fn the_first_differing_character_is_counted_in_characters() {
        assert_eq!(first_difference("abc", "abd"), 2);
        assert_eq!(first_difference("abc", "abcd"), 3);
        assert_eq!(first_difference("abcd", "abc"), 3);
        assert_eq!(first_difference("", "a"), 0);
        assert_eq!(first_difference("größe=1", "größe=2"), 6);
    }

    #[test]
    fn the_closest_is_the_one_with_the_smallest_difference() {
        let close = |sent| closest(sent, REGISTERED);
        assert_eq!(close("http://shop.example/callback"), Some(REGISTERED[0]));
        assert_eq!(close("https://shop.example/oauth/callbak"), Some(REGISTERED[1]));
        assert_eq!(close("http://localhost:5000/callback"), Some(REGISTERED[2]));
        assert_eq!(closest("usr", ["openid", "users", "user"]), Some("user"));
        assert_eq!(closest("x", []), None);
    }

    #[test]
    fn a_mismatch_says_where() {
        let mismatch = Mismatch::nearest(Field::RedirectUri, "https://shop.example/callback/", REGISTERED);
        assert_eq!(mismatch.registered.as_deref(), Some(REGISTERED[0]));
        assert_eq!(mismatch.differs_at, Some(29));
        assert_eq!(mismatch.sent.as_deref(), Some("https://shop.example/callback/"));
    }

    #[test]
    fn a_value_is_compared_with_one_of_its_kind_that_is_near_or_with_none() {
        let nearest = |field, sent| Mismatch::nearest(field, sent, REGISTERED).registered;
        let redirect = |sent| nearest(Field::RedirectUri, sent);
        assert_eq!(redirect("http://localhost:5000/callback").as_deref(), Some(REGISTERED[2]));
        assert_eq!(redirect("https://shop.example/login/callback").as_deref(), Some(REGISTERED[1]));
        // An extra query is no reason to compare with nothing.
        let extra = "https://shop.example/callback?from=the-newsletter-of-november";
        assert_eq!(redirect(extra).as_deref(), Some(REGISTERED[0]));
        for other in [
            "https://bank.test/welcome",
            "http://127.0.0.1:9/",
            "com.example.shop:/callback",
            "http://localhost@evil.test/callback",
            "nonsense",
            "",
        ] {
            let mismatch = Mismatch::nearest(Field::RedirectUri, other, REGISTERED);
            assert_eq!((mismatch.registered, mismatch.differs_at), (None, None), "{other}");
        }
        let only_web = ["https://shop.example/callback"];
        let local = Mismatch::nearest(Field::RedirectUri, "http://localhost/callback", only_web);
        assert_eq!(local.registered, None, "the developer registered nothing on the own machine");
        assert_eq!(Mismatch::nearest(Field::Scope, "billing", ["openid"]).registered, None);
        // There are few of these, so the right one is told in any case.
        assert_eq!(Mismatch::nearest(Field::ResponseType, "token", ["code"]).registered.as_deref(), Some("code"));
    }

    #[test]
    fn what_is_not_registered_is_shown_no_further_than_it_has_to_be() {
        let sent = "https://shop.example/callback?user=anna@mail.example&code=1234";
        let mismatch = Mismatch::nearest(Field::RedirectUri, sent, REGISTERED);
        assert_eq!(mismatch.sent.as_deref(), Some("https://shop.example/callback?user=…&code=…"));
        let between = Mismatch::between(Field::RedirectUri, "https://a.example/?n=anna", "https://a.example/?n=bob");
        assert_eq!(between.sent.as_deref(), Some("https://a.example/?n=…"));
        assert_eq!((between.sent, between.differs_at), (between.registered, None));
    }

    proptest! {
        #[test]
        fn before_the_difference_all_is_equal_and_at_it_nothing_is(one in "\\PC{0,40}", other in "\\PC{0,40}") {
            let at = first_difference(&one, &other);
            let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            prop_assert_eq!(&one[..at], &other[..at]);
            prop_assert!(one.get(at) != other.get(at) || one == other);
        }

        #[test]
        fn what_is_shown_is_equal_up_to_the_mark(sent in "\\PC{0,600}", registered in "\\PC{1,40}") {
            let mismatch = Mismatch::nearest(Field::ResponseType, &sent, [registered.as_str()]);
            let (shown, at) = (mismatch.sent.unwrap(), mismatch.differs_at.unwrap());
            prop_assert_eq!(shown.chars().take(at + 1).collect::<String>(), sent.chars().take(at + 1).collect::<String>());
            prop_assert!(shown.chars().count() <= 400);
        }
    }
}
