//! Accounts.

use std::collections::HashMap;

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::in_list::{chunks, in_list};
use super::row::TableRow;
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::user::{EmailAddress, Profile, User, UserState};
use crate::domain::username::Username;

impl Record for User {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "users", "id")?;
        let email = row.parsed_if_any("email")?;
        Ok(Self {
            id: row.parsed("id")?,
            sub: row.plain("sub")?,
            state: state(&row, email.is_some())?,
            email,
            email_verified_at: row.moment_if_any("email_verified_at")?,
            name: row.plain("name")?,
            username: row.parsed_if_any("username")?,
            locale: row.plain("locale")?,
            admin: row.plain("admin")?,
            attributes: row.parsed_if_any("attributes")?.unwrap_or_default(),
            created_at: row.moment("created_at")?,
            updated_at: row.moment_if_any("updated_at")?,
            last_sign_in_at: row.moment_if_any("last_sign_in_at")?,
        })
    }
}

/// The columns that say where an account is in its life become one state here, and nowhere else.
fn state(row: &TableRow<'_>, has_address: bool) -> Result<UserState, StoreError> {
    match (row.moment_if_any("disabled_at")?, row.moment_if_any("deleted_at")?, has_address) {
        (None, None, true) => Ok(UserState::Active),
        (Some(at), None, true) => Ok(UserState::Disabled { at }),
        (_, Some(at), false) => Ok(UserState::Deleted { at }),
        (_, None, false) => Err(row.corrupt("an account that is not deleted has an address")),
        (_, Some(_), true) => Err(row.corrupt("a deleted account has no address")),
    }
}

fn by_id(id: UserId) -> Statement {
    sql("select * from users where id = $1").bind(id.to_string())
}

fn by_email(email: &EmailAddress) -> Statement {
    sql("select * from users where email_key = $1").bind(email.key())
}

impl Store {
    /// An account, a deleted one included.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.fetch_optional(by_id(id)).await
    }

    /// The account that this address reaches, however it is spelled.
    pub async fn user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        self.fetch_optional(by_email(email)).await
    }

    /// The account of this `sub`, a deleted one included.
    pub async fn user_by_sub(&self, sub: &str) -> Result<Option<User>, StoreError> {
        self.fetch_optional(sql("select * from users where sub = $1").bind(sub)).await
    }

    /// The accounts of these ids, as far as they exist, by their ids.
    pub async fn users_of(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, StoreError> {
        let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found = HashMap::new();
        for statement in chunks(&sql(concat!("select * from users where id in ", in_list!())), &ids) {
            let some: Vec<User> = self.fetch_all(statement).await?;
            found.extend(some.into_iter().map(|user| (user.id, user)));
        }
        Ok(found)
    }

    /// All accounts that are not deleted, by address.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.fetch_all(sql("select * from users where deleted_at is null order by email_key")).await
    }
}

impl Transaction {
    /// An account as this transaction sees it, a deleted one included.
    pub async fn user(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.fetch_optional(by_id(id)).await
    }

    /// The account that this address reaches, as this transaction sees it.
    pub async fn user_by_email(&mut self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        self.fetch_optional(by_email(email)).await
    }

