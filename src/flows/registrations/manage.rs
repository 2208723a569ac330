//! The client configuration endpoint (RFC 7592): an application sees, changes and deletes its own registration.

use super::{ClientInformation, Registrations};
use crate::domain::application::{Application, ApplicationState, ClientAuthentication};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::ClientId;
use crate::domain::one_time::RegistrationAccessToken;
use crate::domain::registration::{Allowance, ClientMetadata, Members, Registration};
use crate::domain::secret::ClientSecret;
use crate::flows::applications::{MadeSecret, SettingsChange};
use crate::flows::consequences::Consequences;
use crate::flows::hashing_queue::Standing;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StateChange};

/// A request about a registration.
#[derive(Clone, Copy, Debug)]
pub struct Managing<'a> {
    /// The client id in the address.
    pub client_id: &'a str,
    /// The registration access token.
    pub token: &'a str,
}

/// A registration whose token was presented.
struct Managed {
    application: Application,
    registration: Registration,
    presented: RegistrationAccessToken,
}

impl Registrations {
    /// What is registered (RFC 7592 §2.1). Reading changes nothing, so the token stays what it is.
    pub async fn registration_read(&self, managing: Managing<'_>) -> Result<ClientInformation, Refusal> {
        let Managed { application, registration, presented } = self.managed(managing).await?;
        let uri = self.uri_of(&application);
        let method = registration.method;
        Ok(ClientInformation { application, method, secret: None, access_token: presented, uri })
    }

    /// Replaces what is registered (RFC 7592 §2.2), and the registration access token. Of two changes at once one is
    /// made; the other finds its token replaced.
    pub async fn registration_change(
        &self,
        managing: Managing<'_>,
        sent: &Members,
    ) -> Result<ClientInformation, Refusal> {
        let managed = self.managed(managing).await?;
        self.check_identity(&managed.application, sent).await?;
        let allowed = self.allowance().await?.with_those_of(&managed.application.settings);
        let metadata = self.read(sent, &allowed)?;
        let needs_secret =
            metadata.settings.authentication == ClientAuthentication::Secret && managed.application.secrets.is_empty();
        let secret = if needs_secret { self.applications.secret_for(&metadata.settings).await? } else { None };
        self.write(managed, &metadata, secret).await
    }

    async fn write(
        &self,
        Managed { application, presented, .. }: Managed,
        metadata: &ClientMetadata,
        secret: Option<MadeSecret>,
    ) -> Result<ClientInformation, Refusal> {
        let access_token = self.new_access_token();
        let actor = Actor::Application(application.client_id.clone());
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let tokens = (presented.hash(), access_token.hash());
        if !tx.registration_rotate(application.id, tokens, metadata.method).await? {
            return Err(not_good());
        }
        // As it is now: an operator may have changed it since.
        let known = tx.application(&application.client_id).await?.ok_or_else(not_good)?;
        check_active(&known)?;
        let change = SettingsChange {
            settings: metadata.over(&known.settings)?,
            version: known.version,
            consequences: Consequences::default(),
        };
        let mut application = self.applications.change_settings_in(&mut tx, &known.client_id, change, &actor).await?;
        if let Some(secret) = &secret {
            self.applications.add_made_secret(&mut tx, &mut application, secret, &actor).await?;
        }
        tx.commit().await?;
        self.applications.after_commit().await;
        let uri = self.uri_of(&application);
        let secret: Option<ClientSecret> = secret.map(MadeSecret::into_plain);
        Ok(ClientInformation { application, method: metadata.method, secret, access_token, uri })
    }

    /// Deletes the application, and its registration with it (RFC 7592 §2.3).
    pub async fn registration_delete(&self, managing: Managing<'_>) -> Result<(), Refusal> {
        let Managed { application, presented, .. } = self.managed(managing).await?;
        let (now, client_id) = (self.instruments.now(), application.client_id);
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let is_first = tx.registration_delete(application.id, presented.hash()).await?;
        if !is_first || !tx.application_change_state(application.id, StateChange::Delete, None, now).await? {
            return Err(not_good());
        }
        let (actor, event) = (Actor::Application(client_id.clone()), AuditEvent::ApplicationDeleted { client_id });
        tx.audit_append(&self.instruments.audit_entry(&actor, event, now)).await?;
        tx.commit().await?;
        self.applications.after_commit().await;
        Ok(())
    }

    /// The same answer for an unknown client, a deleted one and a wrong token (RFC 7592 §2.1).
    async fn managed(&self, managing: Managing<'_>) -> Result<Managed, Refusal> {
        let client_id: ClientId = managing.client_id.parse().map_err(|_| not_good())?;
        let presented: RegistrationAccessToken = managing.token.parse().map_err(|_| not_good())?;
        let registration = self.store.registration(&client_id, presented.hash()).await?.ok_or_else(not_good)?;
        let application = self.store.application(&client_id).await?.ok_or_else(not_good)?;
        check_active(&application)?;
        Ok(Managed { application, registration, presented })
    }

    /// RFC 7592 §2.2: a change names the client, and its secret only as it is.
    async fn check_identity(&self, application: &Application, sent: &Members) -> Result<(), Refusal> {
        let text = |member: &str| sent.get(member).and_then(serde_json::Value::as_str);
        if text("client_id") != Some(application.client_id.as_str()) {
            return Err(invalid("'client_id': it must be there, and be the one of this registration"));
        }
        let Some(sent) = sent.get("client_secret").filter(|sent| !sent.is_null()) else { return Ok(()) };
        let presented = ClientSecret::presented(sent.as_str().unwrap_or_default().to_owned());
        if presented.is_well_formed() {
            let hashes = application.secrets.iter().map(|known| known.hash.clone()).collect();
            let thread = self.hasher.thread(None, Standing::Known).await?;
            if self.hasher.first_match(hashes, &presented, thread).await?.is_some() {
                return Ok(());
            }
        }
        Err(invalid("'client_secret': it is not the one of this client, and no client chooses its own"))
    }
}

/// RFC 7592 §2.1: one that an operator stopped may not see or change its registration.
fn check_active(application: &Application) -> Result<(), Refusal> {
    match application.state {
        ApplicationState::Active => Ok(()),
        ApplicationState::Deactivated { at, reason } => Err(Refusal::new(
            ErrorCode::AccessDenied,
            format!("this application was deactivated on {} ({})", at.date(), reason.name()),
        )),
        ApplicationState::Deleted { .. } => Err(not_good()),
    }
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidClientMetadata, what)
}

fn not_good() -> Refusal {
    let what = "the registration access token is not, or no longer, the one of a client with this address";
    Refusal::new(ErrorCode::InvalidToken, what)
}
