//! Identities at upstreams: those that belong to an account, and those that belong to none yet.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::expired::expired;
use super::row::TableRow;
use super::sign_ins::{bind_purpose, purpose};
use crate::domain::ids::{PendingIdentityId, Timestamp, UpstreamIdentityId, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::upstream::{PendingIdentity, UpstreamIdentity};

impl Record for UpstreamIdentity {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "upstream_identities", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            user: row.parsed("user_id")?,
            upstream: row.parsed("upstream")?,
            issuer: row.plain("issuer")?,
            subject: row.plain("subject")?,
            address: row.plain("address")?,
            created_at: row.moment("created_at")?,
            last_used_at: row.moment_if_any("last_used_at")?,
        })
    }
}

impl Record for PendingIdentity {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "pending_identities", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            upstream: row.parsed("upstream")?,
            issuer: row.plain("issuer")?,
            subject: row.plain("subject")?,
            address: row.plain("address")?,
            purpose: purpose(&row)?,
            expires_at: row.moment("expires_at")?,
        })
    }
}

fn of_user(user: UserId) -> Statement {
    sql("select * from upstream_identities where user_id = $1 order by id").bind(user.to_string())
}

fn pending(statement: Statement, (id, browser): (PendingIdentityId, ValueHash), now: Timestamp) -> Statement {
    statement.bind(id.to_string()).bind(browser.as_bytes().to_vec()).bind(now.as_micros())
}

impl Store {
    /// The identities of an account, the oldest first.
    pub async fn upstream_identities_of(&self, user: UserId) -> Result<Vec<UpstreamIdentity>, StoreError> {
        self.fetch_all(of_user(user)).await
    }

    /// An identity that waits in this browser.
    pub async fn pending_identity(
        &self,
        which: (PendingIdentityId, ValueHash),
        now: Timestamp,
    ) -> Result<Option<PendingIdentity>, StoreError> {
        let statement = sql("select * from pending_identities where id = $1 and browser_hash = $2 and expires_at > $3");
        self.fetch_optional(pending(statement, which, now)).await
    }

    /// Deletes those whose time is over; returns how many.
    pub async fn pending_identities_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = expired!("pending_identities", "id");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// The identities of an account, as this transaction sees them.
    pub async fn upstream_identities_of(&mut self, user: UserId) -> Result<Vec<UpstreamIdentity>, StoreError> {
        self.fetch_all(of_user(user)).await
    }

    /// The identity that an issuer knows by this subject.
    pub async fn upstream_identity(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<UpstreamIdentity>, StoreError> {
        let statement = sql("select * from upstream_identities where issuer = $1 and subject = $2");
        self.fetch_optional(statement.bind(issuer).bind(subject)).await
    }

    /// Adds an identity. [`StoreError::Conflict`] if it belongs to an account already; the transaction can go on.
    pub async fn upstream_identity_insert(&mut self, identity: &UpstreamIdentity) -> Result<(), StoreError> {
        let statement = sql("insert into upstream_identities (id, user_id, upstream, issuer, subject, address, \
             created_at, last_used_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing")
        .bind(identity.id.to_string())
        .bind(identity.user.to_string())
        .bind(identity.upstream.as_str())
        .bind(identity.issuer.as_str())
        .bind(identity.subject.as_str())
        .bind(identity.address.clone())
        .bind(identity.created_at.as_micros())
        .bind(identity.last_used_at.map(Timestamp::as_micros));
        if self.execute(statement).await? == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Records that an identity signed in, and its address there. False if it was disconnected meanwhile.
    pub async fn upstream_identity_use(
        &mut self,
        id: UpstreamIdentityId,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update upstream_identities set last_used_at = $2, address = $3 where id = $1");
        let statement = statement.bind(id.to_string()).bind(now.as_micros()).bind(address.map(str::to_owned));
        Ok(self.execute(statement).await? == 1)
    }

    /// Deletes an identity of an account, and says which it was. None if there is no such identity.
    pub async fn upstream_identity_delete(
        &mut self,
        user: UserId,
        id: UpstreamIdentityId,
    ) -> Result<Option<UpstreamIdentity>, StoreError> {
        let statement = sql("delete from upstream_identities where id = $1 and user_id = $2 returning *");
        self.fetch_optional(statement.bind(id.to_string()).bind(user.to_string())).await
    }

    /// Deletes all identities of an account.
    pub async fn upstream_identities_forget(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute(sql("delete from upstream_identities where user_id = $1").bind(user.to_string())).await?;
        Ok(())
    }

    /// Adds an identity that waits in this browser.
    pub async fn pending_identity_insert(
        &mut self,
        identity: &PendingIdentity,
        browser: ValueHash,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into pending_identities (id, browser_hash, upstream, issuer, subject, address, \
             authorization_id, return_to, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(identity.id.to_string())
        .bind(browser.as_bytes().to_vec())
        .bind(identity.upstream.as_str())
        .bind(identity.issuer.as_str())
        .bind(identity.subject.as_str())
        .bind(identity.address.clone());
        let statement = bind_purpose(statement, &identity.purpose).bind(identity.expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Spends an identity that waits in this browser: it is connected once.
    pub async fn pending_identity_spend(
        &mut self,
        which: (PendingIdentityId, ValueHash),
        now: Timestamp,
    ) -> Result<Option<PendingIdentity>, StoreError> {
        let statement = sql("delete from pending_identities where id = $1 and browser_hash = $2 and expires_at > $3 \
             returning *");
        self.fetch_optional(pending(statement, which, now)).await
    }
}
