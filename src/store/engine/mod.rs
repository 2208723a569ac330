//! The two engines behind one face. Nothing outside this folder knows which one is running.
//!
//! A [`Statement`] is SQL text that both engines understand (`$1` placeholders, `returning`, `on conflict`)
//! with its values. SQLite gets one writer connection and several readers, so that writers queue here in
//! order instead of meeting as "database is locked".

mod circuit;
mod figures;
mod last_write;
mod lock_order;
mod open;
mod postgres;
mod statement;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use sqlx::{Postgres, Sqlite};
use tokio::sync::Notify;
use tokio::time::timeout;
use tracing::warn;

use super::StoreError;

pub use figures::Figures;
pub(super) use last_write::Failure;
use last_write::LastWrite;
use lock_order::LockOrder;
pub(super) use open::create_private;
pub use open::{DatabaseSettings, Location};
pub use postgres::Pooling;
pub(super) use postgres::Postgresql;
pub(super) use statement::{Bind, Column, Record, Row, Statement, sql};

/// How long to wait for PostgreSQL to close when the server stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long one statement may take before the database counts as away.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) engine: Engine,
    /// Notified when messages for webhooks were committed.
    committed: Arc<Notify>,
    last_write: Arc<LastWrite>,
    /// How many statements were run.
    statements: Arc<AtomicU64>,
}

/// The connections to it.
#[derive(Clone)]
pub(super) enum Engine {
    Sqlite { readers: SqlitePool, writer: SqlitePool, path: PathBuf },
    Postgres(Postgresql),
}

/// A transaction that may write. It is rolled back if it is dropped without [`Transaction::commit`].
pub struct Transaction {
    ongoing: Ongoing,
    /// Whether it wrote messages for webhooks.
    has_deliveries: bool,
    /// Whether it changed anything.
    wrote: bool,
    committed: Arc<Notify>,
    last_write: Arc<LastWrite>,
    statements: Arc<AtomicU64>,
    /// What it has locked.
    locks: LockOrder,
}

enum Ongoing {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres { tx: sqlx::Transaction<'static, Postgres>, postgres: Postgresql },
}

impl Store {
    fn of(engine: Engine) -> Self {
        Self { engine, committed: Arc::default(), last_write: Arc::default(), statements: Arc::default() }
    }

    /// Waits until this process commits messages for webhooks.
    pub async fn deliveries_queued(&self) {
        self.committed.notified().await;
    }

    /// How many statements this process has run: the work that requests make.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The name of the engine, for people.
    pub const fn engine_name(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite { .. } => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// Begins a transaction that may write. On SQLite it is the only one until it ends.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        self.asked(Box::pin(async {
            let ongoing = match &self.engine {
                Engine::Sqlite { writer, .. } => Ongoing::Sqlite(writer.begin_with("begin immediate").await?),
                Engine::Postgres(postgres) => {
                    Ongoing::Postgres { tx: postgres.begin().await?, postgres: postgres.clone() }
                }
            };
            Ok(Transaction {
                ongoing,
                has_deliveries: false,
                wrote: false,
                committed: Arc::clone(&self.committed),
                last_write: Arc::clone(&self.last_write),
                statements: Arc::clone(&self.statements),
                locks: LockOrder::default(),
            })
        }))
        .await
    }

    /// All rows of a query.
    pub(super) async fn fetch_all<T: Record>(&self, statement: Statement) -> Result<Vec<T>, StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.asked(Box::pin(async {
            let rows: Vec<Row> = match &self.engine {
                Engine::Sqlite { readers, .. } => {
                    statement.for_sqlite().fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
                }
                Engine::Postgres(postgres) => {
                    let query = statement.for_postgres(postgres.keeps_statements());
                    postgres.fetch_all(query).await?.into_iter().map(Row::Postgres).collect()
                }
            };
            rows.iter().map(T::from_row).collect()
        }))
        .await
    }

    /// The one row of a query, if there is one.
    pub(super) async fn fetch_optional<T: Record>(&self, statement: Statement) -> Result<Option<T>, StoreError> {
        Ok(self.fetch_all(statement).await?.pop())
    }

    /// Runs one statement in a transaction of its own and counts the rows it changed.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let outcome = self.asked(Box::pin(self.execute_unbounded(statement))).await;
        if !matches!(outcome, Ok(0)) {
            self.last_write.note(&outcome);
        }
        outcome
    }

    /// Work that asks the database, in a box: what a driver keeps while it waits is kilobytes, and every flow holds a
    /// place for the largest of its statements. It is bounded in time, and refused at once while the database is known to be away.
    async fn asked<T>(&self, work: Pin<Box<impl Future<Output = Result<T, StoreError>>>>) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite { .. } => bounded(work).await,
            Engine::Postgres(postgres) => {
                postgres.circuit.check()?;
                through(postgres, work).await
            }
        }
    }

    /// The same without a time limit, for a backup. Never called by a request.
    pub(super) async fn execute_unbounded(&self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match &self.engine {
            Engine::Sqlite { writer, .. } => statement.for_sqlite().execute(writer).await?.rows_affected(),
            Engine::Postgres(postgres) => postgres.execute(statement.for_postgres(postgres.keeps_statements())).await?,
        })
    }

    pub(super) fn last_write(&self) -> &LastWrite {
        &self.last_write
    }

    /// The SQLite file, where there is one.
    pub(super) fn sqlite_path(&self) -> Option<&PathBuf> {
        match &self.engine {
            Engine::Sqlite { path, .. } => Some(path),
            Engine::Postgres(_) => None,
        }
    }

    /// Closes every connection once it is idle. Does not wait long for a server that does not answer: everything is
    /// written by now, and the server notices the closed connections by itself.
    pub async fn close(&self) {
        let closed = match &self.engine {
            Engine::Sqlite { readers, writer, .. } => {
                let closing = async {
                    readers.close().await;
                    writer.close().await;
                };
                timeout(STATEMENT_TIMEOUT, closing).await
            }
            Engine::Postgres(postgres) => timeout(FAREWELL, postgres.pool().close()).await,
        };
        if closed.is_err() {
            warn!("connections to the database were left to themselves");
        }
    }
}

