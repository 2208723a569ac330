//! Groups of people. They have a name, which applications read in the claim `groups`, and never contain each other.

use std::fmt;
use std::str::FromStr;

use super::assurance::RequiredSignIn;
use super::ids::Timestamp;

/// How many groups there are at most: each person's are read with each of their tokens.
pub const MOST_GROUPS: usize = 1_000;

/// How many groups one person is in at most.
pub const MOST_GROUPS_OF_A_PERSON: usize = 200;

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

/// The name of a group. Names are compared exactly, as applications do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupName(String);

/// A text that is no name of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a group has 1 to {LONGEST_NAME} characters of a-z A-Z 0-9 - _ . : / @")]
pub struct GroupNameError;

impl GroupName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GroupName {
    type Err = GroupNameError;

    /// A name of dots alone is refused: in the address of a page it would mean another page.
    fn from_str(text: &str) -> Result<Self, GroupNameError> {
        let is_good = |c: u8| c.is_ascii_alphanumeric() || b"-_.:/@".contains(&c);
        let fits = (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(is_good);
        if fits && text != "." && text != ".." { Ok(Self(text.to_owned())) } else { Err(GroupNameError) }
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: GroupName,
    /// Whether developers may know of it, and choose it for their applications.
    pub visible_to_developers: bool,
    /// How the people in it have to sign in to applications.
    pub require: RequiredSignIn,
    /// Whether the configuration declares it, so that only the configuration changes or deletes it.
    pub declared: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many accounts are in it.
    pub members: i64,
}

/// What happened to a group. Accounts are named by their `sub`: an address would outlive the account in the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupChange {
    /// It was made.
    Created,
    /// What developers see of it, or whether the configuration has it, was changed.
    Changed(&'static str),
    /// It was deleted.
    Deleted,
    /// An account was added.
    MemberAdded(String),
    /// An account was taken out.
    MemberRemoved(String),
}

impl GroupChange {
    /// The name of the event.
    pub const fn event(&self) -> &'static str {
        match self {
            Self::Created => "group.created",
            Self::Changed(_) => "group.changed",
            Self::Deleted => "group.deleted",
            Self::MemberAdded(_) => "group.member_added",
            Self::MemberRemoved(_) => "group.member_removed",
        }
    }

    /// What of it, or who.
    pub fn detail(&self) -> &str {
        match self {
            Self::Created | Self::Deleted => "",
            Self::Changed(what) => what,
            Self::MemberAdded(sub) | Self::MemberRemoved(sub) => sub,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_of_a_few_characters_and_not_long() {
        for good in ["a", "Admins", "team/red:ops", "a.b-c_d@e", "...", &"g".repeat(64)] {
            assert_eq!(good.parse::<GroupName>().map(|name| name.to_string()), Ok(good.to_owned()));
        }
        let bad = [
            "",
            " ",
            "a b",
            " a",
            "a ",
            "a\n",
            "a\u{0}",
            "ä",
            "а",
            "a,b",
            "a%2f",
            "a\"",
            "a\u{a0}",
            "a\u{200b}",
            ".",
            "..",
            "a*",
        ];
        for bad in bad.into_iter().chain([&*"g".repeat(65)]) {
            assert_eq!(bad.parse::<GroupName>(), Err(GroupNameError), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_stays_as_it_was_written(text in "\\PC{0,70}") {
            if let Ok(name) = text.parse::<GroupName>() {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!(text.is_ascii() && !text.contains(char::is_whitespace));
            }
        }
    }
}
