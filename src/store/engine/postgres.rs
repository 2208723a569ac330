//! Connections to PostgreSQL, directly or through a pooler that lends one for a transaction at a time.
//!
//! Such a pooler (`PgBouncer`'s transaction mode) gives the next transaction another connection, so what a connection
//! would remember does not exist: prepared statements, and the time-outs that are set when it begins.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Connection as _, Postgres, Row as _};
use tokio::time::timeout;
use tracing::info;

use super::circuit::{Circuit, PROBE_PATIENCE, Probed, probe};
use super::{DatabaseSettings, FAREWELL, STATEMENT_TIMEOUT};
use crate::store::StoreError;

/// How a connection can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Found out when the database is opened, by what the other end refuses.
    Detect,
    /// A connection is ours until it is closed; statements are prepared once on each.
    Sessions,
    /// A connection is ours for one transaction.
    Transactions,
}

/// An open pool and how its connections can be used.
#[derive(Clone)]
pub(in crate::store) struct Postgresql {
    /// Another one after each outage: connections from before may never answer, and say so only one by one.
    pool: Arc<ArcSwap<PgPool>>,
    pooling: Pooling,
    pub(super) circuit: Arc<Circuit>,
}

impl Postgresql {
    /// Connects once, to learn what can be learnt only then; a database that is away is no error yet.
    pub(super) async fn open(url: &str, settings: &DatabaseSettings) -> Result<Self, StoreError> {
        let options = url.parse::<PgConnectOptions>()?.application_name("gatepost");
        let direct = with_time_outs(options.clone());
        let pooled = options.extra_float_digits(None);
        let pooling = match settings.pooling {
            Pooling::Transactions => {
                check_encoding(&pooled, settings.acquire_timeout).await?;
                Pooling::Transactions
            }
            pooling => match check_encoding(&direct, settings.acquire_timeout).await {
                Err(e) if pooling == Pooling::Detect && is_refused_by_pooler(&e) => {
                    info!("a pooler stands before PostgreSQL: statements are not kept prepared");
                    check_encoding(&pooled, settings.acquire_timeout).await?;
                    Pooling::Transactions
                }
                checked => checked.map(|()| Pooling::Sessions)?,
            },
        };
        let pool = pool_options(settings.max_connections, settings.acquire_timeout)
            .connect_lazy_with(if pooling == Pooling::Sessions { direct } else { pooled });
        Ok(Self { pool: Arc::new(ArcSwap::from_pointee(pool)), pooling, circuit: Arc::default() })
    }

    /// The connections.
    pub(in crate::store) fn pool(&self) -> PgPool {
        PgPool::clone(&self.pool.load())
    }

    /// Notes that something got no answer: whether the database is away is found out in the background.
    pub(super) fn suspect(&self) {
        if self.circuit.suspect() {
            tokio::spawn(probe(self.clone()));
        }
    }

    /// Whether a statement stays prepared for the next time.
    pub(super) const fn keeps_statements(&self) -> bool {
        matches!(self.pooling, Pooling::Sessions)
    }

    /// Begins a transaction with the time-outs of a request.
    pub(super) async fn begin(&self) -> Result<sqlx::Transaction<'static, Postgres>, sqlx::Error> {
        match self.pooling {
            Pooling::Sessions => self.pool().begin().await,
            _ => self.pool().begin_with(BEGIN_WITH_TIME_OUTS).await,
        }
    }

    /// All rows of a query, which a pooler gives a connection for one transaction.
    pub(super) async fn fetch_all(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        if self.keeps_statements() {
            return query.fetch_all(&self.pool()).await;
        }
        let mut tx = self.begin().await?;
        let rows = query.fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The same for a statement; tells how many rows it changed.
    pub(super) async fn execute(&self, query: Query<'static, Postgres, PgArguments>) -> Result<u64, sqlx::Error> {
        if self.keeps_statements() {
            return Ok(query.execute(&self.pool()).await?.rows_affected());
        }
        let mut tx = self.begin().await?;
        let changed = query.execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(changed)
    }

    /// The options for a connection that may take as long as it takes, such as one that migrates.
    pub(in crate::store) fn patient_options(&self) -> PgConnectOptions {
        let options = self.pool().connect_options().as_ref().clone();
        if self.keeps_statements() {
            return options.options([("statement_timeout", "0"), ("lock_timeout", "0")]);
        }
        options
    }
}

