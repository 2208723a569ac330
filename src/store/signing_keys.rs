//! Signing keys: the public half in the clear, the private half sealed.

use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::encryption::Sealed;
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::SigningKey;

impl Record for SigningKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "signing_keys", "kid")?;
        let jwk: String = row.plain("jwk")?;
        Ok(Self {
            kid: row.plain("kid")?,
            algorithm: row.parsed("algorithm")?,
            jwk: public_key(&jwk).map_err(|what| row.corrupt(format!("jwk: {what}")))?,
            private: Sealed { master_key_id: row.plain("master_key_id")?, bytes: row.plain("private_key")? },
            created_at: row.moment("created_at")?,
            activates_at: row.moment("activates_at")?,
            keep_for: row.span_if_any("keep_for")?.unwrap_or_default(),
            revoked_at: row.moment_if_any("revoked_at")?,
        })
    }
}

/// Reads a JWK that signatures can be verified with.
fn public_key(json: &str) -> Result<Jwk, String> {
    let jwk = serde_json::from_str(json).map_err(|e| e.to_string())?;
    DecodingKey::from_jwk(&jwk).map(|_| jwk).map_err(|e| e.to_string())
}

fn all() -> Statement {
    sql("select kid, algorithm, jwk, private_key, master_key_id, created_at, activates_at, keep_for, revoked_at \
         from signing_keys order by algorithm, activates_at, kid")
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Store {
    /// All keys, those that are gone included.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.fetch_all(all()).await
    }
}

impl Transaction {
    /// All keys, those that are gone included.
    pub async fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StoreError> {
        self.fetch_all(all()).await
    }

    /// Adds a key.
    pub async fn signing_key_insert(&mut self, key: &SigningKey) -> Result<(), StoreError> {
        let jwk = serde_json::to_string(&key.jwk).map_err(|e| StoreError::corrupt("signing_keys", &key.kid, e))?;
        let statement = sql("insert into signing_keys \
             (kid, algorithm, jwk, private_key, master_key_id, created_at, activates_at, keep_for) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(key.kid.as_str())
        .bind(key.algorithm.name())
        .bind(jwk)
        .bind(key.private.bytes.clone())
        .bind(key.private.master_key_id.as_str())
        .bind(key.created_at.as_micros())
        .bind(key.activates_at.as_micros())
        .bind(micros(key.keep_for));
        self.execute(statement).await?;
        Ok(())
    }

    /// Changes when a key begins to sign.
    pub async fn signing_key_activate_at(&mut self, kid: &str, at: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update signing_keys set activates_at = $2 where kid = $1");
        self.execute(statement.bind(kid).bind(at.as_micros())).await?;
        Ok(())
    }

    /// Revokes a key. False if it was revoked already or never was.
    pub async fn signing_key_revoke(&mut self, kid: &str, at: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update signing_keys set revoked_at = $2 where kid = $1 and revoked_at is null");
        Ok(self.execute(statement.bind(kid).bind(at.as_micros())).await? == 1)
    }

    /// Replaces a sealed private key.
    pub async fn signing_key_reseal(&mut self, kid: &str, private: &Sealed) -> Result<(), StoreError> {
        let statement = sql("update signing_keys set private_key = $2, master_key_id = $3 where kid = $1");
        self.execute(statement.bind(kid).bind(private.bytes.clone()).bind(private.master_key_id.as_str())).await?;
        Ok(())
    }

    /// Extends how long keys outlive their successor's start. Never shortens it: a token with the longer life may have
    /// been issued already.
    pub async fn signing_keys_keep_for(&mut self, keep_for: Duration) -> Result<u64, StoreError> {
        self.execute(sql("update signing_keys set keep_for = $1 where keep_for < $1").bind(micros(keep_for))).await
    }

    /// Deletes a key that no token can need any more.
    pub async fn signing_key_delete(&mut self, kid: &str) -> Result<(), StoreError> {
        self.execute(sql("delete from signing_keys where kid = $1").bind(kid)).await?;
        Ok(())
    }
}
