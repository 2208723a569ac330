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
        /// The issuer or one of the endpoints and nothing else: what OIDC Core §9 says and libraries send.
        #[default]
        IssuerOrEndpoint = "issuer_or_endpoint": "The issuer or the token endpoint, and nothing else",
        /// The issuer as one string (draft-ietf-oauth-rfc7523bis), where other servers are not to be trusted.
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

/// Whether an assertion names a key by a `kid` that none of these has, as it does when the client has a new one.
pub fn names_another_key(assertion: &str, keys: &JwkSet) -> bool {
    let kid = decode_header(assertion).ok().and_then(|header| header.kid);
    kid.is_some_and(|kid| keys.find(&kid).is_none())
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
    // Trying a key costs as much as checking a signature, and an attacker may have it done, too.
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
mod tests;
