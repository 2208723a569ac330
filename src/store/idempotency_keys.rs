//! Idempotency keys: requests that may be sent twice, with their answers.

use super::StoreError;
use super::engine::{Record, Row, Store, sql};
use super::expired::expired;
use super::row::TableRow;
use crate::domain::encryption::Sealed;
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;

/// A stored request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRequest {
    /// The hash of the request.
    pub fingerprint: ValueHash,
    /// The answer; none while it is being carried out.
    pub answer: Option<Sealed>,
}

impl Record for KnownRequest {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "idempotency_keys", "name")?;
        let sealed = (row.plain::<Option<Vec<u8>>>("answer")?, row.plain::<Option<String>>("master_key_id")?);
        Ok(Self {
            fingerprint: row.hash_if_any("fingerprint")?.ok_or_else(|| row.corrupt("a request has a fingerprint"))?,
            answer: match sealed {
                (Some(bytes), Some(master_key_id)) => Some(Sealed { master_key_id, bytes }),
                (None, None) => None,
                _ => return Err(row.corrupt("answer and master_key_id must come together")),
            },
        })
    }
}

impl Store {
    /// Claims a key for a request. False if another request has it and has not expired.
    pub async fn idempotency_key_claim(
        &self,
        key: ValueHash,
        fingerprint: ValueHash,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let statement = sql("insert into idempotency_keys (key_hash, fingerprint, created_at, expires_at) \
             values ($1, $2, $3, $4) on conflict (key_hash) do update set fingerprint = $2, answer = null, \
             master_key_id = null, created_at = $3, expires_at = $4 where idempotency_keys.expires_at <= $3")
        .bind(key.as_bytes().to_vec())
        .bind(fingerprint.as_bytes().to_vec())
        .bind(now.as_micros())
        .bind(until.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// The request with this key.
    pub async fn idempotency_key(&self, key: ValueHash) -> Result<Option<KnownRequest>, StoreError> {
        let statement = sql("select 'of a request' as name, fingerprint, answer, master_key_id \
             from idempotency_keys where key_hash = $1");
        self.fetch_optional(statement.bind(key.as_bytes().to_vec())).await
    }

    /// Stores the answer of a request.
    pub async fn idempotency_key_answer(&self, key: ValueHash, answer: &Sealed) -> Result<(), StoreError> {
        let statement = sql("update idempotency_keys set answer = $2, master_key_id = $3 where key_hash = $1")
            .bind(key.as_bytes().to_vec())
            .bind(answer.bytes.clone())
            .bind(answer.master_key_id.as_str());
        self.execute(statement).await?;
        Ok(())
    }

    /// Releases a key whose request changed nothing.
    pub async fn idempotency_key_release(&self, key: ValueHash) -> Result<(), StoreError> {
        let statement = sql("delete from idempotency_keys where key_hash = $1 and answer is null");
        self.execute(statement.bind(key.as_bytes().to_vec())).await?;
        Ok(())
    }

    /// Deletes expired keys.
    pub async fn idempotency_keys_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let statement = expired!("idempotency_keys", "key_hash");
        self.execute_in_batches(statement.bind(now.as_micros())).await.map(|_| ())
    }
}
