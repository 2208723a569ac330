//! Subjects whose tokens an application trusts.

use std::fmt;
use std::str::FromStr;

/// The longest subject, in bytes.
const LONGEST: usize = 1000;

/// What divides a subject into its parts.
const DIVIDERS: [char; 2] = ['/', ':'];

/// A subject: exact, or the beginning of one with `*` for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectPattern(String);

/// Why a text names no subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Empty, too long, or with characters that nobody sees.
    #[error("the subject has 1 to {LONGEST} bytes, none of them a control character")]
    Form,
    /// `*` elsewhere than at the end.
    #[error("the subject may have one '*', as its last character")]
    Star,
    /// Too much would match.
    #[error("a subject with '*' has a '/' or ':' before it, such as repo:my-organisation/*")]
    TooWide,
    /// Strangers would match.
    #[error(
        "that issuer serves everybody: before the '*' the subject names its owner whole, such as repo:my-organisation/*"
    )]
    AnybodysOwner,
}

impl SubjectPattern {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this subject, or begins it.
    pub fn matches(&self, subject: &str) -> bool {
        match self.beginning() {
            Some(beginning) => subject.len() > beginning.len() && subject.starts_with(beginning),
            None => subject == self.0,
        }
    }

    /// Of an issuer that serves everybody, `repo:my*` would also be the repositories of another owner.
    pub fn check_names_owner(&self) -> Result<(), SubjectError> {
        let parts = |beginning: &str| beginning.matches(DIVIDERS).count();
        if self.beginning().is_some_and(|beginning| parts(beginning) < 2) {
            return Err(SubjectError::AnybodysOwner);
        }
        Ok(())
    }

    fn beginning(&self) -> Option<&str> {
        self.0.strip_suffix('*')
    }
}

impl FromStr for SubjectPattern {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(SubjectError::Form);
        }
        let pattern = Self(text.to_owned());
        let exact = pattern.beginning().unwrap_or(text);
        if exact.contains('*') {
            return Err(SubjectError::Star);
        }
        if pattern.beginning().is_some_and(|beginning| !beginning.contains(DIVIDERS)) {
            return Err(SubjectError::TooWide);
        }
        Ok(pattern)
    }
}

impl fmt::Display for SubjectPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> SubjectPattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_star_stands_at_the_end_and_behind_a_part() {
        for good in
            ["repo:octo/shop:ref:refs/heads/main", "repo:octo/*", "system:serviceaccount:prod:*", "1234", "a:b*"]
        {
            assert_eq!(pattern(good).to_string(), good);
        }
        for (bad, error) in [
            ("", SubjectError::Form),
            ("a\nb", SubjectError::Form),
            ("*", SubjectError::TooWide),
            ("repo*", SubjectError::TooWide),
            ("repo:*/main", SubjectError::Star),
            ("repo:octo/**", SubjectError::Star),
            ("*:octo/*", SubjectError::Star),
        ] {
            assert_eq!(bad.parse::<SubjectPattern>(), Err(error), "{bad}");
        }
        assert_eq!("x".repeat(LONGEST + 1).parse::<SubjectPattern>(), Err(SubjectError::Form));
    }

    #[test]
    fn what_is_exact_is_exact_and_a_star_is_at_least_one_character() {
        assert!(pattern("repo:octo/shop").matches("repo:octo/shop"));
        for other in ["repo:octo/shop ", "repo:octo/sho", "Repo:octo/shop", "repo:octo/shop:x", ""] {
            assert!(!pattern("repo:octo/shop").matches(other), "{other}");
        }
        assert!(pattern("repo:octo/*").matches("repo:octo/shop:ref:refs/heads/main"));
        for other in ["repo:octo/", "repo:octopus/shop", "repo:octo", "xrepo:octo/shop", "repo:Octo/shop"] {
            assert!(!pattern("repo:octo/*").matches(other), "{other}");
        }
    }

    #[test]
    fn of_an_issuer_for_everybody_the_owner_is_named_whole() {
        for good in ["repo:octo/*", "project_path:group/shop:ref_type:branch:*", "repo:octo", "organization:acme:*"] {
            assert_eq!(pattern(good).check_names_owner(), Ok(()), "{good}");
        }
        for bad in ["repo:*", "repo:octo*", "project_path:group*"] {
            assert_eq!(pattern(bad).check_names_owner(), Err(SubjectError::AnybodysOwner), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_without_a_star_matches_itself_alone(text in "\\PC{1,40}", other in "\\PC{1,40}") {
            if let Ok(read) = text.parse::<SubjectPattern>() && !text.ends_with('*') {
                prop_assert!(read.matches(&text));
                prop_assert_eq!(read.matches(&other), text == other);
            }
        }
    }
}
