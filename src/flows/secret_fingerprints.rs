//! Keyed hashes of secrets that the configuration declares: an Argon2 run is spared where they differ.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::encryption::MasterKeyring;

/// The fingerprints of a secret, one for each master key, the newest first.
pub(super) fn fingerprints(keys: &MasterKeyring, secret: &str) -> Vec<String> {
    let hash = |key: &[u8; 32]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), secret.as_bytes());
    let keys = keys.derive("application_secrets.fingerprint");
    keys.iter().map(|key| URL_SAFE_NO_PAD.encode(hash(key).as_ref())).collect()
}
