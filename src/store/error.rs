//! Errors of the database: which pass by themselves, and which do not.

use std::time::Duration;

use crate::protocol::refusal::Refusal;

/// Errors of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or not in time. Worth trying again.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// It answers and can store nothing: its disk is full, broken or read-only. Worth trying again.
    #[error("the database cannot write: {0}")]
    Unwritable(String),
    /// A unique name is taken.
    #[error("it exists already")]
    Conflict,
    /// Another row refers to it.
    #[error("something refers to it still")]
    Referenced,
    /// A row that this binary cannot read.
    #[error("table {table}, row {row}: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The key of the row.
        row: String,
        /// What cannot be read.
        what: String,
    },
    /// The schema has migrations that this binary does not know.
    #[error("the database was migrated by a newer Gatepost (migration {0}); run that version or a newer one")]
    Newer(i64),
    /// A second server on one SQLite file.
    #[error("another server is using {0}; SQLite serves one server at a time, PostgreSQL any number")]
    InUse(String),
    /// A PostgreSQL database whose text is not Unicode.
    #[error(
        "the database's encoding is {0}; Gatepost needs UTF8 (`create database … encoding 'UTF8' template template0`)"
    )]
    Encoding(String),
    /// A role that may not make the tables that are missing.
    #[error("{0}; run `gatepost migrate` as a role that may make tables, then start again")]
    MayNotMigrate(String),
    /// Something the engine cannot do.
    #[error("{0}")]
    Unsupported(&'static str),
    /// Anything else the driver says.
    #[error("the database refused: {0}")]
    Driver(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same request may succeed later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unwritable(_))
    }

    pub(super) fn corrupt(table: &'static str, row: &str, what: impl std::fmt::Display) -> Self {
        Self::Corrupt { table, row: row.to_owned(), what: what.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match &error {
            // `Protocol` is the error of a proxy that accepts a connection for a database that is gone, and closes it.
            Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::Database(reason) if reason.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(reason) if reason.is_foreign_key_violation() => Self::Referenced,
            sqlx::Error::Database(reason) => {
                match reason.code().as_deref().and_then(|code| sqlite_trouble(code).or_else(|| postgres_trouble(code)))
                {
                    Some(Trouble::Away) => Self::Unavailable(error.to_string()),
                    Some(Trouble::Unwritable) => Self::Unwritable(error.to_string()),
                    None => Self::Driver(error),
                }
            }
            _ => Self::Driver(error),
        }
    }
}

/// A condition of the database itself, whatever it was asked.
enum Trouble {
    /// It does not answer now.
    Away,
    /// It stores nothing now.
    Unwritable,
}

/// By SQLite's result codes, of which the lowest byte is the family (sqlite.org/rescode.html).
fn sqlite_trouble(code: &str) -> Option<Trouble> {
    match code.parse::<i32>().ok()? & 0xff {
        // Busy, locked, and no file to be opened, as with too many files open.
        5 | 6 | 14 => Some(Trouble::Away),
        // Read-only, an error of the disk, and a full disk.
        8 | 10 | 13 => Some(Trouble::Unwritable),
        _ => None,
    }
}

/// By the classes of PostgreSQL's codes, which are five characters (appendix A of its manual).
fn postgres_trouble(code: &str) -> Option<Trouble> {
    match (code.get(..2)?, code.len()) {
        // Disk full, and class 58 (the system it stands on); 25006 is what a standby says.
        ("53", 5) if code == "53100" => Some(Trouble::Unwritable),
        ("58", 5) => Some(Trouble::Unwritable),
        ("25", 5) if code == "25006" => Some(Trouble::Unwritable),
        // Connection, resources, operator intervention (which includes the statement time-out), and 3D000: the
        // database is dropped, or not restored yet.
        ("08" | "3D" | "53" | "57", 5) => Some(Trouble::Away),
        _ => None,
    }
}

impl From<StoreError> for Refusal {
    /// The answer to a caller when the database fails: no detail, only when to try again.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                Self::unavailable("the server's database does not answer at the moment", Duration::from_secs(1))
                    .with_detail(error.to_string())
            }
            StoreError::Unwritable(_) => {
                Self::unavailable("the server's database can store nothing at the moment", Duration::from_secs(5))
                    .with_detail(error.to_string())
            }
            other => Self::server_error(other.to_string()),
        }
    }
}
