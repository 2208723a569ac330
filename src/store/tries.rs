//! Tries that are counted in the database, so that all nodes share one count: so many within a span, which begins with
//! the first of them.

use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::ids::Timestamp;

struct Until(Timestamp);

impl Record for Until {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(Timestamp::from_micros(row.column("until")?)))
    }
}

impl Transaction {
    /// Takes one of the tries that `subject` has within `span`. None if it was taken; else how long to wait, and nothing
    /// was changed. The count stays locked until the transaction ends, so parallel tries do not exceed it.
    pub async fn try_take(
        &mut self,
        subject: &str,
        most: u32,
        span: Duration,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        let statement = sql("insert into tries (subject, taken, until) values ($1, 1, $2) \
             on conflict (subject) do update set \
             taken = case when tries.until <= $3 then 1 else tries.taken + 1 end, \
             until = case when tries.until <= $3 then $2 else tries.until end \
             where tries.until <= $3 or tries.taken < $4")
        .bind(subject)
        .bind(now.plus(span).as_micros())
        .bind(now.as_micros())
        .bind(i64::from(most));
        if self.execute(statement).await? == 1 {
            return Ok(None);
        }
        let found: Option<Until> =
            self.fetch_optional(sql("select until from tries where subject = $1").bind(subject)).await?;
        Ok(Some(found.map_or(Duration::ZERO, |Until(until)| until.since(now))))
    }

    /// Gives a try back that this transaction took and that was none.
    pub async fn try_give_back(&mut self, subject: &str) -> Result<(), StoreError> {
        let statement = sql("update tries set taken = taken - 1 where subject = $1 and taken > 0").bind(subject);
        self.execute(statement).await?;
        Ok(())
    }
}

impl Store {
    /// Deletes counts whose span is over; returns how many.
    pub async fn tries_forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from tries where subject in (select subject from tries \
             where until <= $1 order by until limit $2)");
        self.execute_in_batches(statement.bind(now.as_micros())).await
    }
}
