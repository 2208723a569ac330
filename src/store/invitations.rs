//! Invitations to look after an application.

use super::StoreError;
use super::cells::Cells;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::ids::{ApplicationId, InvitationId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::ownership::{Invitation, InvitationPurpose};
use crate::domain::user::EmailAddress;

impl Record for Invitation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let cells = Cells::of(row, "invitations", "id")?;
        Ok(Self {
            id: cells.parsed("id")?,
            application: cells.parsed("application_id")?,
            email: cells.parsed("email")?,
            purpose: cells.named("purpose", InvitationPurpose::from_name)?,
            invited_by: cells.parsed("invited_by")?,
            created_at: cells.moment("created_at")?,
            expires_at: cells.moment("expires_at")?,
            spent_at: cells.moment_if_any("spent_at")?,
        })
    }
}

const OPEN_OF: &str = "select * from invitations where application_id = $1 and spent_at is null \
                       and expires_at > $2 order by created_at, id";

impl Store {
    /// The invitation of this row, whatever became of it.
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        self.fetch_optional(sql("select * from invitations where id = $1").bind(id.to_string())).await
    }

    /// The invitation of this token, whatever became of it.
    pub async fn invitation_of_token(&self, token: ValueHash) -> Result<Option<Invitation>, StoreError> {
        self.fetch_optional(sql("select * from invitations where token_hash = $1").bind(token.as_bytes().to_vec()))
            .await
    }

    /// The open invitations to an application, oldest first.
    pub async fn invitations_of(
        &self,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<Invitation>, StoreError> {
        self.fetch_all(sql(OPEN_OF).bind(application.to_string()).bind(now.as_micros())).await
    }

    /// The open invitations that were sent to an address, oldest first.
    pub async fn invitations_for(&self, email: &EmailAddress, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        let statement = sql("select * from invitations where email_key = $1 and spent_at is null \
             and expires_at > $2 order by created_at, id");
        self.fetch_all(statement.bind(email.key()).bind(now.as_micros())).await
    }
}

impl Transaction {
    /// The open invitations to an application, as this transaction sees them.
    pub async fn invitations_of(
        &mut self,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<Invitation>, StoreError> {
        self.fetch_all(sql(OPEN_OF).bind(application.to_string()).bind(now.as_micros())).await
    }

    /// Adds an open invitation.
    pub async fn invitation_insert(&mut self, invitation: &Invitation, token: ValueHash) -> Result<(), StoreError> {
        let statement = sql("insert into invitations (id, token_hash, application_id, email, email_key, purpose, \
             invited_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(invitation.id.to_string())
        .bind(token.as_bytes().to_vec())
        .bind(invitation.application.to_string())
        .bind(invitation.email.as_str())
        .bind(invitation.email.key())
        .bind(invitation.purpose.name())
        .bind(invitation.invited_by.to_string())
        .bind(invitation.created_at.as_micros())
        .bind(invitation.expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Uses an invitation up: it was accepted, declined or withdrawn. False if it was not open any more.
    pub async fn invitation_spend(&mut self, id: InvitationId, now: Timestamp) -> Result<bool, StoreError> {
        let statement =
            sql("update invitations set spent_at = $2 where id = $1 and spent_at is null and expires_at > $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }
}
