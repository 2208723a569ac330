//! Changing the settings of an application, and revoking one of its secrets.

use super::{Applications, ManageError, changeable, check_groups, existing, settle_owner};
use crate::domain::application::{Application, ApplicationSettings, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ClientId, SecretId};
use crate::domain::may_use::takes_the_last_group;
use crate::domain::settings_change::changes;
use crate::flows::access::{Need, begin_acting};
use crate::flows::consequences::Consequences;
use crate::flows::keys::check_offered;
use crate::store::{Generation, Transaction};

/// A change of settings, based on a version.
#[derive(Clone, Debug)]
pub struct SettingsChange {
    /// All of its settings.
    pub settings: ApplicationSettings,
    /// The version that was read.
    pub version: i64,
    /// Whether what follows is known, should no person be able to use the application any more.
    pub consequences: Consequences,
}

impl Applications {
    /// Changes the settings of an application, if it still has the version they were read at. The type cannot change.
    /// An application that no longer authenticates with a secret loses its secrets.
    pub async fn application_change_settings(
        &self,
        client_id: &ClientId,
        change: SettingsChange,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let application = self.change_settings_in(&mut tx, client_id, change, actor).await?;
        tx.commit().await?;
        self.after_commit().await;
        Ok(application)
    }

    /// The same within a larger transaction, which has raised the counter of applications.
    pub(in crate::flows) async fn change_settings_in(
        &self,
        tx: &mut Transaction,
        client_id: &ClientId,
        SettingsChange { settings, version, consequences }: SettingsChange,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        settings.check()?;
        let application = changeable(tx, client_id, actor).await?;
        if application.origin == Origin::Declared {
            return Err(ManageError::Declared(client_id.clone()));
        }
        if application.origin.is_document() {
            return Err(ManageError::OfDocument(client_id.clone()));
        }
        if application.version != version {
            return Err(ManageError::Changed(client_id.clone()));
        }
        if application.settings.kind != settings.kind {
            return Err(ManageError::Kind);
        }
        if application.settings == settings {
            return Ok(application);
        }
        let had = Some(application.settings.signing_algorithm);
        check_offered(self.keys.offered_algorithms(), settings.signing_algorithm, had)?;
        check_groups(tx, Some(&application.settings), &settings).await?;
        if consequences == Consequences::Unknown && takes_the_last_group(&application.settings, &settings) {
            return Err(ManageError::NobodyLeft(client_id.clone()));
        }
        tx.application_update(application.id, &settings, application.origin).await?;
        self.end_what_went_with(tx, &application, &settings, actor).await?;
        let what = changes(&application.settings, &settings);
        let event = AuditEvent::ApplicationChanged { client_id: client_id.clone(), what };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await?;
        self.settle_approval(tx, &application, &settings, actor).await?;
        existing(tx, client_id).await
    }

    /// Ends what an application had by settings that it has no longer: secrets, tokens, owners.
    async fn end_what_went_with(
        &self,
        tx: &mut Transaction,
        application: &Application,
        settings: &ApplicationSettings,
        actor: &Actor,
    ) -> Result<(), ManageError> {
        let now = self.instruments.now();
        if !settings.uses_secret() {
            for secret in &application.secrets {
                self.drop_secret(tx, application, secret, actor).await?;
            }
        }
        if settings.authenticates_otherwise_than(&application.settings) {
            tx.application_end_tokens(application.id, now).await?;
        }
        if settings.owner != application.settings.owner {
            tx.owners_clear(application.id).await?;
            let handed_over = Application { settings: settings.clone(), ..application.clone() };
            settle_owner(tx, &handed_over, now).await?;
        }
        Ok(())
    }

    /// Revokes one secret of an application, at once. It may be the last one: then the application cannot authenticate
    /// until it gets a new one.
    pub async fn application_revoke_secret(
        &self,
        client_id: &ClientId,
        secret: SecretId,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let application = changeable(&mut tx, client_id, actor).await?;
        let Some(ended) = application.secrets.iter().find(|known| known.id == secret) else {
            return Err(ManageError::UnknownSecret(client_id.clone()));
        };
        if ended.is_imported() {
            return Err(ManageError::Declared(client_id.clone()));
        }
        self.drop_secret(&mut tx, &application, ended, actor).await?;
        let application = existing(&mut tx, client_id).await?;
        tx.commit().await?;
        self.after_commit().await;
        Ok(application)
    }
}
