//! E-mail addresses of people.

use std::fmt;
use std::str::FromStr;

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
