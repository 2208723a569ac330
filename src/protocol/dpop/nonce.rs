//! Nonces for proofs (RFC 9449 §8, §9): a proof with one was made within the last two hours, so that an attacker who
//! had a key for a moment cannot have made proofs for later.
//!
//! A nonce is a keyed hash of its hour. Whatever nodes share the key give the same nonces and know each other's; nothing
//! is stored.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a nonce is given out, in seconds. It is good for as long again.
const HOUR: i64 = 3600;

/// The length of a nonce before it is encoded, in bytes.
const LENGTH: usize = 16;

/// Gives nonces, and knows them again.
pub struct Nonces(Vec<hmac::Key>);

impl Nonces {
    /// Under these keys: the first makes them, all of them are known.
    pub fn new(keys: &[[u8; 32]]) -> Self {
        Self(keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).collect())
    }

    /// The nonce of this moment, in seconds since 1970.
    pub fn current(&self, now: i64) -> String {
        self.0.first().map(|key| of_hour(key, now.div_euclid(HOUR))).unwrap_or_default()
    }

    /// Whether it is that of this hour or of the one before.
    pub fn is_good(&self, nonce: &str, now: i64) -> bool {
        let hour = now.div_euclid(HOUR);
        let is = |good: String| verify_slices_are_equal(good.as_bytes(), nonce.as_bytes()).is_ok();
        self.0.iter().any(|key| is(of_hour(key, hour)) || is(of_hour(key, hour - 1)))
    }
}

fn of_hour(key: &hmac::Key, hour: i64) -> String {
    let tag = hmac::sign(key, &hour.to_be_bytes());
    URL_SAFE_NO_PAD.encode(&tag.as_ref()[..LENGTH])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_772_366_400;

    #[test]
    fn a_nonce_is_good_for_its_hour_and_the_next() {
        let nonces = Nonces::new(&[[1; 32]]);
        let given = nonces.current(NOW);
        assert_eq!(given.len(), 22);
        assert_eq!(nonces.current(NOW + HOUR - 1), given);
        assert_ne!(nonces.current(NOW + HOUR), given);
        for (later, good) in [(0, true), (HOUR, true), (2 * HOUR - 1, true), (2 * HOUR, false), (24 * HOUR, false)] {
            assert_eq!(nonces.is_good(&given, NOW + later), good, "{later}");
        }
        assert!(!nonces.is_good(&nonces.current(NOW + HOUR), NOW), "of an hour that is still to come");
        assert!(!nonces.is_good("", NOW));
    }

    #[test]
    fn nodes_know_each_others_nonces_also_while_the_key_is_changed() {
        let (old, both) = (Nonces::new(&[[1; 32]]), Nonces::new(&[[2; 32], [1; 32]]));
        assert!(both.is_good(&old.current(NOW), NOW));
        assert!(!old.is_good(&both.current(NOW), NOW));
        assert_eq!(both.current(NOW), Nonces::new(&[[2; 32]]).current(NOW));
    }
}
