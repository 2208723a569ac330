//! Finding accounts, for those who may see them.

use std::collections::HashMap;

use super::People;
use crate::domain::ids::UserId;
use crate::domain::listing::UserFilter;
use crate::domain::session::Session;
use crate::domain::user::{EmailAddress, Sub, User, UserState};
use crate::flows::access::{Caller, Need};
use crate::protocol::refusal::{ErrorCode, Refusal};

impl People {
    /// The account of this `sub` or address, as a filter; none if there is no such account.
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
                // A caller who may change an operator's account could take it over.
                if need == Need::WriteUsers && user.admin {
                    caller.reach(Need::Operate)?;
                }
                Ok(user)
            }
            _ => Err(Refusal::new(ErrorCode::NotFound, "there is no such account")),
        }
    }

    /// The account of this `sub`, a deleted one included.
    pub async fn account_of_sub(&self, sub: &Sub) -> Result<Option<User>, Refusal> {
        Ok(self.store.user_by_sub(sub.as_str()).await?)
    }

    async fn user_by_sub(&self, sub: &str) -> Result<Option<User>, Refusal> {
        match sub.parse::<Sub>() {
            Ok(sub) => Ok(self.store.user_by_sub(sub.as_str()).await?),
            Err(_) => Ok(None),
        }
    }

    /// The accounts of these ids, as far as they exist.
    pub async fn accounts_named(&self, caller: &Caller, ids: Vec<UserId>) -> Result<HashMap<UserId, User>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.users_of(&ids).await?)
    }

    /// The address of an account, if there still is one.
    pub async fn address_of_user(&self, user: UserId) -> Result<Option<EmailAddress>, Refusal> {
        Ok(self.store.user(user).await?.and_then(|user| user.email))
    }

    /// The valid sessions of an account.
    pub async fn user_sessions(&self, user: &User) -> Result<Vec<Session>, Refusal> {
        Ok(self.store.sessions_of(user.id, self.instruments.now()).await?)
    }
}
