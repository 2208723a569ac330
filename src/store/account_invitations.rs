//! Invitations to this server, and how people come to an account here.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::account_invitation::AccountInvitation;
use crate::domain::group::GroupName;
use crate::domain::ids::Timestamp;
use crate::domain::user::EmailAddress;

impl Record for AccountInvitation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "account_invitations", "email_key")?;
        Ok(Self {
            email: row.parsed("email")?,
            locale: row.plain("locale")?,
            groups: row.list("group_names")?,
            created_at: row.moment("created_at")?,
            expires_at: row.moment("expires_at")?,
        })
    }
}

struct Fact(String);

impl Record for Fact {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("value").map(Self)
    }
}

fn open(email: &EmailAddress, now: Timestamp) -> Statement {
    sql("select * from account_invitations where email_key = $1 and expires_at > $2")
        .bind(email.key())
        .bind(now.as_micros())
}

impl Store {
    /// Who makes accounts where the configuration does not say: what it was before for an installation that is older
    /// than this question.
    pub async fn usual_signup(&self) -> Result<String, StoreError> {
        let found: Option<Fact> =
            self.fetch_optional(sql("select value from installation where name = 'signup'")).await?;
        Ok(found.map_or_else(|| "invited".to_owned(), |fact| fact.0))
    }

    /// All open invitations, the newest first.
    pub async fn account_invitations(&self, now: Timestamp) -> Result<Vec<AccountInvitation>, StoreError> {
        let statement =
            sql("select * from account_invitations where expires_at > $1 order by created_at desc, email_key");
        self.fetch_all(statement.bind(now.as_micros())).await
    }

    /// Deletes invitations whose time is over.
    pub async fn account_invitations_forget(&self, now: Timestamp) -> Result<(), StoreError> {
        self.execute(sql("delete from account_invitations where expires_at <= $1").bind(now.as_micros())).await?;
        Ok(())
    }
}

impl Transaction {
    /// The open invitation of this address.
    pub async fn account_invitation(
        &mut self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<AccountInvitation>, StoreError> {
        self.fetch_optional(open(email, now)).await
    }

    /// Whether an operator named this address as that of an application's owner.
    pub async fn is_named_as_owner(&mut self, email: &EmailAddress) -> Result<bool, StoreError> {
        let statement = sql("select email_key as value from application_owners where email_key = $1 limit 1");
        let found: Option<Fact> = self.fetch_optional(statement.bind(email.key())).await?;
        Ok(found.is_some())
    }

    /// Adds an invitation, in place of one that the address had.
    pub async fn account_invitation_put(&mut self, invitation: &AccountInvitation) -> Result<(), StoreError> {
        self.account_invitation_delete(&invitation.email).await?;
        let names: Vec<&str> = invitation.groups.iter().map(GroupName::as_str).collect();
        let statement = sql("insert into account_invitations \
             (email_key, email, locale, group_names, created_at, expires_at) values ($1, $2, $3, $4, $5, $6) \
             on conflict do nothing")
        .bind(invitation.email.key())
        .bind(invitation.email.as_str())
        .bind(invitation.locale.clone())
        .bind(serde_json::to_string(&names).unwrap_or_default())
        .bind(invitation.created_at.as_micros())
        .bind(invitation.expires_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Deletes the invitation of an address. False if it had none: of several who take it, one gets true.
    pub async fn account_invitation_delete(&mut self, email: &EmailAddress) -> Result<bool, StoreError> {
        let statement = sql("delete from account_invitations where email_key = $1");
        Ok(self.execute(statement.bind(email.key())).await? == 1)
    }
}
