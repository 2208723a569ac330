//! The thumbprint of a public key (RFC 7638): by it a token says whose it is (RFC 9449 §6.1).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde::{Deserialize, Serialize};

/// BASE64URL(SHA-256(the required members of a JWK)).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyThumbprint(String);

/// A text that is not a thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a thumbprint of a key is 43 characters of base64url: the SHA-256 of its members (RFC 7638)")]
pub struct KeyThumbprintError;

impl KeyThumbprint {
    /// The thumbprint of a key; none of a kind of key that has no thumbprint.
    pub fn of(jwk: &Jwk) -> Option<Self> {
        jwk.thumbprint(ThumbprintHash::SHA256).ok().map(Self)
    }
}

impl FromStr for KeyThumbprint {
    type Err = KeyThumbprintError;

    fn from_str(text: &str) -> Result<Self, KeyThumbprintError> {
        let decoded = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyThumbprintError)?;
        if decoded.len() == 32 { Ok(Self(text.to_owned())) } else { Err(KeyThumbprintError) }
    }
}

impl fmt::Display for KeyThumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(jwk: serde_json::Value) -> String {
        KeyThumbprint::of(&serde_json::from_value(jwk).unwrap()).unwrap().to_string()
    }

    /// RFC 7638 §3.1, RFC 8037 §A.3.
    #[test]
    fn the_examples_of_the_rfcs_hold() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
            FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0\
            zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFC\
            ur-kEgU8awapJzKnqDKgw";
        let rsa = json!({ "kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29" });
        assert_eq!(of(rsa), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let ed25519 = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        assert_eq!(of(ed25519), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn only_a_sha_256_is_a_thumbprint() {
        let good = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(good.parse::<KeyThumbprint>().unwrap().to_string(), good);
        for bad in [
            "",
            "a",
            &good[1..],
            &format!("{good}="),
            &format!("{good}AA"),
            "NzbLsXh8uDCcd 6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        ] {
            assert!(bad.parse::<KeyThumbprint>().is_err(), "{bad}");
        }
    }
}
