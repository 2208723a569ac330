//! How many invitations may be sent. Each is a mail to an unproven address, so all of them count: whether they were
//! accepted, declined, withdrawn or are still open.

use std::time::Duration;

use crate::domain::ownership::Invitation;
use crate::flows::mail_limits::mailbox_subject;
use crate::flows::ownership::Ownership;
use crate::protocol::refusal::Refusal;
use crate::store::Transaction;

/// How many are sent at once, and after how long one more may be.
struct Limit {
    burst: u32,
    every: Duration,
}

/// From one account to one address, so that one sender cannot use up the limit of others.
const TO_ONE_ADDRESS: Limit = Limit { burst: 3, every: Duration::from_hours(12) };

/// To one address, from all senders together.
const TO_AN_ADDRESS: Limit = Limit { burst: 10, every: Duration::from_hours(2) };

/// From one account, to all addresses together.
const FROM_AN_ACCOUNT: Limit = Limit { burst: 30, every: Duration::from_mins(10) };

impl Ownership {
    /// Counts one more invitation, in the transaction that sends it.
    pub(super) async fn take_invitation_limits(
        &self,
        tx: &mut Transaction,
        invitation: &Invitation,
    ) -> Result<(), Refusal> {
        let (to, from) = (mailbox_subject("invite", &invitation.email), format!("from:{}", invitation.invited_by));
        let limits = [
            (format!("{to} {from}"), TO_ONE_ADDRESS),
            (to, TO_AN_ADDRESS),
            (format!("invite {from}"), FROM_AN_ACCOUNT),
        ];
        for (subject, Limit { burst, every }) in limits {
            self.mail_limits.take_limit(tx, &subject, burst, every).await?;
        }
        self.mail_limits.take_total(tx).await
    }
}
