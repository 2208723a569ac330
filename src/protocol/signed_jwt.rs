//! Tokens that others sign: the compact form of a JWS (RFC 7515 §7.1) with the claims of a JWT (RFC 7519), taken apart,
//! judged by its header and checked with a key.
//!
//! Owns what all of them have in common: which algorithms there are, that a critical extension is refused, which keys of
//! a set are tried, and how a claim is read. What the claims of one kind have to be, and what its sender is told, is said
//! where that kind is judged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, crypto};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::jose::SigningAlgorithm;

/// A token whose header was read. Nothing of it is verified.
#[derive(Clone, Debug)]
pub struct SignedJwt<'a> {
    /// Header and claims, as they were signed.
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
    header: Header,
}

#[derive(Clone, Debug, Deserialize)]
struct Header {
    alg: Option<String>,
    typ: Option<String>,
    kid: Option<String>,
    jwk: Option<Value>,
    crit: Option<Value>,
}

/// Why a header is not one that is understood here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderProblem {
    /// It is no JWS in compact form, or its algorithm is none of this server's: never `none`, and none with a shared
    /// secret (RFC 8725 §3.1 and §3.2).
    Algorithm,
    /// RFC 7515 §4.1.11: who does not understand a critical extension must refuse it, and this server understands none.
    Critical,
}

impl<'a> SignedJwt<'a> {
    /// Takes a token apart. None if it has not three parts, the first of them a header.
    pub fn read(compact: &'a str) -> Option<Self> {
        let (message, signature) = compact.rsplit_once('.')?;
        let (header, payload) = message.split_once('.').filter(|(_, payload)| !payload.contains('.'))?;
        Some(Self { message, payload, signature, header: decoded(header)? })
    }

    /// The same, with its algorithm, if its header is one that is understood.
    pub fn judged(compact: &'a str) -> Result<(Self, SigningAlgorithm), HeaderProblem> {
        let token = Self::read(compact).ok_or(HeaderProblem::Algorithm)?;
        let algorithm = token.algorithm().ok_or(HeaderProblem::Algorithm)?;
        if token.has_critical() { Err(HeaderProblem::Critical) } else { Ok((token, algorithm)) }
    }

    /// What it is signed with, if that is one of this server's algorithms.
    pub fn algorithm(&self) -> Option<SigningAlgorithm> {
        self.header.alg.as_deref().and_then(SigningAlgorithm::from_name)
    }

    /// Whether its header names an extension that has to be understood.
    pub const fn has_critical(&self) -> bool {
        self.header.crit.is_some()
    }

    /// `typ`, in lower case and without `application/` (RFC 7515 §4.1.9).
    pub fn typ(&self) -> Option<String> {
        let typ = self.header.typ.as_deref()?.to_ascii_lowercase();
        Some(typ.strip_prefix("application/").unwrap_or(&typ).to_owned())
    }

    /// The name of its key.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The key in its header. Only of a proof of possession does it say anything.
    pub const fn jwk(&self) -> Option<&Value> {
        self.header.jwk.as_ref()
    }

    /// What was signed: header and claims, without the signature, which may have several good forms.
    pub const fn message(&self) -> &'a str {
        self.message
    }

    /// Those keys that could have signed it: the one of its `kid`, or all of the right kind. Trying one costs as much as
    /// checking a signature, so at most `most` of them are told.
    pub fn candidates<'k>(
        &self,
        keys: &'k [Jwk],
        algorithm: SigningAlgorithm,
        most: usize,
    ) -> impl Iterator<Item = &'k Jwk> {
        let fits = move |jwk: &&Jwk| {
            let kid = jwk.common.key_id.as_deref();
            let kid_fits = self.kid().is_none() || kid.is_none() || kid == self.kid();
            let declared = jwk.common.key_algorithm.map(|declared| declared.to_string());
            kid_fits && declared.is_none_or(|declared| declared == algorithm.name())
        };
        keys.iter().filter(fits).take(most)
    }

    /// Whether this key signed it.
    pub fn is_by(&self, jwk: &Jwk, algorithm: SigningAlgorithm) -> bool {
        let Ok(key) = DecodingKey::from_jwk(jwk) else { return false };
        crypto::verify(self.signature, self.message.as_bytes(), &key, algorithm.jsonwebtoken()).unwrap_or(false)
    }

    /// The claims, whoever signed them. None if they are not of this form.
    pub fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        decoded(self.payload)
    }
}

/// The claims of a token of which nothing else is looked at. None if it is no JWT.
pub fn unverified_claims(compact: &str) -> Option<Claims> {
    let (message, _) = compact.rsplit_once('.')?;
    decoded(message.rsplit_once('.')?.1)
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Claims, each looked at when it is needed, so that the one that is wrong can be named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

/// A claim that is there and is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMoment;

impl Claims {
    /// The value of a claim.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_str)
    }

    /// A claim that is a moment, in seconds since 1970 (RFC 7519 §2, `NumericDate`).
    pub fn time(&self, name: &str) -> Result<Option<i64>, NoMoment> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Number(number)) => seconds(number).map(Some).ok_or(NoMoment),
            Some(_) => Err(NoMoment),
        }
    }

    /// Whom the token is for: `aud`, one text or several (RFC 7519 §4.1.3). Empty if it is neither.
    pub fn audiences(&self) -> Vec<&str> {
        match self.value("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// RFC 7523 §3, draft-ietf-oauth-rfc7523bis: whether it is for this audience alone. What is also meant for somebody
    /// else, they could send here.
    pub fn is_for_alone(&self, audience: &str) -> bool {
        match self.value("aud") {
            Some(Value::String(aud)) => aud == audience,
            Some(Value::Array(several)) => !several.is_empty() && several.iter().all(|one| one == audience),
            _ => false,
        }
    }
}

/// A moment in whole seconds since 1970.
pub fn seconds(number: &Number) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest, which no rule takes")]
    number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds.floor() as i64))
}

