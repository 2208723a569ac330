//! Authorization codes: the grant of each, redeemed once.

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::authorization::CodeGrant;
use crate::domain::ids::{ApplicationId, Timestamp, TokenFamilyId, UserId};
use crate::domain::one_time::ValueHash;
use crate::domain::session::AuthenticationMethod;

impl Record for CodeGrant {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        // The key is a hash; in error messages the id of the authorization names the row.
        let row = TableRow::of(row, "authorization_codes", "authorization_id")?;
        let (spent_at, family) = (row.moment_if_any("spent_at")?, row.parsed_if_any("family_id")?);
        if spent_at.is_some() != family.is_some() {
            return Err(row.corrupt("spent_at and family_id must come together"));
        }
        let amr: AuthenticationMethod = row.parsed("amr")?;
        let (created_at, expires_at) = (row.moment("created_at")?, row.moment("expires_at")?);
        Ok(Self {
            authorization: row.parsed("authorization_id")?,
            application: row.parsed("application_id")?,
            user: row.parsed("user_id")?,
            session: row.parsed_if_any("session_id")?,
            sign_in: row.parsed_if_any("sign_in_id")?,
            scope: row.parsed("scope")?,
            auth_time: row.moment("auth_time")?,
            amr,
            acr: row.parsed_if_any("acr")?.unwrap_or(amr.classes()[0]),
            created_at,
            // With the tokens of its application its codes ended too.
            expires_at: match row.moment_if_any("tokens_not_before")? {
                Some(moment) if created_at < moment => expires_at.min(moment),
                _ => expires_at,
            },
            spent_at,
            family,
        })
    }
}

fn by_hash(hash: ValueHash) -> Statement {
    let statement = sql("select authorization_codes.*, \
         (select tokens_not_before from applications where id = application_id) as tokens_not_before \
         from authorization_codes where code_hash = $1");
    statement.bind(hash.as_bytes().to_vec())
}

impl Store {
    /// The grant of a code, spent or not.
    pub async fn authorization_code(&self, hash: ValueHash) -> Result<Option<CodeGrant>, StoreError> {
        self.fetch_optional(by_hash(hash)).await
    }
}

impl Transaction {
    /// Ends the codes of a person that are still to be redeemed: those of one application, or all.
    pub async fn authorization_codes_end(
        &mut self,
        user: UserId,
        application: Option<ApplicationId>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = sql("update authorization_codes set expires_at = $3 \
             where user_id = $1 and ($2 is null or application_id = $2) and spent_at is null and expires_at > $3")
        .bind(user.to_string())
        .bind(application.map(|id| id.to_string()))
        .bind(now.as_micros());
        self.execute(statement).await
    }

    /// The grant of a code, as this transaction sees it.
    pub async fn authorization_code(&mut self, hash: ValueHash) -> Result<Option<CodeGrant>, StoreError> {
        self.fetch_optional(by_hash(hash)).await
    }

    /// Adds a code.
    pub async fn authorization_code_insert(&mut self, grant: &CodeGrant, hash: ValueHash) -> Result<(), StoreError> {
        let statement = sql("insert into authorization_codes (code_hash, authorization_id, application_id, user_id, \
             session_id, sign_in_id, scope, auth_time, amr, created_at, expires_at, acr) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        .bind(hash.as_bytes().to_vec())
        .bind(grant.authorization.to_string())
        .bind(grant.application.to_string())
        .bind(grant.user.to_string())
        .bind(grant.session.map(|id| id.to_string()))
        .bind(grant.sign_in.map(|id| id.to_string()))
        .bind(grant.scope.to_string())
        .bind(grant.auth_time.as_micros())
        .bind(grant.amr.name())
        .bind(grant.created_at.as_micros())
        .bind(grant.expires_at.as_micros())
        .bind(grant.acr.name());
        self.execute(statement).await?;
        Ok(())
    }

    /// Spends a code for a new token family. True exactly once, and only before it expires; the family must exist.
    pub async fn authorization_code_spend(
        &mut self,
        hash: ValueHash,
        family: TokenFamilyId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update authorization_codes set spent_at = $2, family_id = $3 \
             where code_hash = $1 and spent_at is null and expires_at > $2 \
             and not exists (select 1 from applications where applications.id = application_id \
             and tokens_not_before > authorization_codes.created_at)")
        .bind(hash.as_bytes().to_vec())
        .bind(now.as_micros())
        .bind(family.to_string());
        Ok(self.execute(statement).await? == 1)
    }
}
