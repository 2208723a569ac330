//! A token of another issuer, and what is asked of it. Everything but the signature is looked at first, so that a token
//! which nobody trusts costs no fetch of keys.

use serde_json::Value;

use super::{FederatedIdentity, SignedBy};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::refusal::Refusal;
use crate::protocol::signed_jwt::{Claims, HeaderProblem, NoMoment, SignedJwt, unverified_claims};

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
    claims: Claims,
}

/// A token that can be judged: its header is one that is understood here.
#[derive(Clone, Debug)]
pub struct ForeignToken<'a> {
    signed: SignedJwt<'a>,
    algorithm: SigningAlgorithm,
    claims: Claims,
}

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
        unverified_claims(compact).map(|claims| Self { claims })
    }

    /// Whether another issuer than this client made it. A client that signs for itself has its id as `iss` and `sub`
    /// (RFC 7523 §3), and with two equal ones of another client it is a slip. An `iss` that is no text is nobody's.
    pub fn is_foreign_to(&self, client_id: &str) -> bool {
        let (iss, sub) = (self.claims.text("iss"), self.claims.text("sub"));
        let is_own = [iss, sub].into_iter().flatten().any(|name| name == client_id);
        match (iss, sub) {
            (_, None) => false,
            (None, Some(sub)) => !is_own && (sub.starts_with("spiffe://") || self.claims.value("iss").is_some()),
            (Some(iss), Some(sub)) => !is_own && iss != sub,
        }
    }

    /// Whether it is of an issuer that one of these names.
    pub fn is_of(&self, federated: &[FederatedIdentity]) -> bool {
        let (iss, sub) = (self.claims.text("iss"), self.claims.text("sub").unwrap_or_default());
        federated.iter().any(|identity| identity.issuer.signs(iss, sub))
    }
}

impl<'a> ForeignToken<'a> {
    /// Reads header and claims. The algorithms are those of client assertions: never `none`, never one with a shared
    /// secret (RFC 8725 §3.1 and §3.2).
    pub fn read(compact: &'a str) -> Result<Self, Refusal> {
        let (signed, algorithm) = SignedJwt::judged(compact).map_err(|problem| match problem {
            HeaderProblem::Algorithm => {
                refused("'alg' of the token must be RS256, PS256, ES256 or EdDSA, and its header a JWT's")
            }
            HeaderProblem::Critical => refused("'crit' of the token names an extension this server lacks"),
        })?;
        if let Some(typ) = signed.typ().filter(|typ| !is_plain_type(typ)) {
            return Err(refused(format!("'typ' of the token is '{typ}': it was made for something else")));
        }
        let claims = signed.claims().ok_or_else(|| refused("the token is not a signed JWT"))?;
        Ok(Self { signed, algorithm, claims })
    }

    /// The identities that it can stand for, by its issuer, its subject and its audience.
    pub fn identities<'f>(
        &self,
        federated: &'f [FederatedIdentity],
        own_issuer: &str,
    ) -> Result<Vec<&'f FederatedIdentity>, Refusal> {
        let Some(sub) = self.claims.text("sub") else {
            return Err(
                refused("'sub' of the token must be a text").with_mismatch(Mismatch::missing(Field::Subject, None))
            );
        };
        let iss = self.claims.text("iss");
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
            of_subject.iter().filter(|one| self.claims.is_for_alone(one.audience(own_issuer))).copied().collect();
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

    /// What its signature is to be checked with, and how.
    pub const fn signed(&self) -> (&SignedJwt<'a>, SigningAlgorithm) {
        (&self.signed, self.algorithm)
    }

    /// When it expires, in seconds since 1970.
    pub fn expires(&self) -> i64 {
        self.time("exp").ok().flatten().unwrap_or_default()
    }

    /// What it is remembered by: `jti` is unique for its issuer only (RFC 7519 §4.1.7). Without one it is what was
    /// signed, and not the whole: an ES256 signature can be turned into another one that is good as well. The key is
    /// part of it, since whoever registers an application may give any issuer keys of their own, and could spend what
    /// that issuer will say.
    pub fn spent_by(&self, SignedBy(key): &SignedBy) -> SpentBy {
        let expires = self.expires().saturating_add(CLOCK_SKEW);
        let mark = match (self.claims.text("iss"), self.claims.text("jti")) {
            (iss, Some(jti)) if !jti.is_empty() => {
                let iss = iss.or_else(|| self.claims.text("sub")).unwrap_or_default();
                format!("{key}\0jti\0{iss}\0{jti}")
            }
            _ => format!("{key}\0token\0{}", self.signed.message()),
        };
        SpentBy { mark, expires }
    }

    fn audience(&self) -> String {
        match self.claims.value("aud") {
            Some(Value::String(aud)) => aud.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// A time in seconds since 1970 (RFC 7519 §2, `NumericDate`).
    fn time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let what = || format!("'{name}' of the token must be a number of seconds since 1970");
        self.claims.time(name).map_err(|NoMoment| refused(what()))
    }
}

/// RFC 8725 §3.11: what says that it is an access token, a proof or a logout token is no statement of who one is. A
/// JWT-SVID may say `JOSE` (JWT-SVID §2.3).
fn is_plain_type(typ: &str) -> bool {
    matches!(typ, "jwt" | "jose" | "client-authentication+jwt")
}

#[cfg(test)]
mod tests;
