//! Who is signed in, where, and what grew from it: what people see and end on their own account page.

use std::sync::Arc;
use std::time::Duration;

use super::application_cache::ApplicationCache;
use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::domain::application::Application;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::ids::{ApplicationId, ClientId, SessionId, SignInRecordId, Timestamp, UserId};
use crate::domain::one_time::SessionToken;
use crate::domain::session::{AuthenticationMethod, Device, SESSION_LIFETIME, Session};
use crate::domain::sign_in_record::{RECORDS_KEPT_FOR, SignInOutcome, SignInRecord};
use crate::domain::token_family::EndReason;
use crate::domain::upstream::{UpstreamChange, UpstreamName};
use crate::domain::user::User;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{AuditLine, Store, StoreError, Transaction};

/// A session and its account.
#[derive(Clone, Debug)]
pub struct SignedInPerson {
    /// The session.
    pub session: Session,
    /// The account.
    pub user: User,
    /// How old the sign-in is.
    pub sign_in: SignIn,
    /// Whether they are an operator who signed in as operators have to.
    power: Power,
}

/// Whether an operator's session has an operator's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Full,
    /// Operators have to sign in with a passkey, and this one did not.
    Withheld,
}

/// How long a sign-in counts as fresh for what only operators may do.
const FRESH_FOR: Duration = Duration::from_mins(15);

/// How far back a person sees what happened to their account.
const EVENTS_SHOWN_FOR: Duration = RECORDS_KEPT_FOR;

/// How many events they see at once, and how many sign-ins; all of them are in what they can download.
const MOST_EVENTS: i64 = 200;

/// How and when a person authenticated.
struct Authenticated {
    amr: AuthenticationMethod,
    upstream: Option<UpstreamName>,
    at: Timestamp,
}

/// The age of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Within fifteen minutes, by mail or with a passkey.
    Fresh,
    /// Longer ago, or at another provider: sufficient for a person's own things, not for an operator's power.
    Aged,
}

impl SignedInPerson {
    fn of((session, user): (Session, User), operators: RequiredSignIn, now: Timestamp) -> Self {
        // Another provider may have let anybody go on who was in its browser.
        let is_fresh = session.amr.is_own() && session.is_fresh(Some(FRESH_FOR), now);
        let sign_in = if is_fresh { SignIn::Fresh } else { SignIn::Aged };
        let power = if user.admin && !operators.is_met_by(session.amr) { Power::Withheld } else { Power::Full };
        Self { session, user, sign_in, power }
    }

    /// Whether they are an operator, and have to sign in with a passkey to be one here.
    pub fn lacks_power(&self) -> bool {
        self.power == Power::Withheld
    }

    /// Begins the transaction of what they do with something of their own. Whoever ends the account or the session at
    /// this moment comes before it, which refuses what is done, or waits until it ends.
    pub(in crate::flows) async fn begin(&self, store: &Store) -> Result<Transaction, Refusal> {
        let mut tx = store.begin().await?;
        if self.hold(&mut tx).await? { Ok(tx) } else { Err(signed_out()) }
    }

    /// Locks the account and then the session, until the transaction ends. False if one of them has ended.
    pub(in crate::flows) async fn hold(&self, tx: &mut Transaction) -> Result<bool, StoreError> {
        Ok(tx.user_hold(self.user.id).await? && tx.session_hold(self.session.id).await?)
    }
}

fn signed_out() -> Refusal {
    Refusal::new(ErrorCode::InsufficientUserAuthentication, "this session is over; sign in again at /login")
}

/// An application with access to the account.
#[derive(Clone, Debug)]
pub struct ApplicationAccess {
    /// Which.
    pub application: Arc<Application>,
    /// The scope of all its valid grants, and what the person has agreed to.
    pub scope: Scope,
    /// Since when.
    pub since: Timestamp,
}

/// What the account page shows.
#[derive(Clone, Debug)]
pub struct AccountOverview {
    /// Where the person is signed in, newest first.
    pub sessions: Vec<Session>,
    /// The applications with access.
    pub applications: Vec<ApplicationAccess>,
}

/// What happened to an account in the last 90 days.
#[derive(Clone, Debug)]
pub struct AccountEvents {
    /// What the audit log has of it, newest first, but for sign-ins.
    pub changes: Vec<AuditLine>,
    /// How it was signed in to, newest first.
    pub sign_ins: Vec<SignInRecord>,
}

