//! The keys that encrypt signing keys at rest.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::secret::MASK;
use super::setting::FromText;

const LENGTH: usize = 32;

/// One or several 256-bit keys: the newest encrypts, all of them decrypt. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeys {
    newest: [u8; LENGTH],
    all: Vec<[u8; LENGTH]>,
}

/// Why a text is no list of master keys; never quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeysError {
    /// There is no key.
    #[error("there is no key")]
    None,
    /// One is not 32 bytes, or neither hex nor base64.
    #[error("key number {0} is not 32 bytes in base64 or hex")]
    Malformed(usize),
    /// A key of one repeated byte: a placeholder.
    #[error("key number {0} is not random; make one with `openssl rand -base64 32`")]
    NotRandom(usize),
}

impl MasterKeys {
    /// A single key, as Gatepost generates it beside an SQLite file.
    pub fn single(key: [u8; LENGTH]) -> Self {
        Self { newest: key, all: vec![key] }
    }

    /// The key that encrypts.
    pub fn newest(&self) -> &[u8; LENGTH] {
        &self.newest
    }

    /// Every key that may decrypt, the newest first.
    pub fn all(&self) -> &[[u8; LENGTH]] {
        &self.all
    }
}

impl FromStr for MasterKeys {
    type Err = MasterKeysError;

    fn from_str(text: &str) -> Result<Self, MasterKeysError> {
        let words = text.split(|c: char| c == ',' || c.is_ascii_whitespace());
        let words = words.filter(|word| !word.is_empty()).enumerate();
        let all: Vec<_> = words.map(|(index, word)| one_key(index + 1, word)).collect::<Result<_, _>>()?;
        let newest = *all.first().ok_or(MasterKeysError::None)?;
        Ok(Self { newest, all })
    }
}

fn one_key(number: usize, word: &str) -> Result<[u8; LENGTH], MasterKeysError> {
    let bytes = from_hex(word).or_else(|| from_base64(word));
    let key: [u8; LENGTH] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(MasterKeysError::Malformed(number))?;
    if key.iter().all(|byte| *byte == key[0]) {
        return Err(MasterKeysError::NotRandom(number));
    }
    Ok(key)
}

/// Only 64 digits are hex; other texts of these characters are base64.
fn from_hex(word: &str) -> Option<Vec<u8>> {
    if word.len() != 2 * LENGTH || !word.is_ascii() {
        return None;
    }
    let digits: Option<Vec<u32>> = word.chars().map(|c| c.to_digit(16)).collect();
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).ok();
    digits?.chunks_exact(2).map(byte).collect()
}

/// Either alphabet, padded or not.
fn from_base64(word: &str) -> Option<Vec<u8>> {
    let any_padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [STANDARD, URL_SAFE].iter().find_map(|alphabet| GeneralPurpose::new(alphabet, any_padding).decode(word).ok())
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl FromText for MasterKeys {
    const EXPECTED: &'static str =
        "one or several keys of 32 bytes in base64 or hex, separated by commas or white space";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: MasterKeysError| error.to_string())
    }

    fn shown(&self) -> String {
        MASK.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const OTHER: &str = "-_8CAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn hex_and_base64_with_or_without_padding_give_the_same_key() {
        let unpadded = BASE64.trim_end_matches('=');
        for text in [HEX, BASE64, unpadded] {
            let keys = text.parse::<MasterKeys>();
            assert!(keys.is_ok_and(|keys| keys.newest()[31] == 31), "{text}");
        }
    }

    #[test]
    fn the_first_of_several_keys_is_the_newest() {
        let keys: Result<MasterKeys, _> = format!("{OTHER},\n {HEX} {BASE64}\n").parse();
        assert!(keys.is_ok_and(|keys| keys.all().len() == 3 && keys.newest()[1] == 0xff));
    }

    #[test]
    fn a_key_that_is_too_short_is_refused_by_its_number() {
        let keys = format!("{HEX} c2hvcnQ=").parse::<MasterKeys>();
        assert_eq!(keys, Err(MasterKeysError::Malformed(2)));
        assert_eq!(" ,".parse::<MasterKeys>(), Err(MasterKeysError::None));
    }

    #[test]
    fn a_placeholder_is_refused() {
        let zeros = "0".repeat(64).parse::<MasterKeys>();
        assert_eq!(zeros, Err(MasterKeysError::NotRandom(1)));
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", MasterKeys::single([7; 32])), MASK);
    }
}
