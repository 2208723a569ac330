//! Files with what is known of a person, made while nobody waits for them.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::audit::Actor;
use crate::domain::ids::{Timestamp, UserId};

/// A file that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedExport {
    /// Whether it is made.
    pub is_made: bool,
}

impl Record for AskedExport {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { is_made: row.column::<Option<i64>>("waits_since")?.is_none() })
    }
}

/// A file.
struct Body(String);

impl Record for Body {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "account_exports", "user_id")?.plain("body")?))
    }
}

/// Whose file is to be made.
struct Whose(UserId);

impl Record for Whose {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "account_exports", "user_id")?.parsed("user_id")?))
    }
}

/// A number of rows.
struct Count(i64);

impl Record for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("rows_found").map(Self)
    }
}

impl Store {
    /// How many events the audit log has about an account and of what its person did, `most` at most.
    pub async fn audit_count_about(&self, sub: &str, user: UserId, most: i64) -> Result<i64, StoreError> {
        let statement = sql("select count(*) as rows_found from \
             (select id from audit_events where subject = $1 or actor = $2 limit $3) as found");
        let statement = statement.bind(sub).bind(Actor::User(user).stored()).bind(most);
        Ok(self.fetch_optional::<Count>(statement).await?.map_or(0, |Count(rows)| rows))
    }

    /// The file that a person asked for; none if there is none, or its time is over.
    pub async fn account_export(&self, user: UserId, now: Timestamp) -> Result<Option<AskedExport>, StoreError> {
        let statement = sql("select case when body is null then asked_at end as waits_since \
             from account_exports where user_id = $1 and expires_at > $2");
        self.fetch_optional(statement.bind(user.to_string()).bind(now.as_micros())).await
    }

    /// Claims a file that is to be made, until then; none if there is none that nobody makes. Of nodes that try at once
    /// one gets it.
    pub async fn account_export_claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<UserId>, StoreError> {
        loop {
            let due = sql("select user_id from account_exports where body is null and expires_at > $1 \
                 and (claimed_until is null or claimed_until <= $1) order by asked_at limit 1");
            let Some(Whose(user)) = self.fetch_optional(due.bind(now.as_micros())).await? else { return Ok(None) };
            let claim = sql("update account_exports set claimed_until = $3 where user_id = $1 and body is null \
                 and (claimed_until is null or claimed_until <= $2)");
            let claim = claim.bind(user.to_string()).bind(now.as_micros()).bind(until.as_micros());
            if self.execute(claim).await? == 1 {
                return Ok(Some(user));
            }
        }
    }

    /// Keeps a file that was made. Nothing happens if nobody waits for it any more.
    pub async fn account_export_made(&self, user: UserId, body: &str) -> Result<(), StoreError> {
        let statement = sql("update account_exports set body = $2 where user_id = $1 and body is null");
        self.execute(statement.bind(user.to_string()).bind(body)).await?;
        Ok(())
    }

    /// Deletes files whose time is over; returns how many.
    pub async fn account_exports_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from account_exports where user_id in \
             (select user_id from account_exports where expires_at <= $1 order by expires_at limit $2)");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// Asks for a file, which is kept until then. One that was asked for before is waited for.
    pub async fn account_export_ask(
        &mut self,
        user: UserId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into account_exports (user_id, asked_at, expires_at) values ($1, $2, $3) \
             on conflict (user_id) do update set asked_at = excluded.asked_at, expires_at = excluded.expires_at, \
             claimed_until = null, body = null where account_exports.expires_at <= excluded.asked_at");
        let statement = statement.bind(user.to_string()).bind(now.as_micros()).bind(until.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Hands a file out that is made, once: it is deleted with that.
    pub async fn account_export_take(&mut self, user: UserId, now: Timestamp) -> Result<Option<String>, StoreError> {
        let statement = sql("delete from account_exports where user_id = $1 and body is not null and expires_at > $2 \
             returning user_id, body");
        let taken = self.fetch_optional::<Body>(statement.bind(user.to_string()).bind(now.as_micros())).await?;
        Ok(taken.map(|Body(body)| body))
    }

    /// Deletes the file of an account, made or not.
    pub async fn account_export_delete(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute(sql("delete from account_exports where user_id = $1").bind(user.to_string())).await?;
        Ok(())
    }
}
