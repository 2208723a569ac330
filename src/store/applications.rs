//! Applications and their states.

use std::collections::HashMap;
use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::in_list::{chunks, in_list};
use crate::domain::application::{
    Application, ApplicationKind, ApplicationSettings, ApplicationState, ClientAuthentication, DeactivationReason,
    Origin, PkcePolicy,
};
use crate::domain::ids::{ApplicationId, ClientId, SecretId, Timestamp};
use crate::domain::life_marks::{Exempt, LifeMarks, Warning};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::claims::TokenProfile;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::resource::ResourceId;
use crate::protocol::token::GrantType;

/// One use of an application; uses are written down in batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplicationUse {
    /// The application.
    pub application: ApplicationId,
    /// The secret it authenticated with, if it was one.
    pub secret: Option<SecretId>,
    /// When it was used.
    pub at: Timestamp,
}

/// A change of state that a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateChange {
    /// Active to deactivated; an operator can also take over a deactivation by an owner.
    Deactivate(DeactivationReason),
    /// Deactivated to active.
    Activate,
    /// Anything but deleted to deleted.
    Delete,
}

const TABLE: &str = "applications";

/// The value of `pkce` where it is not left to the type.
const REQUIRED: &str = "required";

impl Record for Application {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let client_id: String = row.column("client_id")?;
        let id: String = row.column("id")?;
        Ok(Self {
            id: id.parse().map_err(|e| StoreError::corrupt(TABLE, &client_id, e))?,
            settings: settings(row, &client_id)?,
            origin: named(row, &client_id, "origin", Origin::from_name)?,
            state: state(row, &client_id)?,
            secrets: Vec::new(),
            created_at: Timestamp::from_micros(row.column("created_at")?),
            last_used_at: moment(row, "last_used_at")?,
            version: row.column("version")?,
            tokens_not_before: moment(row, "tokens_not_before")?,
            life: life_marks(row, &client_id)?,
            client_id: client_id.parse().map_err(|e| StoreError::corrupt(TABLE, &client_id, e))?,
        })
    }
}

/// The only place where the columns of an application's state become that state.
fn state(row: &Row, client_id: &str) -> Result<ApplicationState, StoreError> {
    let reason: Option<String> = row.column("deactivation_reason")?;
    match (moment(row, "deactivated_at")?, reason, moment(row, "deleted_at")?) {
        (None, None, None) => Ok(ApplicationState::Active),
        (Some(at), Some(reason), None) => match DeactivationReason::from_name(&reason) {
            Some(reason) => Ok(ApplicationState::Deactivated { at, reason }),
            None => Err(StoreError::corrupt(TABLE, client_id, format!("unknown deactivation reason '{reason}'"))),
        },
        (_, _, Some(at)) => Ok(ApplicationState::Deleted { at }),
        (Some(_), None, None) | (None, Some(_), None) => {
            Err(StoreError::corrupt(TABLE, client_id, "deactivated_at and deactivation_reason must come together"))
        }
    }
}

fn life_marks(row: &Row, client_id: &str) -> Result<LifeMarks, StoreError> {
    let before: Option<i64> = row.column("warned_before")?;
    let before = before.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
    Ok(LifeMarks {
        exempt: if row.column("exempt")? { Exempt::Yes } else { Exempt::No },
        kept_at: moment(row, "kept_at")?,
        warned: match (moment(row, "warned_at")?, before) {
            (Some(at), Some(before)) => Some(Warning { at, before }),
            (None, None) => None,
            _ => return Err(StoreError::corrupt(TABLE, client_id, "warned_at and warned_before must come together")),
        },
        purged_at: moment(row, "purged_at")?,
    })
}