impl Probed for Postgresql {
    /// Over a connection of its own: one that waits in the pool may be dead although the database is not.
    async fn answers(&self) -> bool {
        let options = self.pool().connect_options();
        let asking = async {
            let mut connection = PgConnection::connect_with(&options).await?;
            connection.ping().await?;
            connection.close().await
        };
        matches!(timeout(PROBE_PATIENCE, asking).await, Ok(Ok(())))
    }

    fn abandon_connections(&self) {
        let old = self.pool();
        let (most, patience) = (old.options().get_max_connections(), old.options().get_acquire_timeout());
        let new = pool_options(most, patience).connect_lazy_with(old.connect_options().as_ref().clone());
        self.pool.store(Arc::new(new));
        // Nobody waits for what does not answer; the server notices its ends by itself.
        tokio::spawn(async move { timeout(FAREWELL, old.close()).await });
    }

    fn is_closed(&self) -> bool {
        self.pool.load().is_closed()
    }

    fn circuit(&self) -> &Circuit {
        &self.circuit
    }
}

fn pool_options(max_connections: u32, acquire_timeout: Duration) -> PoolOptions<Postgres> {
    PoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(acquire_timeout)
        .after_release(|connection, _| Box::pin(still_answers(connection)))
}

/// In milliseconds, the same as [`STATEMENT_TIMEOUT`].
const BEGIN_WITH_TIME_OUTS: &str = "begin; set local statement_timeout = 5000; set local lock_timeout = 5000";

fn with_time_outs(options: PgConnectOptions) -> PgConnectOptions {
    let milliseconds = STATEMENT_TIMEOUT.as_millis().to_string();
    options.options([
        ("statement_timeout", milliseconds.as_str()),
        ("lock_timeout", milliseconds.as_str()),
        ("idle_in_transaction_session_timeout", "15000"),
    ])
}

/// Text of any language must fit: in a database of one alphabet the first name of another would be refused, years later.
async fn check_encoding(options: &PgConnectOptions, patience: Duration) -> Result<(), StoreError> {
    let answer = timeout(patience, async {
        let mut connection = PgConnection::connect_with(options).await?;
        let encoding: String = sqlx::raw_sql("show server_encoding").fetch_one(&mut connection).await?.try_get(0)?;
        // It has answered; that it takes leave as well is of no interest.
        let _ = connection.close().await;
        Ok::<_, sqlx::Error>(encoding)
    });
    match answer.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(StoreError::from) {
        Ok(encoding) if encoding != "UTF8" => Err(StoreError::Encoding(encoding)),
        Err(StoreError::Unavailable(why)) if !why.contains(POOLER_REFUSAL) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// What `PgBouncer` says of a parameter that it cannot carry from one connection to another.
const POOLER_REFUSAL: &str = "unsupported startup parameter";

fn is_refused_by_pooler(error: &StoreError) -> bool {
    error.to_string().contains(POOLER_REFUSAL)
}

/// Whether a connection that comes back to the pool is worth keeping. The driver asks too, but without a limit: a
/// connection that a firewall dropped would keep its place in the pool for ever, and a few of them would use it up.
async fn still_answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    timeout(Duration::from_secs(1), connection.ping()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    Ok(!connection.is_in_transaction())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_has_the_time_outs_of_a_connection() {
        let milliseconds = STATEMENT_TIMEOUT.as_millis();
        for setting in ["statement_timeout", "lock_timeout"] {
            assert!(BEGIN_WITH_TIME_OUTS.contains(&format!("{setting} = {milliseconds}")), "{setting}");
        }
    }
}
