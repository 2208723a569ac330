//! Applications and their states.

use std::collections::HashMap;
use std::time::Duration;

use super::StoreError;
use super::application_settings::{INSERT, UPDATE, bind_settings, settings};
use super::engine::{Record, Row, Statement, Store, Transaction, sql};
use super::in_list::{chunks, in_list};
use super::row::TableRow;
use crate::domain::application::{
    Application, ApplicationSettings, ApplicationState, DeactivationReason, Origin, looks,
};
use crate::domain::ids::{ApplicationId, ClientId, SecretId, Timestamp};
use crate::domain::life_marks::{Exempt, LifeMarks, Warning};
use crate::protocol::jose::SigningAlgorithm;

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

pub(super) const TABLE: &str = "applications";

impl Record for Application {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, TABLE, "client_id")?;
        Ok(Self {
            id: row.parsed("id")?,
            settings: settings(&row)?,
            origin: origin(&row)?,
            state: state(&row)?,
            secrets: Vec::new(),
            created_at: row.moment("created_at")?,
            last_used_at: row.moment_if_any("last_used_at")?,
            version: row.plain("version")?,
            tokens_not_before: row.moment_if_any("tokens_not_before")?,
            life: life_marks(&row)?,
            client_id: row.parsed("client_id")?,
        })
    }
}

fn origin(row: &TableRow<'_>) -> Result<Origin, StoreError> {
    match (row.plain::<String>("origin")?.as_str(), row.parsed_if_any("admission")?) {
        ("registered", None) => Ok(Origin::Registered),
        ("registered", Some(admission)) => Ok(Origin::Dynamic(admission)),
        ("declared", _) => Ok(Origin::Declared),
        (other, _) => Err(row.corrupt(format!("unknown origin '{other}'"))),
    }
}

/// The two columns of an origin. The first is what releases knew before applications registered themselves.
const fn stored_origin(origin: Origin) -> (&'static str, Option<&'static str>) {
    match origin {
        Origin::Registered => ("registered", None),
        Origin::Declared => ("declared", None),
        Origin::Dynamic(admission) => ("registered", Some(admission.name())),
    }
}

/// The columns that say where an application is in its life become one state here, and nowhere else.
fn state(row: &TableRow<'_>) -> Result<ApplicationState, StoreError> {
    let reason = row.parsed_if_any("deactivation_reason")?;
    match (row.moment_if_any("deactivated_at")?, reason, row.moment_if_any("deleted_at")?) {
        (None, None, None) => Ok(ApplicationState::Active),
        (Some(at), Some(reason), None) => Ok(ApplicationState::Deactivated { at, reason }),
        (_, _, Some(at)) => Ok(ApplicationState::Deleted { at }),
        (Some(_), None, None) | (None, Some(_), None) => {
            Err(row.corrupt("deactivated_at and deactivation_reason must come together"))
        }
    }
}

fn life_marks(row: &TableRow<'_>) -> Result<LifeMarks, StoreError> {
    Ok(LifeMarks {
        exempt: if row.plain("exempt")? { Exempt::Yes } else { Exempt::No },
        kept_at: row.moment_if_any("kept_at")?,
        warned: match (row.moment_if_any("warned_at")?, row.span_if_any("warned_before")?) {
            (Some(at), Some(before)) => Some(Warning { at, before }),
            (None, None) => None,
            _ => return Err(row.corrupt("warned_at and warned_before must come together")),
        },
        purged_at: row.moment_if_any("purged_at")?,
    })
}

fn by_client_id(client_id: &ClientId) -> Statement {
    sql("select * from applications where client_id = $1").bind(client_id.as_str())
}

