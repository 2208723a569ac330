//! The algorithms that tokens of applications may be signed with.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::OfferedAlgorithm;
use crate::protocol::jose::SigningAlgorithm;

const ALL: &str = "select algorithm, usable_at, dropped_at from signing_algorithms order by algorithm";

impl Record for OfferedAlgorithm {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "signing_algorithms", "algorithm")?;
        Ok(Self {
            algorithm: row.parsed("algorithm")?,
            usable_at: row.moment("usable_at")?,
            dropped_at: row.moment_if_any("dropped_at")?,
        })
    }
}

impl Store {
    /// All algorithms that have keys.
    pub async fn signing_algorithms(&self) -> Result<Vec<OfferedAlgorithm>, StoreError> {
        self.fetch_all(sql(ALL)).await
    }
}

impl Transaction {
    /// All algorithms that have keys, as this transaction sees them.
    pub async fn signing_algorithms(&mut self) -> Result<Vec<OfferedAlgorithm>, StoreError> {
        self.fetch_all(sql(ALL)).await
    }

    /// Offers an algorithm from this moment on. One whose keys are still published is offered again at once.
    pub async fn signing_algorithm_offer(
        &mut self,
        algorithm: SigningAlgorithm,
        usable_at: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into signing_algorithms (algorithm, usable_at) values ($1, $2) \
             on conflict (algorithm) do update set dropped_at = null");
        self.execute(statement.bind(algorithm.name()).bind(usable_at.as_micros())).await?;
        Ok(())
    }

    /// Ends the offer of an algorithm; its keys stay until no token can need them.
    pub async fn signing_algorithm_drop(
        &mut self,
        algorithm: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("update signing_algorithms set dropped_at = $2 where algorithm = $1");
        self.execute(statement.bind(algorithm.name()).bind(now.as_micros())).await?;
        Ok(())
    }

    /// Deletes an algorithm with all its keys.
    pub async fn signing_algorithm_delete(&mut self, algorithm: SigningAlgorithm) -> Result<(), StoreError> {
        for statement in [
            sql("delete from signing_keys where algorithm = $1"),
            sql("delete from signing_algorithms where algorithm = $1"),
        ] {
            self.execute(statement.bind(algorithm.name())).await?;
        }
        Ok(())
    }
}
