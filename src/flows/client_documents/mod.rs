//! Applications that a document describes, whose address is their client id
//! (draft-ietf-oauth-client-id-metadata-document).
//!
//! Sessions, consents and tokens refer to applications, so such a one is a row like any other, made when it is first
//! asked for and kept as its document is. Nobody here has made it: it gets what everybody may have who registers, owns
//! nothing, and people are asked each time.

mod expire;
mod keep_up;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde_json::{Map, Value};

use super::application_cache::ApplicationCache;
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::keys::{Keys, check_offered};
use super::mail::Mail;
use super::unread_documents::unread;
use crate::adapters::fetch::{Document, DocumentError, Documents, Received, Unread};
use crate::config;
use crate::domain::application::{Application, ApplicationSettings, ApplicationState};
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::registration::{Allowance, ClientMetadata};
use crate::protocol::client_document::{DocumentHosts, read_client_document};
use crate::protocol::document_address::DocumentAddress;
use crate::protocol::refusal::Refusal;
use crate::store::{Store, StoreError};

/// How long a public client that has a token to renew is taken for what its document said. Its site may be away that
/// long; a new sign-in needs the document.
const KNOWN_FOR: Duration = Duration::from_hours(24);

/// The document of a client, as it was at a moment.
struct ClientDocument {
    members: Map<String, Value>,
    read_at: Timestamp,
}

/// What a document said of its client at a moment.
struct Described {
    settings: ApplicationSettings,
    read_at: Timestamp,
}

impl Document for ClientDocument {
    const MOST: usize = 5 * 1024;

    fn read(received: &Received) -> Result<Self, String> {
        received.check_json()?;
        let members = read_client_document(&received.body, received.url.as_str()).map_err(|e| e.to_string())?;
        Ok(Self { members, read_at: received.asked_at })
    }
}

/// Knows applications, also those that are described elsewhere.
pub struct ClientDocuments {
    instruments: Instruments,
    store: Store,
    documents: Documents,
    mail: Arc<Mail>,
    keys: Arc<Keys>,
    application_cache: Arc<ApplicationCache>,
    rates: ArcSwap<config::RateLimits>,
    settings: config::Registration,
    /// How long one that was used may stay unused.
    forget_after: Duration,
}

impl ClientDocuments {
    /// As far as the operator lets them.
    pub fn new(
        base: &Foundations,
        mail: &Arc<Mail>,
        keys: &Arc<Keys>,
        application_cache: &Arc<ApplicationCache>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            documents: base.documents.clone(),
            mail: Arc::clone(mail),
            keys: Arc::clone(keys),
            application_cache: Arc::clone(application_cache),
            rates: ArcSwap::from_pointee(base.config.rate_limits.clone()),
            settings: base.config.registration.clone(),
            forget_after: base.config.applications.delete_after,
        }
    }

    /// Other limits from now on.
    pub fn set_limits(&self, limits: &config::RateLimits) {
        self.rates.store(Arc::new(limits.clone()));
    }

    /// Whether any document is taken.
    pub const fn is_on(&self) -> bool {
        self.settings.client_id_documents.is_on()
    }

    /// Addresses of any sort of document that this server could not read lately, the latest first.
    pub fn unread(&self) -> Vec<Unread> {
        self.documents.unread()
    }

    fn hosts(&self) -> &DocumentHosts {
        &self.settings.client_id_documents
    }

    /// The application of a client id that begins something; one that a document describes, as that says now.
    pub async fn application(&self, client_id: &ClientId, caller: IpAddr) -> Result<Option<Arc<Application>>, Refusal> {
        match client_id.document() {
            None => Ok(self.application_cache.application(client_id).await?),
            // Boxed, because few clients are described elsewhere.
            Some(document) => Box::pin(self.described(client_id, &document, Some(caller))).await.map(Some),
        }
    }

    /// The application of a client id that goes on with what it has begun, such as a token. A public one need not have
    /// its document read for that each time.
    pub async fn known_application(
        &self,
        client_id: &ClientId,
        caller: IpAddr,
    ) -> Result<Option<Arc<Application>>, Refusal> {
        if client_id.document().is_some()
            && let Some(known) = self.application_cache.application(client_id).await?
            && known.is_public()
            && self.is_known_well(&known).await?
        {
            return Ok(Some(known));
        }
        self.application(client_id, caller).await
    }

    /// The application of a client id as it is known, without a look at a document: none of those has a secret.
    pub async fn at_hand(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, StoreError> {
        self.application_cache.application(client_id).await
    }

    async fn is_known_well(&self, known: &Application) -> Result<bool, Refusal> {
        let read_at = self.store.client_document_read_at(known.id).await?;
        let is_recent = read_at.is_some_and(|at| self.instruments.now() < at.plus(KNOWN_FOR));
        Ok(is_recent && self.takes(&known.client_id))
    }

    fn takes(&self, client_id: &ClientId) -> bool {
        client_id.document().is_some_and(|document| self.hosts().include(document.host()))
    }

    /// The same application as its document says now, in the middle of a request that was taken before.
    pub async fn up_to_date(&self, application: Arc<Application>) -> Result<Arc<Application>, Refusal> {
        match application.client_id.document() {
            None => Ok(application),
            Some(document) => Box::pin(self.described(&application.client_id, &document, None)).await,
        }
    }

    async fn described(
        &self,
        client_id: &ClientId,
        document: &DocumentAddress,
        caller: Option<IpAddr>,
    ) -> Result<Arc<Application>, Refusal> {
        if !self.hosts().include(document.host()) {
            return Err(Refusal::invalid_client("this server takes no client ids that are addresses at this host"));
        }
        let known = self.application_cache.application(client_id).await?;
        // One that an operator has blocked is not even looked at.
        if let Some(known) = known.as_ref().filter(|known| matches!(known.state, ApplicationState::Deactivated { .. }))
        {
            return Ok(Arc::clone(known));
        }
        let read = self.documents.get::<ClientDocument>(document.as_url(), caller).await.map_err(unfetched)?;
        let settings = self.settings_of(&read.members, known.as_deref()).await?;
        self.keep_up(client_id, known, Described { settings, read_at: read.read_at }, caller).await
    }

    /// What an application may have of what its document says.
    async fn settings_of(
        &self,
        members: &Map<String, Value>,
        known: Option<&Application>,
    ) -> Result<ApplicationSettings, Refusal> {
        let open = self.application_cache.catalogue().await?.open_scope();
        let allowed = Allowance::of_everybody(self.settings.scopes.clone().union(&open));
        let read = ClientMetadata::read(members, &allowed, self.keys.default_algorithm());
        let settings = read.map_err(|refusal| undescribed(&refusal.description))?.settings;
        if self.mail.is_own_name(&settings.name) {
            return Err(undescribed("'client_name': it has the name of this server"));
        }
        let had = known.map(|known| known.settings.signing_algorithm);
        let offered = check_offered(self.keys.offered_algorithms(), settings.signing_algorithm, had);
        offered.map_err(|e| undescribed(&e.to_string()))?;
        Ok(settings)
    }
}

fn undescribed(what: &str) -> Refusal {
    Refusal::invalid_client(format!("the document at the client_id does not describe a client: {what}"))
}

/// Why a document was not read is for operators: a stranger would learn of this server's network.
fn unfetched(error: DocumentError) -> Refusal {
    unread(error, |reason| {
        let what = "the document at the client_id cannot be read, or is not that of this client";
        Refusal::invalid_client(what).telling_owner(format!("its document cannot be used: {reason}"))
    })
}
