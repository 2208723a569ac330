//! What has to go with an account: its address, wherever it was written down.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::owners::DELETED_ACCOUNT;
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::user::EmailAddress;

/// The sign-ins of an account, also those that were begun before the address had one.
macro_rules! of_its_sign_ins {
    ($before:literal) => {
        concat!($before, " sign_in_id in (select id from sign_ins where user_id = $1 or email_key = $2)")
    };
}

/// The number of the newest deletion of an account.
struct Deletion(String);

impl Record for Deletion {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("id").map(Self)
    }
}

impl Transaction {
    /// Deletes the address of an account that is deleted from everything but the account itself, and ends the sign-ins
    /// that were begun with it. Mail that waits is not sent.
    pub async fn address_forget(
        &mut self,
        user: UserId,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = email.key();
        for statement in [
            sql(of_its_sign_ins!("delete from outbox where lower(recipient) = $2 or")),
            // What the mail server answered may name the recipient.
            sql(of_its_sign_ins!(
                "update sign_in_events set detail = '' where replace(lower(detail), $2, '') <> lower(detail) and"
            )),
        ] {
            self.execute(statement.bind(user.to_string()).bind(key.as_str())).await?;
        }
        let sign_ins = sql("update sign_ins set email = $3, email_key = $3, name = null, \
             ended_at = case when redeemed_at is null then coalesce(ended_at, $4) else ended_at end \
             where user_id = $1 or email_key = $2");
        let sign_ins = sign_ins.bind(user.to_string()).bind(key.as_str()).bind(DELETED_ACCOUNT).bind(now.as_micros());
        self.execute(sign_ins).await?;
        for statement in [
            "delete from invitations where email_key = $1",
            "delete from application_owners where email_key = $1",
            "delete from pending_identities where lower(address) = $1",
            "update upstream_identities set address = null where lower(address) = $1",
            "update authorizations set login_hint = null where replace(lower(login_hint), $1, '') <> lower(login_hint)",
        ] {
            self.execute(sql(statement).bind(key.as_str())).await?;
        }
        let changes = sql("delete from address_changes where old_email_key = $1 or new_email_key = $1");
        self.execute(changes.bind(key.as_str())).await?;
        let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
        let pushed = sql("delete from pushed_requests where replace(lower(parameters), $1, '') <> lower(parameters)");
        self.execute(pushed.bind(encoded.to_lowercase())).await?;
        Ok(())
    }
}

impl Store {
    /// What tells the newest deletion of an account from others; none if no account was deleted.
    pub async fn newest_deletion(&self) -> Result<Option<String>, StoreError> {
        let statement = sql("select id from audit_events where event = $1 order by id desc limit 1");
        Ok(self.fetch_optional::<Deletion>(statement.bind("user.deleted")).await?.map(|deletion| deletion.0))
    }
}
