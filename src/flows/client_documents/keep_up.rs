//! The row of an application that a document describes.

use std::net::IpAddr;
use std::sync::Arc;

use super::{ClientDocuments, Described, undescribed};
use crate::domain::activity::network;
use crate::domain::application::{Admission, Application, ApplicationSettings, ApplicationState, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ApplicationId, ClientId, Timestamp};
use crate::domain::settings_change::changes;
use crate::flows::own_names::{PASSES_FOR_KNOWN, passes_for_known};
use crate::flows::unused_limit::check_room;
use crate::protocol::refusal::Refusal;
use crate::store::{Generation, StoreError, Transaction};

impl ClientDocuments {
    /// The application as its document describes it. What another node has read later, and written down, stays.
    pub(super) async fn keep_up(
        &self,
        client_id: &ClientId,
        known: Option<Arc<Application>>,
        described: Described,
        caller: Option<IpAddr>,
    ) -> Result<Arc<Application>, Refusal> {
        if let Some(known) = known.filter(|known| known.state == ApplicationState::Active) {
            let noted = self.store.client_document_read_at(known.id).await?;
            if noted > Some(described.read_at) {
                return Ok(known);
            }
            if known.settings == described.settings {
                self.note_read(known.id, described.read_at, noted).await?;
                return Ok(known);
            }
        }
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        match tx.application(client_id).await? {
            None => self.begin(&mut tx, (client_id, None), described, caller).await?,
            Some(known) => self.change(&mut tx, &known, described, caller).await?,
        }
        tx.commit().await?;
        self.application_cache.refresh().await?;
        // A running server makes a missing key by itself, soon.
        self.keys.maintain_keys().await.ok();
        let gone = || Refusal::server_error("an application is gone that was just written");
        self.application_cache.application(client_id).await?.ok_or_else(gone)
    }

    async fn note_read(
        &self,
        id: ApplicationId,
        read_at: Timestamp,
        noted: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        if noted < Some(read_at) {
            let mut tx = self.store.begin().await?;
            tx.client_document_note_read(id, read_at).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Begins an application: a new one, or one that was forgotten, unused, and comes again.
    async fn begin(
        &self,
        tx: &mut Transaction,
        (client_id, forgotten): (&ClientId, Option<&Application>),
        described: Described,
        caller: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let (now, network) = (self.instruments.now(), caller.map(network).unwrap_or_default());
        let too_many = "too many clients were named by the address of a document and not used; come back later";
        check_room(&self.rates.load_full(), tx.client_documents_unused(&network), too_many).await?;
        check_look(tx, None, &described.settings).await?;
        let id = forgotten.map_or_else(|| ApplicationId::new(self.instruments.row_id(now)), |known| known.id);
        let origin = Origin::Dynamic(Admission::Document);
        if forgotten.is_some() {
            tx.client_document_begin_again(id, now).await?;
            tx.application_update(id, &described.settings, origin).await?;
        } else {
            tx.application_insert(&Application::new(id, client_id.clone(), described.settings, origin, now)).await?;
        }
        tx.client_document_insert(id, &network, described.read_at).await?;
        let event = AuditEvent::ApplicationRegistered { client_id: client_id.clone(), token: None, network };
        let actor = Actor::Application(client_id.clone());
        Ok(tx.audit_append(&self.instruments.audit_entry(&actor, event, now)).await?)
    }

    async fn change(
        &self,
        tx: &mut Transaction,
        known: &Application,
        described: Described,
        caller: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        match known.state {
            // It was blocked a moment ago, and whoever asks for it next sees that.
            ApplicationState::Deactivated { .. } => Ok(()),
            ApplicationState::Deleted { .. } => {
                self.begin(tx, (&known.client_id, Some(known)), described, caller).await
            }
            ApplicationState::Active => {
                let is_newest = tx.client_document_note_read(known.id, described.read_at).await?;
                if is_newest && known.settings != described.settings {
                    self.follow(tx, known, &described.settings).await?;
                }
                Ok(())
            }
        }
    }

    /// Its document says something else now.
    async fn follow(
        &self,
        tx: &mut Transaction,
        known: &Application,
        settings: &ApplicationSettings,
    ) -> Result<(), Refusal> {
        let (now, before) = (self.instruments.now(), &known.settings);
        check_look(tx, Some(before), settings).await?;
        if settings.authenticates_otherwise_than(before) {
            tx.application_end_tokens(known.id, now).await?;
        }
        tx.application_update(known.id, settings, known.origin).await?;
        let event =
            AuditEvent::ApplicationChanged { client_id: known.client_id.clone(), what: changes(before, settings) };
        let actor = Actor::Application(known.client_id.clone());
        Ok(tx.audit_append(&self.instruments.audit_entry(&actor, event, now)).await?)
    }
}

/// Whether the name in a document is not to be taken for that of an application that is looked after here.
async fn check_look(
    tx: &mut Transaction,
    before: Option<&ApplicationSettings>,
    settings: &ApplicationSettings,
) -> Result<(), Refusal> {
    if passes_for_known(tx, before, settings).await? { Err(undescribed(PASSES_FOR_KNOWN)) } else { Ok(()) }
}
