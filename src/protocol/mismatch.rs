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
    }
}

/// A parameter whose value is not the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The parameter.
    pub field: Field,
    /// The value that was sent, redacted; none if the parameter was missing.
    pub sent: Option<String>,
    /// The closest valid value; none if there is none.
    pub registered: Option<String>,
    /// The first character of `sent` that differs, counted in characters from 0; its length if something is
    /// missing at its end. None where the two cannot be compared.
    pub differs_at: Option<usize>,
}

impl Mismatch {
    /// Compares a value with all valid ones, which may be shown: registrations and names.
    pub fn nearest<'a>(field: Field, sent: &str, registered: impl IntoIterator<Item = &'a str>) -> Self {
        let Some(closest) = closest(sent, registered) else {
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
    let distance = |candidate: &str| {
        let (ours, theirs) = (sent.chars().count(), candidate.chars().count());
        let beginning = first_difference(sent, candidate);
        let ends = sent.chars().rev().zip(candidate.chars().rev());
        let end = ends.take_while(|(one, other)| one == other).count().min(ours.min(theirs) - beginning);
        (ours.max(theirs) - beginning - end, usize::MAX - beginning)
    };
    registered.into_iter().min_by_key(|candidate| distance(candidate))
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
            let mismatch = Mismatch::nearest(Field::Scope, &sent, [registered.as_str()]);
            let (shown, at) = (mismatch.sent.unwrap(), mismatch.differs_at.unwrap());
            prop_assert_eq!(shown.chars().take(at + 1).collect::<String>(), sent.chars().take(at + 1).collect::<String>());
            prop_assert!(shown.chars().count() <= 400);
        }
    }
}
