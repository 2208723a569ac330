//! Token families at the token endpoint: beginning, lifetime, end after a replay.

use std::time::Duration;

use super::Tokens;
use super::authorization_code;
use super::device_code;
use super::granted::{Assertion, Beginning, Granted, Payment, Person, Resources, Subject};
use super::possession::{key_of_refresh_token, use_up};
use crate::domain::application::Application;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{SignInRecordId, Timestamp, TokenFamilyId, UserId};
use crate::domain::logout::Sid;
use crate::domain::one_time::{AuthorizationCode, RefreshToken};
use crate::domain::refresh_token::StoredRefreshToken;
use crate::domain::sign_in::DeliveryEvent;
use crate::domain::token_family::{EndReason, TokenFamily};
use crate::domain::user::User;
use crate::flows::admission::{is_admitted, is_sure_enough, no_grant, not_sure_enough};
use crate::flows::proofs::Proven;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, Scope};
use crate::protocol::thumbprint::KeyThumbprint;
use crate::protocol::token::GrantType;
use crate::store::{StoreError, Transaction};

impl Tokens {
    /// A family that is to begin. With `offline_access` it does not depend on the session it was granted in.
    pub(super) async fn granted_anew(
        &self,
        user: User,
        mut family: TokenFamily,
        application: &Application,
        payment: Payment,
    ) -> Result<Granted, Refusal> {
        let sid = self.sid_of(&family, application).await?;
        family.origin = family.session;
        family.session = family.session.filter(|_| !family.scope.contains(OFFLINE_ACCESS));
        Ok(Granted {
            allowed_scope: family.scope.clone(),
            default_scope: family.scope.clone(),
            resources: self.still_granted(&family, application).await?.0,
            subject: Subject::Person(Box::new(Person { user, sid, nonce: family.nonce.clone(), family })),
            payment,
        })
    }

    /// What the application calls the session of a grant, for the claim `sid`; nothing for a grant without ID tokens.
    pub(super) async fn sid_of(
        &self,
        family: &TokenFamily,
        application: &Application,
    ) -> Result<Option<Sid>, StoreError> {
        // OIDC Back-Channel Logout §2.1: the session is named while it lives, also by what outlives it.
        match family.session.or(family.origin) {
            Some(session) if family.scope.contains(OPENID) => self.store.session_sid(session, application.id).await,
            _ => Ok(None),
        }
    }

    /// The resources of a grant that the application may still ask for, and the scopes that the open ones of them bring
    /// along.
    pub(super) async fn still_granted(
        &self,
        family: &TokenFamily,
        application: &Application,
    ) -> Result<(Resources, Scope), Refusal> {
        if family.resources.is_empty() {
            return Ok((Resources::Granted(Vec::new()), Scope::empty()));
        }
        let catalogue = self.application_cache.catalogue().await?;
        let may_ask = catalogue.with_open(&application.targets()).into_iter();
        // Only of what was granted it matters whom it lets call.
        let may_ask = may_ask.filter(|target| target.find_in(&family.resources).is_some()).collect();
        let may_ask = self.application_cache.targets_left(application, may_ask).await?;
        let open = catalogue.open_scope_of(&family.resources);
        Ok((Resources::granted(&family.resources, &may_ask)?, open))
    }

    /// How long a family lasts from its last use: as long as the last of its tokens.
    pub(super) fn family_lifetime(&self, application: &Application) -> Duration {
        let access = application.token_ttl(self.settings.access_ttl);
        if may_refresh(application) { access.max(self.settings.refresh_ttl) } else { access }
    }

    /// A refresh token as it is stored; its lifetime begins now.
    pub(super) fn new_refresh_token(
        &self,
        family: &TokenFamily,
        dpop_jkt: Option<KeyThumbprint>,
        now: Timestamp,
    ) -> StoredRefreshToken {
        let expires_at = now.plus(self.settings.refresh_ttl);
        StoredRefreshToken { family: family.id, dpop_jkt, created_at: now, expires_at, spent_at: None }
    }

    /// The account, if it is active.
    pub(super) async fn active_user(&self, id: UserId) -> Result<User, Refusal> {
        let user = self.store.user(id).await?.filter(User::is_active);
        user.ok_or_else(|| invalid("the account is disabled or deleted"))
    }

    /// The person may use the application, as it was within the last second. Where something is spent, the transaction
    /// asks again; an answer that is only repeated has none.
    pub(super) async fn check_admitted(&self, application: &Application, subject: &Subject) -> Result<(), Refusal> {
        match subject {
            Subject::Person(person) if !self.groups.admits(person.user.id, application).await? => Err(no_grant()),
            Subject::Exchanged(exchanged) => match &exchanged.user {
                Some(user) if !self.groups.admits(user.id, application).await? => Err(Refusal::invalid_request(
                    "the person whom the subject_token speaks for may not use this application",
                )),
                _ => Ok(()),
            },
            Subject::Person(_) | Subject::Application => Ok(()),
        }
    }

