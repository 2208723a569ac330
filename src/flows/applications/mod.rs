//! Registering and changing applications.

mod manage_error;
mod owner;
mod settings;
mod settle_approval;
mod state;

use std::net::IpAddr;
use std::sync::Arc;

use tracing::warn;

use super::access::{Need, begin_acting};
use super::application_cache::ApplicationCache;
use super::foundations::Foundations;
use super::hash_secrets::SecretHasher;
use super::instruments::Instruments;
use super::keys::{KeyChangeError, Keys, check_offered};
use crate::domain::application::{Application, ApplicationSettings, ApplicationState, MOST_SECRETS, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::group::GroupName;
use crate::domain::ids::{ApplicationId, ClientId, SecretId, Timestamp};
use crate::domain::secret::{ClientSecret, SecretHash, SecretOrigin, StoredSecret};
use crate::protocol::refusal::Refusal;
use crate::store::{Generation, Store, StoreError, Transaction};

pub use crate::store::StateChange;
pub use manage_error::ManageError;
pub(super) use owner::settle_owner;
pub use settings::SettingsChange;
pub use state::{ACTIVATE, DEACTIVATE, DELETE};
pub(super) use state::{Standing, standing};

/// Who chooses a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chooser {
    /// An owner, for themselves.
    Developer,
    /// An operator, by whichever door.
    Operator,
}

/// A new application.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Its client id; a random one if none is given.
    pub client_id: Option<ClientId>,
    /// Its settings.
    pub settings: ApplicationSettings,
}

/// An application that is about to be stored.
pub(super) struct Unstored {
    /// Its client id.
    pub(super) client_id: ClientId,
    /// Its settings.
    pub(super) settings: ApplicationSettings,
    /// Where it is registered.
    pub(super) origin: Origin,
    /// What the audit log says of that.
    pub(super) event: AuditEvent,
}

/// An application with a secret that is shown only now.
#[derive(Debug)]
pub struct WithSecret {
    /// The application as it is now.
    pub application: Application,
    /// Its new secret, if it authenticates with one.
    pub secret: Option<ClientSecret>,
    /// What failed after both were stored. It is not an error, because the secret would be lost with it.
    pub unfinished: Option<KeyChangeError>,
}

/// A new secret, hashed and in the clear.
pub(super) struct MadeSecret {
    stored: StoredSecret,
    plain: ClientSecret,
}

impl MadeSecret {
    /// The secret in the clear.
    pub(super) fn into_plain(self) -> ClientSecret {
        self.plain
    }
}

/// The applications, to be registered and managed.
pub struct Applications {
    instruments: Instruments,
    store: Store,
    application_cache: Arc<ApplicationCache>,
    keys: Arc<Keys>,
    hasher: Arc<SecretHasher>,
}

