//! A device without a browser asks for tokens, and a person answers in a browser elsewhere (RFC 8628).

use std::fmt;

use aws_lc_rs::hmac;

use super::ids::{ApplicationId, DeviceGrantId, Timestamp, UserId};
use super::one_time::ValueHash;
use super::session::{AuthenticationMethod, Device};
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;

/// Consonants only, so that a code neither spells a word nor has letters that look like digits (RFC 8628 §6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// How many of them a code has.
const LENGTH: usize = 8;

/// The code that a device shows and a person types: eight consonants in two groups.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(…)")
    }
}

impl UserCode {
    /// The code made from 8 random bytes: 34 bits, of which a few tries a minute guess nothing in its 15 minutes.
    pub fn from_random(random: [u8; LENGTH]) -> Self {
        Self(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 20)])).collect())
    }

    /// Parses a code as a person typed it: whatever is no letter or digit is ignored, and so is case (RFC 8628 §6.1).
    /// None if it cannot be a code.
    pub fn from_input(text: &str) -> Option<Self> {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        let upper: String = kept.map(|c| c.to_ascii_uppercase()).take(LENGTH + 1).collect();
        let fits = upper.len() == LENGTH && upper.bytes().all(|c| ALPHABET.contains(&c));
        fits.then_some(Self(upper))
    }

    /// The hash that is stored: an HMAC under a key of the server, because all codes are soon tried.
    pub fn hash_under(&self, key: &[u8; 32]) -> ValueHash {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), self.0.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        ValueHash::from_raw(hash)
    }

    /// In two groups, as devices and pages show it.
    pub fn grouped(&self) -> String {
        let (first, second) = self.0.split_at(LENGTH / 2);
        format!("{first}-{second}")
    }
}

/// A device's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceGrant {
    /// The key of its row.
    pub id: DeviceGrantId,
    /// The application on the device.
    pub application: ApplicationId,
    /// HMAC of the user code under the master key.
    pub user_code_hash: ValueHash,
    /// The requested scope.
    pub scope: Scope,
    /// The requested resources (RFC 8707).
    pub resources: Vec<ResourceId>,
    /// Where the request came from.
    pub asked_from: Device,
    /// The network it came from, as open requests are counted.
    pub network: String,
    /// When it arrived.
    pub created_at: Timestamp,
    /// Until when it can be answered and redeemed.
    pub expires_at: Timestamp,
    /// The browser in which the user code was entered: no other one can answer.
    pub browser: Option<ValueHash>,
    /// What the person said.
    pub answer: DeviceAnswer,
}

/// What a person said to a device's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// Nothing yet.
    Awaited,
    /// No.
    Denied,
    /// Yes.
    Allowed(DeviceApproval),
    /// Yes, and the device has its tokens.
    Redeemed,
}

/// Who allowed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceApproval {
    /// The person.
    pub user: UserId,
    /// When they had authenticated.
    pub auth_time: Timestamp,
    /// How they had authenticated.
    pub amr: AuthenticationMethod,
}

/// How far a request is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStanding {
    /// It can be answered.
    Waiting,
    /// It was denied.
    Denied,
    /// It was allowed, and its device code can be redeemed.
    Allowed(DeviceApproval),
    /// Its device code was redeemed.
    Redeemed,
    /// Its time is over.
    Expired,
}

impl DeviceGrant {
    /// How far it is; the write that answers or redeems it decides for good.
    pub fn standing(&self, now: Timestamp) -> DeviceStanding {
        match self.answer {
            DeviceAnswer::Redeemed => DeviceStanding::Redeemed,
            DeviceAnswer::Denied => DeviceStanding::Denied,
            DeviceAnswer::Awaited | DeviceAnswer::Allowed(_) if now >= self.expires_at => DeviceStanding::Expired,
            DeviceAnswer::Awaited => DeviceStanding::Waiting,
            DeviceAnswer::Allowed(approval) => DeviceStanding::Allowed(approval),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::from_random([0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(code.grouped(), "BCDF-GHJK");
        for input in
            ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk\n", "B.C.D.F–g_h_j_k", "\u{200b}BCDF\u{a0}GHJK", "«BCDF/GHJK»"]
        {
            assert_eq!(UserCode::from_input(input), Some(code.clone()), "{input:?}");
        }
        assert_eq!(format!("{code:?}"), "UserCode(…)");
    }

    #[test]
    fn what_cannot_be_a_code_is_told_at_once() {
        for input in ["", "-", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ0", "BCDF-GHJÖ", "🙂🙂🙂🙂🙂🙂🙂🙂"]
        {
            assert_eq!(UserCode::from_input(input), None, "{input:?}");
        }
        assert_eq!(UserCode::from_input(&"B".repeat(100_000)), None);
    }

    #[test]
    fn every_letter_of_the_rfc_can_come_up_and_no_other() {
        let codes = (0..=255_u8).map(|byte| UserCode::from_random([byte; LENGTH]).grouped());
        let letters: std::collections::BTreeSet<char> =
            codes.flat_map(|code| code.chars().collect::<Vec<_>>()).collect();
        assert_eq!(letters.into_iter().collect::<String>(), "-BCDFGHJKLMNPQRSTVWXZ");
    }

    #[test]
    fn a_stored_hash_depends_on_the_key() {
        let code = UserCode::from_random([1; LENGTH]);
        assert!(code.hash_under(&[7; 32]).is(&UserCode::from_random([1; LENGTH]).hash_under(&[7; 32])));
        assert!(!code.hash_under(&[7; 32]).is(&code.hash_under(&[8; 32])));
    }

    #[test]
    fn an_answer_stays_and_what_is_still_open_expires() {
        let at = Timestamp::from_seconds;
        let approval =
            DeviceApproval { user: UserId::from_bytes([1; 16]), auth_time: at(900), amr: AuthenticationMethod::Email };
        let standing = |answer, now| {
            let grant = DeviceGrant {
                id: DeviceGrantId::from_bytes([2; 16]),
                application: ApplicationId::from_bytes([3; 16]),
                user_code_hash: ValueHash::of("code"),
                scope: Scope::empty(),
                resources: Vec::new(),
                asked_from: Device::default(),
                network: String::new(),
                created_at: at(1000),
                expires_at: at(1900),
                browser: None,
                answer,
            };
            grant.standing(at(now))
        };
        for (answer, before, after) in [
            (DeviceAnswer::Awaited, DeviceStanding::Waiting, DeviceStanding::Expired),
            (DeviceAnswer::Allowed(approval), DeviceStanding::Allowed(approval), DeviceStanding::Expired),
            (DeviceAnswer::Denied, DeviceStanding::Denied, DeviceStanding::Denied),
            (DeviceAnswer::Redeemed, DeviceStanding::Redeemed, DeviceStanding::Redeemed),
        ] {
            assert_eq!((standing(answer, 1899), standing(answer, 1900)), (before, after));
        }
    }
}
