//! How accounts were signed in to, for their people to see.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{SignInId, SignInRecordId, Timestamp, UserId};
use crate::domain::session::{AuthenticationMethod, Device};
use crate::domain::sign_in_record::{SignInOutcome, SignInRecord};

impl Record for SignInRecord {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "sign_in_records", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            user: row.parsed("user_id")?,
            at: row.moment("at")?,
            outcome: row.parsed("outcome")?,
            amr: row.parsed("amr")?,
            upstream: row.parsed_if_any("upstream")?,
            device: Device { address: row.plain("address")?, user_agent: row.plain("user_agent")? },
        })
    }
}

impl Store {
    /// The sign-ins to an account since then, the newest first.
    pub async fn sign_in_records_of(
        &self,
        user: UserId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<SignInRecord>, StoreError> {
        let statement = sql("select * from sign_in_records where user_id = $1 and at >= $2 \
             order by at desc, id desc limit $3");
        self.fetch_all(statement.bind(user.to_string()).bind(since.as_micros()).bind(limit)).await
    }

    /// Deletes those from before then; returns how many.
    pub async fn sign_in_records_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from sign_in_records where id in \
             (select id from sign_in_records where at <= $1 order by at limit $2)");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// Writes one down.
    pub async fn sign_in_record_insert(&mut self, record: &SignInRecord) -> Result<(), StoreError> {
        let statement =
            sql("insert into sign_in_records (id, user_id, at, outcome, amr, upstream, address, user_agent) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(record.id.to_string())
            .bind(record.user.to_string())
            .bind(record.at.as_micros())
            .bind(record.outcome.name())
            .bind(record.amr.name())
            .bind(record.upstream.as_ref().map(|name| name.as_str().to_owned()))
            .bind(record.device.address.as_str())
            .bind(record.device.user_agent.as_str());
        self.execute(statement).await?;
        Ok(())
    }

    /// Writes down that somebody signed in to an account by mail at an application, without a session: from the device
    /// that asked for the mail.
    pub async fn sign_in_record_by_mail(
        &mut self,
        id: SignInRecordId,
        (user, sign_in): (UserId, SignInId),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into sign_in_records (id, user_id, at, outcome, amr, address, user_agent) \
             select $1, $2, $3, $4, $5, address, user_agent from sign_ins where id = $6")
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(now.as_micros())
        .bind(SignInOutcome::SignedIn.name())
        .bind(AuthenticationMethod::Email.name())
        .bind(sign_in.to_string());
        self.execute(statement).await?;
        Ok(())
    }

    /// Writes down for the account of a sign-in by mail that wrong codes were typed until there were no tries left. It is
    /// one statement for a sign-in without an account, too.
    pub async fn sign_in_record_tried_too_often(
        &mut self,
        id: SignInRecordId,
        sign_in: SignInId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into sign_in_records (id, user_id, at, outcome, amr, address, user_agent) \
             select $1, user_id, $2, $3, $4, address, user_agent from sign_ins where id = $5 and user_id is not null")
        .bind(id.to_string())
        .bind(now.as_micros())
        .bind(SignInOutcome::TriedTooOften.name())
        .bind(AuthenticationMethod::Email.name())
        .bind(sign_in.to_string());
        self.execute(statement).await?;
        Ok(())
    }

    /// Deletes all of an account.
    pub async fn sign_in_records_delete(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute(sql("delete from sign_in_records where user_id = $1").bind(user.to_string())).await?;
        Ok(())
    }
}
