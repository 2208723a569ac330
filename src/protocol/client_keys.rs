//! The public keys that a client registers to authenticate with (RFC 7517, 7518 §6, 8037).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use serde::Deserialize as _;
use serde_json::Value;

use super::jose::SigningAlgorithm;

/// The private members of a JWK (RFC 7518 §6.2.2, §6.3.2 and §6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The number of keys that an application may register. An assertion without `kid` is tried with each of them,
/// also one that an attacker sent.
pub const MOST_KEYS: usize = 20;

/// The length of a P-256 coordinate and of an Ed25519 key, in bytes.
const COORDINATE: usize = 32;

/// Why a document is not a usable JWK Set for a client.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClientKeysError {
    /// Not JSON, or not of the form of RFC 7517 §5.
    #[error("not a JWK Set: {0}")]
    Form(String),
    /// No key that this server can verify with.
    #[error("the JWK Set has no RSA, P-256 or Ed25519 public key")]
    NoUsableKey,
    /// A private or symmetric key was given where only public ones belong.
    #[error(
        "a private key is among them, or a symmetric one (its member '{0}'); register public keys only, and consider \
         that key exposed"
    )]
    PrivateKey(&'static str),
    /// More than are looked at.
    #[error("the JWK Set has {0} keys; it may have {MOST_KEYS}")]
    TooMany(usize),
    /// A signature must say with one name which key made it (RFC 7517 §4.5).
    #[error("two keys of the JWK Set have the kid '{0}'")]
    SameKid(String),
    /// A key that no signature could be verified with.
    #[error("{key} is no good key: {what}")]
    BadKey {
        /// Which of them.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Reads a client's registered public keys (RFC 7517 §5). Private keys are refused, because only the client may have
/// them. A key of a type that is verified here must be valid; keys of other types are ignored.
pub fn client_keys(document: &str) -> Result<JwkSet, ClientKeysError> {
    let members = members_of_set(document.as_bytes())?;
    let keys = JwkSet { keys: members.iter().enumerate().map(read_key).collect::<Result<_, _>>()? };
    check_number(&keys)?;
    check_kids(&keys)?;
    let mut usable = false;
    for (at, jwk) in keys.keys.iter().enumerate() {
        let bad = |what| ClientKeysError::BadKey { key: name_of(at, jwk), what };
        usable |= check(jwk).map_err(bad)? == Use::Verifies;
    }
    if usable { Ok(keys) } else { Err(ClientKeysError::NoUsableKey) }
}

/// Reads the keys that a client publishes (RFC 7591 §2 `jwks_uri`). The set is made for others too, so what is of no use
/// here may stand in it: keys that encrypt, keys of other types. A private one may not.
pub fn published_keys(document: &[u8]) -> Result<JwkSet, ClientKeysError> {
    let members = members_of_set(document)?;
    let read = members.iter().enumerate().filter_map(|member| read_key(member).ok());
    let keys = JwkSet { keys: read.filter(|jwk| check(jwk) == Ok(Use::Verifies)).collect() };
    check_number(&keys)?;
    check_kids(&keys)?;
    if keys.keys.is_empty() { Err(ClientKeysError::NoUsableKey) } else { Ok(keys) }
}

/// The keys of a set, as they stand there. None is a private one.
fn members_of_set(document: &[u8]) -> Result<Vec<Value>, ClientKeysError> {
    let mut raw: Value = serde_json::from_slice(document).map_err(|e| ClientKeysError::Form(e.to_string()))?;
    let Some(Value::Array(members)) = raw.get_mut("keys").map(Value::take) else {
        return Err(ClientKeysError::Form("its member 'keys' must be an array".to_owned()));
    };
    members.iter().try_for_each(check_public)?;
    Ok(members)
}

fn check_number(keys: &JwkSet) -> Result<(), ClientKeysError> {
    if keys.keys.len() > MOST_KEYS { Err(ClientKeysError::TooMany(keys.keys.len())) } else { Ok(()) }
}

/// Reads one public key that signatures can be verified with, such as that of a proof (RFC 9449 §4.2).
pub fn public_key(key: &Value) -> Result<Jwk, ClientKeysError> {
    check_public(key)?;
    let jwk = read_key((0, key))?;
    match check(&jwk).map_err(|what| ClientKeysError::BadKey { key: name_of(0, &jwk), what })? {
        Use::Verifies => Ok(jwk),
        Use::NotLookedAt => Err(ClientKeysError::NoUsableKey),
    }
}

fn check_public(key: &Value) -> Result<(), ClientKeysError> {
    private_member(key).map_or(Ok(()), |member| Err(ClientKeysError::PrivateKey(member)))
}

/// The member that only the owner of a key may have, if it is there.
pub(super) fn private_member(key: &Value) -> Option<&'static str> {
    PRIVATE_MEMBERS.into_iter().find(|member| key.get(member).is_some())
}

/// Whether signatures can be checked with this key here.
pub(super) fn verifies(jwk: &Jwk) -> bool {
    check(jwk) == Ok(Use::Verifies)
}

fn read_key((at, key): (usize, &Value)) -> Result<Jwk, ClientKeysError> {
    let wrong = |what: String| ClientKeysError::Form(format!("key {} of the set: {what}", at + 1));
    let missing = members_of(key).iter().find(|member| !key[**member].is_string());
    match missing {
        Some(member) => Err(wrong(format!("its member '{member}' must be a string"))),
        None => Jwk::deserialize(key).map_err(|e| wrong(e.to_string())),
    }
}

/// What a key of a type that is verified here must have (RFC 7518 §6.2.1, §6.3.1; RFC 8037 §2).
fn members_of(key: &Value) -> &'static [&'static str] {
    match key["kty"].as_str() {
        Some("RSA") => &["n", "e"],
        Some("EC") => &["crv", "x", "y"],
        Some("OKP") => &["crv", "x"],
        _ => &[],
    }
}

