//! Authorization: who may do what to which applications, accounts and keys; one answer for the portal, the operator's
//! pages and the management API.

mod acting;
mod caller;
mod list;
mod owner_limit;

use crate::domain::application::{Application, ApplicationState};
use crate::domain::ids::ClientId;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Store, Transaction};

pub(super) use acting::{
    begin_acting, begin_acting_on, begin_as, begin_fresh, check_acting, check_acting_on, check_fresh, reach_of,
};
pub(super) use caller::sign_in_anew;
pub use caller::{ADMIN_SCOPE, Caller, Need, Reach};
pub use list::MOST_OWNED;

/// Finds applications for those who may see or change them.
pub struct Access {
    store: Store,
    applications_per_owner: u32,
}

impl Access {
    /// A person who is no operator owns at most so many applications.
    pub const fn new(store: Store, applications_per_owner: u32) -> Self {
        Self { store, applications_per_owner }
    }

    /// The application, if this caller may see or change it, as the database has it now; a deleted one is `not_found`.
    ///
    /// Another owner's is `not_found` too, so a caller does not learn that it exists.
    pub async fn application_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        need: Need,
    ) -> Result<Application, Refusal> {
        let application = self.remembered_application_for(caller, client_id, need).await?;
        if matches!(application.state, ApplicationState::Deleted { .. }) {
            return Err(unknown_application());
        }
        Ok(application)
    }

    /// The same, including deleted applications that are not purged.
    pub async fn remembered_application_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        need: Need,
    ) -> Result<Application, Refusal> {
        let reach = caller.reach(need)?;
        let known = self.store.application(client_id).await?;
        let application = known.filter(|known| known.life.purged_at.is_none()).ok_or_else(unknown_application)?;
        match reach {
            Reach::OwnedBy(user) if !self.store.is_owner(application.id, user).await? => {
                let aged = caller.could_choose_everything();
                Err(if aged { sign_in_anew() } else { unknown_application() })
            }
            Reach::All | Reach::OwnedBy(_) => {
                if need == Need::WriteApplications {
                    caller.check_power_over(&application)?;
                }
                self.as_seen(application, reach).await
            }
        }
    }

    /// The same in the transaction of a change: an owner who was removed meanwhile may not make it.
    pub(in crate::flows) async fn check_still_for(
        &self,
        tx: &mut Transaction,
        caller: &Caller,
        application: &Application,
    ) -> Result<(), Refusal> {
        match caller.reach(Need::WriteApplications)? {
            Reach::OwnedBy(user) if !tx.is_owner(application.id, user).await? => Err(unknown_application()),
            Reach::All | Reach::OwnedBy(_) => Ok(()),
        }
    }

    /// An application as this caller sees it: groups that operators keep to themselves are not shown to its owners.
    async fn as_seen(&self, application: Application, reach: Reach) -> Result<Application, Refusal> {
        let Application { settings, .. } = &application;
        if reach == Reach::All || settings.allowed_groups.is_empty() && settings.visible_groups.is_empty() {
            return Ok(application);
        }
        let shown = self.store.groups_for_developers().await?;
        Ok(Application { settings: settings.clone().without_hidden_groups(&shown), ..application })
    }
}

/// The answer for an application that does not exist or that the caller may not see.
pub fn unknown_application() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "there is no such application")
}
