//! The schema's history. Migrations are added, never edited; both engines have the same numbers.

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::{PgPool, Row as _, SqlSafeStr as _, SqlitePool};

use super::StoreError;
use super::engine::{Engine, Postgresql, Record, Row, Store, sql};

struct Step {
    version: i64,
    description: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Names a migration's two files by its number and description.
macro_rules! step {
    ($version:literal, $file:literal) => {
        Step {
            version: $version,
            description: $file,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $file, ".sql")),
        }
    };
}

const STEPS: &[Step] = &[
    step!(1, "0001_applications_and_keys"),
    step!(2, "0002_people"),
    step!(3, "0003_ownership"),
    step!(4, "0004_life_cycle"),
    step!(5, "0005_insight"),
    step!(6, "0006_webhooks"),
    step!(7, "0007_management_api"),
    step!(8, "0008_set_up"),
    step!(10, "0010_expected_person"),
    step!(11, "0011_audit_by_event_and_actor"),
    step!(12, "0012_names_and_asks"),
    step!(13, "0013_proven_requests"),
    step!(14, "0014_tokens_not_before"),
    step!(15, "0015_indexes_to_forget_by"),
    step!(16, "0016_profile_updated"),
    step!(17, "0017_lenient_requests"),
    step!(18, "0018_signing_algorithms"),
    step!(19, "0019_pushed_requests_by_application"),
    step!(20, "0020_looks"),
    step!(21, "0021_usernames"),
    step!(22, "0022_device_grants"),
    step!(23, "0023_groups"),
    step!(24, "0024_access"),
    step!(25, "0025_sign_up"),
    step!(26, "0026_registrations"),
    step!(27, "0027_open_resources"),
    step!(28, "0028_about_applications"),
    step!(29, "0029_passkeys"),
    step!(30, "0030_claims"),
    step!(31, "0031_attributes"),
    step!(32, "0032_address_changes"),
    step!(33, "0033_pages_of_applications"),
    step!(34, "0034_assurance"),
    step!(35, "0035_group_sign_in"),
    step!(36, "0036_id_token_claims"),
    step!(37, "0037_jwks_uri"),
    step!(38, "0038_client_documents"),
    step!(39, "0039_federated"),
    step!(40, "0040_foreign_tokens"),
    step!(41, "0041_backchannel_logout"),
    step!(43, "0043_targets"),
    step!(44, "0044_token_exchange"),
    step!(45, "0045_dpop_bound"),
    step!(46, "0046_proofs_of_possession"),
    step!(47, "0047_logos"),
    step!(49, "0049_upstreams"),
    step!(50, "0050_indexes_to_find_by"),
    step!(53, "0053_session_upstream"),
    step!(54, "0054_account_page"),
    step!(61, "0061_session_of_offline_grants"),
    step!(62, "0062_identity_assertions"),
    step!(63, "0063_claims_of_applications"),
    step!(70, "0070_deleted_some_at_a_time"),
];

/// The state of a database compared with the migrations of this binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It has no tables yet.
    Empty,
    /// It has the tables of an older version, which may be running.
    Behind,
    /// It is up to date.
    Current,
}

struct Version(i64);

impl Record for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("version").map(Self)
    }
}

impl Store {
    /// Migrates the schema to that of this binary, once, even if several processes try.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite { writer, path, .. } => run_sqlite(writer, path).await,
            Engine::Postgres(_) if self.schema().await? == Schema::Current => Ok(()),
            Engine::Postgres(postgres) => Box::pin(run_postgres(postgres)).await,
        }
    }

    /// The state of the database compared with the migrations of this binary; a newer one is an error.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        let history = match self.sqlite_path() {
            Some(_) => sql("select 0 as version from sqlite_master where name = '_sqlx_migrations'"),
            // The cast, because a literal zero is no bigint.
            None => sql("select 0::bigint as version from pg_class where oid = to_regclass('_sqlx_migrations')"),
        };
        if self.fetch_optional::<Version>(history).await?.is_none() {
            return Ok(Schema::Empty);
        }
        let applied: Vec<Version> =
            self.fetch_all(sql("select version from _sqlx_migrations order by version")).await?;
        match (applied.last(), STEPS.last()) {
            (None, _) => Ok(Schema::Empty),
            (Some(&Version(last)), Some(step)) if last > step.version => Err(StoreError::Newer(last)),
            _ if applied.len() < STEPS.len() => Ok(Schema::Behind),
            _ => Ok(Schema::Current),
        }
    }
}

fn migrator(text: impl Fn(&Step) -> &'static str) -> Migrator {
    let migration = |step: &Step| {
        Migration::new(step.version, step.description.into(), MigrationType::Simple, text(step).into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(migration).collect())
}

/// Migrates a SQLite file. sqlx takes no lock on SQLite, so a file beside it keeps a server that starts and
/// a command that runs at the same moment apart; it is released when the process ends, however it ends.
async fn run_sqlite(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let lock = beside(path, "migrating");
    let held = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
        let file = File::options().create(true).truncate(false).write(true).open(lock)?;
        file.lock()?;
        Ok(file)
    });
    let held = held.await.map_err(std::io::Error::other).flatten();
    let held = held.map_err(|e| StoreError::Unavailable(format!("the migration lock beside the database: {e}")))?;
    migrator(|step| step.sqlite).run(writer).await.map_err(newer)?;
    drop(held);
    Ok(())
}

/// Migrates a PostgreSQL database. What has every table already is left alone, so that a role without the right to make
/// tables can serve.
///
/// All steps are one transaction behind a lock that ends with it, so nodes may start together and a pooler may stand
/// between. Without the time-outs of requests: a migration, or the wait for another node's, takes as long as it takes.
async fn run_postgres(postgres: &Postgresql) -> Result<(), StoreError> {
    let own: PgPool = PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(postgres.pool().options().get_acquire_timeout())
        .connect_with(postgres.patient_options())
        .await?;
    let outcome = async {
        let mut tx = own.begin().await?;
        let name: String = sqlx::raw_sql("select current_database()").fetch_one(&mut *tx).await?.try_get(0)?;
        sqlx::query("select pg_advisory_xact_lock($1)")
            .persistent(false)
            .bind(migration_lock(&name))
            .execute(&mut *tx)
            .await?;
        // Not `run`, whose bounds on the connection keep this from being sent to another thread.
        migrator(|step| step.postgres).set_locking(false).run_direct(None, &mut *tx, false).await.map_err(newer)?;
        tx.commit().await?;
        Ok(())
    };
    let outcome = outcome.await;
    own.close().await;
    outcome
}

/// The path of a file that belongs to the database file.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn newer(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) if lacks_right(&error) => {
            StoreError::MayNotMigrate(error.to_string())
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Driver(sqlx::Error::Migrate(Box::new(other))),
    }
}

/// The number of the lock that sqlx takes for a migration, and so does every version of ours.
fn migration_lock(database: &str) -> i64 {
    0x3d32_ad9e * i64::from(crc32fast::hash(database.as_bytes()))
}

/// PostgreSQL's 42501: the role may not do this.
fn lacks_right(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|reason| reason.code().as_deref() == Some("42501"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_step_and_in_order() {
        for engine in ["sqlite", "postgres"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
            let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
            let mut files: Vec<_> = names.map(|name| name.trim_end_matches(".sql").to_owned()).collect();
            files.sort();
            let steps: Vec<_> = STEPS.iter().map(|step| step.description).collect();
            assert_eq!(files, steps, "{engine}");
        }
        for step in STEPS {
            assert_eq!(step.description.split('_').next().unwrap().parse(), Ok(step.version));
        }
    }
}
