//! Messages to webhooks: tried for a day, and a webhook that takes none for days is disabled.

use std::time::Duration;

use tracing::warn;

use super::Deliveries;
use super::attempt::Tried;
use crate::adapters::fetch::{Media, Post};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{Timestamp, WebhookId};
use crate::domain::webhook::{DisabledBecause, Webhook, WebhookState};
use crate::domain::webhook_delivery::Attempt;
use crate::store::{AfterTry, ClaimedDelivery, StoreError, Transaction};

/// The delay after each failed attempt, in seconds: about a day in all.
const BACK_OFF: [u64; 8] = [5, 60, 300, 1800, 7200, 18_000, 28_800, 28_800];

/// The longest `Retry-After` that is honoured.
pub(super) const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// "The receiver is gone for good" (RFC 9110 §15.5.11).
const GONE: u16 = 410;

/// The next attempt, if there is one, after so many.
pub(super) fn after_failed_try(attempts: i64, tried: &Tried, jitter: f64, now: Timestamp) -> AfterTry {
    let step = usize::try_from(attempts - 1).unwrap_or(0);
    match BACK_OFF.get(step) {
        None => AfterTry::GivenUp,
        Some(wait) => AfterTry::Again(tried.again_after(Duration::from_secs(*wait).mul_f64(jitter), now)),
    }
}

impl Deliveries {
    /// The request of the Standard Webhooks specification.
    pub(super) fn message<'a>(
        &self,
        webhook: &'a Webhook,
        claimed: &ClaimedDelivery,
        now: Timestamp,
    ) -> Result<Post<'a>, String> {
        let id = format!("msg_{}", claimed.message);
        let secrets = self.webhooks.webhook_secrets(webhook).map_err(|e| format!("the secret cannot be read: {e}"))?;
        let headers = vec![
            ("webhook-timestamp", now.as_seconds().to_string()),
            ("webhook-signature", secrets.signatures(&id, now, &claimed.payload)),
            ("webhook-id", id),
        ];
        Ok(Post { url: webhook.url.as_url(), headers, media: Media::Json, body: claimed.payload.clone() })
    }

    /// What an attempt means for the webhook.
    pub(super) async fn conclude_for_webhook(
        &self,
        tx: &mut Transaction,
        id: WebhookId,
        attempt: &Attempt,
        after: AfterTry,
    ) -> Result<(), StoreError> {
        let now = self.instruments.now();
        if after == AfterTry::Delivered {
            return tx.webhook_works(id, now).await;
        }
        tx.webhook_fails(id, now).await?;
        // Read again: it may have been enabled while the attempt was running.
        let since = tx.webhook(id).await?.filter(|webhook| webhook.state == WebhookState::Active);
        let since = since.and_then(|webhook| webhook.failing_since).unwrap_or(now);
        let reason = match attempt.status {
            Some(GONE) => Some(DisabledBecause::Gone),
            _ if now.since(since) >= self.settings.disable_after => Some(DisabledBecause::Failing),
            _ => None,
        };
        if let Some(reason) = reason
            && tx.webhook_disable(id, reason, now).await?
        {
            tx.webhook_deliveries_give_up(id).await?;
            let event = AuditEvent::WebhookDisabled { webhook: id, reason: reason.name() };
            tx.audit_append(&self.instruments.audit_entry(&Actor::Schedule, event, now)).await?;
            warn!(webhook = %id, reason = reason.name(), "webhook disabled");
        }
        Ok(())
    }
}
