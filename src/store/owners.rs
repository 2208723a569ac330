//! Owners of applications.

use std::collections::HashMap;

use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::in_list::{chunks, in_list};
use super::row::TableRow;
use super::{Generation, StoreError};
use crate::domain::application::Application;
use crate::domain::ids::{ApplicationId, Timestamp, UserId};
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;

impl Record for Owner {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "application_owners", "application_id")?;
        Ok(Self {
            user: row.parsed_if_any("user_id")?,
            sub: row.plain("sub")?,
            active: row.plain("active")?,
            email: row.parsed("email")?,
            name: row.plain("name")?,
            locale: row.plain("locale")?,
            since: row.moment("since")?,
        })
    }
}

/// The owner of an application whose last owner's account was deleted. RFC 2606 reserves the domain.
pub(super) const DELETED_ACCOUNT: &str = "deleted-account@invalid";

/// Owners, the longest serving first, with the condition that `$which` is.
macro_rules! owners {
    ($which:expr) => {
        sql(concat!(
            "select application_id, user_id, coalesce(users.email, application_owners.email) as email, \
             users.name as name, users.locale as locale, users.sub as sub, since, \
             (users.id is not null and users.disabled_at is null and users.deleted_at is null) as active \
             from application_owners left join users on users.id = application_owners.user_id \
             where application_id ",
            $which,
            " and coalesce(users.email, application_owners.email) is not null \
             order by since, user_id, application_owners.email_key"
        ))
    };
}

fn owners_of(application: ApplicationId) -> Statement {
    owners!("= $1").bind(application.to_string())
}

/// An owner and their application.
struct OwnerOf(ApplicationId, Owner);

impl Record for OwnerOf {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let owned = TableRow::of(row, "application_owners", "application_id")?;
        Ok(Self(owned.parsed("application_id")?, Owner::from_row(row)?))
    }
}

fn owned_by(application: ApplicationId, user: UserId) -> Statement {
    sql("select count(*) as owned from application_owners where application_id = $1 and user_id = $2")
        .bind(application.to_string())
        .bind(user.to_string())
}

impl Store {
    /// The owners of an application, the longest serving first.
    pub async fn owners_of(&self, application: ApplicationId) -> Result<Vec<Owner>, StoreError> {
        self.fetch_all(owners_of(application)).await
    }

    /// The same of many applications at once.
    pub async fn owners_of_many(
        &self,
        applications: &[ApplicationId],
    ) -> Result<HashMap<ApplicationId, Vec<Owner>>, StoreError> {
        let ids: Vec<String> = applications.iter().map(ToString::to_string).collect();
        let mut owners: HashMap<ApplicationId, Vec<Owner>> = HashMap::new();
        for statement in chunks(&owners!(concat!("in ", in_list!())), &ids) {
            for OwnerOf(application, owner) in self.fetch_all(statement).await? {
                owners.entry(application).or_default().push(owner);
            }
        }
        Ok(owners)
    }

    /// Whether an account is an owner of an application.
    pub async fn is_owner(&self, application: ApplicationId, user: UserId) -> Result<bool, StoreError> {
        let found: Option<Count> = self.fetch_optional(owned_by(application, user)).await?;
        Ok(found.is_some_and(|count| count.0 > 0))
    }

    /// The first applications of this owner, deleted ones included, by name, without their secrets.
    pub async fn applications_of_owner(&self, user: UserId, limit: i64) -> Result<Vec<Application>, StoreError> {
        let statement = sql("select applications.* from applications \
             join application_owners on application_owners.application_id = applications.id \
             where application_owners.user_id = $1 order by name, client_id limit $2");
        self.fetch_all(statement.bind(user.to_string()).bind(limit)).await
    }
}

impl Transaction {
    /// The owners of an application, as this transaction sees them.
    pub async fn owners_of(&mut self, application: ApplicationId) -> Result<Vec<Owner>, StoreError> {
        self.fetch_all(owners_of(application)).await
    }

    /// Whether an account is an owner of an application, as this transaction sees it.
    pub async fn is_owner(&mut self, application: ApplicationId, user: UserId) -> Result<bool, StoreError> {
        let found: Option<Count> = self.fetch_optional(owned_by(application, user)).await?;
        Ok(found.is_some_and(|count| count.0 > 0))
    }