fn settings(row: &Row, client_id: &str) -> Result<ApplicationSettings, StoreError> {
    let corrupt = |what: String| StoreError::corrupt(TABLE, client_id, what);
    let kind = named(row, client_id, "kind", ApplicationKind::from_name)?;
    let grants: String = row.column("grants")?;
    let jwks: Option<String> = row.column("jwks")?;
    let audiences: Vec<String> = list(row, client_id, "audiences")?;
    let token_ttl: Option<i64> = row.column("token_ttl")?;
    let scope = |column| -> Result<_, StoreError> {
        row.column::<String>(column)?.parse().map_err(|e| corrupt(format!("{column}: {e}")))
    };
    Ok(ApplicationSettings {
        name: row.column("name")?,
        kind,
        grants: grants
            .split_whitespace()
            .map(|name| GrantType::from_name(name).ok_or_else(|| corrupt(format!("unknown grant '{name}'"))))
            .collect::<Result<_, _>>()?,
        scope: scope("scope")?,
        default_scope: scope("default_scope")?,
        redirect_uris: list(row, client_id, "redirect_uris")?,
        audiences: audiences
            .iter()
            .map(|audience| audience.parse().map_err(|e| corrupt(format!("audiences: {e}"))))
            .collect::<Result<_, _>>()?,
        token_ttl: token_ttl.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0))),
        token_profile: named(row, client_id, "token_profile", TokenProfile::from_name)?,
        signing_algorithm: named(row, client_id, "signing_algorithm", SigningAlgorithm::from_name)?,
        authentication: match jwks {
            Some(jwks) => ClientAuthentication::PrivateKeyJwt(
                serde_json::from_str(&jwks).map_err(|e| corrupt(format!("jwks: {e}")))?,
            ),
            None if kind.is_confidential() => ClientAuthentication::Secret,
            None => ClientAuthentication::None,
        },
        owner: row.column("owner")?,
        first_party: row.column("first_party")?,
        post_logout_redirect_uris: list(row, client_id, "post_logout_redirect_uris")?,
        pkce: match row.column::<Option<String>>("pkce")?.as_deref() {
            None => PkcePolicy::ByType,
            Some(REQUIRED) => PkcePolicy::Required,
            Some(other) => return Err(corrupt(format!("unknown pkce '{other}'"))),
        },
        link_mode: optional(row, client_id, "link_mode", LinkMode::from_name)?,
        unknown_account: optional(row, client_id, "unknown_account", UnknownAccount::from_name)?,
    })
}

fn moment(row: &Row, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.column::<Option<i64>>(column)?.map(Timestamp::from_micros))
}

fn named<T>(row: &Row, key: &str, column: &'static str, from: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let name: String = row.column(column)?;
    from(&name).ok_or_else(|| StoreError::corrupt(TABLE, key, format!("unknown {column} '{name}'")))
}

fn optional<T>(
    row: &Row,
    key: &str,
    column: &'static str,
    from: fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let Some(name) = row.column::<Option<String>>(column)? else { return Ok(None) };
    let found = from(&name);
    found.map(Some).ok_or_else(|| StoreError::corrupt(TABLE, key, format!("unknown {column} '{name}'")))
}

fn list(row: &Row, key: &str, column: &'static str) -> Result<Vec<String>, StoreError> {
    let json: String = row.column(column)?;
    serde_json::from_str(&json).map_err(|e| StoreError::corrupt(TABLE, key, format!("{column}: {e}")))
}

fn by_client_id(client_id: &ClientId) -> Statement {
    sql("select * from applications where client_id = $1").bind(client_id.as_str())
}

/// The values of the columns that hold settings, in the order in which both statements name them.
fn bind_settings(statement: Statement, settings: &ApplicationSettings) -> Statement {
    let json = |texts: Vec<&str>| serde_json::Value::from(texts).to_string();
    let grants: Vec<_> = settings.grants.iter().map(|grant| grant.name()).collect();
    let jwks = match &settings.authentication {
        ClientAuthentication::PrivateKeyJwt(keys) => serde_json::to_string(keys).ok(),
        ClientAuthentication::Secret | ClientAuthentication::None => None,
    };
    statement
        .bind(settings.name.as_str())
        .bind(settings.name.to_lowercase())
        .bind(settings.kind.name())
        .bind(grants.join(" "))
        .bind(settings.scope.to_string())
        .bind(settings.default_scope.to_string())
        .bind(json(settings.redirect_uris.iter().map(String::as_str).collect()))
        .bind(json(settings.audiences.iter().map(ResourceId::as_str).collect()))
        .bind(settings.token_ttl.map(|ttl| i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX)))
        .bind(settings.token_profile.name())
        .bind(settings.signing_algorithm.name())
        .bind(jwks)
        .bind(settings.owner.clone())
        .bind(settings.first_party)
        .bind(json(settings.post_logout_redirect_uris.iter().map(String::as_str).collect()))
        .bind((settings.pkce == PkcePolicy::Required).then(|| REQUIRED.to_owned()))
        .bind(settings.link_mode.map(|mode| mode.name().to_owned()))
        .bind(settings.unknown_account.map(|told| told.name().to_owned()))
}

