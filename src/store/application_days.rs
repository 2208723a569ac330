//! How much applications were used, day by day.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::activity::Counted;
use crate::domain::ids::{ApplicationId, Timestamp};

/// A counter of an application on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The first moment of the day.
    pub day: Timestamp,
    /// The counter.
    pub counted: Counted,
    /// The number.
    pub total: u64,
}

impl Record for DayTotal {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "application_days", "application_id")?;
        let total: i64 = row.plain("total")?;
        Ok(Self {
            day: row.moment("day")?,
            counted: row.parsed("counted")?,
            total: total.try_into().map_err(|_| row.corrupt(format!("total is {total}")))?,
        })
    }
}

impl Store {
    /// The counters of an application since a day, oldest first.
    pub async fn days_of_application(
        &self,
        application: ApplicationId,
        since: Timestamp,
    ) -> Result<Vec<DayTotal>, StoreError> {
        let statement = sql("select application_id, day, counted, total from application_days \
             where application_id = $1 and day >= $2 order by day, counted");
        self.fetch_all(statement.bind(application.to_string()).bind(since.as_micros())).await
    }

    /// Deletes days before this one.
    pub async fn days_forget(&self, before: Timestamp) -> Result<(), StoreError> {
        let statement = sql("delete from application_days where (application_id, day, counted) in \
             (select application_id, day, counted from application_days where day < $1 order by day limit $2)");
        self.execute_in_batches(statement.bind(before.as_micros())).await.map(|_| ())
    }
}

impl Transaction {
    /// Adds to a counter of an application, unless the application was purged.
    pub async fn day_add(&mut self, application: ApplicationId, counted: &DayTotal) -> Result<(), StoreError> {
        let statement = sql("insert into application_days (application_id, day, counted, total) \
             select id, $2, $3, $4 from applications where id = $1 \
             on conflict (application_id, day, counted) do update set total = application_days.total + excluded.total")
        .bind(application.to_string())
        .bind(counted.day.as_micros())
        .bind(counted.counted.name())
        .bind(i64::try_from(counted.total).unwrap_or(i64::MAX));
        self.execute(statement).await?;
        Ok(())
    }
}
