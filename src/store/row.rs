//! Reading the columns of one row as typed values.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use super::StoreError;
use super::engine::{Column, Row};
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;

/// A row with its table and key, so that an error can name both.
pub(super) struct TableRow<'r> {
    row: &'r Row,
    table: &'static str,
    key: String,
}

impl<'r> TableRow<'r> {
    /// A row of this table, named by the text in its column `key`.
    pub(super) fn of(row: &'r Row, table: &'static str, key: &'static str) -> Result<Self, StoreError> {
        Ok(Self { row, table, key: row.column(key)? })
    }

    /// The error that this row cannot be read.
    pub(super) fn corrupt(&self, what: impl Display) -> StoreError {
        StoreError::corrupt(self.table, &self.key, what)
    }

    /// The value as it is stored.
    pub(super) fn plain<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        self.row.column(column)
    }

    /// A text that parses.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.parse(column, &self.plain::<String>(column)?)
    }

    /// A text that parses, or null.
    pub(super) fn parsed_if_any<T: FromStr<Err: Display>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.plain::<Option<String>>(column)?.map(|text| self.parse(column, &text)).transpose()
    }

    fn parse<T: FromStr<Err: Display>>(&self, column: &'static str, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|e| self.corrupt(format!("{column}: {e}")))
    }

    /// A moment.
    pub(super) fn moment(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.plain(column).map(Timestamp::from_micros)
    }

    /// A timestamp, or null.
    pub(super) fn moment_if_any(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.plain::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }

    /// A span of time, or nothing.
    pub(super) fn span_if_any(&self, column: &'static str) -> Result<Option<Duration>, StoreError> {
        let Some(micros) = self.plain::<Option<i64>>(column)? else { return Ok(None) };
        let micros = u64::try_from(micros).map_err(|_| self.corrupt(format!("{column} is {micros}")))?;
        Ok(Some(Duration::from_micros(micros)))
    }

    /// The hash of a one-time value, or nothing.
    pub(super) fn hash_if_any(&self, column: &'static str) -> Result<Option<ValueHash>, StoreError> {
        let Some(bytes) = self.plain::<Option<Vec<u8>>>(column)? else { return Ok(None) };
        ValueHash::from_bytes(&bytes).map(Some).ok_or_else(|| self.corrupt(format!("{column} is not a SHA-256")))
    }

    /// Words that parse, separated by spaces.
    pub(super) fn words<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Vec<T>, StoreError> {
        self.plain::<String>(column)?.split_ascii_whitespace().map(|word| self.parse(column, word)).collect()
    }

    /// A JSON list of texts that parse.
    pub(super) fn list<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Vec<T>, StoreError> {
        let json: String = self.plain(column)?;
        let texts: Vec<String> = serde_json::from_str(&json).map_err(|e| self.corrupt(format!("{column}: {e}")))?;
        texts.iter().map(|text| self.parse(column, text)).collect()
    }
}