    /// Adds an active account. [`StoreError::Conflict`] if the address has one, in any spelling, or if the `sub` was
    /// ever issued; the transaction can go on after it.
    pub async fn user_insert(&mut self, user: &User) -> Result<(), StoreError> {
        let statement = sql("insert into users \
             (id, sub, email, email_key, email_verified_at, name, locale, admin, created_at, last_sign_in_at, name_key) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing")
        .bind(user.id.to_string())
        .bind(user.sub.as_str())
        .bind(user.email.as_ref().map(ToString::to_string))
        .bind(user.email.as_ref().map(EmailAddress::key))
        .bind(user.email_verified_at.map(Timestamp::as_micros))
        .bind(user.name.clone())
        .bind(user.locale.clone())
        .bind(user.admin)
        .bind(user.created_at.as_micros())
        .bind(user.last_sign_in_at.map(Timestamp::as_micros))
        .bind(user.name.as_deref().map(str::to_lowercase));
        if self.execute(statement).await? == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Changes what is known of an account; `updated` is when anything but `admin` last changed, with this. False
    /// if it is not as `known` any more.
    pub async fn user_update(
        &mut self,
        known: &User,
        profile: &Profile,
        updated: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let statement = sql(
            "update users set name = $2, locale = $3, admin = $4, name_key = $8, updated_at = $9, attributes = $10 \
             where id = $1 and deleted_at is null and coalesce(name, '') = $5 and coalesce(locale, '') = $6 \
             and admin = $7 and coalesce(attributes, '') = $11",
        )
        .bind(known.id.to_string())
        .bind(profile.name.clone())
        .bind(profile.locale.clone())
        .bind(profile.admin)
        .bind(known.name.clone().unwrap_or_default())
        .bind(known.locale.clone().unwrap_or_default())
        .bind(known.admin)
        .bind(profile.name.as_deref().map(str::to_lowercase))
        .bind(updated.map(Timestamp::as_micros))
        .bind(profile.attributes.as_stored())
        .bind(known.attributes.as_stored().unwrap_or_default());
        Ok(self.execute(statement).await? == 1)
    }

    /// Gives an account this user name, or none. [`StoreError::Conflict`] if another account has it.
    pub async fn user_choose_username(&mut self, id: UserId, username: Option<&Username>) -> Result<(), StoreError> {
        let statement = sql("update users set username = $2, username_key = $3 where id = $1 and not exists \
             (select 1 from users other where other.username_key = $3 and other.id <> $1)")
        .bind(id.to_string())
        .bind(username.map(ToString::to_string))
        .bind(username.map(Username::key));
        if self.execute(statement).await? == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Whether no other operator can sign in.
    pub async fn is_last_operator(&mut self, id: UserId) -> Result<bool, StoreError> {
        let statement = sql("select * from users where admin = $1 and id <> $2 and disabled_at is null \
             and deleted_at is null limit 1");
        let other: Option<User> = self.fetch_optional(statement.bind(true).bind(id.to_string())).await?;
        Ok(other.is_none())
    }

    /// Active to disabled. False if it was not active.
    pub async fn user_disable(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let statement =
            sql("update users set disabled_at = $2 where id = $1 and disabled_at is null and deleted_at is null");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }

    /// Disabled to active. False if it was not disabled.
    pub async fn user_enable(&mut self, id: UserId) -> Result<bool, StoreError> {
        let statement =
            sql("update users set disabled_at = null where id = $1 and disabled_at is not null and deleted_at is null");
        Ok(self.execute(statement.bind(id.to_string())).await? == 1)
    }

    /// Anything but deleted to deleted, and deletes the personal data; the address may get a new account. False if it
    /// was deleted already.
    pub async fn user_delete(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql(
            "update users set deleted_at = $2, email = null, email_key = null, name = null, name_key = null, \
             username = null, username_key = null, locale = null, attributes = null, admin = $3 where id = $1 and deleted_at is null",
        );
        let statement = statement.bind(id.to_string()).bind(now.as_micros()).bind(false);
        Ok(self.execute(statement).await? == 1)
    }

    /// Locks an account until this transaction ends, so that what begins in its name and what ends that happen one after
    /// the other. False if it is not active.
    pub async fn user_hold(&mut self, id: UserId) -> Result<bool, StoreError> {
        let statement =
            sql("update users set disabled_at = null where id = $1 and disabled_at is null and deleted_at is null");
        Ok(self.execute(statement.bind(id.to_string())).await? == 1)
    }

    /// Records a sign-in that did not prove the address. False if the account is not active (any more); its row stays
    /// locked as in [`Self::user_signed_in`].
    pub async fn user_let_in(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update users set last_sign_in_at = $2 \
             where id = $1 and disabled_at is null and deleted_at is null");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }

    /// Records a sign-in that proved the address, and makes the account owner of what was registered for that address.
    /// False if the account is not active (any more).
    ///
    /// Called in the transaction that begins the session: the row stays locked until its end, so an account that is
    /// disabled meanwhile is either refused here, or disabled afterwards together with the new session.
    pub async fn user_signed_in(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update users set last_sign_in_at = $2, \
             email_verified_at = coalesce(email_verified_at, $2) \
             where id = $1 and disabled_at is null and deleted_at is null");
        let active = self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1;
        if active {
            self.owner_claims(id).await?;
        }
        Ok(active)
    }
}