impl Store {
    /// The application of this client id with its secrets, deleted ones included.
    pub async fn application(&self, client_id: &ClientId) -> Result<Option<Application>, StoreError> {
        let Some(mut application) = self.fetch_optional::<Application>(by_client_id(client_id)).await? else {
            return Ok(None);
        };
        application.secrets = self.secrets_of(application.id).await?;
        Ok(Some(application))
    }

    /// The client id of the application in this row.
    pub async fn application_client_id(&self, id: ApplicationId) -> Result<Option<ClientId>, StoreError> {
        let statement = sql("select client_id from applications where id = $1").bind(id.to_string());
        let found: Option<ClientIdOnly> = self.fetch_optional(statement).await?;
        Ok(found.map(|found| found.0))
    }

    /// Those of these applications that are not deleted, by their rows, without their secrets.
    pub(super) async fn applications_not_deleted(
        &self,
        ids: &[ApplicationId],
    ) -> Result<HashMap<ApplicationId, Application>, StoreError> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let statement = sql(concat!("select * from applications where deleted_at is null and id in ", in_list!()));
        let mut found = HashMap::new();
        for statement in chunks(&statement, &ids) {
            let some: Vec<Application> = self.fetch_all(statement).await?;
            found.extend(some.into_iter().map(|application| (application.id, application)));
        }
        Ok(found)
    }

    /// All applications that are not deleted, by name, without their secrets.
    pub async fn applications(&self) -> Result<Vec<Application>, StoreError> {
        self.fetch_all(sql("select * from applications where deleted_at is null order by name, client_id")).await
    }

    /// The signing algorithms that applications use, and the longest token lifetime any of them has set.
    pub async fn applications_signing(&self) -> Result<(Vec<SigningAlgorithm>, Option<Duration>), StoreError> {
        let uses: Vec<SigningUse> = self
            .fetch_all(sql("select signing_algorithm, max(token_ttl) as longest from applications \
                 where deleted_at is null group by signing_algorithm"))
            .await?;
        let longest = uses.iter().filter_map(|used| used.longest).max();
        Ok((uses.into_iter().map(|used| used.algorithm).collect(), longest))
    }
}

/// A row of which only the client id is read.
pub(super) struct ClientIdOnly(pub(super) ClientId);

impl Record for ClientIdOnly {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let client_id: String = row.column("client_id")?;
        client_id.parse().map(Self).map_err(|e| StoreError::corrupt(TABLE, &client_id, e))
    }
}

/// The reason of a deactivation.
struct Reason(Option<String>);

impl Record for Reason {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.column("deactivation_reason").map(Self)
    }
}

struct SigningUse {
    algorithm: SigningAlgorithm,
    longest: Option<Duration>,
}

impl Record for SigningUse {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let longest: Option<i64> = row.column("longest")?;
        Ok(Self {
            algorithm: named(row, "(grouped)", "signing_algorithm", SigningAlgorithm::from_name)?,
            longest: longest.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0))),
        })
    }
}

impl Transaction {
    /// The application of this client id with its secrets, as this transaction sees it.
    pub async fn application(&mut self, client_id: &ClientId) -> Result<Option<Application>, StoreError> {
        let Some(mut application) = self.fetch_optional::<Application>(by_client_id(client_id)).await? else {
            return Ok(None);
        };
        application.secrets = self.secrets_of(application.id).await?;
        Ok(Some(application))
    }