fn check_kids(keys: &JwkSet) -> Result<(), ClientKeysError> {
    let kids: Vec<&str> = keys.keys.iter().filter_map(|jwk| jwk.common.key_id.as_deref()).collect();
    match kids.iter().enumerate().find(|(at, kid)| kids[..*at].contains(kid)) {
        Some((_, kid)) => Err(ClientKeysError::SameKid((*kid).to_owned())),
        None => Ok(()),
    }
}

/// Whether this server can use a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Verifies,
    NotLookedAt,
}

fn name_of(at: usize, jwk: &Jwk) -> String {
    match jwk.common.key_id.as_deref() {
        Some(kid) => format!("the key '{kid}'"),
        None => format!("key {} of the set", at + 1),
    }
}

/// Parses the key with the verifier that `/token` uses.
fn check(jwk: &Jwk) -> Result<Use, &'static str> {
    // RFC 7517 §4.2: what is made for hiding is not used for signing.
    if jwk.common.public_key_use == Some(PublicKeyUse::Encryption) {
        return Err("its 'use' is enc; keys that sign have sig, or none");
    }
    let algorithms: &[SigningAlgorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) => {
            check_rsa(&key.n, &key.e)?;
            &[SigningAlgorithm::Rs256, SigningAlgorithm::Ps256]
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            // SEC 1 §2.3.3: an uncompressed point is 4, x, y.
            let point = [&[4][..], &coordinate(&key.x)?, &coordinate(&key.y)?].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| "x and y are no point of P-256")?;
            &[SigningAlgorithm::Es256]
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            ParsedPublicKey::new(&ED25519, coordinate(&key.x)?).map_err(|_| "x is no key of Ed25519")?;
            &[SigningAlgorithm::EdDsa]
        }
        _ => return Ok(Use::NotLookedAt),
    };
    let declared = jwk.common.key_algorithm.map(|declared| declared.to_string());
    let fits = |declared: &String| algorithms.iter().any(|algorithm| algorithm.name() == declared);
    Ok(if declared.as_ref().is_none_or(fits) { Use::Verifies } else { Use::NotLookedAt })
}

