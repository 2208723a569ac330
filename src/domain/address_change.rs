//! An account gets another address: the new one proves itself by a link, and the old one can undo it for a while.

use std::time::Duration;

use super::ids::{AddressChangeId, Timestamp, UserId};
use super::user::EmailAddress;

/// How long the new address has to prove itself.
pub const PROOF_LIFETIME: Duration = Duration::from_hours(1);

/// How long the old address can undo the change.
pub const UNDO_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// A change of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressChange {
    /// The key of its row.
    pub id: AddressChangeId,
    /// The account.
    pub user: UserId,
    /// The address it had.
    pub old: EmailAddress,
    /// The address it is to have.
    pub new: EmailAddress,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How far it is.
    pub state: AddressChangeState,
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressChangeState {
    /// The new address has not proven itself.
    Asked {
        /// Until when it can.
        until: Timestamp,
    },
    /// It is made, and can be undone.
    Made {
        /// Since when.
        at: Timestamp,
        /// Until when it can be undone.
        undo_until: Timestamp,
    },
    /// It was undone, or another one took its place.
    Ended {
        /// Since when.
        at: Timestamp,
    },
}

impl AddressChange {
    /// Whether the new address can still prove itself.
    pub fn can_be_made(&self, now: Timestamp) -> bool {
        matches!(self.state, AddressChangeState::Asked { until } if now < until)
    }

    /// Whether the old address can still undo it.
    pub fn can_be_undone(&self, now: Timestamp) -> bool {
        matches!(self.state, AddressChangeState::Made { undo_until, .. } if now < undo_until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_for_an_hour_and_undone_for_seven_days() {
        let at = Timestamp::from_seconds;
        let change = |state| AddressChange {
            id: AddressChangeId::from_bytes([1; 16]),
            user: UserId::from_bytes([2; 16]),
            old: "old@example.com".parse().unwrap(),
            new: "new@example.com".parse().unwrap(),
            created_at: at(0),
            state,
        };
        let asked = change(AddressChangeState::Asked { until: at(0).plus(PROOF_LIFETIME) });
        assert!(asked.can_be_made(at(3599)) && !asked.can_be_made(at(3600)) && !asked.can_be_undone(at(0)));
        let made = change(AddressChangeState::Made { at: at(10), undo_until: at(10).plus(UNDO_LIFETIME) });
        assert!(made.can_be_undone(at(10 + 604_799)) && !made.can_be_undone(at(10 + 604_800)));
        assert!(!made.can_be_made(at(10)));
        let ended = change(AddressChangeState::Ended { at: at(10) });
        assert!(!ended.can_be_made(at(10)) && !ended.can_be_undone(at(10)));
    }
}
