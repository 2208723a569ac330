//! The two engines behind one face. Nothing outside this file knows which one is running.
//!
//! A [`Statement`] is SQL text that both engines understand (`$1` placeholders, `returning`, `on conflict`)
//! with its values. SQLite gets one writer connection and several readers, so that writers queue here in
//! order instead of meeting as "database is locked".

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection as _, Postgres, Row as _, Sqlite};
use tokio::sync::Notify;
use tokio::time::timeout;
use tracing::warn;

use super::StoreError;

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

/// How long PostgreSQL is waited for when the server stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long one statement may take before the database counts as away.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    /// Told when messages for webhooks were committed.
    committed: Arc<Notify>,
}

#[derive(Clone)]
enum Engine {
    Sqlite { readers: SqlitePool, writer: SqlitePool, path: PathBuf },
    Postgres(PgPool),
}

/// A transaction that may write. Dropped without [`Transaction::commit`], it never happened.
pub struct Transaction {
    ongoing: Ongoing,
    /// Whether it wrote messages for webhooks.
    has_deliveries: bool,
    committed: Arc<Notify>,
}

enum Ongoing {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub(super) enum Bind {
    Text(Option<String>),
    Integer(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Boolean(bool),
}

impl From<String> for Bind {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<String>> for Bind {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<i64> for Bind {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Bind {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<Vec<u8>> for Bind {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl From<Option<Vec<u8>>> for Bind {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

impl From<bool> for Bind {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// SQL text with the values of its placeholders.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    sql: &'static str,
    binds: Vec<Bind>,
}

/// Begins a statement.
pub(super) fn sql(sql: &'static str) -> Statement {
    Statement { sql, binds: Vec::new() }
}

/// Expands to a driver's query with every value bound.
macro_rules! bound {
    ($statement:expr, $database:ty, $arguments:ty) => {{
        let mut query: Query<'static, $database, $arguments> = sqlx::query($statement.sql);
        for bind in $statement.binds {
            query = match bind {
                Bind::Text(value) => query.bind(value),
                Bind::Integer(value) => query.bind(value),
                Bind::Bytes(value) => query.bind(value),
                Bind::Boolean(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Statement {
    /// Gives the next placeholder its value.
    pub(super) fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.binds.push(value.into());
        self
    }

    fn for_sqlite(self) -> Query<'static, Sqlite, SqliteArguments> {
        bound!(self, Sqlite, SqliteArguments)
    }

    fn for_postgres(self) -> Query<'static, Postgres, PgArguments> {
        bound!(self, Postgres, PgArguments)
    }
}

/// A row of either engine.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What both engines can read out of a column.
pub(super) trait Column:
    for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite> + for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>
{
}

impl<T> Column for T where
    T: for<'r> sqlx::Decode<'r, Sqlite>
        + sqlx::Type<Sqlite>
        + for<'r> sqlx::Decode<'r, Postgres>
        + sqlx::Type<Postgres>
{
}

impl Row {
    /// The value of a column.
    pub(super) fn column<T: Column>(&self, name: &'static str) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
        .map_err(StoreError::from)
    }
}

/// Something a row can be turned into.
pub(super) trait Record: Sized {
    /// Reads it, or says which row of which table cannot be read.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
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

    /// Waits until something was committed through this process that deliveries wait for.
    pub async fn deliveries_queued(&self) {
        self.committed.notified().await;
    }

    /// The name of the engine, for people.
    pub const fn engine_name(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite { .. } => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// Brings the schema up to this binary's, once, however many processes try.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite { writer, path, .. } => super::migrations::run_sqlite(writer, path).await,
            Engine::Postgres(pool) => super::migrations::run_postgres(pool).await,
        }
    }

    /// Begins a transaction that may write. On SQLite it is the only one until it ends.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        bounded(async {
            let ongoing = match &self.engine {
                Engine::Sqlite { writer, .. } => Ongoing::Sqlite(writer.begin_with("begin immediate").await?),
                Engine::Postgres(pool) => Ongoing::Postgres(pool.begin().await?),
            };
            Ok(Transaction { ongoing, has_deliveries: false, committed: Arc::clone(&self.committed) })
        })
        .await
    }

