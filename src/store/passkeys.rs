//! Passkeys and their challenges.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::expired::expired;
use super::row::TableRow;
use crate::domain::ids::{PasskeyId, Timestamp, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::passkey::{Passkey, PasskeyName};
use crate::protocol::webauthn::{AssertedCredential, PublicKey};

impl Record for Passkey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "passkeys", "id")?;
        let (cose, count): (Vec<u8>, i64) = (row.plain("public_key")?, row.plain("sign_count")?);
        Ok(Self {
            id: row.parsed("id")?,
            user: row.parsed("user_id")?,
            credential_id: row.plain("credential_id")?,
            public_key: PublicKey::read(&cose).map_err(|e| row.corrupt(format!("public_key: {e}")))?,
            name: row.parsed("name")?,
            sign_count: count.try_into().map_err(|_| row.corrupt(format!("sign_count is {count}")))?,
            backup_eligible: row.plain("backup_eligible")?,
            backed_up: row.plain("backed_up")?,
            created_at: row.moment("created_at")?,
            last_used_at: row.moment_if_any("last_used_at")?,
        })
    }
}

/// The user handle of an account.
struct Handle(Option<Vec<u8>>);

impl Record for Handle {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("passkey_handle").map(Self)
    }
}

fn of_user(user: UserId) -> Statement {
    sql("select * from passkeys where user_id = $1 order by id").bind(user.to_string())
}

fn handle_of(user: UserId) -> Statement {
    sql("select passkey_handle from users where id = $1").bind(user.to_string())
}

impl Store {
    /// The passkeys of an account, the oldest first.
    pub async fn passkeys_of(&self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        self.fetch_all(of_user(user)).await
    }

    /// The passkey with this credential id and this user handle, if its account is active.
    pub async fn passkey_of_credential(&self, credential: &[u8], handle: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let statement = sql("select passkeys.* from passkeys join users on users.id = user_id \
             where credential_id = $1 and passkey_handle = $2 and disabled_at is null and deleted_at is null");
        self.fetch_optional(statement.bind(credential.to_vec()).bind(handle.to_vec())).await
    }

    /// Deletes challenges that nobody has answered in time; returns how many.
    pub async fn passkey_challenges_forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let statement = expired!("passkey_challenges", "challenge_hash");
        self.execute_in_batches(statement.bind(before.as_micros())).await
    }
}

impl Transaction {
    /// The passkeys of an account, as this transaction sees them.
    pub async fn passkeys_of(&mut self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        self.fetch_all(of_user(user)).await
    }

    /// A passkey of an account, as this transaction sees it.
    pub async fn passkey(&mut self, user: UserId, id: PasskeyId) -> Result<Option<Passkey>, StoreError> {
        let statement = sql("select * from passkeys where id = $1 and user_id = $2");
        self.fetch_optional(statement.bind(id.to_string()).bind(user.to_string())).await
    }

    /// What authenticators know an account by: the known handle, else this one from now on.
    pub async fn passkey_handle(&mut self, user: UserId, fresh: [u8; 32]) -> Result<Vec<u8>, StoreError> {
        let statement = sql("update users set passkey_handle = $2 where id = $1 and passkey_handle is null");
        self.execute(statement.bind(user.to_string()).bind(fresh.to_vec())).await?;
        let known: Option<Handle> = self.fetch_optional(handle_of(user)).await?;
        Ok(known.and_then(|handle| handle.0).unwrap_or_else(|| fresh.to_vec()))
    }

    /// Adds a passkey. [`StoreError::Conflict`] if its credential id is registered already; the transaction can go on.
    pub async fn passkey_insert(&mut self, passkey: &Passkey) -> Result<(), StoreError> {
        let statement = sql("insert into passkeys (id, user_id, credential_id, public_key, name, sign_count, \
             backup_eligible, backed_up, created_at, last_used_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing")
        .bind(passkey.id.to_string())
        .bind(passkey.user.to_string())
        .bind(passkey.credential_id.clone())
        .bind(passkey.public_key.cose().to_vec())
        .bind(passkey.name.as_str())
        .bind(i64::from(passkey.sign_count))
        .bind(passkey.backup_eligible)
        .bind(passkey.backed_up)
        .bind(passkey.created_at.as_micros())
        .bind(passkey.last_used_at.map(Timestamp::as_micros));
        if self.execute(statement).await? == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Records a use. False if the passkey is gone, or its counter does not go on from the stored one: of two uses at
    /// once with the same count one loses.
    pub async fn passkey_use(
        &mut self,
        id: PasskeyId,
        said: &AssertedCredential,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update passkeys set sign_count = $2, backed_up = $3, last_used_at = $4 \
             where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))");
        let statement = statement.bind(id.to_string()).bind(i64::from(said.sign_count)).bind(said.backed_up);
        Ok(self.execute(statement.bind(now.as_micros())).await? == 1)
    }

    /// Calls a passkey of an account so. False if there is no such passkey.
    pub async fn passkey_rename(
        &mut self,
        user: UserId,
        id: PasskeyId,
        name: &PasskeyName,
    ) -> Result<bool, StoreError> {
        let statement = sql("update passkeys set name = $3 where id = $1 and user_id = $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(user.to_string()).bind(name.as_str())).await? == 1)
    }

    /// Deletes a passkey of an account. False if there is no such passkey.
    pub async fn passkey_delete(&mut self, user: UserId, id: PasskeyId) -> Result<bool, StoreError> {
        let statement = sql("delete from passkeys where id = $1 and user_id = $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(user.to_string())).await? == 1)
    }

    /// Deletes all passkeys of an account, and what authenticators know it by.
    pub async fn passkeys_forget(&mut self, user: UserId) -> Result<(), StoreError> {
        for statement in [
            sql("delete from passkey_challenges where user_id = $1"),
            sql("delete from passkeys where user_id = $1"),
            sql("update users set passkey_handle = null where id = $1"),
        ] {
            self.execute(statement.bind(user.to_string())).await?;
        }
        Ok(())
    }

    /// Adds a challenge for this browser: to register a passkey of this account, or to sign in.
    pub async fn passkey_challenge_insert(
        &mut self,
        challenge: ValueHash,
        (browser, user): (ValueHash, Option<UserId>),
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into passkey_challenges (challenge_hash, browser_hash, user_id, expires_at) \
             values ($1, $2, $3, $4)");
        let statement = statement.bind(challenge.as_bytes().to_vec()).bind(browser.as_bytes().to_vec());
        self.execute(statement.bind(user.map(|user| user.to_string())).bind(expires_at.as_micros())).await?;
        Ok(())
    }

    /// Spends a challenge. False unless it is open, of this browser, and for just this.
    pub async fn passkey_challenge_spend(
        &mut self,
        challenge: ValueHash,
        (browser, user): (ValueHash, Option<UserId>),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("delete from passkey_challenges where challenge_hash = $1 and browser_hash = $2 \
             and coalesce(user_id, '') = $3 and expires_at > $4");
        let statement = statement.bind(challenge.as_bytes().to_vec()).bind(browser.as_bytes().to_vec());
        let whose = user.map(|user| user.to_string()).unwrap_or_default();
        Ok(self.execute(statement.bind(whose).bind(now.as_micros())).await? == 1)
    }
}
