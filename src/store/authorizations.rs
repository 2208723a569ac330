//! Authorization requests while they are being answered.

use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::asked_claims::AskedClaims;
use crate::domain::authorization::{Authorization, Source};
use crate::domain::ids::{AuthorizationId, Timestamp};
use crate::domain::session::Device;
use crate::protocol::acr::WantedClasses;
use crate::protocol::authorize::Prompt;
use crate::protocol::resource::ResourceId;

const BROWSER: &str = "browser";
const API: &str = "api";

impl Record for Authorization {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "authorizations", "id")?;
        Ok(Self {
            id: row.parsed("id")?,
            application: row.parsed("application_id")?,
            source: source(&row)?,
            redirect_uri: row.plain("redirect_uri")?,
            redirect_uri_sent: row.plain("redirect_uri_sent")?,
            response_mode: row.parsed("response_mode")?,
            scope: row.parsed("scope")?,
            resources: row.list("resources")?,
            state: row.plain("state")?,
            nonce: row.plain("nonce")?,
            code_challenge: row.parsed_if_any("code_challenge")?,
            dpop_jkt: row.parsed_if_any("dpop_jkt")?,
            prompt: prompt(&row)?,
            max_age: seconds(&row, "max_age")?,
            acr_values: WantedClasses::read(&row.plain::<Option<String>>("acr_values")?.unwrap_or_default()),
            login_hint: row.plain("login_hint")?,
            ui_locales: row.plain("ui_locales")?,
            expected_sub: row.plain("expected_sub")?,
            claims: asked_claims(&row)?,
            device: Device { address: row.plain("address")?, user_agent: row.plain("user_agent")? },
            created_at: row.moment("created_at")?,
            expires_at: row.moment("expires_at")?,
            completed_at: row.moment_if_any("completed_at")?,
        })
    }
}

/// The only place where columns become a [`Source`].
fn source(row: &TableRow<'_>) -> Result<Source, StoreError> {
    let name: String = row.plain("source")?;
    match (name.as_str(), row.hash_if_any("browser_hash")?) {
        (BROWSER, Some(hash)) => Ok(Source::Browser(hash)),
        (API, None) => Ok(Source::Api),
        (BROWSER, None) => Err(row.corrupt("source 'browser' without browser_hash")),
        (API, Some(_)) => Err(row.corrupt("source 'api' with browser_hash")),
        (other, _) => Err(row.corrupt(format!("unknown source '{other}'"))),
    }
}

fn prompt(row: &TableRow<'_>) -> Result<Prompt, StoreError> {
    let words: String = row.plain("prompt")?;
    match words.as_str() {
        "" => Ok(Prompt::default()),
        words => Prompt::parse(words).map_err(|e| row.corrupt(format!("prompt: {}", e.description))),
    }
}

fn seconds(row: &TableRow<'_>, column: &'static str) -> Result<Option<Duration>, StoreError> {
    let Some(seconds) = row.plain::<Option<i64>>(column)? else { return Ok(None) };
    let seconds = u64::try_from(seconds).map_err(|_| row.corrupt(format!("{column} is negative")))?;
    Ok(Some(Duration::from_secs(seconds)))
}

/// The columns that become [`AskedClaims`].
pub(super) fn asked_claims(row: &TableRow<'_>) -> Result<AskedClaims, StoreError> {
    let (request, scope) = (row.parsed_if_any("claims")?, row.parsed_if_any("claims_scope")?);
    Ok(AskedClaims { request: request.unwrap_or_default(), scope: scope.unwrap_or_default() })
}

/// A JSON list, as the columns for resources hold it.
pub(super) fn resource_list(resources: &[ResourceId]) -> String {
    serde_json::Value::from(resources.iter().map(ResourceId::as_str).collect::<Vec<_>>()).to_string()
}

impl Store {
    /// A request by its id.
    pub async fn authorization(&self, id: AuthorizationId) -> Result<Option<Authorization>, StoreError> {
        self.fetch_optional(sql("select * from authorizations where id = $1").bind(id.to_string())).await
    }
}

impl Transaction {
    /// Adds a request.
    pub async fn authorization_insert(&mut self, authorization: &Authorization) -> Result<(), StoreError> {
        let (source, browser) = match authorization.source {
            Source::Browser(hash) => (BROWSER, Some(hash.as_bytes().to_vec())),
            Source::Api => (API, None),
        };
        let max_age = authorization.max_age.map(|age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        let statement = sql("insert into authorizations (id, application_id, source, browser_hash, redirect_uri, \
             redirect_uri_sent, response_mode, scope, resources, state, nonce, code_challenge, prompt, max_age, \
             login_hint, ui_locales, expected_sub, address, user_agent, created_at, expires_at, claims, claims_scope, \
             acr_values, dpop_jkt) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)")
        .bind(authorization.id.to_string())
        .bind(authorization.application.to_string())
        .bind(source)
        .bind(browser)
        .bind(authorization.redirect_uri.as_str())
        .bind(authorization.redirect_uri_sent)
        .bind(authorization.response_mode.name())
        .bind(authorization.scope.to_string())
        .bind(resource_list(&authorization.resources))
        .bind(authorization.state.clone())
        .bind(authorization.nonce.clone())
        .bind(authorization.code_challenge.as_ref().map(ToString::to_string))
        .bind(authorization.prompt.words())
        .bind(max_age)
        .bind(authorization.login_hint.clone())
        .bind(authorization.ui_locales.clone())
        .bind(authorization.expected_sub.clone())
        .bind(authorization.device.address.as_str())
        .bind(authorization.device.user_agent.as_str())
        .bind(authorization.created_at.as_micros())
        .bind(authorization.expires_at.as_micros())
        .bind(authorization.claims.request.as_sent().map(str::to_owned))
        .bind(authorization.claims.scope.to_string())
        .bind(Some(authorization.acr_values.to_string()).filter(|wanted| !wanted.is_empty()))
        .bind(authorization.dpop_jkt.as_ref().map(ToString::to_string));
        self.execute(statement).await?;
        Ok(())
    }

    /// Marks a request as answered. True exactly once, and only before it expires.
    pub async fn authorization_complete(&mut self, id: AuthorizationId, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql("update authorizations set completed_at = $2 \
             where id = $1 and completed_at is null and expires_at > $2");
        Ok(self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await? == 1)
    }
}
