//! Accounts of people, and their e-mail addresses.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::attribute::Attributes;
use super::base62::base62;
use super::ids::{Timestamp, UserId};
use super::username::Username;
use super::visible_text::is_visible_text;
use crate::protocol::id_token::{GroupsClaim, PersonClaims};
use crate::protocol::scope::{self, Scope};

/// An e-mail address that mail can be sent to: exactly one mailbox, no display name, no list.
///
/// Two spellings that reach the same mailbox should find the same account, so addresses are compared in a
/// canonical form, [`EmailAddress::key`]; mail goes to the spelling that the account was made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address such as name@example.com")]
pub struct EmailAddressError;

impl EmailAddress {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the @, in lower case.
    pub fn domain(&self) -> String {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase()
    }

    /// The canonical form: lower case. Providers do not tell addresses apart by case, and an attacker could use another
    /// spelling for a second account.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The mailbox in its canonical form, without a sub-address (RFC 5233): mail to `john+shop@` reaches `john@`.
    pub fn mailbox(&self) -> String {
        let key = self.key();
        match key.rsplit_once('@').and_then(|(local, domain)| Some((local.split_once('+')?.0, domain))) {
            Some((user, domain)) if !user.is_empty() => format!("{user}@{domain}"),
            _ => key,
        }
    }

    /// Recognisable by its owner, not by others: `j…@example.com`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let first: String = local.chars().take(1).collect();
        format!("{first}…@{domain}")
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;

    /// Takes the addresses people have: RFC 5321 §4.1.2 dot-strings in ASCII. Quoted local parts, comments, address
    /// literals and non-ASCII characters are refused, because they serve attacks; an internationalised domain is given
    /// in its ASCII form.
    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(EmailAddressError)?;
        let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
        let dot_string = |part: &str| part.split('.').all(|atoms| !atoms.is_empty() && atoms.bytes().all(atom));
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let labels: Vec<&str> = domain.split('.').collect();
        let top_is_name = labels.last().is_some_and(|top| !top.bytes().all(|c| c.is_ascii_digit()));
        let local_fits = (1..=64).contains(&local.len()) && dot_string(local);
        let domain_fits = domain.len() <= 253 && labels.iter().all(|part| label(part)) && top_is_name;
        let fits = text.len() <= 254 && local_fits && domain_fits;
        if fits { Ok(Self(text.to_owned())) } else { Err(EmailAddressError) }
    }
}

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
    use proptest::prelude::*;

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
    fn ordinary_addresses_are_taken() {
        for good in ["a@b.de", "john.smith@example.com", "John+tag@Example.COM", "o'neil@x-y.example", "a@localhost"] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good}");
        }
    }

    #[test]
    fn lists_quotes_comments_control_and_foreign_characters_are_not() {
        let bad = [
            "",
            "a",
            "@b.de",
            "a@",
            "a@@b.de",
            "a@b@c.de",
            "a,b@c.de",
            "a@b.de,c@d.de",
            "a@b.de;c@d.de",
            "a@b.de c@d.de",
            "\"a b\"@c.de",
            "a@[10.0.0.1]",
            "a@10.0.0.1",
            "<a@b.de>",
            "A <a@b.de>",
            "a(comment)@b.de",
            "a@b.de\r\nBcc: c@d.de",
            "a@b.de\n",
            " a@b.de",
            "a@b.de ",
            "a..b@c.de",
            ".a@b.de",
            "a.@b.de",
            "a@b..de",
            "a@.de",
            "a@b.de.",
            "a@-b.de",
            "а@b.de",
            "a@bücher.de",
            "a@b.de\u{200b}",
            "a\u{0}@b.de",
            "a@b_c.de",
            "a\u{ff20}b.de",
        ];
        for bad in bad {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn spellings_of_one_mailbox_have_one_key() {
        let key = |text: &str| text.parse::<EmailAddress>().unwrap().key();
        assert_eq!(key("John.Smith@Example.COM"), key("john.smith@example.com"));
        assert_ne!(key("john.smith@example.com"), key("johnsmith@example.com"));
    }

    #[test]
    fn a_masked_address_tells_its_owner_enough() {
        assert_eq!("john@example.com".parse::<EmailAddress>().unwrap().masked(), "j…@example.com");
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

    proptest! {
        #[test]
        fn an_address_is_kept_as_it_was_written(text in "[A-Za-z0-9.+_-]{1,20}@[A-Za-z0-9.-]{1,20}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert_eq!(address.as_str(), &text);
                prop_assert_eq!(address.key(), text.to_ascii_lowercase());
            }
        }

        #[test]
        fn what_is_taken_is_one_plain_mailbox(text in "[ -~]{0,30}@[ -~]{0,30}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
                prop_assert!(!address.as_str().contains([',', ';', '<', '>', '"', ' ', '\\', '(', ')', ':']));
            }
        }
    }
}