impl Transaction {
    /// All rows of a query.
    pub(super) async fn fetch_all<T: Record>(&mut self, statement: Statement) -> Result<Vec<T>, StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.locks.note(&statement);
        let postgres = self.postgres();
        let outcome = within(
            postgres.as_ref(),
            Box::pin(async {
                let rows: Vec<Row> = match &mut self.ongoing {
                    Ongoing::Sqlite(tx) => {
                        statement.for_sqlite().fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect()
                    }
                    Ongoing::Postgres { tx, postgres } => {
                        let query = statement.for_postgres(postgres.keeps_statements());
                        query.fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
                    }
                };
                rows.iter().map(T::from_row).collect()
            }),
        )
        .await;
        self.note_failure(&outcome);
        outcome
    }

    /// The one row of a query, if there is one.
    pub(super) async fn fetch_optional<T: Record>(&mut self, statement: Statement) -> Result<Option<T>, StoreError> {
        Ok(self.fetch_all(statement).await?.pop())
    }

    /// Runs a statement and counts the rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.locks.note(&statement);
        let postgres = self.postgres();
        let outcome = within(
            postgres.as_ref(),
            Box::pin(async {
                Ok(match &mut self.ongoing {
                    Ongoing::Sqlite(tx) => statement.for_sqlite().execute(&mut **tx).await?.rows_affected(),
                    Ongoing::Postgres { tx, postgres } => {
                        statement.for_postgres(postgres.keeps_statements()).execute(&mut **tx).await?.rows_affected()
                    }
                })
            }),
        )
        .await;
        self.wrote |= outcome.as_ref().is_ok_and(|changed| *changed > 0);
        self.note_failure(&outcome);
        outcome
    }

    fn postgres(&self) -> Option<Postgresql> {
        match &self.ongoing {
            Ongoing::Sqlite(_) => None,
            Ongoing::Postgres { postgres, .. } => Some(postgres.clone()),
        }
    }

    /// Says that it deletes only what is over, in whatever order.
    pub(super) fn clears_away(&mut self) {
        self.locks.clears_away();
    }

    fn note_failure<T>(&self, outcome: &Result<T, StoreError>) {
        if outcome.is_err() {
            self.last_write.note(outcome);
        }
    }

    /// Says that messages for webhooks were written, so that the sender is woken once they are committed.
    pub(super) fn queued_deliveries(&mut self) {
        self.has_deliveries = true;
    }

    /// Commits.
    pub async fn commit(self) -> Result<(), StoreError> {
        let postgres = self.postgres();
        let outcome = within(
            postgres.as_ref(),
            Box::pin(async {
                match self.ongoing {
                    Ongoing::Sqlite(tx) => tx.commit().await?,
                    Ongoing::Postgres { tx, .. } => tx.commit().await?,
                }
                Ok(())
            }),
        )
        .await;
        if self.wrote || outcome.is_err() {
            self.last_write.note(&outcome);
        }
        outcome?;
        if self.has_deliveries {
            self.committed.notify_one();
        }
        Ok(())
    }
}

/// A statement of a transaction, which began before the database went away.
async fn within<T>(
    postgres: Option<&Postgresql>,
    work: Pin<Box<impl Future<Output = Result<T, StoreError>>>>,
) -> Result<T, StoreError> {
    match postgres {
        None => bounded(work).await,
        Some(postgres) => through(postgres, work).await,
    }
}

/// Work that is given up once PostgreSQL is known to be away, and that raises the question when it gets no answer.
async fn through<T>(postgres: &Postgresql, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let outcome = postgres.circuit.or_away(bounded(work)).await;
    if matches!(outcome, Err(StoreError::Unavailable(_))) {
        postgres.suspect();
    }
    outcome
}

/// No statement waits for ever: the time-outs of the database server do not help when the network is gone.
async fn bounded<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let limit = STATEMENT_TIMEOUT + Duration::from_secs(1);
    timeout(limit, work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(format!("no answer within {} s", limit.as_secs()))))
}
