//! What is sent to either engine, and what comes back.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Postgres, Row as _, Sqlite};

use crate::store::StoreError;

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub(in crate::store) enum Bind {
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
pub(in crate::store) struct Statement {
    sql: &'static str,
    binds: Vec<Bind>,
}

/// Begins a statement.
pub(in crate::store) fn sql(sql: &'static str) -> Statement {
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
    pub(in crate::store) fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// What the statement says.
    pub(super) const fn text(&self) -> &'static str {
        self.sql
    }

    /// Whether this text is one of its values.
    pub(super) fn names(&self, text: &str) -> bool {
        self.binds.iter().any(|bind| matches!(bind, Bind::Text(Some(bound)) if bound == text))
    }

    pub(super) fn for_sqlite(self) -> Query<'static, Sqlite, SqliteArguments> {
        bound!(self, Sqlite, SqliteArguments)
    }

    /// `kept` says whether the statement stays prepared on the connection.
    pub(super) fn for_postgres(self, kept: bool) -> Query<'static, Postgres, PgArguments> {
        bound!(self, Postgres, PgArguments).persistent(kept)
    }
}

/// A row of either engine.
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What both engines can read out of a column.
pub(in crate::store) trait Column:
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
    pub(in crate::store) fn column<T: Column>(&self, name: &'static str) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(name),
            Self::Postgres(row) => row.try_get(name),
        }
        .map_err(StoreError::from)
    }
}

/// Something a row can be turned into.
pub(in crate::store) trait Record: Sized {
    /// Reads it, or fails with the row and table that cannot be read.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}
