//! The outbox: mail is written in the transaction of what it is about, claimed by one worker at a time, and its body is
//! wiped at the end.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::encryption::Sealed;
use crate::domain::ids::{MailId, SignInId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::user::EmailAddress;

/// A mail to be written to the outbox.
#[derive(Debug)]
pub struct NewMail<'a> {
    /// The key of its row.
    pub id: MailId,
    /// The sign-in it belongs to, and the link that it carries.
    pub link: Option<(SignInId, ValueHash)>,
    /// The recipient.
    pub recipient: &'a EmailAddress,
    /// The subject. It is stored in the clear, so it holds no secret.
    pub subject: &'a str,
    /// The sealed mail.
    pub body: &'a Sealed,
    /// When it was written.
    pub created_at: Timestamp,
    /// After this it is not sent any more.
    pub not_after: Timestamp,
}

/// A mail that this worker, and no other, may send until its claim ends.
#[derive(Clone, Debug)]
pub struct ClaimedMail {
    /// The key of its row.
    pub id: MailId,
    /// The sign-in it belongs to.
    pub sign_in: Option<SignInId>,
    /// The trace id of that sign-in.
    pub trace_id: Option<String>,
    /// The link that it carries.
    pub link: Option<ValueHash>,
    /// The sealed mail.
    pub body: Sealed,
    /// When it was written.
    pub created_at: Timestamp,
    /// After this it is not sent any more.
    pub not_after: Timestamp,
    /// How often it was claimed, this time included. It tells this claim from earlier and later ones.
    pub attempts: i64,
}

impl ClaimedMail {
    /// Whether it was written for an address that gets no mail, so that it is treated like any other until now. It has
    /// no time to be sent in.
    pub fn is_pretended(&self) -> bool {
        self.not_after <= self.created_at
    }
}

impl Record for ClaimedMail {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "outbox", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            sign_in: row.parsed_if_any("sign_in_id")?,
            trace_id: row.plain("trace_id")?,
            link: row.hash_if_any("link_hash")?,
            body: Sealed { master_key_id: row.plain("master_key_id")?, bytes: row.plain("body")? },
            created_at: row.moment("created_at")?,
            not_after: row.moment("not_after")?,
            attempts: row.plain("attempts")?,
        })
    }
}

/// A mail that the mail server has not accepted (yet), without its body.
#[derive(Clone, Debug)]
pub struct UnsentMail {
    /// The recipient.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// After this it is not sent any more.
    pub not_after: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried again.
    pub next_attempt_at: Timestamp,
    /// When it was given up.
    pub given_up_at: Option<Timestamp>,
    /// What the mail server said last.
    pub last_error: Option<String>,
}

impl Record for UnsentMail {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "outbox", "id")?;
        Ok(Self {
            recipient: row.plain("recipient")?,
            subject: row.plain("subject")?,
            created_at: row.moment("created_at")?,
            not_after: row.moment("not_after")?,
            attempts: row.plain("attempts")?,
            next_attempt_at: row.moment("next_attempt_at")?,
            given_up_at: row.moment_if_any("given_up_at")?,
            last_error: row.plain("last_error")?,
        })
    }
}

/// The queue in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxFigures {
    /// Mails that wait to be sent.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// Mails that were given up.
    pub lost: i64,
}

impl Record for OutboxFigures {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let oldest: Option<i64> = row.column("oldest")?;
        let oldest = oldest.map(Timestamp::from_micros);
        Ok(Self { waiting: row.column("waiting")?, oldest, lost: row.column("lost")? })
    }
}

/// The key of a claimed row, before the rest of it is read.
struct Named(String);

impl Record for Named {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("id").map(Self)
    }
}

