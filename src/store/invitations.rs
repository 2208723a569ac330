//! Invitations to become an owner of an application.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::application::Application;
use crate::domain::ids::{ApplicationId, InvitationId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::ownership::Invitation;
use crate::domain::user::EmailAddress;

impl Record for Invitation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "invitations", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            application: row.parsed("application_id")?,
            email: row.parsed("email")?,
            purpose: row.parsed("purpose")?,
            invited_by: row.parsed("invited_by")?,
            created_at: row.moment("created_at")?,
            expires_at: row.moment("expires_at")?,
            spent_at: row.moment_if_any("spent_at")?,
        })
    }
}

/// What an open invitation needs besides its expiry: it was not answered, and its sender may still invite owners.
macro_rules! is_open {
    () => {
        "spent_at is null and exists (select 1 from users where users.id = invitations.invited_by \
         and users.disabled_at is null and users.deleted_at is null and (users.admin = true or exists \
         (select 1 from application_owners where application_owners.application_id = invitations.application_id \
         and application_owners.user_id = invitations.invited_by)))"
    };
}

const OPEN_OF: &str = concat!(
    "select * from invitations where application_id = $1 and expires_at > $2 and ",
    is_open!(),
    " order by created_at, id"
);

/// The most invitations that one person is shown. Mails to one address are limited, so it is never reached.
const MOST_SHOWN: i64 = 100;

impl Store {
    /// The invitation of this row, unless it was answered; it may have expired.
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let statement = sql(concat!("select * from invitations where id = $1 and ", is_open!()));
        self.fetch_optional(statement.bind(id.to_string())).await
    }

    /// The same by its token.
    pub async fn invitation_of_token(&self, token: ValueHash) -> Result<Option<Invitation>, StoreError> {
        let statement = sql(concat!("select * from invitations where token_hash = $1 and ", is_open!()));
        self.fetch_optional(statement.bind(token.as_bytes().to_vec())).await
    }

    /// The open invitations to an application, oldest first.
    pub async fn invitations_of(
        &self,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<Invitation>, StoreError> {
        self.fetch_all(sql(OPEN_OF).bind(application.to_string()).bind(now.as_micros())).await
    }

    /// The open invitations that were sent to an address, oldest first, each with its application.
    pub async fn invitations_for(
        &self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Vec<(Invitation, Application)>, StoreError> {
        let statement = sql(concat!(
            "select * from invitations where email_key = $1 and expires_at > $2 and ",
            is_open!(),
            " order by created_at, id limit $3"
        ));
        let statement = statement.bind(email.key()).bind(now.as_micros()).bind(MOST_SHOWN);
        let invitations: Vec<Invitation> = self.fetch_all(statement).await?;
        let ids: Vec<_> = invitations.iter().map(|invitation| invitation.application).collect();
        let applications = self.applications_not_deleted(&ids).await?;
        let with = |invitation: Invitation| Some((applications.get(&invitation.application)?.clone(), invitation));
        Ok(invitations
            .into_iter()
            .filter_map(with)
            .map(|(application, invitation)| (invitation, application))
            .collect())
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

    /// Ends all open invitations of an account that is no longer an owner of the application.
    pub async fn invitations_end_of(
        &mut self,
        application: ApplicationId,
        inviter: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("update invitations set spent_at = $3 \
             where application_id = $1 and invited_by = $2 and spent_at is null");
        let statement = statement.bind(application.to_string()).bind(inviter.to_string()).bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Ends all open invitations that an account has sent.
    pub async fn invitations_end_of_all(&mut self, inviter: UserId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update invitations set spent_at = $2 where invited_by = $1 and spent_at is null");
        self.execute(statement.bind(inviter.to_string()).bind(now.as_micros())).await?;
        Ok(())
    }

    /// Spends an invitation that was accepted, declined or withdrawn. False if it was not open any more.
    pub async fn invitation_spend(&mut self, id: InvitationId, now: Timestamp) -> Result<bool, StoreError> {
        let statement =
            sql(concat!("update invitations set spent_at = $2 where id = $1 and expires_at > $2 and ", is_open!()));
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }
}
