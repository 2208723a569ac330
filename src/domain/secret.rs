//! Client secrets: recognisable when leaked, useless when stolen from the database.
//!
//! A generated secret is `gps_`, 43 base62 characters that carry 256 random bits, and 6 of CRC32. Secret
//! scanners find it by its shape, and a typo is refused before any work is done. Only an Argon2id hash of
//! it is ever stored.

use std::fmt;

use super::ids::{SecretId, Timestamp};

const PREFIX: &str = "gps_";
const RANDOM_CHARACTERS: usize = 43;
const CHECK_CHARACTERS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A secret in the clear: on its way to its owner, or just presented by a client. Never stored, never shown
/// by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

impl ClientSecret {
    /// The secret made from 32 random bytes.
    pub fn from_random(random: [u8; 32]) -> Self {
        let mut text = format!("{PREFIX}{}", base62(&random, RANDOM_CHARACTERS));
        text.push_str(&check_characters(&text));
        Self(text)
    }

    /// A secret as a client presented it or an operator wrote it.
    pub const fn presented(text: String) -> Self {
        Self(text)
    }

    /// The text, to be shown once or to be hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it has the shape and the checksum of a generated secret.
    pub fn is_well_formed(&self) -> bool {
        let text = &self.0;
        let length = PREFIX.len() + RANDOM_CHARACTERS + CHECK_CHARACTERS;
        text.len() == length
            && text.is_ascii()
            && text.starts_with(PREFIX)
            && check_characters(&text[..length - CHECK_CHARACTERS]) == text[length - CHECK_CHARACTERS..]
    }

    /// The last four characters, by which its owner can tell it from another. They are checksum, so they
    /// give nothing away that an attacker could not compute from a guess.
    pub fn hint(&self) -> String {
        self.0.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect()
    }
}

fn check_characters(text: &str) -> String {
    base62(&crc32fast::hash(text.as_bytes()).to_be_bytes(), CHECK_CHARACTERS)
}

/// Writes bytes as a big-endian number in base 62, padded with zeros to `width` characters, which must be
/// enough.
pub(crate) fn base62(bytes: &[u8], width: usize) -> String {
    let mut digits = vec![0_u8; width];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in digits.iter_mut().rev() {
            let value = u32::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 62).unwrap_or(0);
            carry = value / 62;
        }
    }
    digits.into_iter().map(|digit| char::from(ALPHABET[usize::from(digit)])).collect()
}

/// An Argon2id hash of a secret, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash(String);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl SecretHash {
    /// Wraps a PHC string that was just made or read back.
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a secret came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretOrigin {
    /// Made here, so it has prefix and checksum.
    Generated,
    /// Brought along by the operator; any text may be right.
    Imported {
        /// A keyed hash of it, by which a restart sees that the configuration still says the same. None
        /// where only a hash was brought.
        fingerprint: Option<String>,
    },
}

/// One live secret of an application, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its row.
    pub id: SecretId,
    /// The hash.
    pub hash: SecretHash,
    /// The last characters of the secret.
    pub hint: String,
    /// Where it came from.
    pub origin: SecretOrigin,
    /// When it was made.
    pub created_at: Timestamp,
    /// The day it was last used on, if it was.
    pub last_used_on: Option<Timestamp>,
}

impl StoredSecret {
    /// Whether the operator brought it along.
    pub const fn is_imported(&self) -> bool {
        matches!(self.origin, SecretOrigin::Imported { .. })
    }

    /// Whether the presented text can be this secret at all. False costs nothing to find out.
    pub fn could_be(&self, presented: &ClientSecret) -> bool {
        self.is_imported() || presented.is_well_formed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base62_of_the_largest_values_fits_its_width() {
        assert_eq!(base62(&[255; 4], CHECK_CHARACTERS), "4gfFC3");
        assert_eq!(base62(&[0; 32], RANDOM_CHARACTERS), "0".repeat(RANDOM_CHARACTERS));
        assert_ne!(base62(&[255; 32], RANDOM_CHARACTERS).as_bytes()[0], b'0');
    }

    #[test]
    fn debug_output_shows_nothing() {
        let secret = ClientSecret::from_random([7; 32]);
        assert_eq!(format!("{secret:?}"), "ClientSecret(…)");
    }

    proptest! {
        #[test]
        fn a_generated_secret_is_well_formed_and_no_typo_of_it_is(random: [u8; 32], at in 0_usize..53, to in 0_usize..62) {
            let secret = ClientSecret::from_random(random);
            prop_assert!(secret.is_well_formed());
            let mut typo = secret.expose().as_bytes().to_vec();
            prop_assume!(typo[at] != ALPHABET[to]);
            typo[at] = ALPHABET[to];
            prop_assert!(!ClientSecret::presented(String::from_utf8_lossy(&typo).into_owned()).is_well_formed());
        }

        #[test]
        fn any_text_is_judged_without_a_panic(text in "\\PC{0,60}") {
            prop_assert!(!ClientSecret::presented(text).is_well_formed());
        }
    }
}
