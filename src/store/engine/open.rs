//! Opening the database: what each engine is told at the start.

use std::fs::OpenOptions;
use std::future::ready;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use super::{Engine, Pooling, Postgresql, STATEMENT_TIMEOUT, Store};
use crate::store::StoreError;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL connection URL.
    Postgres(String),
}

/// How to reach the database and how long to wait for it.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Where it is.
    pub location: Location,
    /// How many connections this process may hold.
    pub max_connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How connections to PostgreSQL can be used.
    pub pooling: Pooling,
}

impl Store {
    /// Opens the database; creates the file if it is SQLite and not there. Does not migrate.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        match &settings.location {
            Location::Sqlite(path) => Self::open_sqlite(path.clone(), settings).await,
            Location::Postgres(url) => {
                let postgres = Box::pin(Postgresql::open(url, settings)).await?;
                Ok(Self::of(Engine::Postgres(postgres)))
            }
        }
    }

    async fn open_sqlite(path: PathBuf, settings: &DatabaseSettings) -> Result<Self, StoreError> {
        create_private(&path)?;
        // FULL: a code that was reported as spent stays spent after a power failure. See docs/decisions.
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is deleted is gone from the file, too.
            .pragma("secure_delete", "on")
            .busy_timeout(STATEMENT_TIMEOUT);
        // A transaction that SQLite ended by itself, as it does on a full disk, cannot be rolled back, and the driver
        // counts the connection as inside it for ever. Such a connection is closed.
        // The writer is opened first: it makes the file a WAL database before any reader looks at it.
        let writer = PoolOptions::new()
            .max_connections(1)
            .acquire_timeout(STATEMENT_TIMEOUT)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .before_acquire(|connection: &mut SqliteConnection, _| Box::pin(ready(Ok(!connection.is_in_transaction()))))
            .connect_with(options.clone())
            .await?;
        let readers = PoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_timeout)
            .test_before_acquire(false)
            .connect_lazy_with(options.pragma("query_only", "on"));
        // The lock files beside it must be the same, by whatever path it is opened.
        let path = path.canonicalize().map_err(sqlx::Error::Io)?;
        Ok(Self::of(Engine::Sqlite { readers, writer, path }))
    }
}

/// Makes the file before SQLite would, so that no other account on the machine can read it. SQLite gives the files
/// beside it the same permissions.
pub(in crate::store) fn create_private(path: &Path) -> Result<(), StoreError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(sqlx::Error::Io(e).into()),
        _ => Ok(()),
    }
}
