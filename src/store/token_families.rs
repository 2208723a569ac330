//! Token families: what was granted, and whether it is still valid.

use super::StoreError;
use super::authorizations::{asked_claims, resource_list};
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::ids::{ApplicationId, SessionId, Timestamp, TokenFamilyId, UserId};
use crate::domain::session::AuthenticationMethod;
use crate::domain::token_family::{EndReason, TokenFamily};

impl Record for TokenFamily {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "token_families", "id")?;
        let amr: AuthenticationMethod = row.parsed("amr")?;
        Ok(Self {
            id: row.parsed("id")?,
            application: row.parsed("application_id")?,
            user: row.parsed("user_id")?,
            session: row.parsed_if_any("session_id")?,
            origin: row.parsed_if_any("origin_session_id")?,
            scope: row.parsed("scope")?,
            resources: row.list("resources")?,
            nonce: row.plain("nonce")?,
            claims: asked_claims(&row)?,
            auth_time: row.moment("auth_time")?,
            amr,
            acr: row.parsed_if_any("acr")?.unwrap_or(amr.classes()[0]),
            created_at: row.moment("created_at")?,
            expires_at: row.moment("expires_at")?,
            ended_at: ended_at(&row)?,
        })
    }
}

/// The columns that make a [`TokenFamily`], with the moment at which all tokens of its application were ended.
macro_rules! family_where {
    ($condition:literal) => {
        concat!(
            "select token_families.*, (select tokens_not_before from applications where id = application_id) \
             as tokens_not_before from token_families where ",
            $condition
        )
    };
}

/// An end has both a moment and a reason. A family also ends with all that its application had got before some moment.
fn ended_at(row: &TableRow<'_>) -> Result<Option<Timestamp>, StoreError> {
    let with_all = row.moment_if_any("tokens_not_before")?;
    let with_all = match with_all {
        Some(moment) if row.moment("created_at")? < moment => Some(moment),
        _ => None,
    };
    match (row.moment_if_any("ended_at")?, row.parsed_if_any::<EndReason>("end_reason")?) {
        (None, None) => Ok(with_all),
        (Some(at), Some(_)) => Ok(Some(at)),
        (Some(_), None) | (None, Some(_)) => Err(row.corrupt("ended_at and end_reason must come together")),
    }
}

impl Store {
    /// A family by its id, ended or not.
    pub async fn family(&self, id: TokenFamilyId) -> Result<Option<TokenFamily>, StoreError> {
        self.fetch_optional(sql(family_where!("id = $1")).bind(id.to_string())).await
    }

    /// A person's valid families, newest first.
    pub async fn families_of_user(&self, user: UserId) -> Result<Vec<TokenFamily>, StoreError> {
        let statement = sql(family_where!("user_id = $1 and ended_at is null order by created_at desc, id desc"));
        let open: Vec<TokenFamily> = self.fetch_all(statement.bind(user.to_string())).await?;
        Ok(open.into_iter().filter(TokenFamily::is_alive).collect())
    }
}

impl Transaction {
    /// Begins a family. False if the application is not active, or all its tokens were ended since.
    pub async fn family_insert(&mut self, family: &TokenFamily) -> Result<bool, StoreError> {
        let statement = sql("insert into token_families (id, application_id, user_id, session_id, scope, resources, \
             nonce, auth_time, amr, created_at, expires_at, claims, claims_scope, acr, origin_session_id) \
             select $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 from applications \
             where id = $2 and deactivated_at is null and deleted_at is null \
             and (tokens_not_before is null or tokens_not_before <= $10)")
        .bind(family.id.to_string())
        .bind(family.application.to_string())
        .bind(family.user.to_string())
        .bind(family.session.map(|id| id.to_string()))
        .bind(family.scope.to_string())
        .bind(resource_list(&family.resources))
        .bind(family.nonce.clone())
        .bind(family.auth_time.as_micros())
        .bind(family.amr.name())
        .bind(family.created_at.as_micros())
        .bind(family.expires_at.as_micros())
        .bind(family.claims.request.as_sent().map(str::to_owned))
        .bind(family.claims.scope.to_string())
        .bind(family.acr.name())
        .bind(family.origin.map(|id| id.to_string()));
        Ok(self.execute(statement).await? == 1)
    }

    /// Holds a family until the transaction ends. False if it was ended, by itself or with all that its application had
    /// got.
    pub async fn family_hold(&mut self, id: TokenFamilyId) -> Result<bool, StoreError> {
        let statement = sql("update token_families set ended_at = null where id = $1 and ended_at is null \
             and not exists (select 1 from applications where applications.id = application_id \
             and tokens_not_before > token_families.created_at)");
        Ok(self.execute(statement.bind(id.to_string())).await? == 1)
    }

    /// Extends a family. False if it was ended, by itself or with all that its application had got.
    pub async fn family_extend(&mut self, id: TokenFamilyId, expires_at: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update token_families set expires_at = $2 where id = $1 and ended_at is null \
             and not exists (select 1 from applications where applications.id = application_id \
             and tokens_not_before > token_families.created_at)");
        Ok(self.execute(statement.bind(id.to_string()).bind(expires_at.as_micros())).await? == 1)
    }

    /// Ends a family. False if it was ended before.
    pub async fn family_end(
        &mut self,
        id: TokenFamilyId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update token_families set ended_at = $1, end_reason = $2 \
             where id = $3 and ended_at is null");
        Ok(self.execute(ending(statement, reason, now).bind(id.to_string())).await? == 1)
    }

    /// Ends all families of a person, and tells the applications whose families belong to no session; returns how many.
    /// The person's sessions are ended before.
    pub async fn families_end_of_user(
        &mut self,
        user: UserId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.logouts_queue_of_account(user, now).await?;
        let statement = sql("update token_families set ended_at = $1, end_reason = $2 \
             where user_id = $3 and ended_at is null");
        self.execute(ending(statement, reason, now).bind(user.to_string())).await
    }

    /// Ends all families of a person with one application; returns how many.
    pub async fn families_end_of_grant(
        &mut self,
        user: UserId,
        application: ApplicationId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = sql("update token_families set ended_at = $1, end_reason = $2 \
             where user_id = $3 and application_id = $4 and ended_at is null");
        self.execute(ending(statement, reason, now).bind(user.to_string()).bind(application.to_string())).await
    }

    /// Ends all families that were granted in a session; returns how many.
    pub async fn families_end_of_session(
        &mut self,
        session: SessionId,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = sql("update token_families set ended_at = $1, end_reason = $2 \
             where session_id = $3 and ended_at is null");
        self.execute(ending(statement, reason, now).bind(session.to_string())).await
    }
}

fn ending(statement: Statement, reason: EndReason, now: Timestamp) -> Statement {
    statement.bind(now.as_micros()).bind(reason.name())
}
