//! The keys of an issuer: a JWK Set that somebody else wrote (RFC 7517 §5).

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use serde::Deserialize as _;
use serde_json::Value;

use crate::protocol::client_keys::{MOST_KEYS, private_member, verifies};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::signed_jwt::SignedJwt;

/// How many keys of a set are read. Issuers with several keys and chains of certificates have a dozen.
const MOST_READ: usize = 100;

/// The `use` of the keys in a SPIFFE bundle that sign JWT-SVIDs (SPIFFE Trust Domain and Bundle §4.2.2).
const JWT_SVID: &str = "jwt-svid";

/// The keys of a set that signatures can be checked with here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKeys(Vec<Jwk>);

/// What the keys of an issuer say of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// This one of them made it.
    Good(SignedBy),
    /// None of them is the one that it names: the issuer may have newer ones.
    UnknownKey,
    /// It was not made by the key that it names.
    Bad,
}

/// The key that made a signature, by its thumbprint (RFC 7638).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy(pub(super) String);

#[cfg(test)]
impl SignedBy {
    pub(super) fn named(thumbprint: &str) -> Self {
        Self(thumbprint.to_owned())
    }
}

/// Why a document is of no use as a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignKeysError {
    /// Not of the form of RFC 7517 §5.
    #[error("it is no JWK Set: it has no array 'keys'")]
    Form,
    /// A private or symmetric key. What everybody can sign with proves nothing.
    #[error("it holds a private or symmetric key (its member '{0}')")]
    Private(&'static str),
    /// More than are read.
    #[error("it has {0} keys; at most {MOST_READ} are read")]
    TooMany(usize),
    /// Nothing to check a signature with.
    #[error("it has no RSA, P-256 or Ed25519 public key that signs tokens")]
    NoUsableKey,
}

impl ForeignKeys {
    /// Reads a set. Keys of kinds that are not verified here may stand in it.
    pub fn read(set: &Value) -> Result<Self, ForeignKeysError> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(ForeignKeysError::Form)?;
        if keys.len() > MOST_READ {
            return Err(ForeignKeysError::TooMany(keys.len()));
        }
        if let Some(member) = keys.iter().find_map(private_member) {
            return Err(ForeignKeysError::Private(member));
        }
        let read = keys.iter().filter_map(|key| Jwk::deserialize(key).ok());
        let usable: Vec<Jwk> = read.filter(|jwk| signs_tokens(jwk) && verifies(jwk)).collect();
        if usable.is_empty() { Err(ForeignKeysError::NoUsableKey) } else { Ok(Self(usable)) }
    }

    /// As a JWK Set.
    pub fn show(&self) -> Value {
        serde_json::to_value(JwkSet { keys: self.0.clone() }).unwrap_or_default()
    }

    /// What these keys say of a token's signature.
    pub fn signature(&self, (token, algorithm): (&SignedJwt<'_>, SigningAlgorithm)) -> Signature {
        let mut candidates = token.candidates(&self.0, algorithm, MOST_KEYS).peekable();
        let names_one = candidates.peek().is_some() && token.kid().is_some();
        let signed_by = candidates.find(|jwk| token.is_by(jwk, algorithm));
        match signed_by.and_then(|jwk| jwk.thumbprint(ThumbprintHash::SHA256).ok()) {
            Some(thumbprint) => Signature::Good(SignedBy(thumbprint)),
            None if names_one => Signature::Bad,
            // Without `kid` it may be by a key that is newer than the set.
            None => Signature::UnknownKey,
        }
    }
}

/// RFC 7517 §4.2; in a SPIFFE bundle the keys of certificates stand beside those of tokens.
fn signs_tokens(jwk: &Jwk) -> bool {
    match &jwk.common.public_key_use {
        None | Some(PublicKeyUse::Signature) => true,
        Some(PublicKeyUse::Other(other)) => other == JWT_SVID,
        Some(PublicKeyUse::Encryption) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7517 §A.1, RFC 8037 §A.2.
    fn p256() -> Value {
        json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" })
    }

    fn with(mut key: Value, name: &str, value: &str) -> Value {
        key[name] = value.into();
        key
    }

    fn read(keys: &Value) -> Result<usize, ForeignKeysError> {
        ForeignKeys::read(&json!({ "keys": keys, "spiffe_sequence": 7 })).map(|keys| keys.0.len())
    }

    #[test]
    fn what_is_of_no_use_here_may_stand_in_a_set() {
        let p384 = json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" });
        let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" });
        let encrypts = with(p256(), "use", "enc");
        assert_eq!(read(&json!([p256(), p384, unknown.clone(), encrypts, "text"])), Ok(1));
        assert_eq!(read(&json!([unknown])), Err(ForeignKeysError::NoUsableKey));
        assert_eq!(read(&json!([])), Err(ForeignKeysError::NoUsableKey));
        assert_eq!(read(&json!({})), Err(ForeignKeysError::Form));
        assert_eq!(read(&vec![p256(); 101].into()), Err(ForeignKeysError::TooMany(101)));
    }

    #[test]
    fn of_a_bundle_only_the_keys_of_tokens_count() {
        assert_eq!(read(&json!([with(p256(), "use", "jwt-svid"), with(p256(), "use", "x509-svid")])), Ok(1));
        assert_eq!(read(&json!([with(p256(), "use", "x509-svid")])), Err(ForeignKeysError::NoUsableKey));
        let bundle = json!({ "keys": [with(p256(), "use", "jwt-svid")] });
        assert_eq!(ForeignKeys::read(&bundle).unwrap().show(), bundle);
    }

    /// HMAC under what everybody knows would be good.
    #[test]
    fn a_set_with_a_private_or_symmetric_key_proves_nothing() {
        for (key, member) in
            [(with(p256(), "d", "AA"), "d"), (json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256" }), "k")]
        {
            assert_eq!(read(&json!([p256(), key])), Err(ForeignKeysError::Private(member)));
        }
    }
}