    /// Makes an account an owner; nothing happens if it is one.
    pub async fn owner_add(
        &mut self,
        application: ApplicationId,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into application_owners (application_id, user_id, since) values ($1, $2, $3) \
             on conflict do nothing");
        let statement = statement.bind(application.to_string()).bind(user.to_string()).bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Makes the account that will prove this address an owner.
    pub async fn owner_add_address(
        &mut self,
        application: ApplicationId,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into application_owners (application_id, email, email_key, since) \
             values ($1, $2, $3, $4) on conflict do nothing")
        .bind(application.to_string())
        .bind(email.as_str())
        .bind(email.key())
        .bind(now.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Removes an owner. False if the account was none.
    pub async fn owner_remove(&mut self, application: ApplicationId, user: UserId) -> Result<bool, StoreError> {
        let statement = sql("delete from application_owners where application_id = $1 and user_id = $2");
        Ok(self.execute(statement.bind(application.to_string()).bind(user.to_string())).await? == 1)
    }

    /// Removes an address that was named as an owner. False if it was not.
    pub async fn owner_remove_address(
        &mut self,
        application: ApplicationId,
        email: &EmailAddress,
    ) -> Result<bool, StoreError> {
        let statement = sql("delete from application_owners where application_id = $1 and email_key = $2");
        Ok(self.execute(statement.bind(application.to_string()).bind(email.key())).await? == 1)
    }

    /// Removes all owners of an application.
    pub async fn owners_clear(&mut self, application: ApplicationId) -> Result<(), StoreError> {
        self.execute(sql("delete from application_owners where application_id = $1").bind(application.to_string()))
            .await?;
        Ok(())
    }

    /// Sets the address that stands for an application's owner. Without one a placeholder is set, because an
    /// application that had an owner never counts as the operator's own.
    pub async fn application_set_owner(
        &mut self,
        id: ApplicationId,
        owner: Option<&EmailAddress>,
    ) -> Result<(), StoreError> {
        self.generation_raise(Generation::Applications).await?;
        let statement = sql("update applications set owner = $2, version = version + 1 where id = $1");
        self.execute(statement.bind(id.to_string()).bind(owner.map_or(DELETED_ACCOUNT, EmailAddress::as_str))).await?;
        Ok(())
    }

    /// Removes the address of a deleted account from the applications it stood for: the address of another owner takes
    /// its place, or the placeholder, because an application that had an owner never counts as the operator's own.
    pub async fn applications_forget_owner(&mut self, email: &EmailAddress) -> Result<(), StoreError> {
        let statement = sql("update applications set version = version + 1, owner = coalesce(( \
             select coalesce(users.email, application_owners.email) from application_owners \
             left join users on users.id = application_owners.user_id \
             where application_owners.application_id = applications.id order by since limit 1), $2) \
             where lower(owner) = $1");
        self.execute(statement.bind(email.key()).bind(DELETED_ACCOUNT)).await?;
        Ok(())
    }

    /// Removes an account from all applications.
    pub async fn owner_leaves_all(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute(sql("delete from application_owners where user_id = $1").bind(user.to_string())).await?;
        Ok(())
    }

    /// Makes an account owner of the applications that were registered for its address, which is proven now.
    pub(super) async fn owner_claims(&mut self, user: UserId) -> Result<(), StoreError> {
        let named_by_address = sql("update application_owners set user_id = $1, email = null, email_key = null \
             where email_key = (select email_key from users where id = $1) and not exists \
             (select 1 from application_owners already where already.user_id = $1 \
              and already.application_id = application_owners.application_id)");
        self.execute(named_by_address.bind(user.to_string())).await?;
        let rest = sql("delete from application_owners where email_key = (select email_key from users where id = $1)");
        self.execute(rest.bind(user.to_string())).await?;
        Ok(())
    }

    /// How many applications this account owns, without deleted ones.
    pub async fn owner_count(&mut self, user: UserId) -> Result<i64, StoreError> {
        let statement = sql("select count(*) as owned from applications \
             join application_owners on application_owners.application_id = applications.id \
             where application_owners.user_id = $1 and deleted_at is null");
        let found: Option<Count> = self.fetch_optional(statement.bind(user.to_string())).await?;
        Ok(found.map_or(0, |count| count.0))
    }
}

struct Count(i64);

impl Record for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("owned").map(Self)
    }
}
