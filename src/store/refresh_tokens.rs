//! Refresh tokens: hashes only.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;
use crate::domain::refresh_token::StoredRefreshToken;

impl Record for StoredRefreshToken {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "refresh_tokens", "family_id")?;
        Ok(Self {
            family: row.parsed("family_id")?,
            dpop_jkt: row.parsed_if_any("dpop_jkt")?,
            created_at: row.moment("created_at")?,
            expires_at: row.moment("expires_at")?,
            spent_at: row.moment_if_any("spent_at")?,
        })
    }
}

impl Store {
    /// A stored token, used or not.
    pub async fn refresh_token(&self, hash: ValueHash) -> Result<Option<StoredRefreshToken>, StoreError> {
        let statement = sql("select family_id, dpop_jkt, created_at, expires_at, spent_at from refresh_tokens \
             where token_hash = $1");
        self.fetch_optional(statement.bind(hash.as_bytes().to_vec())).await
    }
}

impl Transaction {
    /// Adds an unused token.
    pub async fn refresh_token_insert(
        &mut self,
        token: &StoredRefreshToken,
        hash: ValueHash,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into refresh_tokens (token_hash, family_id, created_at, expires_at, dpop_jkt) \
             values ($1, $2, $3, $4, $5)")
        .bind(hash.as_bytes().to_vec())
        .bind(token.family.to_string())
        .bind(token.created_at.as_micros())
        .bind(token.expires_at.as_micros())
        .bind(token.dpop_jkt.as_ref().map(ToString::to_string));
        self.execute(statement).await?;
        Ok(())
    }

    /// Spends a token. True exactly once, and only before it expires.
    pub async fn refresh_token_spend(&mut self, hash: ValueHash, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update refresh_tokens set spent_at = $2 \
             where token_hash = $1 and spent_at is null and expires_at > $2");
        Ok(self.execute(statement.bind(hash.as_bytes().to_vec()).bind(now.as_micros())).await? == 1)
    }
}
