//! The `jti` of an access token that an application got for itself, or for another token (RFC 7519 §4.1.7).
//!
//! Nothing is stored for such a token, and its `iat` has whole seconds only. The rest of the moment stands in the
//! `jti`, so that what was issued just before a revocation and what was issued just after it can be told apart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ids::{Timestamp, TokenFamilyId};

/// How many of its bytes are random.
const RANDOM: usize = 16;

/// How many bytes say the rest of the moment.
const REST: usize = 3;

/// How many bytes it has for a token that was exchanged for one of a family: the id of that, 8 random ones and the rest of
/// the moment.
pub(super) const EXCHANGED: usize = 16 + 8 + REST;

/// The `jti` of a token that is issued at this moment.
pub fn name_own_token(issued_at: Timestamp, random: [u8; RANDOM]) -> String {
    URL_SAFE_NO_PAD.encode([&random[..], &rest_of(issued_at)].concat())
}

/// The `jti` of a token that is issued at this moment for one of this family, or of none. It tells both, the family and
/// the moment: the token ends with what was granted, and with what the application that acts had got.
pub fn name_exchanged_token(family: Option<TokenFamilyId>, issued_at: Timestamp, random: [u8; RANDOM]) -> String {
    let Some(family) = family else { return name_own_token(issued_at, random) };
    URL_SAFE_NO_PAD.encode([&family.as_bytes()[..], &random[..8], &rest_of(issued_at)].concat())
}

/// The microseconds of a moment within its second.
fn rest_of(moment: Timestamp) -> [u8; REST] {
    let [_, _, _, _, _, rest @ ..] = moment.as_micros().rem_euclid(1_000_000).to_be_bytes();
    rest
}

/// The moment at which a token with this `jti` and `iat` was issued. Of a `jti` that does not tell, the beginning of
/// its second, so that it ends with a revocation in that second.
pub fn own_token_issued_at(jti: &str, iat: i64) -> Timestamp {
    let bytes = URL_SAFE_NO_PAD.decode(jti).ok().filter(|bytes| [RANDOM + REST, EXCHANGED].contains(&bytes.len()));
    let rest = bytes.and_then(|bytes| bytes.last_chunk::<REST>().copied()).unwrap_or_default();
    let micros = rest.iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte));
    Timestamp::from_micros(Timestamp::from_seconds(iat).as_micros() + micros.min(999_999))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_the_microsecond_of_its_issue() {
        for micros in [0, 1, 999_999, 1_700_000_000_123_456] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(own_token_issued_at(&name_own_token(moment, [9; 16]), moment.as_seconds()), moment);
        }
        assert_ne!(
            name_own_token(Timestamp::from_micros(5), [1; 16]),
            name_own_token(Timestamp::from_micros(5), [2; 16])
        );
    }

    #[test]
    fn an_exchanged_token_tells_its_family_and_its_moment() {
        let family = TokenFamilyId::from_bytes([7; 16]);
        for micros in [0, 1_700_000_000_999_999] {
            let moment = Timestamp::from_micros(micros);
            for of in [Some(family), None] {
                let jti = name_exchanged_token(of, moment, [9; 16]);
                assert_eq!(TokenFamilyId::of_token(&jti), of);
                assert_eq!(own_token_issued_at(&jti, moment.as_seconds()), moment);
            }
        }
    }

    #[test]
    fn a_token_that_does_not_tell_counts_as_issued_when_its_second_began() {
        for other in [URL_SAFE_NO_PAD.encode([7; 16]), String::new(), "not base64!".to_owned()] {
            assert_eq!(own_token_issued_at(&other, 7), Timestamp::from_seconds(7), "{other}");
        }
    }
}
