//! Finding the account of an identity.

use super::link::{NewLink, taken};
use super::{Finished, UpstreamError, Upstreams};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{PendingIdentityId, Timestamp, UserId};
use crate::domain::one_time::BrowserToken;
use crate::domain::sign_in::Purpose;
use crate::domain::upstream::{PENDING_LIFETIME, PendingIdentity, UpstreamChange, UpstreamIdentity, UpstreamName};
use crate::domain::user::{EmailAddress, User, check_name};
use crate::flows::people::{Admin, NewUser};
use crate::flows::requester::Requester;
use crate::flows::sessions::SignedInPerson;
use crate::flows::sign_in::{ACCOUNT_PAGE, SignedIn, cannot_sign_in};
use crate::protocol::refusal::Refusal;
use crate::store::{StoreError, Transaction};

/// An identity that an upstream has just vouched for.
pub(super) struct Proven {
    pub(super) upstream: UpstreamName,
    pub(super) issuer: String,
    pub(super) subject: String,
    /// What the upstream says its address is.
    pub(super) address: Option<String>,
    /// The same, if the upstream has seen that it is theirs.
    pub(super) email: Option<EmailAddress>,
    pub(super) name: Option<String>,
    pub(super) auth_time: Timestamp,
}

impl Upstreams {
    /// Signs the browser in to the account of an identity, or keeps the identity until somebody proves one.
    ///
    /// An account is never found by an address alone, however well proven: it would be the upstream's to open any account.
    pub(super) async fn find_account(
        &self,
        proven: Proven,
        purpose: Purpose,
        (browser, requester): (&BrowserToken, &Requester),
        person: Option<&SignedInPerson>,
    ) -> Result<Finished, UpstreamError> {
        // Who comes from their account page wants one more way into it, and no other account.
        let is_from_account = matches!(&purpose, Purpose::Page(page) if page == ACCOUNT_PAGE);
        let owner = person.filter(|_| is_from_account).map(|person| person.user.id);
        let mut tx = self.store.begin().await?;
        let known = tx.upstream_identity(&proven.issuer, &proven.subject).await?;
        let (by, auth_time) = (proven.upstream.clone(), proven.auth_time);
        let user = if let Some(identity) = known {
            if owner.is_some_and(|owner| owner != identity.user) {
                return Err(taken(StoreError::Conflict).into());
            }
            self.let_in(&mut tx, &identity, &proven).await?;
            identity.user
        } else {
            let newcomer = if owner.is_some() { None } else { self.newcomer(&mut tx, &proven, requester).await? };
            let Some(user) = newcomer else {
                let id = self.keep_pending(&mut tx, proven, purpose, browser).await?;
                tx.commit().await?;
                return Ok(Finished::Unknown(id));
            };
            self.sign_up(&mut tx, user, &proven, requester).await?
        };
        let by = (by, auth_time);
        let token = self.sessions.session_begin_of_upstream(&mut tx, user, by, &requester.device).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(Finished::SignedIn(SignedIn { token, purpose }))
    }

    /// A connected identity signs in. The address is not proven by it: the account's may be another one.
    async fn let_in(&self, tx: &mut Transaction, identity: &UpstreamIdentity, proven: &Proven) -> Result<(), Refusal> {
        let now = self.instruments.now();
        if !tx.user_let_in(identity.user, now).await?
            || !tx.upstream_identity_use(identity.id, proven.address.as_deref(), now).await?
        {
            return Err(cannot_sign_in());
        }
        let user = tx.user(identity.user).await?.ok_or_else(cannot_sign_in)?;
        self.note(tx, &user, (UpstreamChange::SignedIn, &proven.upstream), &Actor::User(user.id)).await?;
        Ok(())
    }

    /// The account of a newcomer, if their address is proven, has none, and may make one.
    async fn newcomer(
        &self,
        tx: &mut Transaction,
        proven: &Proven,
        requester: &Requester,
    ) -> Result<Option<User>, Refusal> {
        let Some(email) = &proven.email else { return Ok(None) };
        // Both are looked up in any case, so that the time tells nothing.
        let may_sign_up = self.sign_ups.may_sign_up(tx, email).await?;
        if tx.user_by_email(email).await?.is_some() || !may_sign_up {
            return Ok(None);
        }
        let name = proven.name.clone().filter(|name| check_name(name).is_ok());
        let locale = Some(requester.mail_language(None).tag().to_owned());
        let new = NewUser { email: email.clone(), name, locale, admin: Admin::No };
        Ok(Some(self.people.user_create_in(tx, new, &Actor::Visitor).await?))
    }

    async fn sign_up(
        &self,
        tx: &mut Transaction,
        user: User,
        proven: &Proven,
        requester: &Requester,
    ) -> Result<UserId, Refusal> {
        let now = self.instruments.now();
        if !tx.user_signed_in(user.id, now).await? {
            return Err(cannot_sign_in());
        }
        self.sign_ups.take_up(tx, &user).await?;
        let new = NewLink {
            upstream: proven.upstream.clone(),
            issuer: proven.issuer.clone(),
            subject: proven.subject.clone(),
            address: proven.address.clone(),
            used_at: Some(now),
        };
        self.link(tx, &user, new, &requester.device).await?;
        Ok(user.id)
    }

    async fn keep_pending(
        &self,
        tx: &mut Transaction,
        proven: Proven,
        purpose: Purpose,
        browser: &BrowserToken,
    ) -> Result<PendingIdentityId, StoreError> {
        let now = self.instruments.now();
        let identity = PendingIdentity {
            id: PendingIdentityId::new(self.instruments.row_id(now)),
            upstream: proven.upstream,
            issuer: proven.issuer,
            subject: proven.subject,
            address: proven.address,
            purpose,
            expires_at: now.plus(PENDING_LIFETIME),
        };
        tx.pending_identity_insert(&identity, browser.hash()).await?;
        Ok(identity.id)
    }

    /// Writes down what happened.
    pub(super) async fn note(
        &self,
        tx: &mut Transaction,
        user: &User,
        (what, upstream): (UpstreamChange, &UpstreamName),
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let event = AuditEvent::UpstreamChanged { sub: user.sub.clone(), what, upstream: upstream.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await
    }
}
