//! Proofs of possession (RFC 9449): a signed statement that whoever sends a request holds the key that its tokens are
//! bound to.
//!
//! Owns how one proof is checked against one request, and nonces. That a proof is used once is for the server to
//! remember.

mod nonce;
mod target;

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Number;

use super::client_keys::{ClientKeysError, public_key};
use super::jose::SigningAlgorithm;
use super::signed_jwt::{SignedJwt, seconds};
use super::thumbprint::KeyThumbprint;

pub use nonce::Nonces;

/// How old a proof may be, and how far ahead of our clock it may be made, in seconds.
pub const WINDOW: i64 = 60;

/// The `typ` of a proof (RFC 9449 §4.2).
const TYPE: &str = "dpop+jwt";

/// The longest proof, in bytes: one with a signature of the largest RSA key has about half of that.
const LONGEST: usize = 8 * 1024;

/// The longest `jti`, in bytes.
const LONGEST_JTI: usize = 256;

/// What is wrong with a proof, in a sentence for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProofError(pub Cow<'static, str>);

/// The request that a proof must be about.
#[derive(Clone, Copy, Debug)]
pub struct ProvenRequest<'a> {
    /// Its HTTP method.
    pub method: &'a str,
    /// Its address, as the server is known by; not as the request has it.
    pub url: &'a str,
    /// The access token it presents, if it presents one.
    pub access_token: Option<&'a str>,
}

/// A proof that is right, provided it was not used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedProof {
    /// The key that made it.
    pub key: KeyThumbprint,
    /// The `jti` claim.
    pub jti: String,
    /// The `iat` claim, in seconds since 1970.
    pub issued: i64,
    /// The nonce in it, not looked at.
    pub nonce: Option<String>,
}

/// The claims (RFC 9449 §4.2).
#[derive(Deserialize)]
struct Claims {
    jti: Option<String>,
    htm: Option<String>,
    htu: Option<String>,
    iat: Option<Number>,
    ath: Option<String>,
    nonce: Option<String>,
}

/// RFC 9449 §4.3, 1: there is exactly one header with a proof.
pub fn single(values: &[String]) -> Result<&str, ProofError> {
    match values {
        [one] => Ok(one),
        [] => wrong("the header DPoP with a proof is missing"),
        _ => wrong("the header DPoP is sent more than once"),
    }
}

/// RFC 9449 §4.3, 2 to 12, but for the nonce. `now` is in seconds since 1970.
pub fn verify(proof: &str, request: &ProvenRequest<'_>, now: i64) -> Result<VerifiedProof, ProofError> {
    let not_a_jwt = || ProofError("the DPoP proof is not one signed JWT".into());
    if proof.len() > LONGEST {
        return wrong("the DPoP proof is longer than 8 KB");
    }
    let signed = SignedJwt::read(proof).ok_or_else(not_a_jwt)?;
    let (jwk, algorithm) = check_header(&signed)?;
    if !signed.is_by(&jwk, algorithm) {
        return wrong("the DPoP proof is not signed by the key in its header");
    }
    let claims: Claims =
        signed.claims().ok_or_else(|| ProofError("a claim of the DPoP proof has the wrong type".into()))?;
    let key = KeyThumbprint::of(&jwk).ok_or_else(not_a_jwt)?;
    let issued = check_claims(&claims, request, now)?;
    match claims.jti {
        Some(jti) if !jti.is_empty() && jti.len() <= LONGEST_JTI => {
            Ok(VerifiedProof { key, jti, issued, nonce: claims.nonce })
        }
        _ => wrong("'jti' of the DPoP proof must have 1 to 256 bytes"),
    }
}

/// Checks all of the header but the signature, and returns its key and algorithm.
fn check_header(signed: &SignedJwt<'_>) -> Result<(Jwk, SigningAlgorithm), ProofError> {
    if signed.typ().as_deref() != Some(TYPE) {
        return wrong("'typ' of the DPoP proof must be dpop+jwt");
    }
    // RFC 7515 §4.1.11: a recipient that does not understand a critical extension must refuse it.
    if signed.has_critical() {
        return wrong("'crit' of the DPoP proof names an extension this server lacks");
    }
    let Some(algorithm) = signed.algorithm() else {
        let known = SigningAlgorithm::ALL.map(SigningAlgorithm::name).join(", ");
        return Err(ProofError(format!("'alg' of the DPoP proof must be one of {known}").into()));
    };
    let jwk = signed.jwk().ok_or_else(|| ProofError("'jwk' of the DPoP proof is missing".into()))?;
    let jwk = public_key(jwk).map_err(|problem| {
        ProofError(match problem {
            ClientKeysError::PrivateKey(member) => format!(
                "'jwk' of the DPoP proof has the member '{member}' of a private or symmetric key; send the public key \
                 alone, and consider that key exposed"
            )
            .into(),
            _ => "'jwk' of the DPoP proof must be a good RSA, P-256 or Ed25519 public key".into(),
        })
    })?;
    if jwk.common.key_algorithm.is_some_and(|declared| declared.to_string() != algorithm.name()) {
        return wrong("'alg' of the DPoP proof is another than that of its key");
    }
    Ok((jwk, algorithm))
}

/// Checks what a proof says of its request, and returns when it was made.
fn check_claims(claims: &Claims, request: &ProvenRequest<'_>, now: i64) -> Result<i64, ProofError> {
    if claims.htm.as_deref() != Some(request.method) {
        return Err(ProofError(format!("'htm' of the DPoP proof must be {}", request.method).into()));
    }
    let is_target = |htu: &str| target::normalised(htu).is_some_and(|htu| Some(htu) == target::normalised(request.url));
    if !claims.htu.as_deref().is_some_and(is_target) {
        return Err(ProofError(format!("'htu' of the DPoP proof must be {}", request.url).into()));
    }
    let Some(issued) = claims.iat.as_ref().and_then(seconds) else {
        return wrong("'iat' of the DPoP proof is missing");
    };
    if issued.abs_diff(now) > WINDOW.unsigned_abs() {
        let what =
            format!("the DPoP proof was not made within the last {WINDOW} seconds ('iat'); check the client's clock");
        return Err(ProofError(what.into()));
    }
    match (request.access_token, claims.ath.as_deref()) {
        (Some(token), ath) if ath != Some(&access_token_hash(token)) => {
            wrong("'ath' of the DPoP proof must be the SHA-256 of the access token")
        }
        _ => Ok(issued),
    }
}

/// RFC 9449 §4.2, `ath`.
pub fn access_token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}

fn wrong<T>(what: &'static str) -> Result<T, ProofError> {
    Err(ProofError(what.into()))
}

#[cfg(test)]
mod tests;
