//! Rate limits that are counted in the database, so that all nodes share one count.

use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::ids::Timestamp;

struct UnusedAgain(Timestamp);

impl Record for UnusedAgain {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(Timestamp::from_micros(row.column("unused_again")?)))
    }
}

impl Transaction {
    /// Takes one of the `burst` that `subject` may have at once, of which one comes back after each `every`. None if it
    /// was taken; else how long to wait, and nothing was changed.
    ///
    /// The generic cell rate algorithm: for each subject, the moment is stored at which its limit will be unused again.
    /// The statement that advances it also decides whether it may.
    pub async fn rate_limit_take(
        &mut self,
        subject: &str,
        burst: u32,
        every: Duration,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        let latest = now.plus(every.saturating_mul(burst.saturating_sub(1)));
        let statement = sql("insert into rate_limits (subject, unused_again) values ($1, $2) \
             on conflict (subject) do update set unused_again = \
             case when rate_limits.unused_again > $3 then rate_limits.unused_again + $4 else $2 end \
             where rate_limits.unused_again <= $5")
        .bind(subject)
        .bind(now.plus(every).as_micros())
        .bind(now.as_micros())
        .bind(now.plus(every).as_micros().saturating_sub(now.as_micros()))
        .bind(latest.as_micros());
        if self.execute(statement).await? == 1 {
            return Ok(None);
        }
        let found: Option<UnusedAgain> =
            self.fetch_optional(sql("select unused_again from rate_limits where subject = $1").bind(subject)).await?;
        Ok(Some(found.map_or(Duration::ZERO, |UnusedAgain(at)| at.since(latest))))
    }
}

impl Store {
    /// Deletes limits that are unused again; returns how many.
    pub async fn rate_limits_forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from rate_limits where subject in (select subject from rate_limits \
             where unused_again <= $1 order by unused_again limit $2)");
        self.execute_in_batches(statement.bind(now.as_micros())).await
    }
}
