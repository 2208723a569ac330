//! Pushed authorization requests (RFC 9126).

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::ids::{ApplicationId, Timestamp};
use crate::domain::one_time::ValueHash;

struct Pushed(String);

impl Record for Pushed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.column("parameters")?))
    }
}

/// A pushed request as it is stored.
#[derive(Clone, Debug)]
pub struct PushedRow {
    /// The hash of the random part of its URI.
    pub uri_hash: ValueHash,
    /// The application that pushed it.
    pub application: ApplicationId,
    /// Its parameters, form encoded.
    pub parameters: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl Store {
    /// Adds a request.
    pub async fn pushed_request_insert(&self, request: &PushedRow) -> Result<(), StoreError> {
        let statement = sql("insert into pushed_requests (uri_hash, application_id, parameters, expires_at) \
             values ($1, $2, $3, $4)")
        .bind(request.uri_hash.as_bytes().to_vec())
        .bind(request.application.to_string())
        .bind(request.parameters.as_str())
        .bind(request.expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }
}

impl Transaction {
    /// Takes the parameters of a request that this application pushed. Succeeds exactly once, and only before it
    /// expires.
    pub async fn pushed_request_take(
        &mut self,
        uri_hash: ValueHash,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let statement = sql("update pushed_requests set spent_at = $3 \
             where uri_hash = $1 and application_id = $2 and spent_at is null and expires_at > $3 \
             returning parameters")
        .bind(uri_hash.as_bytes().to_vec())
        .bind(application.to_string())
        .bind(now.as_micros());
        Ok(self.fetch_optional::<Pushed>(statement).await?.map(|pushed| pushed.0))
    }
}
