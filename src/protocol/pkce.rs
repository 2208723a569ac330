//! Proof Key for Code Exchange (RFC 7636), method S256 only: with `plain`, an attacker who reads the request has the
//! verifier.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::mismatch::{Field, Mismatch};
use super::refusal::{ErrorCode, Refusal};

/// The one challenge method that is offered.
pub const METHOD: &str = "S256";

/// A code challenge: BASE64URL(SHA256(verifier)) (RFC 7636 §4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

/// A text that is not an S256 challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code_challenge is 43 characters of base64url: the SHA-256 of the code_verifier")]
pub struct CodeChallengeError;

impl FromStr for CodeChallenge {
    type Err = CodeChallengeError;

    fn from_str(text: &str) -> Result<Self, CodeChallengeError> {
        let decoded = URL_SAFE_NO_PAD.decode(text).map_err(|_| CodeChallengeError)?;
        if decoded.len() == 32 { Ok(Self(text.to_owned())) } else { Err(CodeChallengeError) }
    }
}

impl CodeChallenge {
    /// The challenge of a verifier (RFC 7636 §4.2).
    pub fn of(verifier: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())))
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 7636 §4.6, and RFC 9700 §2.1.1 against downgrades: a challenge needs its verifier, and a verifier for a code
/// without a challenge means that the code was injected.
pub fn check(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    let unshown = || Mismatch::unshown(Field::CodeVerifier);
    let refuse = |what: &'static str| Err(Refusal::new(ErrorCode::InvalidGrant, what).with_mismatch(unshown()));
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => refuse("the code was requested with a code_challenge, so code_verifier is required"),
        (None, Some(_)) => refuse("a code_verifier was sent for a code that was requested without code_challenge"),
        (Some(challenge), Some(verifier)) => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
            if !(43..=128).contains(&verifier.len()) || !verifier.chars().all(allowed) {
                return refuse("the code_verifier must be 43 to 128 characters out of letters, digits and - . _ ~");
            }
            let computed = CodeChallenge::of(verifier);
            if verify_slices_are_equal(computed.0.as_bytes(), challenge.0.as_bytes()).is_ok() {
                Ok(())
            } else {
                refuse("the code_verifier does not belong to the code_challenge")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        assert_eq!(check(Some(&CHALLENGE.parse().unwrap()), Some(VERIFIER)), Ok(()));
    }

    #[test]
    fn a_wrong_missing_or_unasked_verifier_is_refused() {
        let challenge = CHALLENGE.parse().unwrap();
        let other = VERIFIER.replace('d', "e");
        assert!(check(Some(&challenge), Some(&other)).is_err());
        assert!(check(Some(&challenge), None).is_err());
        assert!(check(None, Some(VERIFIER)).is_err());
        assert!(check(Some(&challenge), Some("short")).is_err());
        assert!(check(Some(&challenge), Some(CHALLENGE)).is_err());
    }

    #[test]
    fn only_a_sha_256_is_a_challenge() {
        for bad in ["", "abc", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", &format!("{CHALLENGE}A")] {
            assert!(bad.parse::<CodeChallenge>().is_err(), "{bad}");
        }
    }
}
