//! Changes of addresses: asked for, made, undone. Each value is spent by the statement whose row comes back.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::address_change::{AddressChange, AddressChangeState};
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::user::EmailAddress;

impl Record for AddressChange {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "address_changes", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            user: row.parsed("user_id")?,
            old: row.parsed("old_email")?,
            new: row.parsed("new_email")?,
            created_at: row.moment("created_at")?,
            state: state(&row)?,
        })
    }
}

/// The only place where columns become an [`AddressChangeState`].
fn state(row: &TableRow<'_>) -> Result<AddressChangeState, StoreError> {
    let until = row.moment("expires_at")?;
    Ok(match (row.moment_if_any("made_at")?, row.moment_if_any("ended_at")?) {
        (_, Some(at)) => AddressChangeState::Ended { at },
        (Some(at), None) => AddressChangeState::Made { at, undo_until: until },
        (None, None) => AddressChangeState::Asked { until },
    })
}

fn stored(hash: ValueHash) -> Vec<u8> {
    hash.as_bytes().to_vec()
}

impl Store {
    /// The change that this link makes.
    pub async fn address_change_by_link(&self, hash: ValueHash) -> Result<Option<AddressChange>, StoreError> {
        self.fetch_optional(sql("select * from address_changes where link_hash = $1").bind(stored(hash))).await
    }

    /// The change that this link undoes.
    pub async fn address_change_by_undo(&self, hash: ValueHash) -> Result<Option<AddressChange>, StoreError> {
        self.fetch_optional(sql("select * from address_changes where undo_hash = $1").bind(stored(hash))).await
    }

    /// Deletes changes that can be neither made nor undone any more.
    pub async fn address_changes_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("delete from address_changes where expires_at <= $1");
        self.execute(statement.bind(now.as_micros())).await?;
        Ok(())
    }
}

impl Transaction {
    /// Adds a change that is asked for until then.
    pub async fn address_change_insert(
        &mut self,
        change: &AddressChange,
        link: ValueHash,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into address_changes (id, user_id, old_email, old_email_key, new_email, \
             new_email_key, link_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(change.id.to_string())
        .bind(change.user.to_string())
        .bind(change.old.as_str())
        .bind(change.old.key())
        .bind(change.new.as_str())
        .bind(change.new.key())
        .bind(stored(link))
        .bind(change.created_at.as_micros())
        .bind(until.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Makes the change of a link of this account; from now on the other value undoes it. None if it was made before, is
    /// over, or is another account's.
    pub async fn address_change_make(
        &mut self,
        (link, user): (ValueHash, UserId),
        (undo, undo_until): (ValueHash, Timestamp),
        now: Timestamp,
    ) -> Result<Option<AddressChange>, StoreError> {
        let statement = sql("update address_changes set made_at = $3, undo_hash = $4, expires_at = $5 \
             where link_hash = $1 and user_id = $2 and made_at is null and ended_at is null and expires_at > $3 \
             returning *")
        .bind(stored(link))
        .bind(user.to_string())
        .bind(now.as_micros())
        .bind(stored(undo))
        .bind(undo_until.as_micros());
        self.fetch_optional(statement).await
    }

    /// Undoes the change of a value. None if that was done before, or is over.
    pub async fn address_change_undo(
        &mut self,
        undo: ValueHash,
        now: Timestamp,
    ) -> Result<Option<AddressChange>, StoreError> {
        let statement = sql("update address_changes set ended_at = $2 \
             where undo_hash = $1 and made_at is not null and ended_at is null and expires_at > $2 returning *");
        self.fetch_optional(statement.bind(stored(undo)).bind(now.as_micros())).await
    }

    /// Ends the changes of an account that were asked for and not made.
    pub async fn address_changes_drop(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update address_changes set ended_at = $2 \
             where user_id = $1 and made_at is null and ended_at is null");
        self.execute(ended(statement, user, now)).await?;
        Ok(())
    }

    /// Ends all changes of an account: what was made cannot be undone any more.
    pub async fn address_changes_end(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update address_changes set ended_at = $2 where user_id = $1 and ended_at is null");
        self.execute(ended(statement, user, now)).await?;
        Ok(())
    }

    /// The addresses that an account had or was to have, as far as is remembered.
    pub async fn addresses_of_changes(&mut self, user: UserId) -> Result<Vec<EmailAddress>, StoreError> {
        let statement = sql("select * from address_changes where user_id = $1").bind(user.to_string());
        let changes: Vec<AddressChange> = self.fetch_all(statement).await?;
        Ok(changes.into_iter().flat_map(|change| [change.old, change.new]).collect())
    }

    /// Deletes the changes of an account.
    pub async fn address_changes_delete(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute(sql("delete from address_changes where user_id = $1").bind(user.to_string())).await?;
        Ok(())
    }

    /// Gives an account another address, which was just proven, and what was registered for that address.
    /// [`StoreError::Conflict`] if another account has it.
    pub async fn user_change_address(
        &mut self,
        user: UserId,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("update users set email = $2, email_key = $3, email_verified_at = $4, updated_at = $4 \
             where id = $1 and deleted_at is null \
             and not exists (select 1 from users other where other.email_key = $3 and other.id <> $1)")
        .bind(user.to_string())
        .bind(email.as_str())
        .bind(email.key())
        .bind(now.as_micros());
        if self.execute(statement).await? != 1 {
            return Err(StoreError::Conflict);
        }
        self.owner_claims(user).await
    }
}

fn ended(statement: Statement, user: UserId, now: Timestamp) -> Statement {
    statement.bind(user.to_string()).bind(now.as_micros())
}