impl Store {
    /// The application of this client id with its secrets, deleted ones included.
    pub async fn application(&self, client_id: &ClientId) -> Result<Option<Application>, StoreError> {
        let found = self.fetch_optional::<Application>(by_client_id(client_id)).await?;
        // Also those of none: it takes no less time for a client id that nobody has.
        let secrets = self.secrets_of(found.as_ref().map(|application| application.id)).await?;
        Ok(found.map(|application| Application { secrets, ..application }))
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

    /// The active applications that say where people begin, by name, without their secrets.
    pub async fn applications_with_a_page(&self) -> Result<Vec<Application>, StoreError> {
        let statement = sql("select * from applications where deleted_at is null and deactivated_at is null \
             and (client_uri is not null or initiate_login_uri is not null) order by name, client_id limit 200");
        self.fetch_all(statement).await
    }

    /// All applications that are not deleted, by name, without their secrets.
    pub async fn applications(&self) -> Result<Vec<Application>, StoreError> {
        self.fetch_all(sql("select * from applications where deleted_at is null order by name, client_id")).await
    }

    /// The active applications that a configuration declared.
    pub async fn applications_declared(&self) -> Result<Vec<ClientId>, StoreError> {
        let statement = sql("select client_id from applications where origin = 'declared' \
             and deactivated_at is null and deleted_at is null order by client_id");
        let found: Vec<ClientIdOnly> = self.fetch_all(statement).await?;
        Ok(found.into_iter().map(|found| found.0).collect())
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
        let row = TableRow::of(row, TABLE, "signing_algorithm")?;
        Ok(Self { algorithm: row.parsed("signing_algorithm")?, longest: row.span_if_any("longest")? })
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
        let (origin, admission) = stored_origin(application.origin);
        let statement = bind_settings(sql(&INSERT), &application.settings)
            .bind(application.id.to_string())
            .bind(application.client_id.as_str())
            .bind(origin)
            .bind(application.created_at.as_micros())
            .bind(admission.map(str::to_owned));
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
        let (origin, _) = stored_origin(origin);
        self.execute(bind_settings(sql(&UPDATE), settings).bind(origin).bind(id.to_string())).await?;
        Ok(())
    }

    /// Whether an application of other owners looks like this name. Applications without an owner are the operator's.
    pub async fn is_name_of_others(&mut self, application: ApplicationId, name: &str) -> Result<bool, StoreError> {
        let [look, look_of_small] = looks(name);
        let statement = sql("select other.client_id from applications other \
             where other.deleted_at is null and other.admission is null and other.id <> $1 \
             and (other.look in ($2, $3) or other.look_of_small in ($2, $3)) \
             and not exists (select 1 from application_owners mine join application_owners theirs \
                 on theirs.user_id = mine.user_id or theirs.email_key = mine.email_key \
                 where mine.application_id = $1 and theirs.application_id = other.id) \
             and (exists (select 1 from application_owners where application_id = $1) \
                 or exists (select 1 from application_owners where application_id = other.id)) limit 1");
        let statement = statement.bind(application.to_string()).bind(look).bind(look_of_small);
        Ok(self.fetch_optional::<ClientIdOnly>(statement).await?.is_some())
    }

    /// Whether an application that people here look after looks like this name: nothing that registered itself.
    pub async fn is_name_of_known(&mut self, name: &str) -> Result<bool, StoreError> {
        let [look, look_of_small] = looks(name);
        let statement = sql("select client_id from applications where deleted_at is null and admission is null \
             and (look in ($1, $2) or look_of_small in ($1, $2)) limit 1");
        Ok(self.fetch_optional::<ClientIdOnly>(statement.bind(look).bind(look_of_small)).await?.is_some())
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
            // Its unused time begins anew, as it does when an owner keeps it. What it had got before stays ended.
            StateChange::Activate => sql("update applications set deactivated_at = null, deactivation_reason = null, \
                     kept_at = $3, tokens_not_before = $3, version = version + 1 \
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

    /// From now on this server refuses tokens and codes that were issued before this moment.
    pub async fn application_end_tokens(&mut self, id: ApplicationId, now: Timestamp) -> Result<(), StoreError> {
        let statement = sql("update applications set tokens_not_before = $2 where id = $1");
        self.execute(statement.bind(id.to_string()).bind(now.as_micros())).await?;
        Ok(())
    }

    /// Writes down a use, apart from its secret's ([`Self::secret_used`]), unless a later one is known. True if the application was deactivated as unused meanwhile,
    /// which this use proves wrong.
    pub async fn application_used(&mut self, used: &ApplicationUse) -> Result<bool, StoreError> {
        let statement = sql("update applications set last_used_at = $2 \
             where id = $1 and (last_used_at is null or last_used_at <= $2) returning deactivation_reason");
        let statement = statement.bind(used.application.to_string()).bind(used.at.as_micros());
        let written: Option<Reason> = self.fetch_optional(statement).await?;
        Ok(written.is_some_and(|Reason(reason)| reason.as_deref() == Some(DeactivationReason::Unused.name())))
    }
}
