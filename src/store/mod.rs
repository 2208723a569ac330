//! MEMORY: everything the server remembers between requests, and all of its SQL.
//!
//! One file per noun; method names begin with the noun. One SQL text serves SQLite and PostgreSQL, and
//! [`engine`] is the only file that tells them apart. Does not own what the facts mean (`domain`) nor when
//! they change (`flows`). Imports `domain` and `protocol`.

mod application_days;
mod application_requests;
mod application_settings;
mod applications;
mod approvals;
mod audit;
mod authorization_codes;
mod authorizations;
mod catalogue;
mod client_assertions;
mod consents;
mod delivery_traces;
mod engine;
mod expiry;
mod generations;
mod idempotency_keys;
mod in_list;
mod invitations;
mod keep_links;
mod life_cycle;
mod listings;
mod login_codes;
mod maintenance;
mod migrations;
mod outbox;
mod overview;
mod owners;
mod pushed_requests;
mod rate_limits;
mod refresh_tokens;
mod revoked_tokens;
mod row;
mod secrets;
mod sessions;
mod set_up;
mod sign_ins;
mod signing_keys;
mod token_families;
mod uptime_clock;
mod users;
mod webhook_deliveries;
mod webhooks;

use std::time::Duration;

pub use application_days::DayTotal;
pub use applications::{ApplicationUse, StateChange};
pub use audit::AuditLine;
pub use delivery_traces::{DeliveryStep, DeliveryTrace, MOST_OF_A_KIND};
pub use engine::{DatabaseSettings, Location, Pooling, Store, Transaction};
pub use generations::{Generation, Generations};
pub use idempotency_keys::KnownRequest;
pub use keep_links::KeepLink;
pub use life_cycle::{DueBy, GuardedStep};
pub use maintenance::ServerLock;
pub use migrations::Schema;
pub use outbox::{ClaimedMail, NewMail, UnsentMail};
pub use overview::Counts;
pub use pushed_requests::PushedRow;
pub use webhook_deliveries::{AfterTry, ClaimedDelivery};

use crate::protocol::refusal::Refusal;

/// Errors of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or not in time. Worth trying again.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// A unique name is taken.
    #[error("it exists already")]
    Conflict,
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
    fn corrupt(table: &'static str, row: &str, what: impl std::fmt::Display) -> Self {
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
            // PostgreSQL's classes 08 (connection), 53 (resources) and 57 (operator intervention, which
            // includes the statement time-out), and 3D000: the database is dropped, or not restored yet.
            // SQLite's busy and locked.
            sqlx::Error::Database(reason) => match reason.code().as_deref() {
                Some("5" | "6" | "517") => Self::Unavailable(error.to_string()),
                Some(code) if code.len() == 5 && ["08", "3D", "53", "57"].contains(&&code[..2]) => {
                    Self::Unavailable(error.to_string())
                }
                _ => Self::Driver(error),
            },
            _ => Self::Driver(error),
        }
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
            other => Self::server_error(other.to_string()),
        }
    }
}
