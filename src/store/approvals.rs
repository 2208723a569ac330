//! Requests that wait for an operator's approval.

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::application::{AUDIENCES, Application};
use crate::domain::approval::{Approval, Decision, Extras};
use crate::domain::ids::{ApplicationId, ApprovalId, Timestamp};
use crate::protocol::resource::ResourceId;

impl Record for Approval {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "approvals", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            application: row.parsed("application_id")?,
            requested_by: row.parsed("requested_by")?,
            extras: Extras {
                scope: row.parsed("scope")?,
                default_scope: row.parsed("default_scope")?,
                grants: row.words("grants")?,
                audiences: row.list(AUDIENCES)?,
            },
            reason: row.plain("reason")?,
            created_at: row.moment("created_at")?,
        })
    }
}

const WAITING_OF: &str = "select * from approvals where application_id = $1 and decided_at is null";

impl Store {
    /// The open request of an application.
    pub async fn approval_of(&self, application: ApplicationId) -> Result<Option<Approval>, StoreError> {
        self.fetch_optional(sql(WAITING_OF).bind(application.to_string())).await
    }

    /// The open requests, oldest first, each with its application; deleted applications are left out.
    pub async fn approvals_waiting(&self, limit: i64) -> Result<Vec<(Approval, Application)>, StoreError> {
        let statement = sql("select approvals.* from approvals \
             join applications on applications.id = approvals.application_id \
             where decided_at is null and deleted_at is null order by approvals.created_at, approvals.id limit $1");
        let waiting: Vec<Approval> = self.fetch_all(statement.bind(limit)).await?;
        let ids: Vec<_> = waiting.iter().map(|approval| approval.application).collect();
        let mut applications = self.applications_not_deleted(&ids).await?;
        let with = |approval: Approval| Some((applications.remove(&approval.application)?, approval));
        Ok(waiting.into_iter().filter_map(with).map(|(application, approval)| (approval, application)).collect())
    }

    /// An open request.
    pub async fn approval(&self, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
        let statement = sql("select * from approvals where id = $1 and decided_at is null");
        self.fetch_optional(statement.bind(id.to_string())).await
    }
}

impl Transaction {
    /// The open request of an application, as this transaction sees it.
    pub async fn approval_of(&mut self, application: ApplicationId) -> Result<Option<Approval>, StoreError> {
        self.fetch_optional(sql(WAITING_OF).bind(application.to_string())).await
    }

    /// Adds a request and replaces an open one of the same application.
    pub async fn approval_insert(&mut self, approval: &Approval) -> Result<(), StoreError> {
        let replaced = sql("update approvals set decided_at = $2, decision = $3 \
             where application_id = $1 and decided_at is null")
        .bind(approval.application.to_string())
        .bind(approval.created_at.as_micros())
        .bind(Decision::Withdrawn.name());
        self.execute(replaced).await?;
        let extras = &approval.extras;
        let grants: Vec<_> = extras.grants.iter().map(|grant| grant.name()).collect();
        let audiences: Vec<_> = extras.audiences.iter().map(ResourceId::as_str).collect();
        let statement = sql("insert into approvals (id, application_id, requested_by, scope, grants, audiences, \
             reason, created_at, default_scope) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(approval.id.to_string())
        .bind(approval.application.to_string())
        .bind(approval.requested_by.to_string())
        .bind(extras.scope.to_string())
        .bind(grants.join(" "))
        .bind(serde_json::Value::from(audiences).to_string())
        .bind(approval.reason.as_str())
        .bind(approval.created_at.as_micros())
        .bind(extras.default_scope.to_string());
        self.execute(statement).await?;
        Ok(())
    }

    /// Ends a request. False if it was ended already.
    pub async fn approval_decide(
        &mut self,
        id: ApprovalId,
        decision: Decision,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update approvals set decided_at = $2, decision = $3, decided_by = $4 \
             where id = $1 and decided_at is null")
        .bind(id.to_string())
        .bind(now.as_micros())
        .bind(decision.name())
        .bind(by);
        Ok(self.execute(statement).await? == 1)
    }
}
