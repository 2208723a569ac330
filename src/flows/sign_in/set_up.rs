//! The link for the first operator: only the person who runs the server can read its output.

use std::time::Duration;

use super::SignIns;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::one_time::{SessionToken, SetUpToken};
use crate::domain::session::{AuthenticationMethod, Device};
use crate::domain::user::{EmailAddress, Profile, User};
use crate::flows::people::{Admin, ManageUserError, NewUser};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// The lifetime of the link. The next start prints another one.
const LINK_LIFETIME: Duration = Duration::from_hours(24);

impl SignIns {
    /// A link that creates the first operator, once; none if there is an operator.
    pub async fn set_up_link(&self) -> Result<Option<String>, StoreError> {
        if self.store.operator_exists().await? {
            return Ok(None);
        }
        let token = SetUpToken::from_random(self.instruments.random());
        let now = self.instruments.now();
        self.store.set_up_link_insert(token.hash(), now, now.plus(LINK_LIFETIME)).await?;
        Ok(Some(self.issuer.url_of(&format!("/admin/set-up/{}", token.expose()))))
    }

    /// Refuses a link that is used, expired or superseded.
    pub async fn set_up_is_open(&self, token: &SetUpToken) -> Result<(), Refusal> {
        if self.store.set_up_link_is_open(token.hash(), self.instruments.now()).await? { Ok(()) } else { Err(gone()) }
    }

    /// Makes the account of this address an operator's, a new one if need be, and signs it in. No mail is needed,
    /// because mail may not be set up yet.
    pub async fn set_up(
        &self,
        token: &SetUpToken,
        email: EmailAddress,
        device: &Device,
    ) -> Result<SessionToken, Refusal> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        // Serialised: of two links that are used at once, the second finds an operator.
        tx.lock(Generation::Applications).await?;
        if !tx.set_up_link_spend(token.hash(), now).await? {
            return Err(gone());
        }
        let user = self.first_operator(&mut tx, email).await?;
        // The address is not proven, so applications that were registered for it are not handed over.
        if !tx.user_let_in(user.id, now).await? {
            return Err(Refusal::new(ErrorCode::AccessDenied, "this account is disabled"));
        }
        let token = self.sessions.session_begin_in(&mut tx, user.id, AuthenticationMethod::Email, device).await?;
        tx.commit().await?;
        Ok(token)
    }

    async fn first_operator(&self, tx: &mut Transaction, email: EmailAddress) -> Result<User, Refusal> {
        let Some(known) = tx.user_by_email(&email).await? else {
            let new = NewUser { email, name: None, locale: None, admin: Admin::Yes };
            return Ok(self.people.user_create_in(tx, new, &Actor::Visitor).await?);
        };
        let profile = Profile { admin: true, ..Profile::of(&known) };
        if !tx.user_update(&known, &profile, known.updated_at).await? {
            return Err(ManageUserError::Changed.into());
        }
        let event = AuditEvent::UserChanged { sub: known.sub.clone(), what: "promoted".to_owned() };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Visitor, event, self.instruments.now())).await?;
        Ok(known)
    }
}

fn gone() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "this link was used, is too old, or there is an operator by now")
}
