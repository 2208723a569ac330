//! What a person says of themselves.

use std::sync::Arc;

use super::People;
use super::manage::{ManageUserError, changeable_user};
use crate::domain::attribute::{Attributes, Editor};
use crate::domain::attribute_schema::AttributeSchema;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::user::{Profile, User, check_locale, check_name};
use crate::domain::username::Username;
use crate::store::StoreError;

/// What a person can change of their account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnProfile {
    /// The name; none lets applications see the beginning of the address.
    pub name: Option<String>,
    /// The user name; none lets applications see the address.
    pub username: Option<Username>,
    /// The language of mails and pages; none leaves it to the browser.
    pub locale: Option<String>,
    /// What else they are described by. What only operators change stays as it is.
    pub attributes: Attributes,
}

impl OwnProfile {
    /// As it is now.
    pub fn of(user: &User) -> Self {
        let Profile { name, locale, attributes, .. } = Profile::of(user);
        Self { name, username: user.username.clone(), locale, attributes }
    }
}

impl People {
    /// The attributes that people have.
    pub fn attribute_schema(&self) -> Arc<AttributeSchema> {
        self.application_cache.attribute_schema()
    }

    /// The person is called and described so from now on, if their account is still as it was read.
    pub async fn change_oneself(&self, known: &User, new: OwnProfile) -> Result<(), ManageUserError> {
        self.attribute_schema().check(&known.attributes, &new.attributes, Editor::Person)?;
        self.change_names(known, new, &Actor::User(known.id)).await
    }

    /// An account gets these names, this language and these attributes, from somebody who may change all of them.
    pub async fn user_describe(&self, known: &User, new: OwnProfile, actor: &Actor) -> Result<(), ManageUserError> {
        self.attribute_schema().check(&known.attributes, &new.attributes, Editor::Operator)?;
        self.change_names(known, new, actor).await
    }

    async fn change_names(&self, known: &User, new: OwnProfile, actor: &Actor) -> Result<(), ManageUserError> {
        let OwnProfile { name, username, locale, attributes } = new;
        name.as_deref().map(check_name).transpose()?;
        locale.as_deref().map(check_locale).transpose()?;
        let changed = [
            ("name", known.name != name),
            ("username", known.username != username),
            ("locale", known.locale != locale),
        ];
        let what = changed.into_iter().filter_map(|(member, changed)| changed.then_some(member));
        let what: Vec<&str> = what.chain(known.attributes.changed_to(&attributes)).collect();
        if what.is_empty() {
            return Ok(());
        }
        // What sounds like an operator of the applications that read it is the operator's to give.
        let is_own = *actor == Actor::User(known.id);
        if let Some(wanted) = username.as_ref().filter(|_| known.username != username)
            && ((is_own && wanted.is_reserved()) || self.store.user_by_sub(wanted.as_str()).await?.is_some())
        {
            return Err(ManageUserError::UsernameTaken);
        }
        let what = what.join(" ");
        let now = self.instruments.now();
        let mut tx = self.begin_changing(known.id, actor).await?;
        changeable_user(&mut tx, known.id, actor).await?;
        let profile = Profile { name, locale, attributes, admin: known.admin };
        if !tx.user_update(known, &profile, Some(now)).await? {
            return Err(ManageUserError::Changed);
        }
        tx.user_choose_username(known.id, username.as_ref()).await.map_err(|e| match e {
            StoreError::Conflict => ManageUserError::UsernameTaken,
            other => other.into(),
        })?;
        let event = AuditEvent::UserChanged { sub: known.sub.clone(), what };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        Ok(tx.commit().await?)
    }
}
