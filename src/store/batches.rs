//! Changing many rows without being in the way: on SQLite all writers wait for the one that writes.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store};
use super::in_list::chunks;

/// How many rows a batch changes: with SQLite well within 20 ms, indexes and the wait for the disk included.
const BATCH: u32 = 200;

/// How many ids are looked for at once.
const AT_ONCE: u32 = 5_000;

/// How many of those are deleted in one transaction, with all that hangs on them: one statement's worth.
const FEW: usize = 50;

/// The id of a row, whatever it is the id of.
struct Id(String);

impl Record for Id {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("id").map(Self)
    }
}

impl Store {
    /// Runs a statement that changes at most as many rows as its last placeholder says until nothing is left for
    /// it; says how many it changed. Between two batches others have their turn.
    ///
    /// The statement looks for its rows while it holds the writer, so it needs an index to find them by.
    pub(super) async fn execute_in_batches(&self, statement: Statement) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let changed = self.execute(statement.clone().bind(i64::from(BATCH))).await?;
            all += changed;
            if changed < u64::from(BATCH) {
                return Ok(all);
            }
        }
    }

    /// Deletes the rows that `which` selects, at most as many as its last placeholder says, until it finds no more
    /// that can be deleted. They are looked for by a reader, however long that takes, and deleted a few at a time:
    /// their ids are given to each of `deleting`, in one transaction. The rows of the last one count.
    pub(super) async fn delete_in_batches(&self, which: Statement, deleting: &[Statement]) -> Result<(), StoreError> {
        loop {
            let found: Vec<Id> = self.fetch_all(which.clone().bind(i64::from(AT_ONCE))).await?;
            let found: Vec<_> = found.into_iter().map(|Id(id)| id).collect();
            let deleted = self.delete_few_by_few(&found, deleting).await?;
            if deleted == 0 || found.len() < AT_ONCE as usize {
                return Ok(());
            }
        }
    }

    async fn delete_few_by_few(&self, ids: &[String], deleting: &[Statement]) -> Result<u64, StoreError> {
        let mut all = 0;
        for few in ids.chunks(FEW) {
            let mut tx = self.begin().await?;
            tx.clears_away();
            let mut deleted = 0;
            for statement in deleting.iter().flat_map(|statement| chunks(statement, few)) {
                deleted = tx.execute(statement).await?;
            }
            tx.commit().await?;
            all += deleted;
        }
        Ok(all)
    }
}
