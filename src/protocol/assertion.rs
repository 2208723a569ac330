//! A client's signed statement of who it is: `private_key_jwt` (RFC 7523 §3, OIDC Core §9).

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::client_keys::MOST_KEYS;
use super::jose::SigningAlgorithm;
use super::named::named;
use super::refusal::Refusal;

/// The longest an assertion may be good for, in seconds. Its `jti` is remembered that long.
pub const LONGEST_LIFETIME: i64 = 3600;

/// How far the client's clock may be ahead or behind, in seconds.
const CLOCK_SKEW: i64 = 30;

/// The longest `jti` that is remembered, in bytes.
const LONGEST_JTI: usize = 256;

/// An assertion that proves its client, provided its `jti` is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAssertion {
    /// The `jti` claim (RFC 7519 §4.1.7).
    pub jti: String,
    /// The `exp` claim, in seconds since 1970: its `jti` is remembered until then.
    pub expires: i64,
}

named! {
    /// What `aud` of an application's assertions may be. A setting of the application.
    #[derive(Default)]
    pub enum AssertionAudience {
        /// The issuer or one of the endpoints, alone or in an array of nothing else: what OIDC Core §9 says and the
        /// libraries send.
        #[default]
        IssuerOrEndpoint = "issuer_or_endpoint": "The issuer or the token endpoint, and nothing else",
        /// The issuer, as one string and nothing else (draft-ietf-oauth-rfc7523bis): for applications that also
        /// authenticate at servers they do not trust.
        Issuer = "issuer": "The issuer alone",
    }
}

/// Who this server is to an application that signs an assertion for it.
#[derive(Clone, Debug)]
pub struct Addressee<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The addresses at which the assertion may be meant to arrive.
    pub endpoints: Vec<String>,
    /// Which of them count.
    pub form: AssertionAudience,
}

impl Addressee<'_> {
    fn check(&self, aud: Option<&Value>) -> Result<(), Refusal> {
        let is_ours = |text: &str| match self.form {
            AssertionAudience::Issuer => text == self.issuer,
            AssertionAudience::IssuerOrEndpoint => {
                text == self.issuer || self.endpoints.iter().any(|endpoint| endpoint == text)
            }
        };
        let fits = match aud {
            Some(Value::String(text)) => is_ours(text),
            Some(Value::Array(several)) => {
                self.form == AssertionAudience::IssuerOrEndpoint
                    && !several.is_empty()
                    && several.iter().all(|one| one.as_str().is_some_and(is_ours))
            }
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let or = match self.form {
            AssertionAudience::Issuer => String::new(),
            AssertionAudience::IssuerOrEndpoint => format!(" or {}", self.endpoints.join(" or ")),
        };
        let what = format!("'aud' of the client assertion must be the issuer, {}{or}, and nothing else", self.issuer);
        Err(Refusal::invalid_client(what))
    }
}

/// The claims of an assertion, each looked at when it is needed so that the one that is wrong can be named.
#[derive(Deserialize)]
struct Claims(Map<String, Value>);

impl Claims {
    fn text(&self, name: &str) -> Result<&str, Refusal> {
        let wrong = |what: &str| Refusal::invalid_client(format!("'{name}' of the client assertion {what}"));
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(wrong("must be text")),
            None => Err(wrong("is missing")),
        }
    }

    /// A time in seconds since 1970 (RFC 7519 §2, `NumericDate`).
    fn time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is too large becomes the largest, which no rule takes"
        )]
        let time = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64));
        let what = || format!("'{name}' of the client assertion must be a number of seconds since 1970");
        time.map(Some).ok_or_else(|| Refusal::invalid_client(what()))
    }
}

/// The client that an assertion claims to come from; nothing is verified yet.
pub fn claimed_client(assertion: &str) -> Result<String, Refusal> {
    let claims: Claims = insecure_decode_claims(assertion).map_err(|_| malformed())?;
    claims.text("sub").map(str::to_owned)
}

