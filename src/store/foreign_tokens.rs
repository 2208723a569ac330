//! Which tokens of other issuers were used, for as long as they could be used again (RFC 7523 §3).

use super::StoreError;
use super::engine::{Store, sql};
use crate::domain::ids::Timestamp;

impl Store {
    /// Spends a token. True exactly once for each mark, on whichever node, for whichever application, and however many
    /// try at the same time.
    pub async fn foreign_token_spend(&self, mark_hash: [u8; 32], expires_at: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("insert into foreign_tokens (mark_hash, expires_at) values ($1, $2) \
             on conflict (mark_hash) do nothing")
        .bind(mark_hash.to_vec())
        .bind(expires_at.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// Deletes expired ones; returns how many.
    pub async fn foreign_tokens_forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from foreign_tokens where mark_hash in \
             (select mark_hash from foreign_tokens where expires_at <= $1 order by expires_at limit $2)");
        self.execute_in_batches(statement.bind(now.as_micros())).await
    }
}
