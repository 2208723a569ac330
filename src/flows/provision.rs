//! Reconciling the database with the declarations of the configuration, at start.
//!
//! Declared objects are changed in the file only. An application that leaves the file is deactivated, not deleted: a
//! line commented out by mistake must not cost a client id. Nothing is written when nothing changed, so any number of
//! nodes may start at once.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::applications::{Applications, Chooser, ManageError, check_look, settle_owner};
use super::foundations::Foundations;
use super::groups::{GroupError, Groups, NewGroup};
use super::hash_secrets::{SecretHasher, imported_hash};
use super::instruments::Instruments;
use super::keys::check_offered;
use super::secret_fingerprints::fingerprints;
use crate::config::{self, Config, DeclaredApplication, DeclaredSecret};
use crate::domain::application::{
    Application, ApplicationSettings, ApplicationState, DeactivationReason, Origin, SettingProblem,
};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::catalogue::{Catalogue, ForeignServer, NamedScope, Resource, ResourceAccess};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::{ApplicationId, ClientId};
use crate::domain::secret::{ClientSecret, SecretOrigin, StoredSecret};
use crate::domain::settings_change::changes;
use crate::protocol::scope::Scope;
use crate::store::{Generation, StateChange, Store, StoreError, Transaction};

/// Why the declarations could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A declaration is invalid.
    #[error("{place}: {what}")]
    Declaration {
        /// Its place in the configuration.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An application could not be changed.
    #[error(transparent)]
    Manage(#[from] ManageError),
    /// A group could not be made.
    #[error("[[groups]]: {0}")]
    Groups(#[from] GroupError),
}

/// A declared application after parsing.
struct Declared<'a> {
    client_id: ClientId,
    settings: ApplicationSettings,
    secret: Option<&'a DeclaredSecret>,
}

/// Checks the declarations without a database.
pub fn check(config: &Config) -> Result<(), ProvisionError> {
    declared_applications(&config.provisioning, &config.keys)?;
    declared_catalogue(&config.provisioning).map(|_| ())
}

fn declared_applications<'a>(
    provisioning: &'a config::Provisioning,
    keys: &config::Keys,
) -> Result<Vec<Declared<'a>>, ProvisionError> {
    provisioning.applications.iter().map(|declared| understand(declared, keys)).collect()
}

/// Carries out what the configuration declares.
pub struct Provisioning {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
    groups: Arc<Groups>,
    applications: Arc<Applications>,
    hasher: Arc<SecretHasher>,
    declared: ArcSwap<config::Provisioning>,
    keys: config::Keys,
}