/// Checks an assertion of this client: its signature by one of the client's keys, then every claim.
///
/// `now` is in seconds since 1970.
pub fn verify(
    assertion: &str,
    client_id: &str,
    keys: &JwkSet,
    addressee: &Addressee<'_>,
    now: i64,
) -> Result<VerifiedAssertion, Refusal> {
    let header = decode_header(assertion).map_err(|_| unreadable_header())?;
    let algorithm = SigningAlgorithm::ALL.into_iter().find(|known| known.jsonwebtoken() == header.alg);
    let algorithm = algorithm.ok_or_else(unreadable_header)?;
    // RFC 7515 §4.1.11: a recipient that does not understand a critical extension must refuse it; this server
    // understands none.
    if header.crit.is_some() {
        return Err(Refusal::invalid_client("'crit' of the client assertion names an extension this server lacks"));
    }
    if header.typ.as_deref().is_some_and(|typ| !is_assertion_type(typ)) {
        return Err(Refusal::invalid_client("'typ' of the client assertion must be JWT or client-authentication+jwt"));
    }
    let mut validation = Validation::new(algorithm.jsonwebtoken());
    // The claims are checked below, against `now`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = candidates(keys, header.kid.as_deref(), algorithm)
        .filter_map(|jwk| DecodingKey::from_jwk(jwk).ok())
        .find_map(|key| decode::<Claims>(assertion, &key, &validation).ok())
        .ok_or_else(|| {
            Refusal::invalid_client("the client assertion is not signed by a key registered for this application")
        })?;
    check_claims(&claims.claims, client_id, addressee, now)
}

/// RFC 7515 §4.1.9, draft-ietf-oauth-rfc7523bis: what is meant for something else is no statement of who one is.
fn is_assertion_type(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "client-authentication+jwt")
}

/// The registered keys that could have signed it: the one of that `kid`, or all of the right kind.
fn candidates<'a>(
    keys: &'a JwkSet,
    kid: Option<&'a str>,
    algorithm: SigningAlgorithm,
) -> impl Iterator<Item = &'a Jwk> {
    // Trying a key costs as much as checking a signature, and anybody may have it done.
    let fitting = keys.keys.iter().filter(move |jwk| {
        let kid_fits = kid.is_none() || jwk.common.key_id.is_none() || jwk.common.key_id.as_deref() == kid;
        let declared = jwk.common.key_algorithm.map(|declared| declared.to_string());
        kid_fits && declared.is_none_or(|declared| declared == algorithm.name())
    });
    fitting.take(MOST_KEYS)
}

fn check_claims(
    claims: &Claims,
    client_id: &str,
    addressee: &Addressee<'_>,
    now: i64,
) -> Result<VerifiedAssertion, Refusal> {
    let refuse = |what: &'static str| Err(Refusal::invalid_client(what));
    for name in ["iss", "sub"] {
        if claims.text(name)? != client_id {
            return Err(Refusal::invalid_client(format!("'{name}' of the client assertion must be the client id")));
        }
    }
    addressee.check(claims.0.get("aud"))?;
    let Some(expires) = claims.time("exp")? else {
        return refuse("'exp' of the client assertion is missing");
    };
    if expires <= now.saturating_sub(CLOCK_SKEW) {
        return refuse("the client assertion has expired ('exp')");
    }
    if expires > now.saturating_add(LONGEST_LIFETIME + CLOCK_SKEW) {
        return refuse("the client assertion is good for more than an hour ('exp'); make it shorter");
    }
    for name in ["nbf", "iat"] {
        if claims.time(name)?.is_some_and(|start| start > now.saturating_add(CLOCK_SKEW)) {
            let what = format!("the client assertion is not valid yet ('{name}'); check the client's clock");
            return Err(Refusal::invalid_client(what));
        }
    }
    match claims.text("jti")? {
        jti if !jti.is_empty() && jti.len() <= LONGEST_JTI => {
            Ok(VerifiedAssertion { jti: jti.to_owned(), expires: expires.saturating_add(CLOCK_SKEW) })
        }
        _ => refuse("'jti' of the client assertion must have 1 to 256 bytes"),
    }
}

