//! Pushed authorization requests (RFC 9126).

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
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
    /// Adds a request, if there are fewer than `most` of its application that wait to be taken. What has expired is
    /// deleted before, so that it takes up no place.
    pub async fn pushed_request_insert(
        &self,
        request: &PushedRow,
        most: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let forget = sql("delete from pushed_requests where application_id = $1 and expires_at <= $2");
        let statement = sql("insert into pushed_requests (uri_hash, application_id, parameters, expires_at) \
             select $1, $2, $3, $4 where (select count(*) from pushed_requests \
             where application_id = $2 and spent_at is null) < $5")
        .bind(request.uri_hash.as_bytes().to_vec())
        .bind(request.application.to_string())
        .bind(request.parameters.as_str())
        .bind(request.expires_at.as_micros())
        .bind(most);
        let mut tx = self.begin().await?;
        tx.execute(forget.bind(request.application.to_string()).bind(now.as_micros())).await?;
        let is_added = tx.execute(statement).await? == 1;
        tx.commit().await?;
        Ok(is_added)
    }
}

impl Transaction {
    /// Takes the parameters of a request that this application pushed, which are not kept any longer. Succeeds exactly
    /// once, and only before it expires.
    pub async fn pushed_request_take(
        &mut self,
        uri_hash: ValueHash,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let bound = |statement: Statement| {
            statement.bind(uri_hash.as_bytes().to_vec()).bind(application.to_string()).bind(now.as_micros())
        };
        let found: Option<Pushed> = self
            .fetch_optional(bound(sql("select parameters from pushed_requests \
                 where uri_hash = $1 and application_id = $2 and spent_at is null and expires_at > $3")))
            .await?;
        let spent = self
            .execute(bound(sql("update pushed_requests set spent_at = $3, parameters = '' \
                 where uri_hash = $1 and application_id = $2 and spent_at is null and expires_at > $3")))
            .await?;
        Ok(found.filter(|_| spent == 1).map(|pushed| pushed.0))
    }

    /// Notes that a request was taken that its URI carries. True exactly once.
    pub async fn pushed_request_note_taken(
        &mut self,
        uri_hash: ValueHash,
        application: ApplicationId,
        (expires_at, now): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let statement =
            sql("insert into pushed_requests (uri_hash, application_id, parameters, expires_at, spent_at) \
             values ($1, $2, '', $3, $4) on conflict (uri_hash) do nothing")
            .bind(uri_hash.as_bytes().to_vec())
            .bind(application.to_string())
            .bind(expires_at.as_micros())
            .bind(now.as_micros());
        Ok(self.execute(statement).await? == 1)
    }
}