impl Provisioning {
    /// Nothing is carried out yet.
    pub fn new(
        base: &Foundations,
        groups: &Arc<Groups>,
        applications: &Arc<Applications>,
        hasher: &Arc<SecretHasher>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master_keys: Arc::clone(&base.master_keys),
            groups: Arc::clone(groups),
            applications: Arc::clone(applications),
            hasher: Arc::clone(hasher),
            declared: ArcSwap::from_pointee(base.config.provisioning.clone()),
            keys: base.config.keys.clone(),
        }
    }

    /// Carries out other declarations from now on; what they no longer have is deactivated.
    pub async fn provision_anew(&self, declared: config::Provisioning) -> Result<(), ProvisionError> {
        self.declared.store(Arc::new(declared));
        self.provision().await?;
        self.applications.after_commit().await;
        Ok(())
    }

    /// Carries out `[[groups]]`, `[[applications]]`, `[[scopes]]` and `[[resources]]`.
    pub async fn provision(&self) -> Result<(), ProvisionError> {
        let provisioning = self.declared.load_full();
        let declared = declared_applications(&provisioning, &self.keys)?;
        self.provision_catalogue(&provisioning).await?;
        let groups = provisioning.groups.iter().map(|group| NewGroup {
            name: group.name.clone(),
            visible_to_developers: group.visible_to_developers,
            require: group.require,
        });
        self.groups.declare_groups(&groups.collect::<Vec<_>>()).await?;
        for application in &declared {
            self.provision_application(application).await?;
        }
        for known in self.store.applications_declared().await? {
            if !declared.iter().any(|declared| declared.client_id == known) {
                let change = StateChange::Deactivate(DeactivationReason::Undeclared);
                self.applications.application_change_state(&known, change, &Actor::Configuration).await?;
            }
        }
        Ok(())
    }

    async fn provision_catalogue(&self, provisioning: &config::Provisioning) -> Result<(), ProvisionError> {
        let mut wanted = declared_catalogue(provisioning)?;
        wanted.scopes.sort_by(|a, b| a.name.cmp(&b.name));
        wanted.resources.sort_by(|a, b| a.identifier.as_str().cmp(b.identifier.as_str()));
        if self.store.catalogue().await? != wanted {
            let mut tx = self.store.begin().await?;
            tx.generation_raise(Generation::Applications).await?;
            tx.catalogue_replace(&wanted).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn provision_application(&self, declared: &Declared<'_>) -> Result<(), ProvisionError> {
        let known = self.store.application(&declared.client_id).await?;
        if known.as_ref().is_some_and(|known| self.is_as_declared(known, declared)) {
            return Ok(());
        }
        let secret = match declared.secret {
            Some(secret) => Some(self.import_secret(secret).await?),
            None => None,
        };
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        // Read again now that the counter's row is locked: another node may have changed it.
        let mut application = match tx.application(&declared.client_id).await? {
            None => self.declare_new(&mut tx, declared).await?,
            Some(known) if self.is_as_declared(&known, declared) => return Ok(()),
            Some(known) => self.declare_again(&mut tx, known, declared).await?,
        };
        let (stay, ended): (Vec<_>, Vec<_>) =
            std::mem::take(&mut application.secrets).into_iter().partition(|known| stays(known, declared));
        application.secrets = stay;
        for old in ended {
            self.applications.drop_secret(&mut tx, &application, &old, &Actor::Configuration).await?;
        }
        if let Some(secret) = secret {
            self.applications.add_secret(&mut tx, &mut application, secret, &Actor::Configuration).await?;
        }
        check_look(&mut tx, &application, Chooser::Operator).await?;
        tx.commit().await?;
        Ok(())
    }

    fn is_as_declared(&self, known: &Application, declared: &Declared<'_>) -> bool {
        let undeclared =
            matches!(known.state, ApplicationState::Deactivated { reason: DeactivationReason::Undeclared, .. });
        let deleted = matches!(known.state, ApplicationState::Deleted { .. });
        let same_secret = match (declared.secret, known.secrets.as_slice()) {
            (None, secrets) => secrets.iter().all(|secret| stays(secret, declared)),
            (Some(secret), [only]) => self.is_same_secret(secret, only),
            (Some(_), _) => false,
        };
        known.origin == Origin::Declared
            && known.settings == declared.settings
            && same_secret
            && !undeclared
            && !deleted
    }

    fn is_same_secret(&self, declared: &DeclaredSecret, stored: &StoredSecret) -> bool {
        match (declared, &stored.origin) {
            (DeclaredSecret::Hash(hash), SecretOrigin::Imported { fingerprint: None }) => {
                hash.expose() == stored.hash.as_str()
            }
            (DeclaredSecret::Plain(plain), SecretOrigin::Imported { fingerprint: Some(fingerprint) }) => {
                fingerprints(&self.master_keys, plain.expose()).contains(fingerprint)
            }
            _ => false,
        }
    }

    async fn import_secret(&self, declared: &DeclaredSecret) -> Result<StoredSecret, ProvisionError> {
        let now = self.instruments.now();
        Ok(match declared {
            DeclaredSecret::Plain(plain) => {
                let secret = ClientSecret::presented(plain.expose().to_owned());
                let hash = self.hasher.hash(&secret, self.instruments.random()).await.map_err(ManageError::from)?;
                let fingerprint = fingerprints(&self.master_keys, plain.expose()).into_iter().next();
                // The last characters of a short secret would reveal too much of it.
                self.applications.stored_secret(hash, String::new(), SecretOrigin::Imported { fingerprint }, now)
            }
            DeclaredSecret::Hash(phc) => {
                let hash = imported_hash(phc.expose()).map_err(|e| ManageError::Hash(e.to_string()))?;
                self.applications.stored_secret(hash, String::new(), SecretOrigin::Imported { fingerprint: None }, now)
            }
        })
    }

    async fn declare_new(&self, tx: &mut Transaction, declared: &Declared<'_>) -> Result<Application, ProvisionError> {
        self.applications.check_no_sub(&declared.client_id).await?;
        let now = self.instruments.now();
        let id = ApplicationId::new(self.instruments.row_id(now));
        let (client_id, settings) = (declared.client_id.clone(), declared.settings.clone());
        let application = Application::new(id, client_id, settings, Origin::Declared, now);
        tx.application_insert(&application).await?;
        let event = AuditEvent::ApplicationCreated { client_id: declared.client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Configuration, event, now)).await?;
        settle_owner(tx, &application, now).await?;
        Ok(application)
    }

    async fn declare_again(
        &self,
        tx: &mut Transaction,
        known: Application,
        declared: &Declared<'_>,
    ) -> Result<Application, ProvisionError> {
        let now = self.instruments.now();
        let client_id = || declared.client_id.clone();
        match known.state {
            ApplicationState::Deleted { .. } => return Err(ManageError::Taken(client_id()).into()),
            // Neither was requested, and the declaration is a request to activate it.
            ApplicationState::Deactivated {
                reason: DeactivationReason::Undeclared | DeactivationReason::Unused,
                ..
            } => {
                tx.application_change_state(known.id, StateChange::Activate, None, now).await?;
                let event = AuditEvent::ApplicationActivated { client_id: client_id() };
                tx.audit_append(&self.instruments.audit_entry(&Actor::Configuration, event, now)).await?;
            }
            ApplicationState::Active | ApplicationState::Deactivated { .. } => {}
        }
        tx.application_update(known.id, &declared.settings, Origin::Declared).await?;
        if declared.settings.authenticates_otherwise_than(&known.settings) {
            tx.application_end_tokens(known.id, now).await?;
        }
        let origin = (known.origin != Origin::Declared).then(|| "origin".to_owned());
        let settings = Some(changes(&known.settings, &declared.settings)).filter(|what| !what.is_empty());
        let what = origin.into_iter().chain(settings).collect::<Vec<_>>().join(", ");
        let event = AuditEvent::ApplicationChanged { client_id: client_id(), what };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Configuration, event, now)).await?;
        let known = Application { settings: declared.settings.clone(), ..known };
        // The file decides who the owner is.
        tx.owners_clear(known.id).await?;
        settle_owner(tx, &known, now).await?;
        Ok(known)
    }
}