    /// Spends the code, device code or sign-in and begins the family, in one transaction.
    pub(super) async fn begin_family(
        &self,
        application: &Application,
        family: &TokenFamily,
        beginning: &Beginning,
        proof: Option<&Proven>,
    ) -> Result<Option<RefreshToken>, Refusal> {
        let now = self.instruments.now();
        let code = beginning.code.as_ref().map(AuthorizationCode::hash);
        let refresh_token = self.begins_with(application, beginning)?;
        let mut tx = self.store.begin().await?;
        use_up(&mut tx, proof).await?;
        if !tx.user_hold(family.user).await? {
            return Err(invalid("the account is disabled or deleted"));
        }
        if !tx.family_insert(family).await? {
            return Err(invalid("the application was deactivated or deleted meanwhile"));
        }
        if !is_admitted(&mut tx, family.user, application).await? {
            return Err(no_grant());
        }
        if !is_sure_enough(&mut tx, (family.user, family.amr), application).await? {
            return Err(not_sure_enough());
        }
        if let Some(code) = code
            && !tx.authorization_code_spend(code, family.id, now).await?
        {
            drop(tx);
            return Err(authorization_code::not_spent(self, application, code).await?);
        }
        if let Some(device_code) = beginning.device_code
            && !tx.device_grant_redeem(device_code, now).await?
        {
            return Err(device_code::used());
        }
        // A code is void once its session has ended.
        if let Some(session) = beginning.session {
            if !tx.session_hold(session).await? {
                return Err(invalid("the person has signed out"));
            }
            // From now on it is told when the session ends.
            tx.session_application_used(session, application.id, now).await?;
        }
        self.redeem_sign_in(&mut tx, family.user, beginning, now).await?;
        if let Some(assertion) = &beginning.assertion {
            self.spend_assertion(&mut tx, application, (family, assertion)).await?;
        }
        if let Some(sign_in) = beginning.traced_sign_in {
            self.delivery_traces.note_delivery(&mut tx, sign_in, DeliveryEvent::Exchanged, "").await?;
        }
        if let Some(token) = &refresh_token {
            let stored = self.new_refresh_token(family, key_of_refresh_token(application, proof), now);
            tx.refresh_token_insert(&stored, token.hash()).await?;
        }
        let exchange = code.map(|code| self.exchange(code, now));
        tx.commit().await?;
        // From here to the answer nothing is waited for.
        if let Some(exchange) = exchange {
            exchange.answered();
        }
        Ok(refresh_token)
    }

    fn begins_with(&self, application: &Application, beginning: &Beginning) -> Result<Option<RefreshToken>, Refusal> {
        match &beginning.code {
            _ if !may_refresh(application) || beginning.assertion.is_some() => Ok(None),
            Some(code) => self.first_refresh_token(code).map(Some),
            None => Ok(Some(RefreshToken::from_random(self.instruments.random()))),
        }
    }

    async fn spend_assertion(
        &self,
        tx: &mut Transaction,
        application: &Application,
        (family, assertion): (&TokenFamily, &Assertion),
    ) -> Result<(), Refusal> {
        let user = assertion.spend(tx, family).await?;
        let client_id = application.client_id.clone();
        let issuer = assertion.issuer.clone();
        let event = AuditEvent::AssertionAccepted { client_id: client_id.clone(), sub: user.sub, issuer };
        let actor = Actor::Application(client_id);
        Ok(tx.audit_append(&self.instruments.audit_entry(&actor, event, self.instruments.now())).await?)
    }

    /// Redeem on exchange: with the first code of a sign-in that is redeemed, its other codes and its links become
    /// void, because a sign-in is redeemed once.
    async fn redeem_sign_in(
        &self,
        tx: &mut Transaction,
        user: UserId,
        beginning: &Beginning,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(sign_in) = beginning.sign_in else { return Ok(()) };
        if !tx.sign_in_redeem(sign_in, now).await? {
            return Err(invalid("the sign-in was completed before, by another code or link of it, or is over"));
        }
        tx.user_signed_in(user, now).await?;
        let record = SignInRecordId::new(self.instruments.row_id(now));
        Ok(tx.sign_in_record_by_mail(record, (user, sign_in), now).await?)
    }

    /// Ends a family after a replay, and audits that once.
    pub(super) async fn end_after_replay(
        &self,
        application: &Application,
        family: TokenFamilyId,
        what: &'static str,
    ) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        if tx.family_end(family, EndReason::Replay, now).await? {
            let client_id = application.client_id.clone();
            let event = AuditEvent::ReplayDetected { client_id: client_id.clone(), what };
            tx.audit_append(&self.instruments.audit_entry(&Actor::Application(client_id), event, now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Refresh tokens are for applications that can use them.
pub(super) fn may_refresh(application: &Application) -> bool {
    application.settings.grants.contains(&GrantType::RefreshToken)
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, what)
}
