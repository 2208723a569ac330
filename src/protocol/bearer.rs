//! Access tokens as a resource server sees them (RFC 6750, RFC 9068 §4).

use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

use super::claims::{AccessTokenClaims, TokenProfile};
use super::jose::SigningAlgorithm;
use super::refusal::{ErrorCode, Refusal};

/// A public key of this server, ready to verify with.
#[derive(Clone)]
pub struct VerifyingKey {
    /// What it verifies.
    pub algorithm: SigningAlgorithm,
    /// The key in jsonwebtoken's form.
    pub key: DecodingKey,
}

/// What an `Authorization` header offers to a resource server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerCredentials<'a> {
    /// No credentials at all: RFC 6750 §3 then wants a challenge without an error code.
    Missing,
    /// A token, well formed so far.
    Token(&'a str),
    /// The same by the scheme `DPoP`: a proof has to come with it (RFC 9449 §7.1).
    Bound(&'a str),
}

/// Reads `Authorization: Bearer …` (RFC 6750 §2.1) or `Authorization: DPoP …` (RFC 9449 §7.1).
pub fn credentials(authorization: Option<&str>) -> Result<BearerCredentials<'_>, Refusal> {
    let Some(header) = authorization else { return Ok(BearerCredentials::Missing) };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let credentials = if scheme.eq_ignore_ascii_case("bearer") {
        BearerCredentials::Token
    } else if scheme.eq_ignore_ascii_case("dpop") {
        BearerCredentials::Bound
    } else {
        return Ok(BearerCredentials::Missing);
    };
    let token = token.trim_ascii();
    let body = token.trim_end_matches('=');
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    if body.is_empty() || !body.chars().all(allowed) {
        return Err(Refusal::invalid_request("the Authorization header does not hold one access token"));
    }
    Ok(credentials(token))
}

/// Checks an access token of this server: type, signature, issuer and time.
///
/// `now` is in seconds since 1970 and must be before `exp`: issuer and verifier share one clock here, so
/// there is no leeway. Whether the token was revoked is not something a signature can tell.
pub fn verify(
    token: &str,
    key_of: impl FnOnce(&str) -> Option<VerifyingKey>,
    issuer: &str,
    now: i64,
) -> Result<AccessTokenClaims, Refusal> {
    let invalid = |what: &'static str| Refusal::new(ErrorCode::InvalidToken, what);
    let header = decode_header(token).map_err(|_| invalid("the access token is not a signed JWT"))?;
    let typ = header.typ.as_deref().unwrap_or_default();
    if !TokenProfile::ALL.into_iter().any(|profile| profile.typ().eq_ignore_ascii_case(typ)) {
        return Err(invalid("the JWT is not an access token: its typ is neither at+jwt nor JWT"));
    }
    let kid = header.kid.ok_or_else(|| invalid("the access token names no key: it has no kid"))?;
    let key = key_of(&kid).ok_or_else(|| {
        invalid("the access token is signed by a key that is not, or no longer, in this server's key set")
    })?;
    let mut validation = Validation::new(key.algorithm.jsonwebtoken());
    // Issuer and time are checked below, against the arguments.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<AccessTokenClaims>(token, &key.key, &validation)
        .map_err(|e| invalid("the access token's signature or claims are not valid").with_detail(e.to_string()))?
        .claims;
    if claims.iss != issuer {
        return Err(invalid("the access token was issued by another server"));
    }
    if claims.exp <= now {
        return Err(invalid("the access token has expired"));
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::protocol::jose::Signer;

    #[test]
    fn the_scheme_is_case_insensitive_and_another_scheme_is_no_bearer_token() {
        assert_eq!(credentials(Some("bEARER a.b.c")), Ok(BearerCredentials::Token("a.b.c")));
        assert_eq!(credentials(Some("dpop a.b.c")), Ok(BearerCredentials::Bound("a.b.c")));
        assert_eq!(credentials(Some("Basic abc")), Ok(BearerCredentials::Missing));
        assert_eq!(credentials(None), Ok(BearerCredentials::Missing));
    }

    #[test]
    fn a_bearer_header_without_one_clean_token_is_refused() {
        for header in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"a\"", "Bearer ==", "Bearer a,b", "DPoP", "DPoP a b"]
        {
            assert!(credentials(Some(header)).is_err(), "{header}");
        }
    }

    const ISSUER: &str = "https://login.example.com";

    /// RFC 8410 §10.3.
    fn signer() -> Signer {
        let key = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").unwrap();
        Signer::from_pkcs8(SigningAlgorithm::EdDsa, &key).unwrap()
    }

    /// A token of this type and with these changes of its claims, looked at one second before it ends.
    fn verified(typ: &str, change: impl FnOnce(&mut AccessTokenClaims)) -> Result<AccessTokenClaims, Refusal> {
        let mut claims: AccessTokenClaims = serde_json::from_value(json!({
            "iss": ISSUER, "sub": "a", "aud": "b", "client_id": "c", "scope": "openid", "iat": 1, "exp": 100, "jti": "d",
        }))
        .unwrap();
        change(&mut claims);
        let signer = signer();
        let key_of = |kid: &str| {
            let key = DecodingKey::from_jwk(signer.jwk()).unwrap();
            (kid == signer.kid()).then_some(VerifyingKey { algorithm: SigningAlgorithm::EdDsa, key })
        };
        verify(&signer.sign_jwt(typ, &claims).unwrap(), key_of, ISSUER, 99)
    }

    #[test]
    fn a_token_of_this_server_is_good_until_the_second_it_ends() {
        for typ in ["at+jwt", "AT+JWT", "JWT"] {
            assert_eq!(verified(typ, |_| ()).unwrap().sub, "a", "{typ}");
        }
        for exp in [99, 98, 0] {
            assert_eq!(verified("at+jwt", |claims| claims.exp = exp).unwrap_err().code, ErrorCode::InvalidToken);
        }
    }

    #[test]
    fn a_token_of_another_server_of_another_type_or_of_an_unknown_key_is_refused() {
        assert!(verified("at+jwt", |claims| claims.iss = format!("{ISSUER}/")).is_err());
        for typ in ["", "logout+jwt", "at"] {
            assert!(verified(typ, |_| ()).is_err(), "{typ}");
        }
        let good = signer().sign_jwt("JWT", &json!({})).unwrap();
        assert!(verify(&good, |_| None, ISSUER, 0).is_err());
    }

    proptest! {
        #[test]
        fn what_is_taken_for_a_token_is_one_word_of_the_header(header in "([Bb]earer +)?\\PC{0,40}={0,2}") {
            if let Ok(BearerCredentials::Token(token)) = credentials(Some(&header)) {
                prop_assert!(header.ends_with(token) || header.trim_ascii_end().ends_with(token));
                prop_assert!(!token.is_empty() && token.chars().all(|c| c.is_ascii_graphic()));
                prop_assert!(verify(token, |_| None, "https://login.example.com", 0).is_err(), "of a key that is none of ours");
            }
        }
    }
}
