//! Why upstreams signed nobody in lately.

use super::StoreError;
use super::engine::{Record, Row, Store, sql};
use super::row::TableRow;
use crate::domain::ids::Timestamp;
use crate::domain::upstream::{UpstreamFailure, UpstreamName};

/// How many reasons are kept for each upstream.
const MOST: i64 = 10;

impl Record for UpstreamFailure {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "upstream_failures", "upstream")?;
        Ok(Self { why: row.plain("why")?, times: row.plain("times")?, last_at: row.moment("last_at")? })
    }
}

/// When somebody last came from an issuer.
struct LastUse(Option<Timestamp>);

impl Record for LastUse {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.column::<Option<i64>>("last_use")?.map(Timestamp::from_micros)))
    }
}

impl Store {
    /// Counts a failure of an upstream. Of its reasons the newest ten are kept: whoever comes from there chooses some.
    pub async fn upstream_failure_note(
        &self,
        upstream: &UpstreamName,
        why: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let statement = sql("insert into upstream_failures (upstream, why, times, last_at) values ($1, $2, 1, $3) \
             on conflict (upstream, why) do update set times = upstream_failures.times + 1, last_at = excluded.last_at");
        tx.execute(statement.bind(upstream.as_str()).bind(why).bind(now.as_micros())).await?;
        let statement = sql("delete from upstream_failures where upstream = $1 and why not in \
             (select why from upstream_failures where upstream = $1 order by last_at desc, why limit $2)");
        tx.execute(statement.bind(upstream.as_str()).bind(MOST)).await?;
        tx.commit().await
    }

    /// The failures of an upstream, the latest first.
    pub async fn upstream_failures_of(&self, upstream: &UpstreamName) -> Result<Vec<UpstreamFailure>, StoreError> {
        let statement = sql("select * from upstream_failures where upstream = $1 order by last_at desc, why");
        self.fetch_all(statement.bind(upstream.as_str())).await
    }

    /// When somebody last signed in to a connected account by this issuer.
    pub async fn upstream_last_use(&self, issuer: &str) -> Result<Option<Timestamp>, StoreError> {
        let statement = sql("select max(last_used_at) as last_use from upstream_identities where issuer = $1");
        Ok(self.fetch_optional::<LastUse>(statement.bind(issuer)).await?.and_then(|LastUse(at)| at))
    }

    /// Deletes what happened before this; returns how many.
    pub async fn upstream_failures_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from upstream_failures where (upstream, why) in \
             (select upstream, why from upstream_failures where last_at <= $1 order by last_at limit $2)");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}
