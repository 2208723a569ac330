//! The applications that a person can begin at.

use super::Groups;
use crate::domain::application::Application;
use crate::domain::user::User;
use crate::protocol::refusal::Refusal;

impl Groups {
    /// The active applications that say where people begin and that this person may use, by name.
    ///
    /// Anybody can register an application under some name, with some address; so one of a developer is there only for
    /// people who have let it in before.
    pub async fn applications_to_begin_at(&self, user: &User) -> Result<Vec<Application>, Refusal> {
        let consents = self.store.consents_of(user.id).await?;
        let mut found = Vec::new();
        for application in self.store.applications_with_a_page().await? {
            let is_operators = application.is_operators();
            let is_known = || consents.iter().any(|consent| consent.application == application.id);
            if (is_operators || is_known()) && self.admits(user.id, &application).await? {
                found.push(application);
            }
        }
        Ok(found)
    }
}
