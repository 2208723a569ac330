//! How much there is of everything, and what waits for an operator.

use super::StoreError;
use super::engine::{Record, Row, Store, sql};

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Applications that work.
    pub active_applications: i64,
    /// Applications that are deactivated.
    pub deactivated_applications: i64,
    /// Accounts that are not deleted.
    pub accounts: i64,
    /// Those of them that are disabled.
    pub disabled_accounts: i64,
    /// Those of them that run this server.
    pub operators: i64,
    /// What developers have asked for.
    pub approvals: i64,
    /// Mails on their way.
    pub waiting_mails: i64,
    /// Mails that will never arrive.
    pub lost_mails: i64,
}

impl Record for Counts {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            active_applications: row.column("active_applications")?,
            deactivated_applications: row.column("deactivated_applications")?,
            accounts: row.column("accounts")?,
            disabled_accounts: row.column("disabled_accounts")?,
            operators: row.column("operators")?,
            approvals: row.column("approvals")?,
            waiting_mails: row.column("waiting_mails")?,
            lost_mails: row.column("lost_mails")?,
        })
    }
}

impl Store {
    /// Counts what operators look at first.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let statement = sql("select \
             (select count(*) from applications where deactivated_at is null and deleted_at is null) \
                 as active_applications, \
             (select count(*) from applications where deactivated_at is not null and deleted_at is null) \
                 as deactivated_applications, \
             (select count(*) from users where deleted_at is null) as accounts, \
             (select count(*) from users where disabled_at is not null and deleted_at is null) as disabled_accounts, \
             (select count(*) from users where admin = $1 and deleted_at is null) as operators, \
             (select count(*) from approvals join applications on applications.id = approvals.application_id \
                 where decided_at is null and deleted_at is null) as approvals, \
             (select count(*) from outbox where accepted_at is null and given_up_at is null) as waiting_mails, \
             (select count(*) from outbox where given_up_at is not null) as lost_mails");
        Ok(self.fetch_optional(statement.bind(true)).await?.unwrap_or_default())
    }
}
