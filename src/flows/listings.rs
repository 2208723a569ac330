//! Long lists, page by page, as far as whoever asks may see.

use super::Server;
use super::access::{Caller, Need, Reach};
use crate::domain::application::Application;
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::listing::{ApplicationFilter, ApplicationPlace, AuditFilter, UserFilter};
use crate::domain::signing_key::{KeySequence, KeyState, SigningKey};
use crate::domain::user::{EmailAddress, Sub, User, UserState};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::{ErrorCode, Refusal};
pub use crate::store::AuditLine as Line;

impl Server {
    /// Applications that this caller may see, behind this place of the list.
    pub async fn applications_page(
        &self,
        caller: &Caller,
        filter: ApplicationFilter,
        after: &ApplicationPlace,
        limit: u16,
    ) -> Result<Vec<Application>, Refusal> {
        let within = match caller.reach(Need::ReadApplications)? {
            Reach::All => None,
            Reach::OwnedBy(user) => Some(user),
        };
        let filter = ApplicationFilter { within, ..filter };
        Ok(self.store.applications_page(&filter, after, i64::from(limit)).await?)
    }

    /// The account that this `sub` or address names, as a filter; nobody at all if there is none.
    pub async fn owner_named(&self, named: &str) -> Result<Option<UserId>, Refusal> {
        let found = match named.parse::<EmailAddress>() {
            Ok(address) => self.store.user_by_email(&address).await?,
            Err(_) => self.user_by_sub(named).await?,
        };
        Ok(found.map(|user| user.id))
    }

    /// Accounts, newest first.
    pub async fn users_page(
        &self,
        caller: &Caller,
        filter: &UserFilter,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<User>, Refusal> {
        caller.reach(Need::ReadUsers)?;
        Ok(self.store.users_page(filter, before, i64::from(limit)).await?)
    }

    /// An account that is not deleted.
    pub async fn user_for(&self, caller: &Caller, sub: &str, need: Need) -> Result<User, Refusal> {
        caller.reach(need)?;
        match self.user_by_sub(sub).await? {
            Some(user) if !matches!(user.state, UserState::Deleted { .. }) => {
                // Whoever could end an operator's account would need no more to be one.
                if need == Need::WriteUsers && user.admin {
                    caller.reach(Need::Operate)?;
                }
                Ok(user)
            }
            _ => Err(Refusal::new(ErrorCode::NotFound, "there is no such account")),
        }
    }

    async fn user_by_sub(&self, sub: &str) -> Result<Option<User>, Refusal> {
        match sub.parse::<Sub>() {
            Ok(sub) => Ok(self.store.user_by_sub(sub.as_str()).await?),
            Err(_) => Ok(None),
        }
    }

    /// Lines of the audit log, newest first.
    pub async fn audit_page(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Line>, Refusal> {
        caller.reach(Need::ReadAudit)?;
        Ok(self.store.audit_page(filter, before, i64::from(limit)).await?)
    }

    /// Every signing key that is remembered, with the state it is in, by algorithm and age.
    pub async fn keys_for(&self, caller: &Caller) -> Result<Vec<(SigningKey, KeyState)>, Refusal> {
        caller.reach(Need::ReadKeys)?;
        let keys = self.store.signing_keys().await?;
        let now: Timestamp = self.instruments.now();
        let sequences = SigningAlgorithm::ALL.into_iter().map(|algorithm| KeySequence::of(algorithm, &keys));
        Ok(sequences
            .flat_map(|sequence| sequence.states(now).map(|(key, state)| (key.clone(), state)).collect::<Vec<_>>())
            .collect())
    }

    /// The scopes and resources that the configuration names.
    pub async fn named_catalogue(&self) -> Result<Catalogue, Refusal> {
        Ok(self.store.catalogue().await?)
    }
}
