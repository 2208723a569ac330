//! What has to go with an account: its address, wherever it was written down.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::in_list::in_list;
use super::owners::DELETED_ACCOUNT;
use super::row::TableRow;
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::user::EmailAddress;

/// The number of the newest deletion of an account.
struct Deletion(String);

impl Record for Deletion {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("id").map(Self)
    }
}

/// An address that is to stand nowhere any more.
struct ToForget {
    user: String,
    key: String,
    deleted_at: Timestamp,
}

impl Record for ToForget {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "addresses_to_forget", "user_id")?;
        Ok(Self { user: row.plain("user_id")?, key: row.plain("email_key")?, deleted_at: row.moment("deleted_at")? })
    }
}

/// Whether there is a row at all.
struct Found;

impl Record for Found {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

impl Transaction {
    /// Deletes the address of an account that is deleted from everything but the account itself, and ends the sign-ins
    /// that were begun with it. Mail that waits is not sent. What there can be much of, or what takes a look through a
    /// whole table, is left to [`Store::addresses_clear`].
    pub async fn address_forget(
        &mut self,
        user: UserId,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = email.key();
        let later = sql("insert into addresses_to_forget (user_id, email_key, deleted_at) values ($1, $2, $3) \
             on conflict do nothing");
        self.execute(later.bind(user.to_string()).bind(key.as_str()).bind(now.as_micros())).await?;
        // Also of those that were begun before the address had an account.
        let sign_ins = sql("update sign_ins set ended_at = $2 \
             where email_key = $1 and redeemed_at is null and ended_at is null");
        self.execute(sign_ins.bind(key.as_str()).bind(now.as_micros())).await?;
        for statement in [
            "delete from outbox where lower(recipient) = $1",
            "delete from invitations where email_key = $1",
            "delete from application_owners where email_key = $1",
            "delete from pending_identities where lower(address) = $1",
            "update upstream_identities set address = null where lower(address) = $1",
            "delete from address_changes where old_email_key = $1 or new_email_key = $1",
        ] {
            self.execute(sql(statement).bind(key.as_str())).await?;
        }
        Ok(())
    }
}

/// Sign-ins of an account or, before the address had one, of the address.
macro_rules! sign_ins_of {
    ($column:literal) => {
        sql(concat!(
            "update sign_ins set email = $2, email_key = $2, name = null where id in \
             (select id from sign_ins where ",
            $column,
            " = $1 and email_key <> $2 and created_at <= $3 limit $4)"
        ))
    };
}

/// What happened to such sign-ins. What a mail server answered may name the recipient.
macro_rules! events_of {
    ($column:literal) => {
        sql(concat!(
            "update sign_in_events set detail = '' where id in \
             (select sign_in_events.id from sign_ins join sign_in_events on sign_in_id = sign_ins.id where ",
            $column,
            " = $1 and replace(lower(detail), $2, '') <> lower(detail) limit $3)"
        ))
    };
}

impl Store {
    /// Deletes the addresses of deleted accounts from what there can be much of, some rows at a time.
    pub async fn addresses_clear(&self) -> Result<(), StoreError> {
        let all: Vec<ToForget> = self.fetch_all(sql("select * from addresses_to_forget order by deleted_at")).await?;
        for one in &all {
            self.address_clear(one).await?;
            let done = sql("delete from addresses_to_forget where user_id = $1 and email_key = $2");
            self.execute(done.bind(one.user.as_str()).bind(one.key.as_str())).await?;
        }
        Ok(())
    }

    async fn address_clear(&self, ToForget { user, key, deleted_at }: &ToForget) -> Result<(), StoreError> {
        for (statement, whose) in [(events_of!("user_id"), user), (events_of!("email_key"), key)] {
            self.execute_in_batches(statement.bind(whose.as_str()).bind(key.as_str())).await?;
        }
        for (statement, whose) in [(sign_ins_of!("user_id"), user), (sign_ins_of!("email_key"), key)] {
            let statement = statement.bind(whose.as_str()).bind(DELETED_ACCOUNT).bind(deleted_at.as_micros());
            self.execute_in_batches(statement).await?;
        }
        // These are looked for by a reader.
        let hinted =
            sql("select id from authorizations where replace(lower(login_hint), $1, '') <> lower(login_hint) \
             limit $2");
        let unhinted = sql(concat!("update authorizations set login_hint = null where id in ", in_list!()));
        self.delete_in_batches(hinted.bind(key.as_str()), &[unhinted]).await?;
        let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
        let which =
            sql("select 1 from pushed_requests where replace(lower(parameters), $1, '') <> lower(parameters) limit 1");
        let encoded = encoded.to_lowercase();
        if self.fetch_optional::<Found>(which.bind(encoded.as_str())).await?.is_some() {
            let pushed = sql("delete from pushed_requests where uri_hash in (select uri_hash from pushed_requests \
                 where replace(lower(parameters), $1, '') <> lower(parameters) limit $2)");
            self.execute_in_batches(pushed.bind(encoded)).await?;
        }
        Ok(())
    }

    /// What tells the newest deletion of an account from others; none if no account was deleted.
    pub async fn newest_deletion(&self) -> Result<Option<String>, StoreError> {
        let statement = sql("select id from audit_events where event = $1 order by id desc limit 1");
        Ok(self.fetch_optional::<Deletion>(statement.bind("user.deleted")).await?.map(|deletion| deletion.0))
    }
}
