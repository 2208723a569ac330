//! Numbers for the operators' overview.

use super::StoreError;
use super::engine::{Record, Row, Store, sql};

/// The numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Active applications.
    pub active_applications: i64,
    /// Applications that are deactivated.
    pub deactivated_applications: i64,
    /// Accounts that are not deleted.
    pub accounts: i64,
    /// Those of them that are disabled.
    pub disabled_accounts: i64,
    /// Those of them that are operators.
    pub operators: i64,
    /// Requests that wait for approval.
    pub approvals: i64,
    /// Mails that wait to be sent.
    pub waiting_mails: i64,
    /// Mails that were given up.
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
             (select count(*) from outbox where accepted_at is null and given_up_at is null \
                 and not_after > created_at) as waiting_mails, \
             (select count(*) from outbox where given_up_at is not null) as lost_mails");
        Ok(self.fetch_optional(statement.bind(true)).await?.unwrap_or_default())
    }
}
