//! A client's signed statement of who it is: `private_key_jwt` (RFC 7523 §3, OIDC Core §9).

use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;

use super::client_keys::MOST_KEYS;
use super::named::named;
use super::refusal::Refusal;
use super::signed_jwt::{Claims, HeaderProblem, NoMoment, SignedJwt, unverified_claims};

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

fn text<'a>(claims: &'a Claims, name: &str) -> Result<&'a str, Refusal> {
    let wrong = |what: &str| Refusal::invalid_client(format!("'{name}' of the client assertion {what}"));
    let otherwise = || if claims.value(name).is_some() { wrong("must be text") } else { wrong("is missing") };
    claims.text(name).ok_or_else(otherwise)
}

/// A time in seconds since 1970 (RFC 7519 §2, `NumericDate`).
fn time(claims: &Claims, name: &str) -> Result<Option<i64>, Refusal> {
    let what = || format!("'{name}' of the client assertion must be a number of seconds since 1970");
    claims.time(name).map_err(|NoMoment| Refusal::invalid_client(what()))
}

/// The client that an assertion claims to come from; nothing is verified yet.
pub fn claimed_client(assertion: &str) -> Result<String, Refusal> {
    let claims = unverified_claims(assertion).ok_or_else(malformed)?;
    text(&claims, "sub").map(str::to_owned)
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
    let (signed, algorithm) = SignedJwt::judged(assertion).map_err(|problem| match problem {
        HeaderProblem::Algorithm => unreadable_header(),
        HeaderProblem::Critical => {
            Refusal::invalid_client("'crit' of the client assertion names an extension this server lacks")
        }
    })?;
    if signed.typ().is_some_and(|typ| !is_assertion_type(&typ)) {
        return Err(Refusal::invalid_client("'typ' of the client assertion must be JWT or client-authentication+jwt"));
    }
    let is_signed = signed.candidates(&keys.keys, algorithm, MOST_KEYS).any(|jwk| signed.is_by(jwk, algorithm));
    let claims = signed.claims::<Claims>().filter(|_| is_signed).ok_or_else(|| {
        Refusal::invalid_client("the client assertion is not signed by a key registered for this application")
    })?;
    check_claims(&claims, client_id, addressee, now)
}

/// Whether an assertion names a key by a `kid` that none of these has, as it does when the client has a new one.
pub fn names_another_key(assertion: &str, keys: &JwkSet) -> bool {
    let signed = SignedJwt::read(assertion);
    signed.as_ref().and_then(SignedJwt::kid).is_some_and(|kid| keys.find(kid).is_none())
}

/// RFC 7515 §4.1.9, draft-ietf-oauth-rfc7523bis: what is meant for something else is no statement of who one is.
fn is_assertion_type(typ: &str) -> bool {
    matches!(typ, "jwt" | "client-authentication+jwt")
}

fn check_claims(
    claims: &Claims,
    client_id: &str,
    addressee: &Addressee<'_>,
    now: i64,
) -> Result<VerifiedAssertion, Refusal> {
    let refuse = |what: &'static str| Err(Refusal::invalid_client(what));
    for name in ["iss", "sub"] {
        if text(claims, name)? != client_id {
            return Err(Refusal::invalid_client(format!("'{name}' of the client assertion must be the client id")));
        }
    }
    addressee.check(claims.value("aud"))?;
    let Some(expires) = time(claims, "exp")? else {
        return refuse("'exp' of the client assertion is missing");
    };
    if expires <= now.saturating_sub(CLOCK_SKEW) {
        return refuse("the client assertion has expired ('exp')");
    }
    if expires > now.saturating_add(LONGEST_LIFETIME + CLOCK_SKEW) {
        return refuse("the client assertion is good for more than an hour ('exp'); make it shorter");
    }
    for name in ["nbf", "iat"] {
        if time(claims, name)?.is_some_and(|start| start > now.saturating_add(CLOCK_SKEW)) {
            let what = format!("the client assertion is not valid yet ('{name}'); check the client's clock");
            return Err(Refusal::invalid_client(what));
        }
    }
    match text(claims, "jti")? {
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