/// What tests change about a token.
#[cfg(test)]
pub(in crate::protocol) mod spoiled {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// The same token with one bit of its signature turned.
    pub(in crate::protocol) fn signature(token: &str) -> String {
        let (message, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[0] ^= 1;
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What one token says, under the signature of another.
    pub(in crate::protocol) fn signed_as(token: &str, other: &str) -> String {
        let ((message, _), (_, signature)) = (token.rsplit_once('.').unwrap(), other.rsplit_once('.').unwrap());
        format!("{message}.{signature}")
    }

    /// A token with these parts under the signature of another.
    pub(in crate::protocol) fn parts(token: &str, header: &str, claims: &str) -> String {
        let (_, signature) = token.rsplit_once('.').unwrap();
        format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::protocol::jose::Signer;

    /// RFC 8410 §10.3.
    fn signer() -> Signer {
        let key = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").unwrap();
        Signer::from_pkcs8(SigningAlgorithm::EdDsa, &key).unwrap()
    }

    fn good() -> String {
        signer().sign_jwt("Application/X+JWT", &json!({ "sub": "a", "aud": ["b", 1], "exp": 7.9, "nbf": "7" })).unwrap()
    }

    #[test]
    fn a_token_is_by_the_key_that_signed_it_and_by_no_other() {
        let compact = good();
        let (token, algorithm) = SignedJwt::judged(&compact).unwrap();
        assert_eq!((algorithm, token.typ().as_deref()), (SigningAlgorithm::EdDsa, Some("x+jwt")));
        assert!(token.is_by(signer().jwk(), algorithm) && !token.is_by(signer().jwk(), SigningAlgorithm::Es256));
        let changed = spoiled::signature(&compact);
        assert!(!SignedJwt::read(&changed).unwrap().is_by(signer().jwk(), algorithm));
        let other = spoiled::parts(&compact, r#"{"alg":"EdDSA"}"#, r#"{"sub":"b"}"#);
        assert!(!SignedJwt::read(&other).unwrap().is_by(signer().jwk(), algorithm));
    }

    /// RFC 8725 §3.1, §3.2; RFC 7515 §4.1.11.
    #[test]
    fn a_header_that_is_not_understood_is_refused() {
        for (header, problem) in [
            (r#"{"alg":"none"}"#, HeaderProblem::Algorithm),
            (r#"{"alg":"HS256"}"#, HeaderProblem::Algorithm),
            (r#"{"alg":"eddsa"}"#, HeaderProblem::Algorithm),
            (r#"{"alg":7}"#, HeaderProblem::Algorithm),
            ("{}", HeaderProblem::Algorithm),
            ("[]", HeaderProblem::Algorithm),
            (r#"{"alg":"EdDSA","alg":"EdDSA"}"#, HeaderProblem::Algorithm),
            (r#"{"alg":"EdDSA","crit":[]}"#, HeaderProblem::Critical),
        ] {
            let token = spoiled::parts(&good(), header, "{}");
            assert_eq!(SignedJwt::judged(&token).err(), Some(problem), "{header}");
        }
    }

    #[test]
    fn a_kid_names_its_key_and_alg_its_kind() {
        let compact = good();
        let token = SignedJwt::read(&compact).unwrap();
        let (own, mut other, mut unnamed) = (signer().jwk().clone(), signer().jwk().clone(), signer().jwk().clone());
        other.common.key_id = Some("other".to_owned());
        (unnamed.common.key_id, unnamed.common.key_algorithm) = (None, None);
        let keys = [other, own, unnamed];
        assert_eq!(token.candidates(&keys, SigningAlgorithm::EdDsa, 9).count(), 2);
        assert_eq!(token.candidates(&keys, SigningAlgorithm::Es256, 9).count(), 1);
        assert_eq!(token.candidates(&keys, SigningAlgorithm::EdDsa, 1).count(), 1);
    }

    #[test]
    fn a_claim_is_what_it_is() {
        let claims = unverified_claims(&good()).unwrap();
        assert_eq!((claims.text("sub"), claims.text("exp"), claims.text("none")), (Some("a"), None, None));
        assert_eq!(
            (claims.time("exp"), claims.time("nbf"), claims.time("iat")),
            (Ok(Some(7)), Err(NoMoment), Ok(None))
        );
        assert_eq!(claims.audiences(), ["b"]);
        assert!(!claims.is_for_alone("b"), "an audience that is no text is another one");
    }

    proptest! {
        #[test]
        fn nothing_that_comes_makes_it_stumble(token in "[A-Za-z0-9_.-]{0,80}|\\PC{0,40}") {
            prop_assert!(SignedJwt::judged(&token).is_err());
            prop_assert!(unverified_claims(&token).is_none_or(|claims| claims.text("iss").is_none()));
        }
    }
}
