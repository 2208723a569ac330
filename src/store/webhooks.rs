//! Webhooks: their settings, and whether messages get through.

use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use super::{Generation, StoreError};
use crate::domain::encryption::Sealed;
use crate::domain::ids::{Timestamp, WebhookId};
use crate::domain::webhook::{DisabledBecause, Webhook, WebhookOwner, WebhookState};

impl Record for Webhook {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "webhooks", "id")?;
        let reason: Option<String> = row.plain("disabled_reason")?;
        let state = match (row.moment_if_any("disabled_at")?, reason.as_deref()) {
            (None, None) => WebhookState::Active,
            (Some(at), Some(_)) => WebhookState::Disabled { at, reason: row.parsed("disabled_reason")? },
            _ => return Err(row.corrupt("disabled_at and disabled_reason do not fit together")),
        };
        Ok(Self {
            id: row.parsed("id")?,
            owner: row.parsed_if_any("client_id")?.map_or(WebhookOwner::Server, WebhookOwner::Application),
            url: row.parsed("url")?,
            events: row.list("events")?,
            secrets: Sealed { master_key_id: row.plain("master_key_id")?, bytes: row.plain("secrets")? },
            state,
            created_at: row.moment("created_at")?,
            failing_since: row.moment_if_any("failing_since")?,
            last_delivered_at: row.moment_if_any("last_delivered_at")?,
        })
    }
}

/// The columns that make a [`Webhook`].
macro_rules! webhooks {
    ($condition:literal) => {
        concat!(
            "select webhooks.id as id, client_id, url, events, secrets, webhooks.master_key_id as master_key_id, \
             webhooks.created_at as created_at, failing_since, last_delivered_at, disabled_at, disabled_reason \
             from webhooks left join applications on applications.id = webhooks.application_id ",
            $condition
        )
    };
}

impl Store {
    /// All webhooks, oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        self.fetch_all(sql(webhooks!("order by webhooks.id"))).await
    }

    /// The webhooks of one owner, oldest first.
    pub async fn webhooks_of(&self, owner: &WebhookOwner) -> Result<Vec<Webhook>, StoreError> {
        let statement = match owner {
            WebhookOwner::Server => sql(webhooks!("where application_id is null order by webhooks.id")),
            WebhookOwner::Application(client_id) => {
                sql(webhooks!("where client_id = $1 order by webhooks.id")).bind(client_id.as_str())
            }
        };
        self.fetch_all(statement).await
    }

    /// A webhook.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        self.fetch_optional(sql(webhooks!("where webhooks.id = $1")).bind(id.to_string())).await
    }
}

impl Transaction {
    /// All webhooks, oldest first.
    pub async fn webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        self.fetch_all(sql(webhooks!("order by webhooks.id"))).await
    }

    /// A webhook.
    pub async fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        self.fetch_optional(sql(webhooks!("where webhooks.id = $1")).bind(id.to_string())).await
    }

    /// Adds a webhook, unless its owner has as many as allowed; says whether it did. Additions are serialised, or two
    /// at once could exceed the limit.
    pub async fn webhook_insert(&mut self, webhook: &Webhook) -> Result<bool, StoreError> {
        self.lock(Generation::Applications).await?;
        let statement =
            sql("insert into webhooks (id, application_id, url, events, secrets, master_key_id, created_at) \
             select $1, owner.id, $3, $4, $5, $6, $7 \
             from (select (select id from applications where client_id = $2) as id) as owner \
             where (select count(*) from webhooks \
             where application_id = owner.id or (application_id is null and owner.id is null)) < $8")
            .bind(webhook.id.to_string())
            .bind(webhook.owner.application().map(ToString::to_string))
            .bind(webhook.url.to_string())
            .bind(events(webhook))
            .bind(webhook.secrets.bytes.clone())
            .bind(webhook.secrets.master_key_id.as_str())
            .bind(webhook.created_at.as_micros())
            .bind(webhook.owner.limit());
        Ok(self.execute(statement).await? == 1)
    }

    /// Changes the URL, events and state of a webhook. False if it was deleted.
    pub async fn webhook_update(&mut self, webhook: &Webhook) -> Result<bool, StoreError> {
        let (at, reason) = match webhook.state {
            WebhookState::Active => (None, None),
            WebhookState::Disabled { at, reason } => (Some(at.as_micros()), Some(reason.name().to_owned())),
        };
        let statement = sql("update webhooks set url = $2, events = $3, disabled_at = $4, disabled_reason = $5, \
             failing_since = $6 where id = $1")
        .bind(webhook.id.to_string())
        .bind(webhook.url.to_string())
        .bind(events(webhook))
        .bind(at)
        .bind(reason)
        .bind(webhook.failing_since.map(Timestamp::as_micros));
        Ok(self.execute(statement).await? == 1)
    }

    /// Replaces a webhook's sealed secrets, if they are still the ones that were read.
    pub async fn webhook_reseal(&mut self, read: &Webhook, sealed: &Sealed) -> Result<bool, StoreError> {
        let statement = sql("update webhooks set secrets = $2, master_key_id = $3 where id = $1 and secrets = $4")
            .bind(read.id.to_string())
            .bind(sealed.bytes.clone())
            .bind(sealed.master_key_id.as_str())
            .bind(read.secrets.bytes.clone());
        Ok(self.execute(statement).await? == 1)
    }

    /// Deletes a webhook: nothing is sent to it from then on. False if it was deleted already.
    pub async fn webhook_delete(&mut self, id: WebhookId) -> Result<bool, StoreError> {
        Ok(self.execute(sql("delete from webhooks where id = $1").bind(id.to_string())).await? == 1)
    }

    /// Records that a message was delivered.
    pub async fn webhook_works(&mut self, id: WebhookId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update webhooks set failing_since = null, last_delivered_at = $2 where id = $1")
            .bind(id.to_string())
            .bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Records that an attempt failed.
    pub async fn webhook_fails(&mut self, id: WebhookId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update webhooks set failing_since = $2 where id = $1 and failing_since is null")
            .bind(id.to_string())
            .bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Disables a webhook. False if it is disabled already.
    pub async fn webhook_disable(
        &mut self,
        id: WebhookId,
        reason: DisabledBecause,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement =
            sql("update webhooks set disabled_at = $2, disabled_reason = $3 where id = $1 and disabled_at is null")
                .bind(id.to_string())
                .bind(now.as_micros())
                .bind(reason.name());
        Ok(self.execute(statement).await? == 1)
    }
}

fn events(webhook: &Webhook) -> String {
    let names: Vec<_> = webhook.events.iter().map(|event| event.name()).collect();
    serde_json::Value::from(names).to_string()
}