fn check_rsa(n: &str, e: &str) -> Result<(), &'static str> {
    let (n, e) = (decoded(n)?, decoded(e)?);
    // RFC 7518 §3.3. The verifier looks at the size only when it has a signature.
    let bits = n.first().filter(|first| **first != 0).map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !(2048..=8192).contains(&bits) {
        return Err("its modulus n must have 2048 to 8192 bits, and no zero in front");
    }
    if n.last().is_none_or(|last| last % 2 == 0) {
        return Err("its modulus n is even");
    }
    if e.last().is_none_or(|last| last % 2 == 0) || e == [1] {
        return Err("its exponent e must be odd and greater than 1");
    }
    let key = RsaPublicKeyComponents { n, e };
    key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).map_err(|_| "n and e are no RSA key")?;
    Ok(())
}

fn coordinate(text: &str) -> Result<Vec<u8>, &'static str> {
    let bytes = decoded(text)?;
    if bytes.len() == COORDINATE {
        Ok(bytes)
    } else {
        Err("its coordinates must have 32 bytes, zeros in front included")
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "its members must be base64url without padding")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// RFC 7517 §A.1, RFC 8037 §A.2.
    const P256: (&str, &str) =
        ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
    const ED25519_KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const MODULUS: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
        FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0\
        zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFC\
        ur-kEgU8awapJzKnqDKgw";

    fn read(keys: &Value) -> Result<usize, String> {
        client_keys(&json!({"keys": keys}).to_string()).map(|read| read.keys.len()).map_err(|e| e.to_string())
    }

    fn rsa(n: &str, e: &str) -> Value {
        json!({"kty": "RSA", "n": n, "e": e, "kid": "mine"})
    }

    fn another_rsa() -> Value {
        json!({"kty": "RSA", "n": MODULUS, "e": "AQAB", "kid": "another"})
    }

    fn short() -> String {
        URL_SAFE_NO_PAD.encode([&[0xC1][..], &[7; 127]].concat())
    }

    #[test]
    fn good_keys_are_read_and_kinds_that_are_not_used_here_may_stand_beside_them() {
        let ec = json!({"kty": "EC", "crv": "P-256", "x": P256.0, "y": P256.1});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_KEY});
        let other = json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"});
        assert_eq!(read(&json!([rsa(MODULUS, "AQAB"), ec, ed, other.clone()])), Ok(4));
        let none = "the JWK Set has no RSA, P-256 or Ed25519 public key".to_owned();
        assert_eq!(read(&json!([other])), Err(none.clone()));
        assert_eq!(read(&json!([])), Err(none.clone()));
        let elsewhere = json!({"kty": "RSA", "n": MODULUS, "e": "AQAB", "alg": "RS512"});
        assert_eq!(read(&json!([elsewhere])), Err(none), "no signature by it is ever taken");
    }

    #[test]
    fn a_key_that_no_signature_is_good_for_is_refused_by_its_name() {
        for (n, e, what) in [
            ("AQAB", "AQAB", "2048"),
            ("", "AQAB", "2048"),
            (&short(), "AQAB", "2048"),
            (&format!("AAAA{MODULUS}"), "AQAB", "zero in front"),
            (MODULUS, "AQ", "exponent"),
            (MODULUS, "", "exponent"),
            (MODULUS, "AA", "exponent"),
            (MODULUS, "AQAB=", "base64url"),
        ] {
            let refused = read(&json!([another_rsa(), rsa(n, e)])).unwrap_err();
            assert!(refused.starts_with("the key 'mine' is no good key") && refused.contains(what), "{refused}");
        }
        let (x, y) = P256;
        for bad in [
            json!({"kty": "EC", "crv": "P-256", "x": &x[..40], "y": y}),
            json!({"kty": "EC", "crv": "P-256", "x": y, "y": y}),
            json!({"kty": "EC", "crv": "P-256", "x": "", "y": ""}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": &ED25519_KEY[..20]}),
        ] {
            let refused = read(&json!([bad])).unwrap_err();
            assert!(refused.starts_with("key 1 of the set is no good key"), "{bad}: {refused}");
        }
    }

    #[test]
    fn a_set_is_small_and_names_each_key_once_and_only_keys_that_sign() {
        let ed = |kid: Option<usize>| {
            let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_KEY});
            if let Some(kid) = kid {
                key["kid"] = json!(kid.to_string());
            }
            key
        };
        let many = |count| Value::from((0..count).map(|at| ed(Some(at))).collect::<Vec<_>>());
        assert_eq!(read(&many(MOST_KEYS)), Ok(MOST_KEYS));
        assert_eq!(read(&many(MOST_KEYS + 1)).unwrap_err(), "the JWK Set has 21 keys; it may have 20");
        assert_eq!(read(&json!([ed(None), ed(None)])), Ok(2));
        assert_eq!(read(&json!([ed(Some(1)), ed(Some(1))])).unwrap_err(), "two keys of the JWK Set have the kid '1'");
        let mut hides = ed(Some(7));
        hides["use"] = json!("enc");
        let refused = read(&json!([ed(Some(1)), hides])).unwrap_err();
        assert!(refused.starts_with("the key '7'") && refused.contains("'use'"), "{refused}");
        let mut signs = ed(Some(7));
        signs["use"] = json!("sig");
        assert_eq!(read(&json!([signs])), Ok(1));
        for (document, member) in [
            ("{}", "'keys'"),
            (r#"{"keys":{}}"#, "'keys'"),
            (r#"{"keys":[{"kty":"RSA"}]}"#, "'n'"),
            (r#"{"keys":[1]}"#, "key 1"),
        ] {
            let refused = client_keys(document).unwrap_err().to_string();
            assert!(refused.contains(member), "{refused}");
        }
    }

    #[test]
    fn a_published_set_is_made_for_others_too() {
        let published = |keys: &Value| published_keys(json!({ "keys": keys }).to_string().as_bytes());
        let mut encrypts = another_rsa();
        encrypts["use"] = json!("enc");
        let other = json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" });
        let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" });
        let keys = published(&json!([encrypts, other, unknown, rsa(MODULUS, "AQAB"), rsa("AQAB", "AQAB")])).unwrap();
        assert_eq!(keys.keys.len(), 1);
        assert_eq!(published(&json!([encrypts])), Err(ClientKeysError::NoUsableKey));
        let twice = json!([rsa(MODULUS, "AQAB"), rsa(MODULUS, "AQAB")]);
        assert_eq!(published(&twice), Err(ClientKeysError::SameKid("mine".to_owned())));
        let mut private = rsa(MODULUS, "AQAB");
        private["d"] = json!("AQAB");
        assert_eq!(published(&json!([another_rsa(), private])), Err(ClientKeysError::PrivateKey("d")));
        assert!(matches!(published_keys(b"[]"), Err(ClientKeysError::Form(_))));
    }

    #[test]
    fn private_keys_are_none_of_our_business() {
        for member in PRIVATE_MEMBERS {
            let mut key = rsa(MODULUS, "AQAB");
            key[member] = json!("AQAB");
            assert_eq!(
                client_keys(&json!({"keys": [key]}).to_string()),
                Err(ClientKeysError::PrivateKey(member)),
                "{member}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_document_is_read_or_refused_without_a_panic(
            text in "\\PC{0,80}",
            kty in "RSA|EC|OKP|oct|[a-z]{0,4}",
            crv in "P-256|P-384|Ed25519|[a-z]{0,4}",
            value in "[A-Za-z0-9_=-]{0,90}",
        ) {
            let _ = client_keys(&text);
            let _ = read(&json!([{"kty": kty, "crv": crv, "x": value, "y": value, "n": value, "e": "AQAB", "k": value}]));
        }
    }
}
