//! Which client assertions were used, for as long as they could be used again (RFC 7523 §3, `jti`).

use super::StoreError;
use super::engine::{Store, sql};
use crate::domain::ids::{ApplicationId, Timestamp};
use crate::domain::one_time::ValueHash;

impl Store {
    /// Spends an assertion. True exactly once for each `jti` of an application, on whichever node and
    /// however many try at the same time.
    pub async fn client_assertion_spend(
        &self,
        application: ApplicationId,
        jti: ValueHash,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement =
            sql("insert into client_assertions (application_id, jti_hash, expires_at) values ($1, $2, $3) \
             on conflict (application_id, jti_hash) do nothing")
            .bind(application.to_string())
            .bind(jti.as_bytes().to_vec())
            .bind(expires_at.as_micros());
        Ok(self.execute(statement).await? == 1)
    }

    /// Deletes expired ones; returns how many.
    pub async fn client_assertions_forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from client_assertions where (application_id, jti_hash) in \
             (select application_id, jti_hash from client_assertions where expires_at <= $1 \
             order by expires_at limit $2)");
        self.execute_in_batches(statement.bind(now.as_micros())).await
    }
}
