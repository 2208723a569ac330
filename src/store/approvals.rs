//! What waits for an operator's yes.

use super::StoreError;
use super::cells::Cells;
use super::engine::{Record, Row, Store, Transaction, sql};
use crate::domain::approval::{Approval, Decision, Extras};
use crate::domain::ids::{ApplicationId, ApprovalId, Timestamp};
use crate::protocol::resource::ResourceId;
use crate::protocol::token::GrantType;

impl Record for Approval {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let cells = Cells::of(row, "approvals", "id")?;
        let grants: String = cells.plain("grants")?;
        let grant =
            |name: &str| GrantType::from_name(name).ok_or_else(|| cells.corrupt(format!("unknown grant '{name}'")));
        Ok(Self {
            id: cells.parsed("id")?,
            application: cells.parsed("application_id")?,
            requested_by: cells.parsed("requested_by")?,
            extras: Extras {
                scope: cells.parsed("scope")?,
                grants: grants.split_whitespace().map(grant).collect::<Result<_, _>>()?,
                audiences: cells.list("audiences")?,
            },
            reason: cells.plain("reason")?,
            created_at: cells.moment("created_at")?,
        })
    }
}

impl Store {
    /// What waits for an application.
    pub async fn approval_of(&self, application: ApplicationId) -> Result<Option<Approval>, StoreError> {
        let statement = sql("select * from approvals where application_id = $1 and decided_at is null");
        self.fetch_optional(statement.bind(application.to_string())).await
    }

    /// Everything that waits, longest first.
    pub async fn approvals_waiting(&self) -> Result<Vec<Approval>, StoreError> {
        self.fetch_all(sql("select * from approvals where decided_at is null order by created_at, id")).await
    }

    /// A request that still waits.
    pub async fn approval(&self, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
        let statement = sql("select * from approvals where id = $1 and decided_at is null");
        self.fetch_optional(statement.bind(id.to_string())).await
    }
}

impl Transaction {
    /// Adds a request, in the place of one that waited for the same application.
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
             reason, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(approval.id.to_string())
        .bind(approval.application.to_string())
        .bind(approval.requested_by.to_string())
        .bind(extras.scope.to_string())
        .bind(grants.join(" "))
        .bind(serde_json::Value::from(audiences).to_string())
        .bind(approval.reason.as_str())
        .bind(approval.created_at.as_micros());
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
