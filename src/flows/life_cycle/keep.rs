//! The link in a warning: its bearer may keep the application, and nothing else. Opening it changes nothing.

use super::LifeCycle;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::Timestamp;
use crate::domain::one_time::KeepToken;
use crate::store::{KeepLink, StoreError};

/// What a keep link shows.
#[derive(Clone, Debug)]
pub struct KeepView {
    /// The application's name.
    pub name: String,
    /// The language of its mail.
    pub locale: String,
    /// The state of the application.
    pub state: KeepState,
}

/// The state of the application of a keep link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepState {
    /// It can be kept.
    Asks {
        /// When it is deactivated otherwise; none if it never is.
        deactivated_at: Option<Timestamp>,
    },
    /// It was kept since the link was sent.
    Kept,
    /// It is deactivated already.
    TooLate,
}

impl LifeCycle {
    /// The page of a keep link; none if the link is unknown.
    pub async fn keep_view(&self, token: &KeepToken) -> Result<Option<KeepView>, StoreError> {
        let Some((link, application)) = self.find_keep_link(token).await? else { return Ok(None) };
        let state = match application.state {
            ApplicationState::Active if application.life.kept_at.is_some_and(|at| at >= link.created_at) => {
                KeepState::Kept
            }
            ApplicationState::Active => {
                let ahead = self.life_cycle_of(&application).await?;
                KeepState::Asks { deactivated_at: ahead.deactivated_at }
            }
            ApplicationState::Deactivated { .. } => KeepState::TooLate,
            ApplicationState::Deleted { .. } => return Ok(None),
        };
        Ok(Some(KeepView { name: application.settings.name, locale: link.locale, state }))
    }

    /// Keeps the application of a link: its time begins anew. Harmless when it was done before, or when it is too
    /// late; [`Self::keep_view`] then says so.
    pub async fn keep_application(&self, token: &KeepToken) -> Result<(), StoreError> {
        let Some(link) = self.store.keep_link(token.hash()).await? else { return Ok(()) };
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        if tx.application_keep(&link, now).await? {
            let actor = link.user.map_or(Actor::Visitor, Actor::User);
            let event = AuditEvent::ApplicationKept { client_id: link.client_id };
            tx.audit_append(&self.instruments.audit_entry(&actor, event, now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn find_keep_link(&self, token: &KeepToken) -> Result<Option<(KeepLink, Application)>, StoreError> {
        let Some(link) = self.store.keep_link(token.hash()).await? else { return Ok(None) };
        // Read from the database: keeping does not raise the counter of changes.
        let application = self.store.application(&link.client_id).await?;
        Ok(application.map(|application| (link, application)))
    }
}