/// Whether a secret stays that an application has: one that this server made, where none is declared in its place.
fn stays(known: &StoredSecret, declared: &Declared<'_>) -> bool {
    declared.secret.is_none() && declared.settings.uses_secret() && !known.is_imported()
}

fn declared_catalogue(provisioning: &config::Provisioning) -> Result<Catalogue, ProvisionError> {
    let mut catalogue = Catalogue::default();
    for scope in &provisioning.scopes {
        scope_of(std::slice::from_ref(&scope.name)).map_err(|what| at(&scope.place, what))?;
        let description = scope.description.clone().unwrap_or_else(|| scope.name.clone());
        catalogue.scopes.push(NamedScope { name: scope.name.clone(), description });
    }
    for resource in &provisioning.resources {
        let application = resource.application.as_ref().map(|client_id| client_id.parse());
        catalogue.resources.push(Resource {
            identifier: resource.identifier.parse().map_err(|e| at(&resource.place, format!("{e}")))?,
            name: resource.name.clone().unwrap_or_else(|| resource.identifier.clone()),
            scope: scope_of(&resource.scopes).map_err(|what| at(&resource.place, what))?,
            access: if resource.open { ResourceAccess::Open } else { ResourceAccess::Registered },
            token_format: resource.token_format,
            application: application.transpose().map_err(|e| at(&resource.place, format!("application: {e}")))?,
            authorization_server: resource.issuer.clone().map(|issuer| {
                let client_ids = resource.client_ids.iter().cloned().collect();
                ForeignServer { issuer, client_ids }
            }),
        });
    }
    Ok(catalogue)
}

fn understand<'a>(declared: &'a DeclaredApplication, keys: &config::Keys) -> Result<Declared<'a>, ProvisionError> {
    let wrong = |what: String| at(&declared.place, what);
    let client_id: ClientId = declared.client_id.parse().map_err(|e| wrong(format!("client_id: {e}")))?;
    if client_id.document().is_some() {
        return Err(wrong("client_id: the document at this address describes its application itself".to_owned()));
    }
    let settings = declared.settings.create(&declared.client_id, keys.algorithm).map_err(|problem| {
        let SettingProblem { name, what } = problem;
        wrong(format!("{name}: {what}"))
    })?;
    check_offered(&keys.algorithms, settings.signing_algorithm, None).map_err(|e| wrong(e.to_string()))?;
    if declared.secret.is_some() && !settings.uses_secret() {
        return Err(wrong("a secret was given to an application that does not authenticate with one".to_owned()));
    }
    Ok(Declared { client_id, settings, secret: declared.secret.as_ref() })
}

fn scope_of(tokens: &[String]) -> Result<Scope, String> {
    tokens.join(" ").parse().map_err(|e| format!("scopes: {e}"))
}

fn at(place: &config::Place, what: String) -> ProvisionError {
    ProvisionError::Declaration { place: place.to_string(), what }
}
