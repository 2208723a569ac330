//! Set-up links for the first operator.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;

/// An operator who can sign in.
const AN_OPERATOR: &str =
    "select sub from users where admin = $1 and disabled_at is null and deleted_at is null limit 1";

struct Found;

impl Record for Found {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

impl Store {
    /// Whether there is an operator who can sign in.
    pub async fn operator_exists(&self) -> Result<bool, StoreError> {
        Ok(self.fetch_optional::<Found>(sql(AN_OPERATOR).bind(true)).await?.is_some())
    }

    /// Whether a set-up link could be used now.
    pub async fn set_up_link_is_open(&self, token: ValueHash, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("select token_hash from set_up_links \
             where token_hash = $1 and spent_at is null and expires_at > $2")
        .bind(token.as_bytes().to_vec())
        .bind(now.as_micros());
        Ok(self.fetch_optional::<Found>(statement).await?.is_some() && !self.operator_exists().await?)
    }

    /// Adds a set-up link, and deletes expired ones.
    pub async fn set_up_link_insert(
        &self,
        token: ValueHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(sql("delete from set_up_links where expires_at <= $1").bind(now.as_micros())).await?;
        let statement = sql("insert into set_up_links (token_hash, created_at, expires_at) values ($1, $2, $3)")
            .bind(token.as_bytes().to_vec())
            .bind(now.as_micros())
            .bind(expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }
}

impl Transaction {
    /// Spends a set-up link, and with it all others. False if it is unknown, used or expired, or if there is an
    /// operator by now.
    pub async fn set_up_link_spend(&mut self, token: ValueHash, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update set_up_links set spent_at = $2 \
             where token_hash = $1 and spent_at is null and expires_at > $2 and not exists \
             (select 1 from users where admin = $3 and disabled_at is null and deleted_at is null)")
        .bind(token.as_bytes().to_vec())
        .bind(now.as_micros())
        .bind(true);
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        let others = sql("update set_up_links set spent_at = $1 where spent_at is null").bind(now.as_micros());
        self.execute(others).await?;
        Ok(true)
    }
}
