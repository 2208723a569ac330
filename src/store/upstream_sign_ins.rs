//! Sign-ins that were begun at an upstream.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::expired::expired;
use super::row::TableRow;
use super::sign_ins::{bind_purpose, purpose};
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;
use crate::domain::upstream::{SIGN_IN_LIFETIME, UpstreamName, UpstreamSignIn};

impl Record for UpstreamSignIn {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "upstream_sign_ins", "upstream")?;
        Ok(Self {
            nonce: row.hash_if_any("nonce_hash")?.ok_or_else(|| row.corrupt("nonce_hash is missing"))?,
            purpose: purpose(&row)?,
            max_age: row.span_if_any("max_age")?,
            created_at: row.moment("created_at")?,
        })
    }
}

impl Store {
    /// Adds a sign-in that this browser begins at an upstream.
    pub async fn upstream_sign_in_insert(
        &self,
        (state, browser): (ValueHash, ValueHash),
        upstream: &UpstreamName,
        sign_in: &UpstreamSignIn,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into upstream_sign_ins (state_hash, nonce_hash, browser_hash, upstream, \
             authorization_id, return_to, max_age, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(state.as_bytes().to_vec())
        .bind(sign_in.nonce.as_bytes().to_vec())
        .bind(browser.as_bytes().to_vec())
        .bind(upstream.as_str());
        let max_age = sign_in.max_age.map(|age| i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
        let statement = bind_purpose(statement, &sign_in.purpose)
            .bind(max_age)
            .bind(sign_in.created_at.as_micros())
            .bind(sign_in.created_at.plus(SIGN_IN_LIFETIME).as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Deletes sign-ins that nobody came back from in time; returns how many.
    pub async fn upstream_sign_ins_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = expired!("upstream_sign_ins", "state_hash");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// Spends a sign-in. None unless it is open, of this browser, and at this upstream.
    pub async fn upstream_sign_in_spend(
        &mut self,
        (state, browser): (ValueHash, ValueHash),
        upstream: &UpstreamName,
        now: Timestamp,
    ) -> Result<Option<UpstreamSignIn>, StoreError> {
        let statement = sql("delete from upstream_sign_ins where state_hash = $1 and browser_hash = $2 \
             and upstream = $3 and expires_at > $4 returning *")
        .bind(state.as_bytes().to_vec())
        .bind(browser.as_bytes().to_vec())
        .bind(upstream.as_str())
        .bind(now.as_micros());
        self.fetch_optional(statement).await
    }
}
