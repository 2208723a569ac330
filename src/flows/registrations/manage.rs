//! The client configuration endpoint (RFC 7592): an application sees, changes and deletes its own registration.

use std::net::IpAddr;

use super::{ClientInformation, Registrations, check_look};
use crate::domain::application::{Admission, Application, ApplicationSettings, ApplicationState, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::ClientId;
use crate::domain::one_time::RegistrationAccessToken;
use crate::domain::registration::{Allowance, ClientMetadata, Members, Registration};
use crate::domain::secret::ClientSecret;
use crate::flows::applications::{MadeSecret, SettingsChange};
use crate::flows::consequences::Consequences;
use crate::flows::request_limits::Sender;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StateChange};

/// A request about a registration.
#[derive(Clone, Copy, Debug)]
pub struct Managing<'a> {
    /// The client id in the address.
    pub client_id: &'a str,
    /// The registration access token.
    pub token: &'a str,
    /// Where the request came from.
    pub address: IpAddr,
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
        self.admit_change(&managed.application, managing.address)?;
        self.check_identity(&managed.application, sent, managing.address).await?;
        let everybody = self.allowance().await?;
        let metadata = self.read_of(&managed.application, sent, &everybody)?;
        let secret = if needs_secret(&metadata, &managed.application) {
            self.applications.secret_for_stranger(&metadata.settings, managing.address).await?
        } else {
            None
        };
        self.write(managed, (sent, &everybody), secret).await
    }

    /// Changes are rare, and each is written down for ever and has every node look at the applications again.
    fn admit_change(&self, application: &Application, address: IpAddr) -> Result<(), Refusal> {
        let now = self.instruments.now();
        self.limits.admit(Sender::Application(application.id), now)?;
        if application.origin == Origin::Dynamic(Admission::Open) {
            self.limits.admit(Sender::at(address), now)?;
        }
        Ok(())
    }

    /// What an application says of itself, if it may have that: as everybody may, or as it is registered now.
    fn read_of(&self, known: &Application, sent: &Members, everybody: &Allowance) -> Result<ClientMetadata, Refusal> {
        self.read(sent, &everybody.clone().with_those_of(&known.settings))
    }

    async fn write(
        &self,
        Managed { application, presented, .. }: Managed,
        (sent, everybody): (&Members, &Allowance),
        secret: Option<MadeSecret>,
    ) -> Result<ClientInformation, Refusal> {
        let access_token = self.new_access_token();
        let actor = Actor::Application(application.client_id.clone());
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        // As it is now: what an operator has taken away since may not come back.
        let known = tx.application(&application.client_id).await?.ok_or_else(not_good)?;
        check_active(&known)?;
        let metadata = self.read_of(&known, sent, everybody)?;
        let secret = secret.filter(|_| needs_secret(&metadata, &known));
        if secret.is_none() && needs_secret(&metadata, &known) {
            return Err(invalid("the registration was changed meanwhile; read it, and send the change once more"));
        }
        let tokens = (presented.hash(), access_token.hash());
        if !tx.registration_rotate(application.id, tokens, metadata.method).await? {
            return Err(not_good());
        }
        let settings = metadata.over(&known.settings)?;
        check_look(&mut tx, Some(&known.settings), &settings).await?;
        if is_another_to_people(&known.settings, &settings) {
            tx.consents_forget(known.id).await?;
        }
        let change = SettingsChange { settings, version: known.version, consequences: Consequences::default() };
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
        let (now, client_id) = (self.instruments.now(), application.client_id.clone());
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let is_first = tx.registration_delete(application.id, presented.hash()).await?;
        if !is_first || !tx.application_change_state(application.id, StateChange::Delete, None, now).await? {
            return Err(not_good());
        }
        let (actor, event) = (Actor::Application(client_id.clone()), AuditEvent::ApplicationDeleted { client_id });
        tx.audit_append(&self.instruments.audit_entry(&actor, event, now)).await?;
        if application.last_used_at.is_none() {
            // Nothing is lost that could be wanted back.
            tx.application_purge(&application, now, now).await?;
        }
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
    async fn check_identity(&self, application: &Application, sent: &Members, address: IpAddr) -> Result<(), Refusal> {
        let text = |member: &str| sent.get(member).and_then(serde_json::Value::as_str);
        if text("client_id") != Some(application.client_id.as_str()) {
            return Err(invalid("'client_id': it must be there, and be the one of this registration"));
        }
        let Some(sent) = sent.get("client_secret").filter(|sent| !sent.is_null()) else { return Ok(()) };
        let presented = ClientSecret::presented(sent.as_str().unwrap_or_default().to_owned());
        if self.clients.is_secret_of(application, &presented, address).await? {
            return Ok(());
        }
        Err(invalid("'client_secret': it is not the one of this client, and no client chooses its own"))
    }
}

fn needs_secret(metadata: &ClientMetadata, application: &Application) -> bool {
    metadata.settings.uses_secret() && application.secrets.is_empty()
}

/// Whether people who agreed to an application did not agree to what it has become: it is called something else, or
/// sends them somewhere else.
fn is_another_to_people(known: &ApplicationSettings, new: &ApplicationSettings) -> bool {
    known.name != new.name || new.redirect_uris.iter().any(|uri| !known.redirect_uris.contains(uri))
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
