//! Deleting expired rows.

use std::time::Duration;

use super::Upkeep;
use crate::domain::activity::{DAYS_KEPT_FOR, REQUESTS_KEPT_FOR};
use crate::domain::sign_in_record::RECORDS_KEPT_FOR;
use crate::domain::upstream::FAILURES_KEPT_FOR;
use crate::store::StoreError;

/// How long mails are kept in the outbox after their end.
const MAIL_KEPT: Duration = Duration::from_hours(24);

/// How long a device's request is kept after its end, so that the device is told what became of it.
const DEVICE_GRANTS_KEPT: Duration = Duration::from_hours(1);

impl Upkeep {
    /// Deletes expired rows that no rule needs any more.
    pub async fn forget_expired(&self) -> Result<(), StoreError> {
        let now = self.instruments.now();
        self.store.client_assertions_forget(now).await?;
        self.store.dpop_proofs_forget(now).await?;
        self.store.foreign_tokens_forget(now).await?;
        self.store.rate_limits_forget(now).await?;
        self.store.tries_forget(now).await?;
        self.store.passkey_challenges_forget(now).await?;
        self.store.upstream_sign_ins_forget(now).await?;
        self.store.pending_identities_forget(now).await?;
        self.store.upstream_failures_forget(now.minus(FAILURES_KEPT_FOR)).await?;
        self.store.device_grants_forget(now.minus(DEVICE_GRANTS_KEPT)).await?;
        self.store.idempotency_keys_forget(now).await?;
        self.store.outbox_forget(now.minus(MAIL_KEPT)).await?;
        self.deliveries.forget_deliveries(now).await?;
        self.store.days_forget(now.minus(DAYS_KEPT_FOR)).await?;
        self.store.requests_forget(now.minus(REQUESTS_KEPT_FOR)).await?;
        self.store.expired_tokens_forget(now).await?;
        self.store.expired_sign_ins_forget(now).await?;
        self.store.deleted_groups_forget().await?;
        self.store.account_invitations_forget(now).await?;
        self.store.address_changes_forget(now).await?;
        self.store.account_exports_forget(now).await?;
        self.store.sign_in_records_forget(now.minus(RECORDS_KEPT_FOR)).await?;
        self.life_cycle.forget_outages().await
    }
}
