//! A token of another issuer, and what is asked of it. Everything but the signature is looked at first, so that a token
//! which nobody trusts costs no fetch of keys.

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{FederatedIdentity, ForeignKeys};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::refusal::Refusal;

/// How far the issuer's clock may be ahead or behind, in seconds.
const CLOCK_SKEW: i64 = 60;

/// The longest a token may still be good for, in seconds. It is remembered that long.
const LONGEST_LIFETIME: i64 = 24 * 3600;

/// What the caller is told: whom an application trusts is nobody else's to know.
const TOLD: &str = "the token of another issuer is not accepted for this client_id; the request log of the application \
                    tells its owner why";

/// Refuses a token for a reason that only the owner of the application is told.
pub fn refused(reason: impl Into<String>) -> Refusal {
    Refusal::invalid_client(TOLD).telling_owner(reason)
}

/// What a token claims to be. Nothing is verified yet.
#[derive(Clone, Debug)]
pub struct Unverified {
    claims: Map<String, Value>,
}

/// A token that can be judged: its header is one that is understood here.
#[derive(Clone, Debug)]
pub struct ForeignToken<'a> {
    compact: &'a str,
    algorithm: SigningAlgorithm,
    kid: Option<String>,
    claims: Map<String, Value>,
}

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
pub struct SignedBy(String);

/// What a token is remembered by once it was used, until it could not be used any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentBy {
    /// What no other token has, to be hashed.
    pub mark: String,
    /// In seconds since 1970.
    pub expires: i64,
}

impl Unverified {
    /// Reads the claims; none if it is no JWT.
    pub fn read(compact: &str) -> Option<Self> {
        insecure_decode_claims(compact).ok().map(|claims| Self { claims })
    }

    /// Whether another issuer than this client made it. A client that signs for itself has its id as `iss` and `sub`
    /// (RFC 7523 §3), and with two equal ones of another client it is a slip. An `iss` that is no text is nobody's.
    pub fn is_foreign_to(&self, client_id: &str) -> bool {
        let (iss, sub) = (text(&self.claims, "iss"), text(&self.claims, "sub"));
        let is_own = [iss, sub].into_iter().flatten().any(|name| name == client_id);
        match (iss, sub) {
            (_, None) => false,
            (None, Some(sub)) => !is_own && (sub.starts_with("spiffe://") || self.claims.contains_key("iss")),
            (Some(iss), Some(sub)) => !is_own && iss != sub,
        }
    }

    /// Whether it is of an issuer that one of these names.
    pub fn is_of(&self, federated: &[FederatedIdentity]) -> bool {
        let (iss, sub) = (text(&self.claims, "iss"), text(&self.claims, "sub").unwrap_or_default());
        federated.iter().any(|identity| identity.issuer.signs(iss, sub))
    }
}

impl<'a> ForeignToken<'a> {
    /// Reads header and claims. The algorithms are those of client assertions: never `none`, never one with a shared
    /// secret (RFC 8725 §3.1 and §3.2).
    pub fn read(compact: &'a str) -> Result<Self, Refusal> {
        let unreadable = || refused("'alg' of the token must be RS256, PS256, ES256 or EdDSA, and its header a JWT's");
        let header = decode_header(compact).map_err(|_| unreadable())?;
        let algorithm = SigningAlgorithm::ALL.into_iter().find(|known| known.jsonwebtoken() == header.alg);
        let algorithm = algorithm.ok_or_else(unreadable)?;
        // RFC 7515 §4.1.11.
        if header.crit.is_some() {
            return Err(refused("'crit' of the token names an extension this server lacks"));
        }
        if let Some(typ) = header.typ.as_deref().filter(|typ| !is_plain_type(typ)) {
            return Err(refused(format!("'typ' of the token is '{typ}': it was made for something else")));
        }
        let claims = insecure_decode_claims(compact).map_err(|_| refused("the token is not a signed JWT"))?;
        Ok(Self { compact, algorithm, kid: header.kid, claims })
    }

