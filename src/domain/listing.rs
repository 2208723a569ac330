//! Filters and cursors of lists.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::application::ApplicationKind;
use super::ids::{Timestamp, UserId};

/// The longest search text, in characters: no name or address is longer.
const LONGEST_SEARCH: usize = 254;

/// A search text for names and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// The text as it was entered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Search {
    type Err = SearchError;

    fn from_str(text: &str) -> Result<Self, SearchError> {
        let fits = !text.is_empty() && text.chars().count() <= LONGEST_SEARCH && !text.contains('\0');
        if fits { Ok(Self(text.to_owned())) } else { Err(SearchError) }
    }
}

/// A search text that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is looked for has 1 to {LONGEST_SEARCH} characters")]
pub struct SearchError;

/// Declares the states by which a list is narrowed, each with its name.
macro_rules! listed_states {
    ($(#[$about:meta])* $name:ident: $($state:ident = $text:literal),+) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("Those that are ", $text, ".")] $state,)+
        }

        impl $name {
            /// The name in queries.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$state => $text,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownState;

            fn from_str(text: &str) -> Result<Self, UnknownState> {
                let all = [$(Self::$state),+];
                all.into_iter().find(|state| state.name() == text).ok_or(UnknownState(&[$($text),+]))
            }
        }
    };
}

listed_states!(
    /// The states of applications.
    ApplicationStates: Active = "active", Deactivated = "deactivated", Deleted = "deleted"
);

listed_states!(
    /// The states of accounts.
    UserStates: Active = "active", Disabled = "disabled", Deleted = "deleted"
);

/// A text that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownState(&'static [&'static str]);

impl fmt::Display for UnknownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of {}", self.0.join(", "))
    }
}

/// A place in a list, as it is handed out.
pub fn cursor_of(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// The place that a cursor names. Texts with NUL are in no list, and PostgreSQL could not be asked for them.
pub fn place_of<P: DeserializeOwned>(cursor: &str) -> Option<P> {
    let place: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    (!has_nul(&place)).then(|| serde_json::from_value(place).ok()).flatten()
}

fn has_nul(place: &Value) -> bool {
    match place {
        Value::String(text) => text.contains('\0'),
        Value::Array(parts) => parts.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, part)| name.contains('\0') || has_nul(part)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The filter of a list of applications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationFilter {
    /// Only those of this owner: the limit of what the caller may see.
    pub within: Option<UserId>,
    /// Only those of this owner: the filter of the request.
    pub owner: Option<UserId>,
    /// Only those with this in their name, or with this client id.
    pub search: Option<Search>,
    /// Only those of this type.
    pub kind: Option<ApplicationKind>,
    /// Only those in this state; without it all but deleted ones.
    pub state: Option<ApplicationStates>,
}

/// The place of an application in the list, which is sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationPlace {
    /// Its name.
    pub name: String,
    /// Its client id, since names repeat.
    pub client_id: String,
}

/// The filter of a list of accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only those with this in their name or address.
    pub search: Option<Search>,
    /// Only those in this state; without it all but deleted ones.
    pub state: Option<UserStates>,
}

/// The filter of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those of this event.
    pub event: Option<String>,
    /// Only those of this actor, as it is stored.
    pub actor: Option<String>,
    /// Only those about this.
    pub subject: Option<String>,
    /// Only those that happened then or later.
    pub from: Option<Timestamp>,
    /// Only those that happened before.
    pub to: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_can_be_found_is_looked_for_and_only_states_there_are_are_listed() {
        assert!("a".repeat(254).parse::<Search>().is_ok());
        for bad in [String::new(), "a".repeat(255), "a\0".to_owned()] {
            assert_eq!(bad.parse::<Search>(), Err(SearchError), "{}", bad.len());
        }
        assert_eq!("deactivated".parse(), Ok(ApplicationStates::Deactivated));
        let refused = "actve".parse::<UserStates>().unwrap_err();
        assert_eq!(refused.to_string(), "expected one of active, disabled, deleted");
    }

    fn read(cursor: &str) -> Option<(String, String)> {
        place_of(cursor)
    }

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        // The second is a backslash and five characters, not a NUL.
        for name in ["Ä name", "\\u0000", "\"", ""] {
            let here = (name.to_owned(), "id".to_owned());
            assert_eq!(read(&cursor_of(&here)), Some(here));
        }
        for bad in ["", "!", "bm90IGpzb24", &cursor_of(&7), &cursor_of(&("a\0", "b")), &cursor_of(&("a", "\0"))] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(place_of::<Value>(&cursor_of(&serde_json::json!({"a\0": 1}))), None);
        assert_eq!(place_of(&cursor_of(&(1_i64, true, None::<String>))), Some((1_i64, true, None::<String>)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_any_place_read_back(text in "\\PC{0,60}", name in "[^\0]{0,40}", id in "[^\0]{0,20}") {
            let _ = read(&text);
            prop_assert_eq!(read(&cursor_of(&(&name, &id))), Some((name, id)));
        }
    }
}
