//! What is stored encrypted: AES-256-GCM under a master key of the operator's.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};

/// A sealed value: `nonce ‖ ciphertext ‖ tag`, and which master key opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The id of the master key it was sealed with.
    pub master_key_id: String,
    /// `nonce ‖ ciphertext ‖ tag`.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes under {})", self.bytes.len(), self.master_key_id)
    }
}

impl Sealed {
    /// A sealed value that no test opens.
    #[cfg(test)]
    pub fn for_test() -> Self {
        Self { master_key_id: "none".to_owned(), bytes: Vec::new() }
    }
}

/// Why a sealed value cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Sealed with a key that is not configured (any more).
    #[error("it is encrypted under master key {0}, which is not among the configured keys.master_key")]
    UnknownMasterKey(String),
    /// Tampered with, or moved from another row.
    #[error("it does not decrypt: the stored bytes were changed, or belong to another row")]
    Corrupt,
}

struct MasterKey {
    id: String,
    bytes: [u8; 32],
    aead: LessSafeKey,
}

/// The operator's master keys: the first one encrypts, all of them decrypt.
pub struct MasterKeyring(Vec<MasterKey>);

impl fmt::Debug for MasterKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

impl MasterKeyring {
    /// A keyring of 32-byte keys, the one to encrypt with first.
    pub fn new(newest: [u8; 32], older: &[[u8; 32]]) -> Self {
        Self(std::iter::once(&newest).chain(older).filter_map(MasterKey::new).collect())
    }

    /// The id of the key that encrypts.
    pub fn newest_id(&self) -> &str {
        self.0.first().map_or("", |key| key.id.as_str())
    }

    /// Seals a value for the place it is stored in; `place` names table, column and row. The nonce must
    /// never have been used before.
    pub fn seal(&self, place: &str, plain: &[u8], nonce: [u8; NONCE_LEN]) -> Result<Sealed, SealError> {
        let key = self.0.first().ok_or(SealError::Corrupt)?;
        let mut sealed = plain.to_vec();
        key.aead
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| SealError::Corrupt)?;
        Ok(Sealed { master_key_id: key.id.clone(), bytes: [&nonce[..], &sealed].concat() })
    }

    /// Opens a value that was sealed for this place.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let key = self
            .0
            .iter()
            .find(|key| key.id == sealed.master_key_id)
            .ok_or_else(|| SealError::UnknownMasterKey(sealed.master_key_id.clone()))?;
        let (nonce, ciphertext) = sealed.bytes.split_at_checked(NONCE_LEN).ok_or(SealError::Corrupt)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Corrupt)?;
        let mut buffer = ciphertext.to_vec();
        let plain = key
            .aead
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut buffer)
            .map_err(|_| SealError::Corrupt)?
            .len();
        buffer.truncate(plain);
        Ok(buffer)
    }

    /// Keys for keyed hashes, derived from each master key for one purpose, the newest first. A value
    /// hashed under an older key can still be recognised.
    pub fn derive(&self, purpose: &str) -> Vec<[u8; 32]> {
        let derive = |key: &MasterKey| {
            let mut derived = [0; 32];
            let mac = aws_lc_rs::hmac::sign(
                &aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key.bytes),
                purpose.as_bytes(),
            );
            derived.copy_from_slice(mac.as_ref());
            derived
        };
        self.0.iter().map(derive).collect()
    }
}

impl MasterKey {
    fn new(bytes: &[u8; 32]) -> Option<Self> {
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        // The id only tells keys apart; a hash of the key reveals nothing of it.
        let hash = digest(&SHA256, bytes);
        let id = u32::from_be_bytes(*hash.as_ref().first_chunk()?);
        Some(Self { id: format!("{id:08x}"), bytes: *bytes, aead })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let keys = MasterKeyring::new([1; 32], &[]);
        let sealed = keys.seal("signing_keys.private_key.a", b"hidden", [9; 12]).unwrap();
        assert!(!sealed.bytes.windows(6).any(|window| window == b"hidden"));
        assert_eq!(keys.open("signing_keys.private_key.a", &sealed).unwrap(), b"hidden");
        assert_eq!(keys.open("signing_keys.private_key.b", &sealed), Err(SealError::Corrupt));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let keys = MasterKeyring::new([1; 32], &[]);
        let sealed = keys.seal("place", b"hidden", [9; 12]).unwrap();
        for at in 0..sealed.bytes.len() {
            let mut broken = sealed.clone();
            broken.bytes[at] ^= 1;
            assert_eq!(keys.open("place", &broken), Err(SealError::Corrupt));
        }
        assert_eq!(keys.open("place", &Sealed { bytes: vec![1; 3], ..sealed }), Err(SealError::Corrupt));
    }

    #[test]
    fn an_older_key_still_opens_and_the_newest_seals() {
        let old = MasterKeyring::new([1; 32], &[]);
        let both = MasterKeyring::new([2; 32], &[[1; 32]]);
        let sealed = old.seal("place", b"hidden", [9; 12]).unwrap();
        assert_eq!(both.open("place", &sealed).unwrap(), b"hidden");
        let resealed = both.seal("place", b"hidden", [8; 12]).unwrap();
        assert_eq!(old.open("place", &resealed), Err(SealError::UnknownMasterKey(both.newest_id().to_owned())));
    }

    #[test]
    fn debug_output_shows_no_key() {
        assert!(!format!("{:?}", MasterKeyring::new([0xAB; 32], &[])).contains("171"));
    }
}
