//! Registering applications and looking after them.

use super::Server;
use super::rotate_keys::KeyChangeError;
use crate::domain::application::{
    Application, ApplicationSettings, ApplicationState, ClientAuthentication, DeactivationReason, MOST_SECRETS, Origin,
    SettingsError,
};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ApplicationId, ClientId, SecretId, Timestamp};
use crate::domain::secret::{ClientSecret, SecretHash, SecretOrigin, StoredSecret};
use crate::protocol::refusal::Refusal;
use crate::store::{Generation, StateChange, StoreError, Transaction};

/// What a new application is to be.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Its client id; one is made if none is given.
    pub client_id: Option<ClientId>,
    /// Its settings.
    pub settings: ApplicationSettings,
}

/// An application together with a secret that is shown now and never again.
#[derive(Debug)]
pub struct WithSecret {
    /// The application as it is now.
    pub application: Application,
    /// Its new secret, if it authenticates with one.
    pub secret: Option<ClientSecret>,
}

/// Why an application could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings contradict each other.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No such application, or one that is deleted.
    #[error("there is no application {0}")]
    Unknown(ClientId),
    /// A client id is never issued twice, not even after its application was deleted.
    #[error("the client id {0} is or was another application's")]
    Taken(ClientId),
    /// It is that already.
    #[error("the application {0} is {1} already")]
    NothingToDo(ClientId, &'static str),
    /// It has no use for a secret.
    #[error("the application {0} does not authenticate with a secret")]
    NoSecret(ClientId),
    /// The configuration file is the only place to change it.
    #[error("the application {0} is declared in the configuration; change it there")]
    Declared(ClientId),
    /// Its signing algorithm has no keys yet and none could be made.
    #[error(transparent)]
    Keys(#[from] KeyChangeError),
    /// A secret could not be hashed.
    #[error("{0}")]
    Hash(String),
}

impl From<Refusal> for ManageError {
    fn from(refusal: Refusal) -> Self {
        Self::Hash(refusal.description.into_owned())
    }
}

impl Server {
    /// Registers an application; it works at once.
    pub async fn application_create(&self, new: NewApplication, actor: &Actor) -> Result<WithSecret, ManageError> {
        new.settings.check()?;
        let now = self.now();
        let client_id = new.client_id.unwrap_or_else(|| ClientId::from_random(self.random()));
        let secret = match new.settings.authentication {
            ClientAuthentication::Secret => Some(self.make_secret(now).await?),
            ClientAuthentication::PrivateKeyJwt(_) | ClientAuthentication::None => None,
        };
        let mut application = Application {
            id: ApplicationId::new(self.row_id(now)),
            client_id: client_id.clone(),
            settings: new.settings,
            origin: Origin::Registered,
            state: ApplicationState::Active,
            secrets: Vec::new(),
            created_at: now,
            last_used_at: None,
        };
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        tx.application_insert(&application).await.map_err(|e| match e {
            StoreError::Conflict => ManageError::Taken(client_id.clone()),
            other => other.into(),
        })?;
        let event = AuditEvent::ApplicationCreated { client_id };
        tx.audit_append(&self.audit_entry(actor, event, now)).await?;
        if let Some((stored, _)) = &secret {
            self.add_secret(&mut tx, &mut application, stored.clone(), actor).await?;
        }
        tx.commit().await?;
        self.refresh().await?;
        self.tend_keys().await?;
        Ok(WithSecret { application, secret: secret.map(|(_, plain)| plain) })
    }

    /// Gives an application a new secret. The newest of the old ones keeps working, so that the application
    /// can be moved over without a break.
    pub async fn application_rotate_secret(
        &self,
        client_id: &ClientId,
        actor: &Actor,
    ) -> Result<WithSecret, ManageError> {
        let (stored, plain) = self.make_secret(self.now()).await?;
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let mut application = living(&mut tx, client_id).await?;
        if application.settings.authentication != ClientAuthentication::Secret {
            return Err(ManageError::NoSecret(client_id.clone()));
        }
        if application.secrets.iter().any(StoredSecret::is_imported) {
            return Err(ManageError::Declared(client_id.clone()));
        }
        while application.secrets.len() >= MOST_SECRETS {
            let oldest = application.secrets.remove(0);
            self.drop_secret(&mut tx, &application, &oldest, actor).await?;
        }
        self.add_secret(&mut tx, &mut application, stored, actor).await?;
        tx.commit().await?;
        self.refresh().await?;
        Ok(WithSecret { application, secret: Some(plain) })
    }

    /// Deactivates, activates or deletes an application; every node obeys within a second.
    pub async fn application_change_state(
        &self,
        client_id: &ClientId,
        change: StateChange,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let application = living(&mut tx, client_id).await?;
        if change == StateChange::Delete && application.origin == Origin::Declared {
            return Err(ManageError::Declared(client_id.clone()));
        }
        if !tx.application_change_state(application.id, change, now).await? {
            return Err(ManageError::NothingToDo(client_id.clone(), application.state.name()));
        }
        let client_id = client_id.clone();
        let event = match change {
            StateChange::Deactivate(reason) => AuditEvent::ApplicationDeactivated { client_id, reason: reason.name() },
            StateChange::Activate => AuditEvent::ApplicationActivated { client_id },
            StateChange::Delete => AuditEvent::ApplicationDeleted { client_id },
        };
        tx.audit_append(&self.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        self.refresh().await?;
        Ok(Application { state: after(change, now), ..application })
    }

    async fn make_secret(&self, now: Timestamp) -> Result<(StoredSecret, ClientSecret), Refusal> {
        let plain = ClientSecret::from_random(self.random());
        let hash = self.secrets.hash(&plain, self.random()).await?;
        Ok((self.stored_secret(hash, plain.hint(), SecretOrigin::Generated, now), plain))
    }

    pub(super) fn stored_secret(
        &self,
        hash: SecretHash,
        hint: String,
        origin: SecretOrigin,
        now: Timestamp,
    ) -> StoredSecret {
        let id = SecretId::new(self.row_id(now));
        StoredSecret { id, hash, hint, origin, created_at: now, last_used_on: None }
    }

    pub(super) async fn add_secret(
        &self,
        tx: &mut Transaction,
        application: &mut Application,
        secret: StoredSecret,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        tx.secret_insert(application.id, &secret).await?;
        let event = AuditEvent::SecretAdded { client_id: application.client_id.clone(), hint: secret.hint.clone() };
        tx.audit_append(&self.audit_entry(actor, event, secret.created_at)).await?;
        application.secrets.push(secret);
        Ok(())
    }

    pub(super) async fn drop_secret(
        &self,
        tx: &mut Transaction,
        application: &Application,
        secret: &StoredSecret,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        tx.secret_delete(secret.id).await?;
        let event = AuditEvent::SecretRevoked { client_id: application.client_id.clone(), hint: secret.hint.clone() };
        tx.audit_append(&self.audit_entry(actor, event, self.now())).await
    }
}

async fn living(tx: &mut Transaction, client_id: &ClientId) -> Result<Application, ManageError> {
    match tx.application(client_id).await? {
        Some(application) if !matches!(application.state, ApplicationState::Deleted { .. }) => Ok(application),
        _ => Err(ManageError::Unknown(client_id.clone())),
    }
}

const fn after(change: StateChange, at: Timestamp) -> ApplicationState {
    match change {
        StateChange::Deactivate(reason) => ApplicationState::Deactivated { at, reason },
        StateChange::Activate => ApplicationState::Active,
        StateChange::Delete => ApplicationState::Deleted { at },
    }
}

/// What an operator's or owner's request to deactivate means.
pub const DEACTIVATE: StateChange = StateChange::Deactivate(DeactivationReason::Requested);
