//! Operations on the database as a whole.

use std::fs::File;
use std::path::Path;

use tracing::warn;

use super::StoreError;
use super::engine::{Failure, Location, Record, Row, Store, create_private, sql};
use super::migrations::beside;

/// The lock of the one server of a SQLite file; released when it is dropped, or when the process ends, however it ends.
#[derive(Debug)]
pub struct ServerLock(Vec<File>);

impl ServerLock {
    /// Makes sure that no other server uses the same SQLite file, before it is opened: through another name SQLite would
    /// find other journals, and change what the first server relies on. PostgreSQL serves any number.
    pub fn take(location: &Location) -> Result<Self, StoreError> {
        let Location::Sqlite(path) = location else { return Ok(Self(Vec::new())) };
        create_private(path)?;
        let path = path.canonicalize().map_err(sqlx::Error::Io)?;
        // The file itself, by whatever name it was opened, and the one beside it that older versions lock.
        let locked = [path.clone(), beside(&path, "lock")].into_iter().map(|file| lock(&file, &path));
        locked.collect::<Result<_, _>>().map(Self)
    }
}

impl Drop for ServerLock {
    /// Closing the files alone would not do: a child process has them open too, until it has become its own program.
    fn drop(&mut self) {
        for file in &self.0 {
            if let Err(e) = file.unlock() {
                warn!(error = %e, "the lock of the database could not be released");
            }
        }
    }
}

struct One;

/// Locks a file for this process. On the database file this is `flock`, which has nothing to do with the record locks
/// that SQLite takes there; but closing the file gives those up too, so it stays open until the process ends.
fn lock(file: &Path, database: &Path) -> Result<File, StoreError> {
    let failed = |e: std::io::Error| StoreError::Unavailable(format!("{}: {e}", file.display()));
    let opened = File::options().create(true).truncate(false).write(true).open(file).map_err(failed)?;
    match opened.try_lock() {
        Ok(()) => Ok(opened),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(database.display().to_string())),
        Err(std::fs::TryLockError::Error(e)) => Err(failed(e)),
    }
}

impl Record for One {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

struct Emptied(bool);

impl Record for Emptied {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column::<i64>("busy").map(|busy| Self(busy == 0))
    }
}

impl Store {
    /// Fails while the database takes nothing: if the last write failed, tries another about once a second, so that a
    /// server which gets no requests because it is not ready finds out when it is again.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        match self.last_write().failure() {
            Failure::None => Ok(()),
            Failure::Recent(why) => Err(StoreError::Unwritable(why)),
            Failure::Old => self.try_writing().await,
        }
    }

    /// Writes a row and deletes it again, which needs room all the same.
    async fn try_writing(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.execute(sql("insert into rate_limits (subject, unused_again) values ('', 0) on conflict do nothing"))
            .await?;
        tx.execute(sql("delete from rate_limits where subject = ''")).await?;
        tx.commit().await
    }

    /// Whether the database answers and has this binary's tables.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.fetch_optional::<One>(sql("select 1 as one from generations")).await.map(|_| ())
    }

    /// Moves what SQLite has logged into its file and empties the log, where deleted data would stay for as long as nothing
    /// is written over it. False if a reader is in the way. PostgreSQL looks after its own log.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        if self.sqlite_path().is_none() {
            return Ok(true);
        }
        let emptied: Option<Emptied> = self.fetch_optional(sql("pragma wal_checkpoint(truncate)")).await?;
        Ok(emptied.is_some_and(|emptied| emptied.0))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_given_up_is_free_although_a_child_process_still_has_the_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("gatepost.db"));
        let lock = ServerLock::take(&location).unwrap();
        let inherited: Vec<File> = lock.0.iter().map(|file| file.try_clone().unwrap()).collect();
        assert!(matches!(ServerLock::take(&location), Err(StoreError::InUse(_))));
        drop(lock);
        ServerLock::take(&location).unwrap();
        assert_eq!(inherited.len(), 2);
    }
}
