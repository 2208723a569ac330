//! Which proofs of possession were used, for as long as they could be used again (RFC 9449 §11.1).

use super::StoreError;
use super::engine::{Statement, Store, Transaction, sql};
use super::expired::expired;
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;

fn use_once(id: ValueHash, expires_at: Timestamp) -> Statement {
    let statement =
        sql("insert into dpop_proofs (proof_hash, expires_at) values ($1, $2) on conflict (proof_hash) do nothing");
    statement.bind(id.as_bytes().to_vec()).bind(expires_at.as_micros())
}

impl Store {
    /// Uses a proof up. True exactly once, on whichever node and however many try at the same time.
    pub async fn dpop_proof_use(&self, id: ValueHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.execute(use_once(id, expires_at)).await? == 1)
    }

    /// Deletes expired ones; returns how many.
    pub async fn dpop_proofs_forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let statement = expired!("dpop_proofs", "proof_hash");
        self.execute_in_batches(statement.bind(now.as_micros())).await
    }
}

impl Transaction {
    /// Uses a proof up together with what it pays for. True exactly once.
    pub async fn dpop_proof_use(&mut self, id: ValueHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.execute(use_once(id, expires_at)).await? == 1)
    }
}