fn malformed() -> Refusal {
    Refusal::invalid_client("the client assertion is not a signed JWT")
}

fn unreadable_header() -> Refusal {
    Refusal::invalid_client(
        "'alg' of the client assertion must be RS256, PS256, ES256 or EdDSA, and its header a JWT's",
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use jsonwebtoken::jwk::KeyAlgorithm;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;
    use crate::protocol::jose::Signer;
    use crate::protocol::refusal::ErrorCode;

    /// RFC 8410 §10.3.
    const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    const ISSUER: &str = "https://login.example.com";
    const NOW: i64 = 1_000_000;

    fn ours(form: AssertionAudience) -> Addressee<'static> {
        let endpoints = vec![format!("{ISSUER}/token"), format!("{ISSUER}/oauth/token")];
        Addressee { issuer: ISSUER, endpoints, form }
    }

    fn private_key() -> Vec<u8> {
        STANDARD.decode(PRIVATE_KEY).unwrap()
    }

    /// The public half, and another key before it.
    fn keys() -> JwkSet {
        let own = Signer::from_pkcs8(SigningAlgorithm::EdDsa, &private_key()).unwrap().jwk().clone();
        let mut other = own.clone();
        other.common.key_id = Some("other".to_owned());
        JwkSet { keys: vec![other, own] }
    }

    fn own_kid() -> String {
        keys().keys[1].common.key_id.clone().unwrap()
    }

    fn claims() -> Value {
        json!({"iss": "shop", "sub": "shop", "aud": ISSUER, "jti": "a", "exp": NOW + 60})
    }

    fn signed(header: &Header, claims: &Value) -> String {
        encode(header, claims, &EncodingKey::from_ed_der(&private_key())).unwrap()
    }

    fn checked(claims: &Value) -> Result<VerifiedAssertion, Refusal> {
        verify(
            &signed(&Header::new(Algorithm::EdDSA), claims),
            "shop",
            &keys(),
            &ours(AssertionAudience::default()),
            NOW,
        )
    }

    /// The claims with this one changed; removed by null.
    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        claims
    }

    #[test]
    fn the_client_is_the_subject_even_before_anything_is_verified() {
        assert_eq!(claimed_client(&signed(&Header::new(Algorithm::EdDSA), &claims())).unwrap(), "shop");
        for bad in ["", "a.b.c", &signed(&Header::new(Algorithm::EdDSA), &with("sub", Value::Null))] {
            assert_eq!(claimed_client(bad).unwrap_err().code, ErrorCode::InvalidClient, "{bad}");
        }
    }

    /// Its `jti` is remembered for as long as it is taken.
    #[test]
    fn a_good_assertion_tells_its_jti_and_until_when_it_is_remembered() {
        let good = VerifiedAssertion { jti: "a".to_owned(), expires: NOW + 60 + CLOCK_SKEW };
        assert_eq!(checked(&claims()), Ok(good.clone()));
        assert_eq!(checked(&with("aud", json!([ISSUER, "https://login.example.com/token"]))), Ok(good));
    }

    #[test]
    fn every_claim_counts() {
        for (name, value) in [
            ("iss", json!("other")),
            ("iss", Value::Null),
            ("sub", json!("other")),
            ("sub", Value::Null),
            ("aud", json!("https://login.example.com/")),
            ("aud", json!([ISSUER, "https://other.example.com"])),
            ("aud", Value::Null),
            ("exp", Value::Null),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("jti", json!("a".repeat(LONGEST_JTI + 1))),
        ] {
            let refusal = checked(&with(name, value.clone())).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::InvalidClient, "{name}: {value}");
        }
        assert!(checked(&with("jti", json!("a".repeat(LONGEST_JTI)))).is_ok());
    }

    #[test]
    fn it_is_good_for_an_hour_at_most_and_clocks_may_differ_by_half_a_minute() {
        for (name, last, first_bad) in [
            ("exp", NOW - CLOCK_SKEW + 1, NOW - CLOCK_SKEW),
            ("exp", NOW + LONGEST_LIFETIME + CLOCK_SKEW, NOW + LONGEST_LIFETIME + CLOCK_SKEW + 1),
            ("nbf", NOW + CLOCK_SKEW, NOW + CLOCK_SKEW + 1),
            ("iat", NOW + CLOCK_SKEW, NOW + CLOCK_SKEW + 1),
        ] {
            assert!(checked(&with(name, json!(last))).is_ok(), "{name} {last}");
            assert!(checked(&with(name, json!(first_bad))).is_err(), "{name} {first_bad}");
        }
    }

    #[test]
    fn the_key_is_the_one_that_is_named_and_of_the_algorithm_that_is_named() {
        let of_key = |kid: &str| Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let verified = |header: &Header, keys: &JwkSet| {
            verify(&signed(header, &claims()), "shop", keys, &ours(AssertionAudience::default()), NOW)
        };
        assert!(verified(&of_key(&own_kid()), &keys()).is_ok());
        assert!(verified(&of_key("unknown"), &keys()).is_err());
        let mut unnamed = keys();
        unnamed.keys[1].common.key_id = None;
        assert!(verified(&of_key("unknown"), &unnamed).is_ok(), "a key without a name may be any");
        let mut undeclared = keys();
        undeclared.keys[1].common.key_algorithm = None;
        assert!(verified(&of_key(&own_kid()), &undeclared).is_ok());
        let mut declared_otherwise = keys();
        declared_otherwise.keys[1].common.key_algorithm = Some(KeyAlgorithm::ES256);
        assert!(verified(&of_key(&own_kid()), &declared_otherwise).is_err());
        assert!(verified(&of_key(&own_kid()), &JwkSet { keys: Vec::new() }).is_err());
    }

    /// RFC 7515 §4.1.11.
    #[test]
    fn an_extension_that_has_to_be_understood_is_not() {
        let header = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::EdDSA) };
        assert!(
            verify(&signed(&header, &claims()), "shop", &keys(), &ours(AssertionAudience::default()), NOW).is_err()
        );
    }

    #[test]
    fn a_shared_secret_or_the_signature_of_another_assertion_proves_nothing() {
        let shared = encode(&Header::default(), &claims(), &EncodingKey::from_secret(&private_key())).unwrap();
        let good = signed(&Header::new(Algorithm::EdDSA), &claims());
        let other = signed(&Header::new(Algorithm::EdDSA), &with("jti", json!("b")));
        let changed = [good.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1].join(".");
        for bad in [shared.as_str(), &changed, "a.b.c", ""] {
            assert!(verify(bad, "shop", &keys(), &ours(AssertionAudience::default()), NOW).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_audience_is_the_issuer_or_an_endpoint_and_nothing_besides() {
        let lenient = |aud: Value| ours(AssertionAudience::IssuerOrEndpoint).check(Some(&aud)).is_ok();
        let (issuer, token) = (json!(ISSUER), json!("https://login.example.com/token"));
        for good in [issuer.clone(), token.clone(), json!([issuer]), json!([token, issuer])] {
            assert!(lenient(good.clone()), "{good}");
        }
        for bad in [
            json!("https://login.example.com/"),
            json!("https://login.example.com/token/"),
            json!("https://login.example.com/oauth/par"),
            json!([]),
            json!([issuer, "https://other.example.com"]),
            json!([issuer, 1]),
            json!([[issuer]]),
            json!(null),
            json!({ "a": issuer }),
        ] {
            assert!(!lenient(bad.clone()), "{bad}");
        }
    }

    #[test]
    fn in_the_strict_form_it_is_the_issuer_as_one_string() {
        for (aud, good) in
            [(json!(ISSUER), true), (json!([ISSUER]), false), (json!("https://login.example.com/token"), false)]
        {
            assert_eq!(ours(AssertionAudience::Issuer).check(Some(&aud)).is_ok(), good, "{aud}");
        }
        for form in AssertionAudience::ALL {
            assert_eq!(AssertionAudience::from_name(form.name()), Some(form));
        }
    }
}
