//! When a server was up: a heartbeat that all nodes share, and the outages in which it stopped.

use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Store, sql};
use crate::domain::ids::Timestamp;
use crate::domain::uptime_clock::{Outage, UptimeClock};

impl Record for Outage {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            began: Timestamp::from_micros(row.column("began_at")?),
            ended: Timestamp::from_micros(row.column("ended_at")?),
        })
    }
}

impl Store {
    /// Writes the heartbeat of a running server. If there was none for longer than `silence`, that was an outage; of
    /// several nodes that come back together, the first records it and the others find it there.
    ///
    /// All time before the first heartbeat counts as an outage, so unused time is not counted before the first server
    /// ran.
    pub async fn heartbeat(&self, now: Timestamp, silence: Duration) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let outage = sql("insert into outages (began_at, ended_at) \
             select coalesce(max(alive_until), 0), $1 from heartbeat having coalesce(max(alive_until), 0) < $2 \
             on conflict (began_at) do nothing")
        .bind(now.as_micros())
        .bind(now.minus(silence).as_micros());
        tx.execute(outage).await?;
        let alive = sql("insert into heartbeat (id, alive_until) values (1, $1) \
             on conflict (id) do update set alive_until = excluded.alive_until \
             where heartbeat.alive_until < excluded.alive_until")
        .bind(now.as_micros());
        tx.execute(alive).await?;
        tx.commit().await
    }

    /// Every outage up to now, one that no heartbeat has ended yet included. One statement, so that a concurrent
    /// heartbeat hides none.
    pub async fn uptime_clock(&self, now: Timestamp, silence: Duration) -> Result<UptimeClock, StoreError> {
        let statement = sql("select began_at, ended_at from outages union all \
             select coalesce(max(alive_until), 0) as began_at, $1 as ended_at from heartbeat \
             having coalesce(max(alive_until), 0) < $2")
        .bind(now.as_micros())
        .bind(now.minus(silence).as_micros());
        self.fetch_all(statement).await.map(UptimeClock::without)
    }

    /// Deletes outages that ended before this moment.
    pub async fn outages_forget(&self, before: Timestamp) -> Result<(), StoreError> {
        self.execute(sql("delete from outages where ended_at < $1").bind(before.as_micros())).await.map(|_| ())
    }
}
