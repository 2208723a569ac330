//! A database of the test's own, gone afterwards, and a look into it that does not go through the store.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gatepost::store::{DatabaseSettings, Location, Pooling};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use tempfile::TempDir;

use super::template;

/// Every row of every table as text, by table.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// Where a test keeps its data.
#[derive(Debug)]
pub(crate) enum Database {
    /// A file in a folder of its own.
    Sqlite { folder: TempDir },
    /// A database on the server that `GATEPOST_TEST_POSTGRES` names.
    Postgres { server: String, name: String, folder: TempDir },
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How many databases this process has made.
static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Database {
    /// A folder for a file that is not there yet.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite { folder: TempDir::new().unwrap() }
    }

    /// A file with all tables.
    pub(crate) fn migrated_sqlite() -> Self {
        let database = Self::sqlite();
        template::write_sqlite(&database.sqlite_file());
        database
    }

    /// A new database without a table, or nothing where the caller asked for SQLite only.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::on_postgres(postgres_server()?, "template0").await)
    }

    /// The same with all tables.
    pub(crate) async fn migrated_postgres() -> Option<Self> {
        let server = postgres_server()?;
        let template = template::on_postgres(&server);
        Some(Self::on_postgres(server, template).await)
    }

    async fn on_postgres(server: String, template: &str) -> Self {
        let name = format!("gatepost_test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let database = Self::Postgres { server, name, folder: TempDir::new().unwrap() };
        database.make(&mut connection, template).await;
        database
    }

    /// Copies a database of its server to make this one, which may be left over by a run that was killed.
    pub(super) async fn make(&self, connection: &mut PgConnection, template: &str) {
        if let Self::Postgres { name, .. } = self {
            run(connection, format!("drop database if exists {name} with (force)")).await;
            run(connection, format!("create database {name} template {template}")).await;
        }
    }

    /// Takes all tables away again.
    pub(crate) async fn empty(&self) {
        match self {
            Self::Sqlite { .. } => fs::remove_file(self.sqlite_file()).unwrap(),
            Self::Postgres { .. } => self.execute("drop schema public cascade; create schema public").await,
        }
    }

    /// What `database.url` says.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { .. } => format!("sqlite://{}", self.sqlite_file().display()),
            Self::Postgres { server, name, .. } => with_database(server, name),
        }
    }

    /// What opens it without a server.
    pub(crate) fn settings(&self) -> DatabaseSettings {
        DatabaseSettings {
            location: match self {
                Self::Sqlite { .. } => Location::Sqlite(self.sqlite_file()),
                Self::Postgres { .. } => Location::Postgres(self.url()),
            },
            max_connections: 8,
            acquire_timeout: Duration::from_secs(5),
            pooling: Pooling::Detect,
        }
    }

    /// A folder for files of the test.
    pub(crate) fn folder(&self) -> PathBuf {
        let (Self::Sqlite { folder } | Self::Postgres { folder, .. }) = self;
        folder.path().to_owned()
    }

    fn sqlite_file(&self) -> PathBuf {
        self.folder().join("gatepost.db")
    }

    /// Runs SQL behind the server's back.
    pub(crate) async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.connect().await {
            Connection::Sqlite(mut connection) => {
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Connection::Postgres(mut connection) => {
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// The first column of a query's rows, which must be text.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        self.connect().await.texts(sql).await
    }

    /// How the engine carries out a statement, as if its tables were too large to be looked through.
    pub(crate) async fn plan(&self, sql: &str) -> String {
        match self.connect().await {
            Connection::Sqlite(mut connection) => {
                let sql = AssertSqlSafe(format!("explain query plan {sql}"));
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
            }
            Connection::Postgres(mut connection) => {
                for avoided in ["seqscan", "bitmapscan", "sort"] {
                    run(&mut connection, format!("set enable_{avoided} = off")).await;
                }
                Connection::Postgres(connection).texts(&format!("explain {sql}")).await.join("\n")
            }
        }
    }

    /// The columns that refer to a table, each with its own table.
    pub(crate) async fn references_to(&self, table: &str) -> Vec<(String, String)> {
        let sql = match self {
            Self::Sqlite { .. } => format!(
                "select m.name || '.' || f.\"from\" from sqlite_master m, pragma_foreign_key_list(m.name) f \
                 where m.type = 'table' and f.\"table\" = '{table}'"
            ),
            Self::Postgres { .. } => format!(
                "select c.conrelid::regclass::text || '.' || a.attname from pg_constraint c \
                 join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] \
                 where c.contype = 'f' and c.confrelid = '{table}'::regclass"
            ),
        };
        let found = self.texts(&sql).await;
        found.iter().filter_map(|found| found.split_once('.')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    /// All that is in it.
    pub(crate) async fn dump(&self) -> Dump {
        self.connect().await.dump().await
    }

    /// The same without the heartbeat of running servers.
    pub(crate) async fn facts(&self) -> Dump {
        let mut dump = self.dump().await;
        dump.retain(|table, _| !["heartbeat", "outages"].contains(&table.as_str()));
        dump
    }

    async fn connect(&self) -> Connection {
        match self {
            Self::Sqlite { .. } => Connection::to_file(&self.sqlite_file()).await,
            Self::Postgres { .. } => Connection::Postgres(PgConnection::connect(&self.url()).await.unwrap()),
        }
    }

    /// Removes it from the server, even if there are connections.
    pub(crate) async fn remove(&self) {
        if let Self::Postgres { server, name, .. } = self {
            let mut connection = PgConnection::connect(server).await.unwrap();
            run(&mut connection, format!("drop database if exists {name} with (force)")).await;
        }
    }
}

/// All that is in a SQLite file.
pub(crate) async fn dump_of_file(file: &Path) -> Dump {
    Connection::to_file(file).await.dump().await
}

impl Connection {
    async fn to_file(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(10));
        Self::Sqlite(SqliteConnection::connect_with(&options).await.unwrap())
    }

    async fn dump(&mut self) -> Dump {
        let mut dump = Dump::new();
        for table in self.texts(self.list_tables()).await {
            let rows = self.rows_of(&table).await;
            dump.insert(table, rows);
        }
        dump
    }

    const fn list_tables(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
            Self::Postgres(_) => "select tablename::text from pg_tables where schemaname = 'public'",
        }
    }

    async fn rows_of(&mut self, table: &str) -> Vec<String> {
        let sql = match self {
            Self::Sqlite(_) => {
                let columns = self.texts(&format!("select name from pragma_table_info('{table}')")).await;
                let columns: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
                format!("select {} as line from {table} order by line", columns.join(" || '|' || "))
            }
            Self::Postgres(_) => format!("select line::text from {table} as line order by 1"),
        };
        self.texts(&sql).await
    }

    async fn texts(&mut self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                sqlx::query(sql).fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(connection) => {
                sqlx::query(sql).fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
            }
        }
    }
}

pub(super) async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "where PostgreSQL is, only the environment knows")]
fn postgres_server() -> Option<String> {
    if std::env::var("GATEPOST_TEST_ENGINES").is_ok_and(|engines| engines == "sqlite") {
        return None;
    }
    Some(std::env::var("GATEPOST_TEST_POSTGRES").expect(
        "set GATEPOST_TEST_POSTGRES to the URL of a PostgreSQL superuser (scripts/test --quick does), \
         or GATEPOST_TEST_ENGINES=sqlite to leave PostgreSQL untested",
    ))
}

fn with_database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.into()
}
