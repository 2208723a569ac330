//! What a person wants applications to call them.

use super::People;
use super::manage::ManageUserError;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::user::{Profile, User, check_name};
use crate::domain::username::Username;
use crate::store::StoreError;

/// The names of a person, as they choose them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnNames {
    /// The name; none lets applications see the beginning of the address.
    pub name: Option<String>,
    /// The user name; none lets applications see the address.
    pub username: Option<Username>,
}

impl People {
    /// Calls the person so from now on, if their account is still as it was read.
    pub async fn rename_oneself(&self, known: &User, new: OwnNames) -> Result<(), ManageUserError> {
        let OwnNames { name, username } = new;
        name.as_deref().map(check_name).transpose()?;
        let changed = [("name", known.name != name), ("username", known.username != username)];
        let what: Vec<&str> = changed.into_iter().filter_map(|(member, changed)| changed.then_some(member)).collect();
        if what.is_empty() {
            return Ok(());
        }
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        let profile = Profile { name, locale: known.locale.clone(), admin: known.admin };
        if !tx.user_update(known, &profile, Some(now)).await? {
            return Err(ManageUserError::Changed);
        }
        tx.user_choose_username(known.id, username.as_ref()).await.map_err(|e| match e {
            StoreError::Conflict => ManageUserError::UsernameTaken,
            other => other.into(),
        })?;
        let event = AuditEvent::UserChanged { sub: known.sub.clone(), what: what.join(" ") };
        tx.audit_append(&self.instruments.audit_entry(&Actor::User(known.id), event, now)).await?;
        Ok(tx.commit().await?)
    }
}