    /// Registers an application, without secrets. [`StoreError::Conflict`] if the client id was ever used.
    pub async fn application_insert(&mut self, application: &Application) -> Result<(), StoreError> {
        let statement = sql(
            "insert into applications (name, name_key, kind, grants, scope, default_scope, redirect_uris, audiences, \
             token_ttl, token_profile, signing_algorithm, jwks, owner, first_party, post_logout_redirect_uris, pkce, \
             link_mode, unknown_account, id, client_id, origin, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        );
        let statement = bind_settings(statement, &application.settings)
            .bind(application.id.to_string())
            .bind(application.client_id.as_str())
            .bind(application.origin.name())
            .bind(application.created_at.as_micros());
        self.execute(statement).await?;
        Ok(())
    }

    /// Changes an application's settings and origin.
    pub async fn application_update(
        &mut self,
        id: ApplicationId,
        settings: &ApplicationSettings,
        origin: Origin,
    ) -> Result<(), StoreError> {
        let statement = sql("update applications set name = $1, name_key = $2, kind = $3, grants = $4, scope = $5, \
             default_scope = $6, redirect_uris = $7, audiences = $8, token_ttl = $9, token_profile = $10, \
             signing_algorithm = $11, jwks = $12, owner = $13, first_party = $14, \
             post_logout_redirect_uris = $15, pkce = $16, link_mode = $17, unknown_account = $18, \
             origin = $19, version = version + 1 where id = $20");
        self.execute(bind_settings(statement, settings).bind(origin.name()).bind(id.to_string())).await?;
        Ok(())
    }

    /// Raises the version of an application after a change of something other than its settings.
    pub(super) async fn application_touch(&mut self, id: ApplicationId) -> Result<(), StoreError> {
        self.execute(sql("update applications set version = version + 1 where id = $1").bind(id.to_string())).await?;
        Ok(())
    }

    /// Changes an application's state, and only this version of it where one is given. False if the version differs or
    /// the state is not the one that the change starts from.
    pub async fn application_change_state(
        &mut self,
        id: ApplicationId,
        change: StateChange,
        seen: Option<i64>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = match change {
            StateChange::Deactivate(reason) => {
                sql("update applications set deactivated_at = coalesce(deactivated_at, $3), deactivation_reason = $4, \
                     tokens_not_before = $3, version = version + 1 \
                     where id = $1 and version = coalesce($2, version) and deleted_at is null \
                     and (deactivated_at is null or ($5 and deactivation_reason in ('requested', 'unused')))")
                .bind(id.to_string())
                .bind(seen)
                .bind(now.as_micros())
                .bind(reason.name())
                .bind(!reason.is_owners())
            }
            // Its unused time begins anew, as it does when an owner keeps it.
            StateChange::Activate => sql("update applications set deactivated_at = null, deactivation_reason = null, \
                     kept_at = $3, version = version + 1 \
                     where id = $1 and version = coalesce($2, version) and deactivated_at is not null and deleted_at is null")
            .bind(id.to_string())
            .bind(seen)
            .bind(now.as_micros()),
            StateChange::Delete => sql("update applications set deleted_at = $3, tokens_not_before = $3, \
                     version = version + 1 where id = $1 and version = coalesce($2, version) and deleted_at is null")
            .bind(id.to_string())
            .bind(seen)
            .bind(now.as_micros()),
        };
        Ok(self.execute(statement).await? == 1)
    }

    /// From now on this server refuses tokens that were issued before.
    pub async fn application_end_tokens(&mut self, id: ApplicationId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update applications set tokens_not_before = $2 where id = $1");
        self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await?;
        Ok(())
    }

    /// Writes down a use, unless a later one is known. True if the application was deactivated as unused meanwhile,
    /// which this use proves wrong.
    pub async fn application_used(&mut self, used: &ApplicationUse) -> Result<bool, StoreError> {
        let statement = sql("update applications set last_used_at = $2 \
             where id = $1 and (last_used_at is null or last_used_at <= $2) returning deactivation_reason");
        let statement = statement.bind(used.application.to_string()).bind(used.at.as_micros());
        let written: Option<Reason> = self.fetch_optional(statement).await?;
        if let Some(secret) = used.secret {
            self.secret_used(secret, used.at.start_of_day()).await?;
        }
        Ok(written.is_some_and(|Reason(reason)| reason.as_deref() == Some(DeactivationReason::Unused.name())))
    }
}
