//! Databases that have their tables already, made once and copied: to migrate an empty one takes longer than most tests.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::OnceLock;
use std::thread;

use gatepost::store::{DatabaseSettings, Store};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use super::database::{Database, run};
use super::world::runtime;

/// Writes a SQLite database with all tables and no rows.
pub(super) fn write_sqlite(file: &Path) {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let database = Database::Sqlite { folder: TempDir::new().unwrap() };
        in_a_runtime(migrated(database.settings()));
        fs::read(database.folder().join("gatepost.db")).unwrap()
    });
    fs::write(file, bytes).unwrap();
}

/// The database on a PostgreSQL server to copy. It stays there for the next run, until there are other migrations.
pub(super) fn on_postgres(server: &str) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| in_a_runtime(found_or_made(server.to_owned())))
}

async fn found_or_made(server: String) -> String {
    let name = format!("gatepost_template_{:016x}", hash_of_migrations());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    // Two runs at once make one; the lock ends with the connection.
    run(&mut connection, "select pg_advisory_lock(7591)".to_owned()).await;
    let known = AssertSqlSafe(format!("select 1 from pg_database where datname = '{name}'"));
    if sqlx::query(known).fetch_optional(&mut connection).await.unwrap().is_none() {
        let unfinished =
            Database::Postgres { server, name: format!("{name}_unfinished"), folder: TempDir::new().unwrap() };
        unfinished.make(&mut connection, "template0").await;
        migrated(unfinished.settings()).await;
        run(&mut connection, format!("alter database {name}_unfinished rename to {name}")).await;
    }
    connection.close().await.unwrap();
    name
}

fn hash_of_migrations() -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

async fn migrated(settings: DatabaseSettings) {
    let store = Store::open(&settings).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

/// Every test has a runtime of its own, and whoever is first makes the template for all of them.
fn in_a_runtime<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    thread::spawn(|| runtime().block_on(work)).join().unwrap()
}
