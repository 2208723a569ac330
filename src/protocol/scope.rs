//! Scopes: what an access token lets its bearer do (RFC 6749 §3.3).

use std::fmt;
use std::str::FromStr;

use super::mismatch::{Field, Mismatch};
use super::refusal::Refusal;

/// `openid`: the request is one of OpenID Connect (OIDC Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// `profile`: name and language of the person (OIDC Core §5.4).
pub const PROFILE: &str = "profile";
/// `email`: the person's address (OIDC Core §5.4).
pub const EMAIL: &str = "email";
/// `groups`: the groups that the person is in. No RFC has it; applications that people run themselves ask for it.
pub const GROUPS: &str = "groups";
/// `offline_access`: what is granted outlives the session it was granted in (OIDC Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";

/// The scopes about a person, which this server interprets itself, whatever a resource understands.
pub const IDENTITY: [&str; 5] = [OPENID, PROFILE, EMAIL, GROUPS, OFFLINE_ACCESS];

/// A set of scope tokens in the order they were first named.
///
/// The order is kept because applications compare the `scope` they get with the one they sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Vec<String>);

impl Scope {
    /// The empty scope.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// These scope tokens.
    pub fn of<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        tokens.fold(Self::empty(), |scope, token| scope.union(&Self(vec![token.to_owned()])))
    }

    /// Whether no scope token is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this token is in it.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|known| known == token)
    }

    /// The tokens, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The first token that `allowed` does not have.
    pub fn first_outside(&self, allowed: &Self) -> Option<&str> {
        self.iter().find(|token| !allowed.contains(token))
    }

    /// [`IDENTITY`] as a scope.
    pub fn identity() -> Self {
        Self(IDENTITY.map(str::to_owned).to_vec())
    }

    /// [`OPENID`] alone: it identifies the person, and no more.
    pub fn openid() -> Self {
        Self(vec![OPENID.to_owned()])
    }

    /// `passwordless`: marks the request of an application that a mail be sent to one of its users.
    pub fn passwordless() -> Self {
        Self(vec!["passwordless".to_owned()])
    }

    /// The tokens that are in both, in this one's order.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.iter().filter(|token| other.contains(token)).map(str::to_owned).collect())
    }

    /// The tokens that the other does not have, in this one's order.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.iter().filter(|token| !other.contains(token)).map(str::to_owned).collect())
    }

    /// The tokens of both, this one's first.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        for token in other.iter() {
            if !self.contains(token) {
                self.0.push(token.to_owned());
            }
        }
        self
    }
}

/// Why a text is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A character outside `%x21 / %x23-5B / %x5D-7E`.
    #[error("the character {0:?} cannot stand in a scope")]
    Character(char),
}

impl FromStr for Scope {
    type Err = ScopeError;

    /// Reads a list separated by spaces, one or more; those at the ends mean nothing.
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let mut scope = Self::empty();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if let Some(bad) = token.chars().find(|c| !matches!(c, '!' | '#'..='[' | ']'..='~')) {
                return Err(ScopeError::Character(bad));
            }
            if !scope.contains(token) {
                scope.0.push(token.to_owned());
            }
        }
        Ok(scope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// The scope to grant at the token endpoint: the requested one, if the client may have all of it, or the default if none
/// was requested (RFC 6749 §3.3). An authorization request is [settled](super::requested_scope) more leniently.
///
/// Too much is refused instead of being narrowed: a client that goes on with less than it requested fails later and
/// further from the cause.
pub fn granted(requested: Option<&Scope>, allowed: &Scope, default: &Scope) -> Result<Scope, Refusal> {
    let Some(requested) = requested.filter(|requested| !requested.is_empty()) else { return Ok(default.clone()) };
    match requested.first_outside(allowed) {
        None => Ok(requested.clone()),
        Some(outside) => Err(may_not_ask(outside, allowed)),
    }
}

/// The refusal of a scope that an application may not have.
pub fn may_not_ask(scope: &str, allowed: &Scope) -> Refusal {
    Refusal::invalid_scope(format!(
        "the scope '{scope}' is not one this application may ask for; it may ask for: {allowed}"
    ))
    .with_mismatch(Mismatch::nearest(Field::Scope, scope, allowed.iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn order_is_kept_and_repeats_are_dropped() {
        assert_eq!(scope("openid admin openid").to_string(), "openid admin");
    }

    #[test]
    fn blanks_separate_however_many_there_are() {
        for text in ["openid admin", "openid  admin", " openid admin", "openid admin   ", "  openid   admin  "] {
            assert_eq!(scope(text).to_string(), "openid admin", "{text:?}");
        }
        assert_eq!(scope("  "), Scope::empty());
    }

    #[test]
    fn slashes_colons_and_dots_are_scope_characters() {
        assert_eq!(scope("transactions/mock users:write a.b").to_string(), "transactions/mock users:write a.b");
    }

    #[test]
    fn quotes_backslashes_control_and_foreign_characters_are_not() {
        for text in ["a\"b", "a\\b", "a\tb", "ä", "a\u{a0}b", "\u{7f}"] {
            assert!(text.parse::<Scope>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn nothing_asked_grants_the_default() {
        assert_eq!(granted(None, &scope("a b"), &scope("a")).unwrap(), scope("a"));
        assert_eq!(granted(Some(&scope(" ")), &scope("a b"), &scope("a")).unwrap(), scope("a"));
    }

    #[test]
    fn less_than_allowed_is_granted_as_asked_and_more_is_refused() {
        assert_eq!(granted(Some(&scope("b")), &scope("a b"), &scope("a")).unwrap(), scope("b"));
        let refusal = granted(Some(&scope("b c")), &scope("a b"), &scope("a")).unwrap_err();
        assert!(refusal.description.contains("'c'"));
    }
}