impl Applications {
    /// Applications are kept in the database.
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        keys: &Arc<Keys>,
        hasher: &Arc<SecretHasher>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            application_cache: Arc::clone(application_cache),
            keys: Arc::clone(keys),
            hasher: Arc::clone(hasher),
        }
    }

    /// Registers an application, which is active at once.
    pub async fn application_create(&self, new: NewApplication, actor: &Actor) -> Result<WithSecret, ManageError> {
        new.settings.check()?;
        if let Some(client_id) = &new.client_id {
            if client_id.document().is_some() {
                return Err(ManageError::IsAddress(client_id.clone()));
            }
            self.check_no_sub(client_id).await?;
        }
        let secret = self.secret_for(&new.settings).await?;
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let application = self.application_create_in(&mut tx, new, secret.as_ref(), actor).await?;
        check_look(&mut tx, &application, Chooser::Operator).await?;
        tx.commit().await?;
        let unfinished = self.take_notice().await.err();
        Ok(WithSecret { application, secret: secret.map(MadeSecret::into_plain), unfinished })
    }

    /// RFC 9068 §5: `sub` of a token is a person's or an application's, and must not be taken for the other.
    pub(super) async fn check_no_sub(&self, client_id: &ClientId) -> Result<(), ManageError> {
        match self.store.user_by_sub(client_id.as_str()).await? {
            Some(_) => Err(ManageError::Taken(client_id.clone())),
            None => Ok(()),
        }
    }

    /// The first secret of an application with these settings, hashed before any row is locked.
    pub(super) async fn secret_for(&self, settings: &ApplicationSettings) -> Result<Option<MadeSecret>, ManageError> {
        // What is known by the tokens of another issuer has them instead.
        let needs_one = settings.uses_secret() && settings.federated.is_empty();
        Ok(if needs_one { Some(self.make_secret(self.instruments.now()).await?) } else { None })
    }

    /// The same within a larger transaction, which has raised the counter of applications. Returns the application as
    /// it is stored.
    pub(super) async fn application_create_in(
        &self,
        tx: &mut Transaction,
        new: NewApplication,
        secret: Option<&MadeSecret>,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        let client_id = new.client_id.unwrap_or_else(|| ClientId::from_random(self.instruments.random()));
        let event = AuditEvent::ApplicationCreated { client_id: client_id.clone() };
        let unstored = Unstored { client_id, settings: new.settings, origin: Origin::Registered, event };
        self.application_store_in(tx, unstored, secret, actor).await
    }

    /// Stores a new application with its first secret.
    pub(super) async fn application_store_in(
        &self,
        tx: &mut Transaction,
        Unstored { client_id, settings, origin, event }: Unstored,
        secret: Option<&MadeSecret>,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        check_offered(self.keys.offered_algorithms(), settings.signing_algorithm, None)?;
        if origin != Origin::Declared {
            check_groups(tx, None, &settings).await?;
        }
        let now = self.instruments.now();
        let id = ApplicationId::new(self.instruments.row_id(now));
        let mut application = Application::new(id, client_id.clone(), settings, origin, now);
        tx.application_insert(&application).await.map_err(|e| match e {
            StoreError::Conflict => ManageError::Taken(client_id.clone()),
            other => other.into(),
        })?;
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        if let Some(secret) = secret {
            self.add_made_secret(tx, &mut application, secret, actor).await?;
        }
        settle_owner(tx, &application, now).await?;
        existing(tx, &client_id).await
    }

    /// Reloads what was changed, and makes the keys that it needs. A running server does both by itself, soon.
    pub(super) async fn take_notice(&self) -> Result<(), KeyChangeError> {
        let noticed = async {
            self.application_cache.refresh().await?;
            self.keys.maintain_keys().await
        };
        noticed.await.inspect_err(|e| warn!(error = %e, "a change is not noticed here yet; tried again soon"))
    }

    /// The same after a commit: the change is done, so errors are only logged.
    pub(super) async fn after_commit(&self) {
        self.take_notice().await.ok();
    }

    /// Gives an application a new secret. The newest of the old ones stays valid, so that the application can change
    /// over without a break.
    pub async fn application_rotate_secret(
        &self,
        client_id: &ClientId,
        actor: &Actor,
    ) -> Result<WithSecret, ManageError> {
        let MadeSecret { stored, plain } = self.make_secret(self.instruments.now()).await?;
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let mut application = changeable(&mut tx, client_id, actor).await?;
        if !application.settings.uses_secret() {
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
        let unfinished = self.application_cache.refresh().await.err().map(KeyChangeError::from);
        Ok(WithSecret { application, secret: Some(plain), unfinished })
    }

    async fn make_secret(&self, now: Timestamp) -> Result<MadeSecret, Refusal> {
        let plain = ClientSecret::from_random(self.instruments.random());
        let hash = self.hasher.hash(&plain, self.instruments.random()).await?;
        Ok(self.made(plain, hash, now))
    }

    /// The first secret of an application that registers itself from this address.
    pub(super) async fn secret_for_stranger(
        &self,
        settings: &ApplicationSettings,
        address: IpAddr,
    ) -> Result<Option<MadeSecret>, Refusal> {
        if !settings.uses_secret() {
            return Ok(None);
        }
        let plain = ClientSecret::from_random(self.instruments.random());
        let hash = self.hasher.hash_for_stranger(&plain, self.instruments.random(), address).await?;
        Ok(Some(self.made(plain, hash, self.instruments.now())))
    }

    fn made(&self, plain: ClientSecret, hash: SecretHash, now: Timestamp) -> MadeSecret {
        MadeSecret { stored: self.stored_secret(hash, plain.hint(), SecretOrigin::Generated, now), plain }
    }

    pub(super) fn stored_secret(
        &self,
        hash: SecretHash,
        hint: String,
        origin: SecretOrigin,
        now: Timestamp,
    ) -> StoredSecret {
        let id = SecretId::new(self.instruments.row_id(now));
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
        tx.audit_append(&self.instruments.audit_entry(actor, event, secret.created_at)).await?;
        application.secrets.push(secret);
        Ok(())
    }

    /// The same for one that was made before any row was locked.
    pub(super) async fn add_made_secret(
        &self,
        tx: &mut Transaction,
        application: &mut Application,
        secret: &MadeSecret,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        self.add_secret(tx, application, secret.stored.clone(), actor).await
    }

    pub(super) async fn drop_secret(
        &self,
        tx: &mut Transaction,
        application: &Application,
        secret: &StoredSecret,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        tx.secret_delete(application.id, secret.id).await?;
        let event = AuditEvent::SecretRevoked { client_id: application.client_id.clone(), hint: secret.hint.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await
    }
}

pub(super) async fn existing(tx: &mut Transaction, client_id: &ClientId) -> Result<Application, ManageError> {
    match tx.application(client_id).await? {
        Some(application) if !matches!(application.state, ApplicationState::Deleted { .. }) => Ok(application),
        _ => Err(ManageError::Unknown(client_id.clone())),
    }
}

/// Whether the groups that it names, and did not name before, are there.
pub(super) async fn check_groups(
    tx: &mut Transaction,
    before: Option<&ApplicationSettings>,
    settings: &ApplicationSettings,
) -> Result<(), ManageError> {
    let known = |group: &GroupName| {
        before.is_some_and(|before| before.allowed_groups.contains(group) || before.visible_groups.contains(group))
    };
    for group in settings.allowed_groups.iter().chain(&settings.visible_groups).filter(|group| !known(group)) {
        if tx.group(group).await?.is_none() {
            return Err(ManageError::NoGroup(group.clone()));
        }
    }
    Ok(())
}

/// Whether the name of an application is not to be taken for that of another owner's. The operator is only told: they
/// may have their reasons, and a stranger who was quicker must not stop a server that declares its applications.
pub(super) async fn check_look(
    tx: &mut Transaction,
    application: &Application,
    by: Chooser,
) -> Result<(), ManageError> {
    if !tx.is_name_of_others(application.id, &application.settings.name).await? {
        return Ok(());
    }
    match by {
        Chooser::Developer => Err(ManageError::AlikeName),
        Chooser::Operator => {
            let (client_id, name) = (&application.client_id, &application.settings.name);
            warn!(%client_id, name, "an application of another owner has the same name, or one that looks like it");
            Ok(())
        }
    }
}

/// The application, if the actor may still change it: an owner who was removed meanwhile may not.
pub(super) async fn changeable(
    tx: &mut Transaction,
    client_id: &ClientId,
    actor: &Actor,
) -> Result<Application, ManageError> {
    let application = existing(tx, client_id).await?;
    if let Actor::User(user) = actor
        && !tx.is_owner(application.id, *user).await?
        && !tx.user(*user).await?.is_some_and(|user| user.admin)
    {
        return Err(ManageError::Unknown(client_id.clone()));
    }
    Ok(application)
}
