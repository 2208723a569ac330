//! What people have agreed to, for each application.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, Timestamp, UserId};
use crate::protocol::scope::Scope;

struct Consent(Scope);

impl Record for Consent {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(TableRow::of(row, "consents", "user_id")?.parsed("scope")?))
    }
}

/// What a person has agreed to for one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConsent {
    /// The application.
    pub application: ApplicationId,
    /// What.
    pub scope: Scope,
    /// When they last agreed to some of it.
    pub granted_at: Timestamp,
}

impl Record for StoredConsent {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "consents", "user_id")?;
        Ok(Self {
            application: row.parsed("application_id")?,
            scope: row.parsed("scope")?,
            granted_at: row.moment("granted_at")?,
        })
    }
}

fn of(user: impl Into<Option<UserId>>, application: ApplicationId) -> Statement {
    sql("select user_id, scope from consents where user_id = $1 and application_id = $2")
        .bind(user.into().map(|user| user.to_string()))
        .bind(application.to_string())
}

impl Store {
    /// What a person has agreed to for an application; empty if nothing. It is looked up for nobody, too, where the work
    /// must not tell who has an account.
    pub async fn consent(
        &self,
        user: impl Into<Option<UserId>>,
        application: ApplicationId,
    ) -> Result<Scope, StoreError> {
        Ok(self.fetch_optional::<Consent>(of(user, application)).await?.map(|consent| consent.0).unwrap_or_default())
    }
}

impl Store {
    /// All that a person has agreed to, the newest first.
    pub async fn consents_of(&self, user: UserId) -> Result<Vec<StoredConsent>, StoreError> {
        let statement = sql("select * from consents where user_id = $1 order by granted_at desc, application_id");
        self.fetch_all(statement.bind(user.to_string())).await
    }
}

impl Transaction {
    /// What a person has agreed to for an application, as this transaction sees it; empty if nothing.
    pub async fn consent(&mut self, user: UserId, application: ApplicationId) -> Result<Scope, StoreError> {
        Ok(self.fetch_optional::<Consent>(of(user, application)).await?.map(|consent| consent.0).unwrap_or_default())
    }

    /// Adds to what a person has agreed to.
    pub async fn consent_add(
        &mut self,
        user: UserId,
        application: ApplicationId,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Makes the row if there is none and locks it if there is, so that two of these add up.
        let lock = sql("insert into consents (user_id, application_id, scope, granted_at) values ($1, $2, '', $3) \
             on conflict (user_id, application_id) do update set granted_at = $3");
        self.execute(lock.bind(user.to_string()).bind(application.to_string()).bind(now.as_micros())).await?;
        let before = self.fetch_optional::<Consent>(of(user, application)).await?.map(|consent| consent.0);
        let after = before.unwrap_or_default().union(scope);
        let statement = sql("update consents set scope = $3 where user_id = $1 and application_id = $2")
            .bind(user.to_string())
            .bind(application.to_string())
            .bind(after.to_string());
        self.execute(statement).await?;
        Ok(())
    }

    /// Forgets what anybody has agreed to for an application.
    pub async fn consents_forget(&mut self, application: ApplicationId) -> Result<(), StoreError> {
        self.execute(sql("delete from consents where application_id = $1").bind(application.to_string())).await?;
        Ok(())
    }

    /// Withdraws everything that a person has agreed to for an application. False if there was nothing.
    pub async fn consent_delete(&mut self, user: UserId, application: ApplicationId) -> Result<bool, StoreError> {
        let statement = sql("delete from consents where user_id = $1 and application_id = $2");
        Ok(self.execute(statement.bind(user.to_string()).bind(application.to_string())).await? == 1)
    }
}
