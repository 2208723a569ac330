//! Opening the database: what each engine is told at the start.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tokio::time::timeout;

use super::{Engine, STATEMENT_TIMEOUT, Store};
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
}

impl Store {
    /// Opens the database; creates the file if it is SQLite and not there. Does not migrate.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        match &settings.location {
            Location::Sqlite(path) => Self::open_sqlite(path.clone(), settings).await,
            Location::Postgres(url) => Self::open_postgres(url, settings),
        }
    }

    async fn open_sqlite(path: PathBuf, settings: &DatabaseSettings) -> Result<Self, StoreError> {
        create_private(&path)?;
        // FULL: a code that was answered as spent stays spent through a power cut. See docs/decisions.
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(STATEMENT_TIMEOUT);
        // The writer is opened first: it makes the file a WAL database before any reader looks at it.
        let writer = PoolOptions::new()
            .max_connections(1)
            .acquire_timeout(STATEMENT_TIMEOUT)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let readers = PoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_timeout)
            .test_before_acquire(false)
            .connect_lazy_with(options.pragma("query_only", "on"));
        // The locks beside the file must be the same ones by whatever name it is opened.
        let path = path.canonicalize().map_err(sqlx::Error::Io)?;
        Ok(Self { engine: Engine::Sqlite { readers, writer, path }, committed: Arc::default() })
    }

    fn open_postgres(url: &str, settings: &DatabaseSettings) -> Result<Self, StoreError> {
        let milliseconds = STATEMENT_TIMEOUT.as_millis().to_string();
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("gatepost").options([
            ("statement_timeout", milliseconds.as_str()),
            ("lock_timeout", milliseconds.as_str()),
            ("idle_in_transaction_session_timeout", "15000"),
        ]);
        let pool = PoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_timeout)
            .after_release(|connection, _| Box::pin(still_answers(connection)))
            .connect_lazy_with(options);
        Ok(Self { engine: Engine::Postgres(pool), committed: Arc::default() })
    }
}

/// Whether a connection that comes back to the pool is worth keeping. The driver asks too, but without a limit:
/// a connection that a firewall forgot would keep its place in the pool for ever, and after a few of them
/// there would be none left.
async fn still_answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    timeout(Duration::from_secs(1), connection.ping()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    Ok(true)
}

/// Makes the file before SQLite would, so that nobody else on the machine can read it. SQLite gives the files
/// beside it the same permissions.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(sqlx::Error::Io(e).into()),
        _ => Ok(()),
    }
}
