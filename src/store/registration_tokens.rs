//! Initial access tokens (RFC 7591 §1.2).

use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{RegistrationTokenId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::registration::RegistrationToken;

/// How long a token is listed after its end.
const KEPT: Duration = Duration::from_hours(30 * 24);

impl Record for RegistrationToken {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "registration_tokens", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            name: row.plain("name")?,
            scope: row.parsed("scope")?,
            grants: row.words("grants")?,
            uses: row.plain("uses")?,
            most_uses: row.plain("most_uses")?,
            created_at: row.moment("created_at")?,
            expires_at: row.moment("expires_at")?,
            last_used_at: row.moment_if_any("last_used_at")?,
            revoked_at: row.moment_if_any("revoked_at")?,
        })
    }
}

impl Store {
    /// All tokens, newest first.
    pub async fn registration_tokens(&self) -> Result<Vec<RegistrationToken>, StoreError> {
        self.fetch_all(sql("select * from registration_tokens order by id desc")).await
    }

    /// The token of this hash, good or not.
    pub async fn registration_token(&self, hash: ValueHash) -> Result<Option<RegistrationToken>, StoreError> {
        let statement = sql("select * from registration_tokens where token_hash = $1");
        self.fetch_optional(statement.bind(hash.as_bytes().to_vec())).await
    }

    /// Deletes tokens that have ended a while ago.
    pub async fn registration_tokens_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("delete from registration_tokens where expires_at <= $1 or revoked_at <= $1");
        self.execute(statement.bind(now.minus(KEPT).as_micros())).await?;
        Ok(())
    }
}

impl Transaction {
    /// Adds a token.
    pub async fn registration_token_insert(
        &mut self,
        token: &RegistrationToken,
        hash: ValueHash,
    ) -> Result<(), StoreError> {
        let grants: Vec<&str> = token.grants.iter().map(|grant| grant.name()).collect();
        let statement = sql("insert into registration_tokens \
             (id, token_hash, name, scope, grants, uses, most_uses, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(token.id.to_string())
        .bind(hash.as_bytes().to_vec())
        .bind(token.name.as_str())
        .bind(token.scope.to_string())
        .bind(grants.join(" "))
        .bind(token.uses)
        .bind(token.most_uses)
        .bind(token.created_at.as_micros())
        .bind(token.expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Counts a use of a token. False if it has expired, was revoked, or is used up.
    pub async fn registration_token_use(
        &mut self,
        id: RegistrationTokenId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update registration_tokens set uses = uses + 1, last_used_at = $2 where id = $1 \
             and revoked_at is null and expires_at > $2 and (most_uses is null or uses < most_uses)");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }

    /// Revokes a token. False if there is none, or it was revoked before.
    pub async fn registration_token_revoke(
        &mut self,
        id: RegistrationTokenId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update registration_tokens set revoked_at = $2 where id = $1 and revoked_at is null");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }
}
