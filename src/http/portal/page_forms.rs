//! The forms of an application's pages.

use super::idempotent_form::making_form;
use super::messages::PortalMessages;
use super::tab::Tab;
use super::view::{SecretLine, SettingsForm, SettingsReader};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::approval::Extras;
use crate::domain::life_cycle::Outlook;
use crate::domain::secret::StoredSecret;
use crate::http::pages::view::Form;
use crate::http::pages::viewer::Viewer;
use crate::protocol::token::GrantType;

/// The forms for one viewer.
pub(super) struct PageForms<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) application: &'a Application,
}

impl PageForms<'_> {
    /// A form that is shown only when it makes sense, and never for a deleted application.
    pub(super) fn when(&self, sensible: bool, action: &str) -> Option<Form> {
        (sensible && !self.is_deleted()).then(|| self.form(action))
    }

    /// A deleted application can be brought back for a while.
    pub(super) fn undelete(&self, outlook: &Outlook) -> Option<Form> {
        let in_time = outlook.purged_at.is_some_and(|until| self.viewer.now() < until);
        (self.is_deleted() && in_time).then(|| self.form("undelete"))
    }

    /// Gives it another secret.
    pub(super) fn rotate(&self) -> Option<Form> {
        let has_secrets = self.application.settings.uses_secret();
        let brought = self.application.secrets.iter().any(StoredSecret::is_imported);
        let form = self.when(has_secrets && !brought, "secrets")?;
        Some(making_form(self.viewer, form.action))
    }

    /// A live secret, with the form that ends it.
    pub(super) fn secret(&self, secret: &StoredSecret) -> SecretLine {
        SecretLine {
            hint: secret.hint.clone(),
            created_at: secret.created_at,
            last_used_on: secret.last_used_on,
            revoke: self.when(!secret.is_imported(), &format!("secrets/{}/revoke", secret.id)),
        }
    }

    /// Gets a token to look at.
    pub(super) fn try_out(&self) -> Option<Form> {
        self.when_it_may(GrantType::ClientCredentials, "try")
    }

    /// Shows what it would be told of a person.
    pub(super) fn try_sign_in(&self) -> Option<Form> {
        self.when_it_may(GrantType::AuthorizationCode, "try-sign-in")
    }

    fn when_it_may(&self, grant: GrantType, action: &str) -> Option<Form> {
        let has_grant = self.application.settings.grants.contains(&grant);
        self.when(has_grant && self.application.state == ApplicationState::Active, action)
    }

    /// The settings of the tab, which are sent to its own address. With what was asked for, so that saving the form keeps
    /// asking for it. An operator who saves the form gives what is in it, so theirs is without.
    pub(super) fn settings(&self, waiting: Option<&Extras>) -> Option<SettingsForm> {
        let (tab, application) = (Tab::at(&self.viewer.path), self.application);
        let topic = tab.topic().filter(|_| self.is_changeable() && !self.is_deleted())?;
        let is_operator = self.viewer.person.user.admin && !self.viewer.person.lacks_power();
        let reader = if is_operator { SettingsReader::Operator } else { SettingsReader::Developer };
        let waiting = waiting.filter(|_| !is_operator);
        let settings = application.settings.clone();
        let settings = waiting.map_or_else(|| settings.clone(), |extras| extras.added_to(settings.clone()));
        let t = PortalMessages::of(self.viewer.language);
        let form = self.viewer.form(tab.address_of(&application.client_id));
        let form =
            SettingsForm::of(t, topic, &settings, form.carrying("version", application.version.to_string()), reader);
        let form = match waiting {
            Some(extras) => form.waiting_for(extras),
            None => form,
        };
        Some(form).filter(|form| !form.is_empty())
    }

    /// Whether it is changed here, and not in the configuration or in its document.
    pub(super) fn is_changeable(&self) -> bool {
        self.application.origin.is_changed_here()
    }

    fn form(&self, action: &str) -> Form {
        self.viewer.form(format!("{}/{action}", Tab::Overview.address_of(&self.application.client_id)))
    }

    const fn is_deleted(&self) -> bool {
        matches!(self.application.state, ApplicationState::Deleted { .. })
    }
}
