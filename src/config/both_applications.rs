//! Lets `[applications]` and `[[applications]]` stand in one file.
//!
//! Both names are documented: the settings of the life cycle, and the list of declared applications. TOML itself
//! forbids a table and a list of one name, so where a file has headers of both kinds, the list is read as
//! `[[applications.declared]]`, which is valid TOML and can be written as well. A file without the clash is not
//! touched.

use std::borrow::Cow;

/// The text with the headers of the list renamed, if the section is there too. Lines keep their numbers.
pub(super) fn with_list_renamed(text: &str) -> Cow<'_, str> {
    let headers = || text.lines().filter_map(header);
    let has_section = headers().any(|(header, _)| header == Header::Section);
    let has_list = headers().any(|(header, _)| header == Header::List);
    if !has_section || !has_list {
        return Cow::Borrowed(text);
    }
    let renamed = |line: &str| match header(line) {
        Some((Header::List, rest)) => format!("[[applications.declared{rest}"),
        Some((Header::BelowList { brackets }, rest)) => {
            format!("{brackets}applications.declared.{rest}")
        }
        _ => line.to_owned(),
    };
    Cow::Owned(text.split_inclusive('\n').map(renamed).collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    /// `[applications]`
    Section,
    /// `[[applications]]`
    List,
    /// `[applications.jwks]` or `[[applications.jwks.keys]]`: part of the list's last entry. The section has no tables.
    BelowList { brackets: &'static str },
}

/// The `applications` header in a line, and what follows the part that is renamed.
fn header(line: &str) -> Option<(Header, &str)> {
    let line = line.trim_ascii_start();
    if let Some(rest) = line.strip_prefix("[[applications") {
        return match rest.strip_prefix('.') {
            Some(below) if !below.starts_with("declared") => Some((Header::BelowList { brackets: "[[" }, below)),
            None if rest.starts_with("]]") => Some((Header::List, rest)),
            _ => None,
        };
    }
    let rest = line.strip_prefix("[applications")?;
    match rest.strip_prefix('.') {
        Some(below) if !below.starts_with("declared") => Some((Header::BelowList { brackets: "[" }, below)),
        None if rest.starts_with(']') => Some((Header::Section, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_one_of_the_two_is_not_touched() {
        for text in [
            "[applications]\nwarn_before = []\n",
            "[[applications]]\nclient_id = \"a\"\n[applications.jwks]\nkeys = []\n",
            "[applications]\n[[applications.declared]]\n",
        ] {
            assert!(matches!(with_list_renamed(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn a_file_with_both_is_made_valid_without_moving_a_line() {
        let text =
            "[applications]\na = 1\n[[applications]] # one\nb = 2\n[[applications.jwks.keys]]\nkty = \"RSA\"\n[log]\n";
        let expected = "[applications]\na = 1\n[[applications.declared]] # one\nb = 2\n[[applications.declared.jwks.keys]]\nkty = \"RSA\"\n[log]\n";
        assert_eq!(with_list_renamed(text), expected);
        assert!(toml::de::DeTable::parse(&with_list_renamed(text)).is_ok());
    }

    #[test]
    fn the_order_of_the_two_does_not_matter() {
        let text = "[[applications]]\nb = 2\n[applications]\na = 1\n";
        assert!(toml::de::DeTable::parse(&with_list_renamed(text)).is_ok());
    }
}