impl Store {
    /// Whether a mail waits to be claimed. Only reads, so that asking every second is cheap.
    pub async fn outbox_has_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("select id from outbox where accepted_at is null and given_up_at is null \
             and next_attempt_at <= $1 and (claimed_until is null or claimed_until <= $1) limit 1")
        .bind(now.as_micros());
        Ok(self.fetch_optional::<Named>(statement).await?.is_some())
    }

    /// Claims the mail that waits longest; none if there is none, or if another worker was quicker. One at a time, so
    /// that two nodes never wait for each other's rows.
    ///
    /// The conditions stand twice: the inner ones choose, the outer ones decide, after PostgreSQL has waited for the
    /// lock of the row. The claim is committed before the mail is read, so that a row that cannot be read does not keep
    /// the others from being sent.
    pub async fn outbox_claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<ClaimedMail>, StoreError> {
        let statement = sql("update outbox set claimed_until = $2, attempts = attempts + 1 \
             where id = (select id from outbox where accepted_at is null and given_up_at is null \
             and next_attempt_at <= $1 and (claimed_until is null or claimed_until <= $1) \
             order by next_attempt_at, id limit 1) \
             and accepted_at is null and given_up_at is null \
             and next_attempt_at <= $1 and (claimed_until is null or claimed_until <= $1) returning id")
        .bind(now.as_micros())
        .bind(until.as_micros());
        let mut tx = self.begin().await?;
        let claimed: Option<Named> = tx.fetch_optional(statement).await?;
        tx.commit().await?;
        let Some(Named(id)) = claimed else { return Ok(None) };
        let statement = sql("select outbox.id as id, sign_in_id, trace_id, link_hash, body, master_key_id, \
             outbox.created_at as created_at, not_after, attempts \
             from outbox left join sign_ins on sign_ins.id = outbox.sign_in_id where outbox.id = $1")
        .bind(id);
        self.fetch_optional(statement).await
    }

    /// The newest mails that the mail server has not accepted.
    pub async fn outbox_unsent(&self, limit: i64) -> Result<Vec<UnsentMail>, StoreError> {
        let statement = sql("select id, recipient, subject, created_at, not_after, attempts, next_attempt_at, \
             given_up_at, last_error from outbox where accepted_at is null and not_after > created_at \
             order by id desc limit $1");
        self.fetch_all(statement.bind(limit)).await
    }

    /// How many mails wait, and since when the oldest of them does; how many were given up.
    pub async fn outbox_figures(&self) -> Result<OutboxFigures, StoreError> {
        // A mail that is only pretended waits for nobody.
        let statement = sql("select \
             (select count(*) from outbox where accepted_at is null and given_up_at is null \
                 and not_after > created_at) as waiting, \
             (select min(created_at) from outbox where accepted_at is null and given_up_at is null \
                 and not_after > created_at) as oldest, \
             (select count(*) from outbox where given_up_at is not null) as lost");
        Ok(self.fetch_optional(statement).await?.unwrap_or_default())
    }

    /// Deletes mails that expired before this moment; returns how many.
    pub async fn outbox_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = sql("delete from outbox where id in (select id from outbox where not_after < $1 \
             order by not_after limit $2)");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// Adds a mail that may be sent at once.
    pub async fn outbox_insert(&mut self, mail: &NewMail<'_>) -> Result<(), StoreError> {
        let statement = sql("insert into outbox (id, sign_in_id, link_hash, recipient, subject, body, master_key_id, \
             created_at, not_after, attempts, next_attempt_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $8)")
        .bind(mail.id.to_string())
        .bind(mail.link.map(|(sign_in, _)| sign_in.to_string()))
        .bind(mail.link.map(|(_, hash)| hash.as_bytes().to_vec()))
        .bind(mail.recipient.as_str())
        .bind(mail.subject)
        .bind(mail.body.bytes.clone())
        .bind(mail.body.master_key_id.as_str())
        .bind(mail.created_at.as_micros())
        .bind(mail.not_after.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// The mail server accepted it: wipes the body and starts the lifetime of the link. False if another worker has
    /// recorded that already.
    pub async fn outbox_accept(&mut self, mail: &ClaimedMail, now: Timestamp) -> Result<bool, StoreError> {
        let statement =
            sql("update outbox set accepted_at = $2, body = null, claimed_until = null, last_error = null \
             where id = $1 and accepted_at is null")
            .bind(mail.id.to_string())
            .bind(now.as_micros());
        let first = self.execute(statement).await? == 1;
        if let (true, Some(link)) = (first, &mail.link) {
            let statement =
                sql("update sign_in_links set accepted_at = $2 where token_hash = $1 and accepted_at is null")
                    .bind(link.as_bytes().to_vec())
                    .bind(now.as_micros());
            self.execute(statement).await?;
        }
        Ok(first)
    }

    /// It was not accepted this time: releases the claim until `next`. False if the claim was not ours any more.
    pub async fn outbox_postpone(
        &mut self,
        mail: &ClaimedMail,
        next: Timestamp,
        error: &str,
    ) -> Result<bool, StoreError> {
        let statement = sql("update outbox set next_attempt_at = $3, claimed_until = null, last_error = $4 \
             where id = $1 and attempts = $2 and accepted_at is null and given_up_at is null")
        .bind(mail.id.to_string())
        .bind(mail.attempts)
        .bind(next.as_micros())
        .bind(error);
        Ok(self.execute(statement).await? == 1)
    }

    /// It will never be sent: wipes the body. False if the claim was not ours any more.
    pub async fn outbox_give_up(
        &mut self,
        mail: &ClaimedMail,
        now: Timestamp,
        error: &str,
    ) -> Result<bool, StoreError> {
        let statement = sql("update outbox set given_up_at = $3, body = null, claimed_until = null, last_error = $4 \
             where id = $1 and attempts = $2 and accepted_at is null and given_up_at is null")
        .bind(mail.id.to_string())
        .bind(mail.attempts)
        .bind(now.as_micros())
        .bind(error);
        Ok(self.execute(statement).await? == 1)
    }
}