    /// The identities that it can stand for, by its issuer, its subject and its audience.
    pub fn identities<'f>(
        &self,
        federated: &'f [FederatedIdentity],
        own_issuer: &str,
    ) -> Result<Vec<&'f FederatedIdentity>, Refusal> {
        let Some(sub) = text(&self.claims, "sub") else {
            return Err(
                refused("'sub' of the token must be a text").with_mismatch(Mismatch::missing(Field::Subject, None))
            );
        };
        let iss = text(&self.claims, "iss");
        let of_issuer: Vec<_> = federated.iter().filter(|identity| identity.issuer.signs(iss, sub)).collect();
        if of_issuer.is_empty() {
            let issuers = federated.iter().map(|identity| identity.issuer.as_str());
            let mismatch = match iss {
                Some(iss) => Mismatch::nearest(Field::Issuer, iss, issuers),
                None => Mismatch::missing(Field::Issuer, issuers.take(1).next()),
            };
            return Err(refused("the application trusts no such issuer ('iss')").with_mismatch(mismatch));
        }
        let of_subject: Vec<_> = of_issuer.iter().filter(|identity| identity.subject.matches(sub)).copied().collect();
        if of_subject.is_empty() {
            let subjects = of_issuer.iter().map(|identity| identity.subject.as_str());
            let mismatch = Mismatch::nearest(Field::Subject, sub, subjects);
            let reason = "the application trusts the issuer of the token, but not this subject ('sub') of it";
            return Err(refused(reason).with_mismatch(mismatch));
        }
        let meant: Vec<_> =
            of_subject.iter().filter(|one| self.is_meant_for(one.audience(own_issuer))).copied().collect();
        if meant.is_empty() {
            let audiences = of_subject.iter().map(|identity| identity.audience(own_issuer));
            let mismatch = Mismatch::nearest(Field::Audience, &self.audience(), audiences);
            let reason = "the token must be meant for this server ('aud'), and for nobody else";
            return Err(refused(reason).with_mismatch(mismatch));
        }
        Ok(meant)
    }

    /// Judges its times; `now` is in seconds since 1970.
    pub fn check_times(&self, now: i64) -> Result<(), Refusal> {
        let expires = self.time("exp")?.ok_or_else(|| refused("'exp' of the token is missing"))?;
        if expires <= now.saturating_sub(CLOCK_SKEW) {
            return Err(refused("the token has expired ('exp')"));
        }
        if expires > now.saturating_add(LONGEST_LIFETIME + CLOCK_SKEW) {
            return Err(refused("the token is good for more than a day ('exp'); ask its issuer for a shorter one"));
        }
        for name in ["nbf", "iat"] {
            if self.time(name)?.is_some_and(|start| start > now.saturating_add(CLOCK_SKEW)) {
                return Err(refused(format!("the token is not valid yet ('{name}'): a clock is wrong")));
            }
        }
        Ok(())
    }

    /// Checks its signature.
    pub fn signature(&self, keys: &ForeignKeys) -> Signature {
        let mut validation = Validation::new(self.algorithm.jsonwebtoken());
        // The claims are judged for themselves, against the clock of this server.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let is_by = |jwk: &Jwk| {
            let key = DecodingKey::from_jwk(jwk);
            key.is_ok_and(|key| decode::<IgnoredAny>(self.compact, &key, &validation).is_ok())
        };
        let mut candidates = keys.candidates(self.kid.as_deref(), self.algorithm).peekable();
        let names_one = candidates.peek().is_some() && self.kid.is_some();
        let signed_by = candidates.find(|jwk| is_by(jwk));
        match signed_by.and_then(|jwk| jwk.thumbprint(ThumbprintHash::SHA256).ok()) {
            Some(thumbprint) => Signature::Good(SignedBy(thumbprint)),
            None if names_one => Signature::Bad,
            // Without `kid` it may be by a key that is newer than the set.
            None => Signature::UnknownKey,
        }
    }

    /// What it is remembered by: `jti` is unique for its issuer only (RFC 7519 §4.1.7). Without one it is what was
    /// signed, and not the whole: an ES256 signature can be turned into another one that is good as well. The key is
    /// part of it, since whoever registers an application may give any issuer keys of their own, and could spend what
    /// that issuer will say.
    pub fn spent_by(&self, SignedBy(key): &SignedBy) -> SpentBy {
        let expires = self.time("exp").ok().flatten().unwrap_or_default().saturating_add(CLOCK_SKEW);
        let mark = match (text(&self.claims, "iss"), text(&self.claims, "jti")) {
            (iss, Some(jti)) if !jti.is_empty() => {
                let iss = iss.or_else(|| text(&self.claims, "sub")).unwrap_or_default();
                format!("{key}\0jti\0{iss}\0{jti}")
            }
            _ => format!("{key}\0token\0{}", self.compact.rsplit_once('.').map_or(self.compact, |(signed, _)| signed)),
        };
        SpentBy { mark, expires }
    }

    /// RFC 7523 §3, draft-ietf-oauth-rfc7523bis: what is also meant for somebody else, they could send here.
    fn is_meant_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(aud)) => aud == audience,
            Some(Value::Array(several)) => !several.is_empty() && several.iter().all(|one| one == audience),
            _ => false,
        }
    }

    fn audience(&self) -> String {
        match self.claims.get("aud") {
            Some(Value::String(aud)) => aud.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// A time in seconds since 1970 (RFC 7519 §2, `NumericDate`).
    fn time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.claims.get(name) else { return Ok(None) };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is too large becomes the largest, which no rule takes"
        )]
        let time = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64));
        time.map(Some).ok_or_else(|| refused(format!("'{name}' of the token must be a number of seconds since 1970")))
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// RFC 8725 §3.11: what says that it is an access token, a proof or a logout token is no statement of who one is. A
/// JWT-SVID may say `JOSE` (JWT-SVID §2.3).
fn is_plain_type(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "jose" | "client-authentication+jwt")
}

#[cfg(test)]
mod tests;
