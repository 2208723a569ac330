//! What people see and do on their own account page.

use std::sync::Arc;

use super::Server;
use super::authorize::SignedInPerson;
use crate::domain::application::Application;
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, SessionId, Timestamp};
use crate::domain::session::Session;
use crate::domain::token_family::EndReason;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{StoreError, Transaction};

/// An application that can speak for the person.
#[derive(Clone, Debug)]
pub struct ApplicationAccess {
    /// Which.
    pub application: Arc<Application>,
    /// What it was granted, over all that is still alive.
    pub scope: Scope,
    /// Since when.
    pub since: Timestamp,
}

/// What the account page shows.
#[derive(Clone, Debug)]
pub struct AccountOverview {
    /// Where the person is signed in, newest first.
    pub sessions: Vec<Session>,
    /// Who can speak for them.
    pub applications: Vec<ApplicationAccess>,
}

impl Server {
    /// Everything the page shows.
    pub async fn account_overview(&self, person: &SignedInPerson) -> Result<AccountOverview, Refusal> {
        let now = self.instruments.now();
        let sessions = self.store.sessions_of(person.user.id, now).await?;
        let mut applications: Vec<ApplicationAccess> = Vec::new();
        for family in self.store.families_of_user(person.user.id).await? {
            if family.expires_at <= now {
                continue;
            }
            match applications.iter_mut().find(|known| known.application.id == family.application) {
                Some(known) => {
                    known.scope = std::mem::take(&mut known.scope).union(&family.scope);
                    known.since = known.since.min(family.created_at);
                }
                None => applications.extend(self.access(family.application, family.scope, family.created_at).await?),
            }
        }
        Ok(AccountOverview { sessions, applications })
    }

    async fn access(
        &self,
        id: crate::domain::ids::ApplicationId,
        scope: Scope,
        since: Timestamp,
    ) -> Result<Option<ApplicationAccess>, StoreError> {
        let Some(client_id) = self.store.application_client_id(id).await? else { return Ok(None) };
        let application = self.application(&client_id).await?;
        Ok(application.map(|application| ApplicationAccess { application, scope, since }))
    }

    /// Signs one of the person's browsers out, with what grew from its session.
    pub async fn end_session(&self, person: &SignedInPerson, session: SessionId) -> Result<(), Refusal> {
        let own = self.store.session(session).await?.filter(|session| session.user == person.user.id);
        if own.is_none() {
            return Err(Refusal::new(ErrorCode::NotFound, "there is no such session of yours"));
        }
        let mut tx = self.store.begin().await?;
        self.end_session_in(&mut tx, session).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn end_session_in(&self, tx: &mut Transaction, session: SessionId) -> Result<(), StoreError> {
        let now = self.instruments.now();
        tx.session_end(session, now).await?;
        tx.families_end_of_session(session, EndReason::SignedOut, now).await?;
        Ok(())
    }

    /// Ends the session that a browser had before it signed in again; nobody could end it from there any more.
    /// What grew from it goes on in the new one if that is the same person's.
    pub async fn replace_session(&self, before: &SignedInPerson, now: &SignedInPerson) -> Result<(), Refusal> {
        let mut tx = self.store.begin().await?;
        if before.user.id == now.user.id {
            tx.session_hand_over(before.session.id, now.session.id).await?;
        }
        self.end_session_in(&mut tx, before.session.id).await?;
        Ok(tx.commit().await?)
    }

    /// Signs the person out everywhere, and takes back what every application was granted.
    pub async fn sign_out_everywhere(&self, person: &SignedInPerson) -> Result<(), Refusal> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        tx.sessions_end_of(person.user.id, now).await?;
        tx.families_end_of_user(person.user.id, EndReason::SignedOut, now).await?;
        tx.authorization_codes_end(person.user.id, None, now).await?;
        tx.sign_ins_end_of(person.user.id, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes back what an application was granted; it has to ask again.
    pub async fn withdraw_access(&self, person: &SignedInPerson, client_id: &ClientId) -> Result<(), Refusal> {
        let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such application");
        let application = self.application(client_id).await?.ok_or_else(unknown)?;
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        tx.families_end_of_grant(person.user.id, application.id, EndReason::Withdrawn, now).await?;
        tx.authorization_codes_end(person.user.id, Some(application.id), now).await?;
        tx.consent_delete(person.user.id, application.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes the person's account; nothing of it works any more.
    pub async fn delete_own_account(&self, person: &SignedInPerson) -> Result<(), Refusal> {
        self.user_delete(person.user.id, &Actor::User(person.user.id)).await?;
        Ok(())
    }
}