    /// All rows of a query.
    pub(super) async fn fetch_all<T: Record>(&self, statement: Statement) -> Result<Vec<T>, StoreError> {
        bounded(async {
            let rows: Vec<Row> = match &self.engine {
                Engine::Sqlite { readers, .. } => {
                    statement.for_sqlite().fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
                }
                Engine::Postgres(pool) => {
                    statement.for_postgres().fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
                }
            };
            rows.iter().map(T::from_row).collect()
        })
        .await
    }

    /// The one row of a query, if there is one.
    pub(super) async fn fetch_optional<T: Record>(&self, statement: Statement) -> Result<Option<T>, StoreError> {
        bounded(async {
            let row = match &self.engine {
                Engine::Sqlite { readers, .. } => {
                    statement.for_sqlite().fetch_optional(readers).await?.map(Row::Sqlite)
                }
                Engine::Postgres(pool) => statement.for_postgres().fetch_optional(pool).await?.map(Row::Postgres),
            };
            row.as_ref().map(T::from_row).transpose()
        })
        .await
    }

    /// Runs one statement in a transaction of its own and counts the rows it changed.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        bounded(self.execute_unbounded(statement)).await
    }

    /// The same for what may take as long as it takes, such as a backup. Never called by a request.
    pub(super) async fn execute_unbounded(&self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite { writer, .. } => statement.for_sqlite().execute(writer).await?.rows_affected(),
            Engine::Postgres(pool) => statement.for_postgres().execute(pool).await?.rows_affected(),
        })
    }

    /// The SQLite file, where there is one.
    pub(super) fn sqlite_path(&self) -> Option<&PathBuf> {
        match &self.engine {
            Engine::Sqlite { path, .. } => Some(path),
            Engine::Postgres(_) => None,
        }
    }

    /// Ends every connection, after what they are doing. Does not wait long for a server that has fallen silent:
    /// whatever was to be written is written by now, and it notices by itself that we are gone.
    pub async fn close(&self) {
        let closed = match &self.engine {
            Engine::Sqlite { readers, writer, .. } => {
                let closing = async {
                    readers.close().await;
                    writer.close().await;
                };
                timeout(STATEMENT_TIMEOUT, closing).await
            }
            Engine::Postgres(pool) => timeout(FAREWELL, pool.close()).await,
        };
        if closed.is_err() {
            warn!("connections to the database were left to themselves");
        }
    }
}

impl Transaction {
    /// All rows of a query.
    pub(super) async fn fetch_all<T: Record>(&mut self, statement: Statement) -> Result<Vec<T>, StoreError> {
        bounded(async {
            let rows: Vec<Row> = match &mut self.ongoing {
                Ongoing::Sqlite(tx) => {
                    statement.for_sqlite().fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect()
                }
                Ongoing::Postgres(tx) => {
                    statement.for_postgres().fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
                }
            };
            rows.iter().map(T::from_row).collect()
        })
        .await
    }

    /// The one row of a query, if there is one.
    pub(super) async fn fetch_optional<T: Record>(&mut self, statement: Statement) -> Result<Option<T>, StoreError> {
        Ok(self.fetch_all(statement).await?.pop())
    }

    /// Runs a statement and counts the rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        bounded(async {
            Ok(match &mut self.ongoing {
                Ongoing::Sqlite(tx) => statement.for_sqlite().execute(&mut **tx).await?.rows_affected(),
                Ongoing::Postgres(tx) => statement.for_postgres().execute(&mut **tx).await?.rows_affected(),
            })
        })
        .await
    }

    /// Says that messages for webhooks were written, so that whoever sends them is woken once they are committed.
    pub(super) fn queued_deliveries(&mut self) {
        self.has_deliveries = true;
    }

    /// Makes it all true at once.
    pub async fn commit(self) -> Result<(), StoreError> {
        bounded(async {
            match self.ongoing {
                Ongoing::Sqlite(tx) => tx.commit().await?,
                Ongoing::Postgres(tx) => tx.commit().await?,
            }
            Ok(())
        })
        .await?;
        if self.has_deliveries {
            self.committed.notify_one();
        }
        Ok(())
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

/// Nothing waits for a database for ever: the server's own time-outs do not help when the network is gone.
async fn bounded<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let limit = STATEMENT_TIMEOUT + Duration::from_secs(1);
    timeout(limit, work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(format!("no answer within {} s", limit.as_secs()))))
}
