//! Which tokens of other issuers were used, for as long as they could be used again (RFC 7523 §3).

use super::StoreError;
use super::engine::{Statement, Store, Transaction, sql};
use super::expired::expired;
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;

fn spend(mark: ValueHash, expires_at: Timestamp) -> Statement {
    sql("insert into foreign_tokens (mark_hash, expires_at) values ($1, $2) on conflict (mark_hash) do nothing")
        .bind(mark.as_bytes().to_vec())
        .bind(expires_at.as_micros())
}

impl Transaction {
    /// Spends a token together with what it pays for.
    pub async fn foreign_token_spend(&mut self, mark: ValueHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.execute(spend(mark, expires_at)).await? == 1)
    }
}

impl Store {
    /// Spends a token. True exactly once for each mark, on whichever node, for whichever application, and however many
    /// try at the same time.
    pub async fn foreign_token_spend(&self, mark: ValueHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.execute(spend(mark, expires_at)).await? == 1)
    }

    /// Deletes expired ones; returns how many.
    pub async fn foreign_tokens_forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let statement = expired!("foreign_tokens", "mark_hash");
        self.execute_in_batches(statement.bind(now.as_micros())).await
    }
}
