//! Operations on the database as a whole.

use std::fs::File;
use std::path::Path;

use super::StoreError;
use super::engine::{Record, Row, Store, sql};
use super::migrations::beside;

/// The lock of the one server of a SQLite file; released when the process ends, however it ends.
#[derive(Debug)]
pub struct ServerLock(#[expect(dead_code, reason = "the lock lives as long as the open file")] Option<File>);

struct One;

impl Record for One {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

impl Store {
    /// Makes sure that no other server uses the same SQLite file. PostgreSQL serves any number.
    pub fn lock_for_server(&self) -> Result<ServerLock, StoreError> {
        let Some(path) = self.sqlite_path() else { return Ok(ServerLock(None)) };
        let lock = beside(path, "lock");
        let failed = |e: std::io::Error| StoreError::Unavailable(format!("{}: {e}", lock.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock(Some(file))),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
            Err(std::fs::TryLockError::Error(e)) => Err(failed(e)),
        }
    }

    /// Whether the database answers and has this binary's tables.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.fetch_optional::<One>(sql("select 1 as one from generations")).await.map(|_| ())
    }

    /// Writes a consistent copy of a SQLite database to a file that is empty or not there, while the server
    /// runs.
    pub async fn backup_to(&self, file: &Path) -> Result<(), StoreError> {
        if self.sqlite_path().is_none() {
            return Err(StoreError::Unsupported("PostgreSQL is backed up with its own tools, such as pg_dump"));
        }
        self.execute_unbounded(sql("vacuum into $1").bind(file.display().to_string())).await.map(|_| ())
    }
}
