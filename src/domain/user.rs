//! Accounts of people.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::attribute::Attributes;
use super::base62::base62;
use super::ids::{Timestamp, UserId};
use super::username::Username;
use super::visible_text::is_visible_text;
use crate::protocol::id_token::{GroupsClaim, PersonClaims};
use crate::protocol::scope::{self, Scope};

pub use super::email_address::{EmailAddress, EmailAddressError};

/// The state of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// The person can sign in.
    Active,
    /// The person cannot sign in, and their grants are not honoured, until it is enabled again.
    Disabled {
        /// Since when.
        at: Timestamp,
    },
    /// It is deleted; its `sub` is kept, so that it is never issued again.
    Deleted {
        /// Since when.
        at: Timestamp,
    },
}

impl UserState {
    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled { .. } => "disabled",
            Self::Deleted { .. } => "deleted",
        }
    }
}

/// A new `sub`: 16 random bytes in 22 characters. It reveals neither when the account was made nor how many there are.
pub fn new_sub(random: [u8; 16]) -> String {
    base62(&random, 22)
}

/// The `sub` of an account, as a request named it. There may be no such account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sub(String);

impl Sub {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot be a `sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the public name of an account")]
pub struct SubError;

impl FromStr for Sub {
    type Err = SubError;

    /// OIDC Core §2: ASCII, 255 characters at most.
    fn from_str(text: &str) -> Result<Self, SubError> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(SubError) }
    }
}

/// What operators can set of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The person's name.
    pub name: Option<String>,
    /// The language of its mails and pages.
    pub locale: Option<String>,
    /// Whether the person is an operator.
    pub admin: bool,
    /// What else the person is described by.
    pub attributes: Attributes,
}

impl Profile {
    /// As it is now.
    pub fn of(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            locale: user.locale.clone(),
            admin: user.admin,
            attributes: user.attributes.clone(),
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The key of its row.
    pub id: UserId,
    /// The subject identifier (OIDC Core §2 `sub`).
    pub sub: String,
    /// Its address; none once deleted.
    pub email: Option<EmailAddress>,
    /// When a link or code that was sent to the address was first redeemed.
    pub email_verified_at: Option<Timestamp>,
    /// The person's name.
    pub name: Option<String>,
    /// The user name that the person has chosen; no other account has it.
    pub username: Option<Username>,
    /// The language of its mails and pages, such as `de`.
    pub locale: Option<String>,
    /// Whether the person is an operator.
    pub admin: bool,
    /// What else the person is described by.
    pub attributes: Attributes,
    /// The state.
    pub state: UserState,
    /// When it was created.
    pub created_at: Timestamp,
    /// When a name, the locale or an attribute last changed; none if they never did.
    pub updated_at: Option<Timestamp>,
    /// When the person last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

impl User {
    /// Whether it can sign in, and its grants are honoured.
    pub const fn is_active(&self) -> bool {
        matches!(self.state, UserState::Active)
    }

    /// The claim `name`: the name of the account or, since applications need something to show, the local part of its
    /// address.
    pub fn shown_name(&self) -> Option<String> {
        let local = |email: &EmailAddress| email.as_str().split('@').next().map(str::to_owned);
        self.name.clone().or_else(|| self.email.as_ref().and_then(local))
    }

    /// The claim `preferred_username`: what the person has chosen or, until then, the address.
    pub fn preferred_username(&self) -> Option<String> {
        let chosen = self.username.as_ref().map(ToString::to_string);
        chosen.or_else(|| self.email.as_ref().map(ToString::to_string))
    }

    /// The claims that this scope gives an application (OIDC Core §5.4), without the person's groups and attributes.
    pub fn claims(&self, scope: &Scope) -> PersonClaims {
        let (profile, email) = (scope.contains(scope::PROFILE), scope.contains(scope::EMAIL));
        let address = self.email.as_ref().filter(|_| email);
        PersonClaims {
            name: self.shown_name().filter(|_| profile),
            preferred_username: self.preferred_username().filter(|_| profile),
            updated_at: profile.then(|| self.updated_at.unwrap_or(self.created_at).as_seconds()),
            locale: self.locale.clone().filter(|_| profile),
            email: address.map(ToString::to_string),
            email_verified: address.map(|_| self.email_verified_at.is_some()),
            groups: GroupsClaim::default(),
            attributes: BTreeMap::new(),
        }
    }
}

/// How long a name may be, in characters.
const LONGEST_NAME: usize = 200;

/// RFC 5646 §4.4.1: 35 characters are enough for every tag in use.
const LONGEST_LOCALE: usize = 35;

/// A name or locale that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A name that is empty, too long, or has invisible characters or line breaks.
    #[error("a name has 1 to {LONGEST_NAME} characters, all of them to be seen")]
    Name,
    /// A locale that is no language tag (RFC 5646 §2.1).
    #[error("a locale is a BCP 47 language tag such as de or pt-BR")]
    Locale,
}

/// Checks the name of an account.
pub fn check_name(name: &str) -> Result<(), ProfileError> {
    let fits = name.chars().count() <= LONGEST_NAME && is_visible_text(name);
    if fits { Ok(()) } else { Err(ProfileError::Name) }
}

/// Checks the shape of a language tag (RFC 5646 §2.1): subtags of one to eight letters and digits between hyphens, the
/// first of two letters or more. There need be no translation to that language.
pub fn check_locale(locale: &str) -> Result<(), ProfileError> {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
    let language = locale.split('-').next().unwrap_or_default();
    let named = language.len() >= 2 && language.bytes().all(|c| c.is_ascii_alphabetic());
    let fits = locale.len() <= LONGEST_LOCALE && named && locale.split('-').all(subtag);
    if fits { Ok(()) } else { Err(ProfileError::Locale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_without_a_name_is_shown_by_the_first_part_of_its_address() {
        let user = |name: Option<&str>, email: Option<&str>| User {
            id: UserId::from_bytes([1; 16]),
            sub: "ann".to_owned(),
            email: email.map(|email| email.parse().unwrap()),
            email_verified_at: None,
            name: name.map(str::to_owned),
            username: None,
            locale: None,
            admin: false,
            attributes: Attributes::default(),
            state: UserState::Active,
            created_at: Timestamp::from_seconds(0),
            updated_at: None,
            last_sign_in_at: None,
        };
        let shown = |name, email| user(name, email).shown_name();
        assert_eq!(shown(Some("Ann"), Some("ann.lee@example.com")).as_deref(), Some("Ann"));
        assert_eq!(shown(None, Some("ann.lee@example.com")).as_deref(), Some("ann.lee"));
        assert_eq!(shown(None, None), None);
    }

    #[test]
    fn a_name_is_one_line_that_can_be_read() {
        for good in ["J", "John Smith", "Zoë Łukasiewicz", "太郎", &"n".repeat(200)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "\n", "John\r\nBcc: x", "John\u{1b}[31m", "a\u{0}", &"n".repeat(201)] {
            assert_eq!(check_name(bad), Err(ProfileError::Name), "{bad:?}");
        }
    }

    #[test]
    fn a_locale_is_shaped_like_a_language_tag() {
        for good in ["de", "en", "pt-BR", "zh-Hant-TW", "de-1996", "DE"] {
            assert_eq!(check_locale(good), Ok(()), "{good}");
        }
        for bad in ["", "d", "de_DE", "de-", "-de", "de--AT", "d1", "../etc", "de\n", "ä-de", &"de-".repeat(20)] {
            assert_eq!(check_locale(bad), Err(ProfileError::Locale), "{bad:?}");
        }
    }

    #[test]
    fn a_sub_is_plain_text_of_one_length() {
        for random in [[0; 16], [255; 16]] {
            let sub = new_sub(random);
            assert!(sub.len() == 22 && sub.bytes().all(|c| c.is_ascii_alphanumeric()), "{sub}");
        }
    }
}
