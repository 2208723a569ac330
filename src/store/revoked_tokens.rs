//! Access tokens that were revoked one by one, until they would have expired.

use super::StoreError;
use super::engine::{Record, Row, Store, sql};
use crate::domain::ids::Timestamp;

struct Revoked;

impl Record for Revoked {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

impl Store {
    /// Revokes a token; doing it twice changes nothing.
    pub async fn revoked_token_insert(&self, jti: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        let statement =
            sql("insert into revoked_tokens (jti, expires_at) values ($1, $2) on conflict (jti) do nothing");
        self.execute(statement.bind(jti).bind(expires_at.as_micros())).await?;
        Ok(())
    }

    /// Whether a token was revoked.
    pub async fn revoked_token(&self, jti: &str) -> Result<bool, StoreError> {
        let found: Option<Revoked> =
            self.fetch_optional(sql("select jti from revoked_tokens where jti = $1").bind(jti)).await?;
        Ok(found.is_some())
    }
}