/// The sessions of browsers.
pub struct Sessions {
    instruments: Instruments,
    store: Store,
    application_cache: Arc<ApplicationCache>,
    operators: RequiredSignIn,
}

impl Sessions {
    /// Sessions are kept in the database.
    pub fn new(base: &Foundations, application_cache: &Arc<ApplicationCache>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            application_cache: Arc::clone(application_cache),
            operators: base.config.login.operators,
        }
    }

    /// Begins a session, in the transaction of the sign-in.
    pub(in crate::flows) async fn session_begin_in(
        &self,
        tx: &mut Transaction,
        user: UserId,
        amr: AuthenticationMethod,
        device: &Device,
    ) -> Result<SessionToken, StoreError> {
        self.begin(tx, user, Authenticated { amr, upstream: None, at: self.instruments.now() }, device).await
    }

    /// The same for a person who signed in at an upstream, perhaps a while ago.
    pub(in crate::flows) async fn session_begin_of_upstream(
        &self,
        tx: &mut Transaction,
        user: UserId,
        (upstream, at): (UpstreamName, Timestamp),
        device: &Device,
    ) -> Result<SessionToken, StoreError> {
        let how = Authenticated { amr: AuthenticationMethod::Upstream, upstream: Some(upstream), at };
        self.begin(tx, user, how, device).await
    }

    async fn begin(
        &self,
        tx: &mut Transaction,
        user: UserId,
        how: Authenticated,
        device: &Device,
    ) -> Result<SessionToken, StoreError> {
        let now = self.instruments.now();
        let token = SessionToken::from_random(self.instruments.random());
        let session = Session {
            id: SessionId::new(self.instruments.row_id(now)),
            user,
            created_at: now,
            auth_time: how.at,
            amr: how.amr,
            upstream: how.upstream,
            last_seen_at: now,
            expires_at: now.plus(SESSION_LIFETIME),
            ended_at: None,
            device: device.clone(),
        };
        tx.session_insert(&session, token.hash()).await?;
        let record = SignInRecord {
            id: SignInRecordId::new(self.instruments.row_id(now)),
            user,
            at: now,
            outcome: SignInOutcome::SignedIn,
            amr: session.amr,
            upstream: session.upstream,
            device: session.device,
        };
        tx.sign_in_record_insert(&record).await?;
        Ok(token)
    }

    /// The person of a session cookie. Use extends the session.
    pub async fn person_of(&self, token: &SessionToken) -> Result<Option<SignedInPerson>, Refusal> {
        let now = self.instruments.now();
        let session = self.store.session_by_token(token.hash()).await?.filter(|session| session.is_alive(now));
        let Some(session) = session else { return Ok(None) };
        let Some(user) = self.store.user(session.user).await?.filter(User::is_active) else { return Ok(None) };
        // Once an hour is enough for the list of sessions, and saves a write on every page.
        if now.since(session.last_seen_at).as_secs() >= 3600 {
            self.store.session_seen(session.id, now, now.plus(SESSION_LIFETIME)).await?;
        }
        Ok(Some(SignedInPerson::of((session, user), self.operators, now)))
    }

    /// Where a person is signed in, and what applications have of them.
    pub async fn account_overview(&self, user: &User) -> Result<AccountOverview, Refusal> {
        let now = self.instruments.now();
        let sessions = self.store.sessions_of(user.id, now).await?;
        let families = self.store.families_of_user(user.id).await?.into_iter();
        let granted = families
            .filter(|family| family.expires_at > now)
            .map(|family| (family.application, family.scope, family.created_at));
        // With consent alone an application gets in again without asking.
        let consents = self.store.consents_of(user.id).await?.into_iter();
        let agreed = consents.map(|consent| (consent.application, consent.scope, consent.granted_at));
        let mut applications: Vec<ApplicationAccess> = Vec::new();
        for (id, scope, since) in granted.chain(agreed) {
            match applications.iter_mut().find(|known| known.application.id == id) {
                Some(known) => {
                    known.scope = std::mem::take(&mut known.scope).union(&scope);
                    known.since = known.since.min(since);
                }
                None => applications.extend(self.access(id, scope, since).await?),
            }
        }
        Ok(AccountOverview { sessions, applications })
    }

    /// What happened to an account lately.
    pub async fn account_events(&self, user: &User) -> Result<AccountEvents, Refusal> {
        let since = self.instruments.now().minus(EVENTS_SHOWN_FOR);
        let mut changes = self.store.audit_about(&user.sub, user.id, since, MOST_EVENTS).await?;
        // It is among the sign-ins, with its device.
        changes.retain(|line| line.event != UpstreamChange::SignedIn.event());
        let sign_ins = self.store.sign_in_records_of(user.id, since, MOST_EVENTS).await?;
        Ok(AccountEvents { changes, sign_ins })
    }

    async fn access(
        &self,
        id: ApplicationId,
        scope: Scope,
        since: Timestamp,
    ) -> Result<Option<ApplicationAccess>, StoreError> {
        let Some(client_id) = self.store.application_client_id(id).await? else { return Ok(None) };
        let application = self.application_cache.application(&client_id).await?;
        Ok(application.map(|application| ApplicationAccess { application, scope, since }))
    }

    /// Ends one of the person's sessions and the grants that were made in it.
    pub async fn end_session(&self, person: &SignedInPerson, session: SessionId) -> Result<(), Refusal> {
        let own = self.store.session(session).await?.filter(|session| session.user == person.user.id);
        if own.is_none() {
            return Err(Refusal::new(ErrorCode::NotFound, "there is no such session of yours"));
        }
        let mut tx = person.begin(&self.store).await?;
        self.end_session_in(&mut tx, session).await?;
        Ok(tx.commit().await?)
    }

    /// Ends a session and the grants that were made in it, whoever asks for it; one that has ended stays as it is.
    pub(super) async fn end_session_of_anybody(&self, session: SessionId) -> Result<(), Refusal> {
        let Some(session) = self.store.session(session).await? else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        tx.user_hold(session.user).await?;
        self.end_session_in(&mut tx, session.id).await?;
        Ok(tx.commit().await?)
    }

    /// Ends a session in a transaction that holds the person's row.
    pub(super) async fn end_session_in(&self, tx: &mut Transaction, session: SessionId) -> Result<(), StoreError> {
        let now = self.instruments.now();
        tx.session_end(session, now).await?;
        tx.families_end_of_session(session, EndReason::SignedOut, now).await?;
        Ok(())
    }

    /// Ends the session that a browser had before it signed in again, because its cookie is replaced. Its grants move
    /// to the new session if that is the same person's.
    pub async fn replace_session(&self, before: &SignedInPerson, now: &SignedInPerson) -> Result<(), Refusal> {
        let mut tx = self.store.begin().await?;
        tx.user_hold(before.user.id).await?;
        // Where the new one is over already, there is nothing to hand over to.
        if before.user.id == now.user.id && tx.session_hold(now.session.id).await? {
            tx.session_hand_over(before.session.id, now.session.id).await?;
        }
        self.end_session_in(&mut tx, before.session.id).await?;
        Ok(tx.commit().await?)
    }

    /// Ends all sessions of the person and all grants.
    pub async fn sign_out_everywhere(&self, person: &SignedInPerson) -> Result<(), Refusal> {
        let now = self.instruments.now();
        let mut tx = person.begin(&self.store).await?;
        end_all_of(&mut tx, person.user.id, EndReason::SignedOut, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Withdraws the consent and grants of an application, with what is on its way to become one.
    pub async fn withdraw_access(&self, person: &SignedInPerson, client_id: &ClientId) -> Result<(), Refusal> {
        let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such application");
        let application = self.application_cache.application(client_id).await?.ok_or_else(unknown)?;
        let now = self.instruments.now();
        let mut tx = person.begin(&self.store).await?;
        tx.sign_ins_end_for(person.user.id, application.id, now).await?;
        tx.families_end_of_grant(person.user.id, application.id, EndReason::Withdrawn, now).await?;
        tx.authorization_codes_end(person.user.id, Some(application.id), now).await?;
        tx.device_grants_end(person.user.id, Some(application.id), now).await?;
        tx.consent_delete(person.user.id, application.id).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Ends the sign-ins, sessions, codes and grants of an account, after a write that locks its row: what begins in its
/// name does so too.
pub(in crate::flows) async fn end_all_of(
    tx: &mut Transaction,
    user: UserId,
    why: EndReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.sign_ins_end_of(user, now).await?;
    tx.sessions_end_of(user, now).await?;
    tx.authorization_codes_end(user, None, now).await?;
    tx.families_end_of_user(user, why, now).await?;
    tx.device_grants_end(user, None, now).await?;
    Ok(())
}
