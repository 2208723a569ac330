//! The audit log. It is only ever added to.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::audit::{Actor, AuditEntry};
use crate::domain::ids::{AuditId, Timestamp, UserId};

/// A line of the audit log as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Its row; ids sort by time.
    pub id: AuditId,
    /// When it happened.
    pub at: Timestamp,
    /// The actor.
    pub actor: String,
    /// The event's name.
    pub event: String,
    /// The subject.
    pub subject: String,
    /// The detail.
    pub detail: String,
}

impl Record for AuditLine {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let id: String = row.column("id")?;
        Ok(Self {
            id: id.parse().map_err(|e| StoreError::corrupt("audit_events", &id, e))?,
            at: Timestamp::from_micros(row.column("at")?),
            actor: row.column("actor")?,
            event: row.column("event")?,
            subject: row.column("subject")?,
            detail: row.column("detail")?,
        })
    }
}

impl Transaction {
    /// Writes an event down, in the transaction of the change it records, and queues it for the subscribed webhooks: in
    /// this one place, so that no flow can forget them.
    pub async fn audit_append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let (event, subject, detail) = entry.event.stored();
        let statement =
            sql("insert into audit_events (id, at, actor, event, subject, detail) values ($1, $2, $3, $4, $5, $6)")
                .bind(entry.id.to_string())
                .bind(entry.at.as_micros())
                .bind(entry.actor.stored())
                .bind(event)
                .bind(subject)
                .bind(detail);
        self.execute(statement).await?;
        match entry.message() {
            Some(message) => self.webhook_deliveries_queue(&message, entry.at).await,
            None => Ok(()),
        }
    }
}

impl Store {
    /// What happened to an account and what its person did since then, newest first.
    pub async fn audit_about(
        &self,
        sub: &str,
        user: UserId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        let statement = sql("select id, at, actor, event, subject, detail from audit_events \
             where (subject = $1 or actor = $2) and at >= $3 order by at desc, id desc limit $4")
        .bind(sub)
        .bind(Actor::User(user).stored())
        .bind(since.as_micros())
        .bind(limit);
        self.fetch_all(statement).await
    }

    /// The events of this subject, oldest first.
    pub async fn audit_of(&self, subject: &str) -> Result<Vec<AuditLine>, StoreError> {
        self.fetch_all(
            sql("select id, at, actor, event, subject, detail from audit_events where subject = $1 order by at, id")
                .bind(subject),
        )
        .await
    }
}
