//! Registering and changing applications as a developer: what they may choose takes effect at once, the rest waits for
//! an operator.

mod approvals;

use std::sync::Arc;

use super::access::{Access, Caller, Need, Reach, begin_as, sign_in_anew};
use super::applications::{Applications, Chooser, MadeSecret, NewApplication, SettingsChange, changeable, check_look};
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::ownership::{Removal, tell_removed};
use crate::config::{self, Issuer};
use crate::domain::application::{Application, ApplicationSettings, BeyondLimits, SelfServiceLimits};
use crate::domain::approval::{Approval, Extras, part};
use crate::domain::audit::AuditEvent;
use crate::domain::group::GroupName;
use crate::domain::ids::{ApprovalId, ClientId};
use crate::domain::ownership::Owner;
use crate::domain::secret::ClientSecret;
use crate::domain::settings_change::requested_extras;
use crate::domain::sign_in::UnknownAccount;
use crate::domain::user::{EmailAddress, User};
use crate::domain::visible_text::without_invisible;
use crate::protocol::refusal::{ErrorCode, FormReason, Refusal};
use crate::store::{Generation, Store, StoreError, Transaction};

pub use approvals::MOST_WAITING;

/// The longest reason a developer gives, in characters.
const LONGEST_REASON: usize = 1000;

/// An application that was just registered.
#[derive(Debug)]
pub struct Registered {
    /// The application, with all that its owner may choose alone.
    pub application: Application,
    /// Its secret, shown now and never again.
    pub secret: Option<ClientSecret>,
    /// The rest, until an operator has decided.
    pub waiting: Option<Approval>,
}

/// An application that was just changed.
#[derive(Debug)]
pub struct Changed {
    /// The application as it is now.
    pub application: Application,
    /// What waits for an operator.
    pub waiting: Option<Approval>,
}

impl From<BeyondLimits> for Refusal {
    fn from(beyond: BeyondLimits) -> Self {
        Self::new(ErrorCode::AccessDenied, beyond.to_string()).in_form(FormReason::BeyondLimits)
    }
}

/// What developers do with their applications, and operators decide about it.
pub struct SelfService {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    access: Arc<Access>,
    applications: Arc<Applications>,
    mail: Arc<Mail>,
    limits: config::SelfService,
    unknown_account: UnknownAccount,
}

impl SelfService {
    /// Within the limits that the operator set.
    pub fn new(base: &Foundations, access: &Arc<Access>, applications: &Arc<Applications>, mail: &Arc<Mail>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            access: Arc::clone(access),
            applications: Arc::clone(applications),
            mail: Arc::clone(mail),
            limits: base.config.self_service.clone(),
            unknown_account: base.config.login.unknown_account,
        }
    }

    /// The settings of a new application whose scopes were not named: the usual ones of its type, as far as the
    /// caller may choose them.
    pub fn within_limits(&self, caller: &Caller, settings: ApplicationSettings) -> ApplicationSettings {
        if caller.chooses_everything() {
            return settings;
        }
        settings.within(&self.limits.scopes)
    }

    /// Registers an application for a caller, who becomes its owner; `reason` is for the operator who decides about the
    /// rest.
    pub async fn register_for(
        &self,
        caller: &Caller,
        requested: ApplicationSettings,
        reason: &str,
    ) -> Result<Registered, Refusal> {
        caller.reach(Need::WriteApplications)?;
        requested.check().map_err(|e| Refusal::invalid_request(e.to_string()))?;
        let groups = self.store.groups_for_developers().await?;
        // What is refused anyhow costs no hash.
        self.registered_as(caller, requested.clone(), &groups)?;
        let secret = self.applications.secret_for(&requested).await?;
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        let caller = &caller;
        let (settings, extras) = self.registered_as(caller, requested, &groups)?;
        // Locks the counter's row, so that parallel registrations count each other.
        tx.generation_raise(Generation::Applications).await?;
        let new = NewApplication { client_id: None, settings };
        let application =
            self.applications.application_create_in(&mut tx, new, secret.as_ref(), &caller.actor()).await?;
        check_look(&mut tx, &application, chooser(caller)).await?;
        self.access.check_owner_limit(&mut tx, caller).await?;
        let waiting = self.ask_for(&mut tx, caller, &application, (extras, reason)).await?;
        tx.commit().await?;
        self.applications.after_commit().await;
        Ok(Registered { application, secret: secret.map(MadeSecret::into_plain), waiting })
    }

    /// What a caller may choose of a new application, with its owner, and the rest.
    fn registered_as(
        &self,
        caller: &Caller,
        requested: ApplicationSettings,
        groups: &[GroupName],
    ) -> Result<(ApplicationSettings, Extras), Refusal> {
        let (mut settings, extras) = self.part_for(caller, requested, None, groups)?;
        settings.owner = owner_of(caller, settings.owner.take())?;
        settings.check().map_err(|e| Refusal::invalid_request(e.to_string()))?;
        Ok((settings, extras))
    }

    /// Changes an application for a caller who has seen this version of it and may write it.
    pub async fn change_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        SettingsChange { settings, version, consequences }: SettingsChange,
        reason: &str,
    ) -> Result<Changed, Refusal> {
        self.access.application_for(caller, client_id, Need::WriteApplications).await?;
        settings.check().map_err(|e| Refusal::invalid_request(e.to_string()))?;
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        let caller = &caller;
        tx.generation_raise(Generation::Applications).await?;
        // Compared with what it has now, not with what it had when it was read: what an operator has just removed is an
        // extra again.
        let known = changeable(&mut tx, client_id, &caller.actor()).await?;
        let groups = tx.groups_for_developers().await?;
        let settings =
            if hides_groups(caller) { settings.with_hidden_groups(&known.settings, &groups) } else { settings };
        let (mut settings, extras) = self.part_for(caller, settings, Some(&known.settings), &groups)?;
        if !caller.chooses_everything() {
            // Owners are changed by invitations and by leaving.
            settings.owner.clone_from(&known.settings.owner);
        }
        let owners = tx.owners_of(known.id).await?;
        let change = SettingsChange { settings, version, consequences };
        let mut application = self.applications.change_settings_in(&mut tx, client_id, change, &caller.actor()).await?;
        if application.settings.name != known.settings.name {
            check_look(&mut tx, &application, chooser(caller)).await?;
        }
        self.tell_replaced(&mut tx, &application, &owners).await?;
        let waiting = self.ask_for(&mut tx, caller, &application, (extras, reason)).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        self.applications.after_commit().await;
        if hides_groups(caller) {
            application.settings = application.settings.without_hidden_groups(&groups);
        }
        Ok(Changed { application, waiting })
    }

    /// Tells those who were owners before an operator named another one.
    async fn tell_replaced(
        &self,
        tx: &mut Transaction,
        application: &Application,
        before: &[Owner],
    ) -> Result<(), StoreError> {
        let now = tx.owners_of(application.id).await?;
        for removed in before.iter().filter(|owner| !now.iter().any(|left| left.user == owner.user)) {
            let removal = Removal { application, removed, by: None, at: self.instruments.now() };
            tell_removed(tx, &self.mail, &self.issuer, &removal).await?;
        }
        Ok(())
    }

    fn part_for(
        &self,
        caller: &Caller,
        requested: ApplicationSettings,
        known: Option<&ApplicationSettings>,
        groups: &[GroupName],
    ) -> Result<(ApplicationSettings, Extras), Refusal> {
        if caller.chooses_everything() {
            return Ok((requested, Extras::default()));
        }
        if known.is_none_or(|known| known.name != requested.name) && self.mail.is_own_name(&requested.name) {
            let what = "only an operator can give an application a name that is, or looks like, that of this server";
            return Err(Refusal::new(ErrorCode::AccessDenied, what));
        }
        let limits = &self.limits;
        let limits = SelfServiceLimits {
            scope: &limits.scopes,
            grants: &limits.grants,
            audiences: &limits.audiences,
            groups,
            longest_token_ttl: limits.longest_token_ttl,
            unknown_account: self.unknown_account,
        };
        let parted = match part(requested, known, &limits) {
            Ok((_, extras)) if !extras.is_empty() && caller.could_choose_everything() => return Err(sign_in_anew()),
            Err(_) if caller.could_choose_everything() => return Err(sign_in_anew()),
            parted => parted?,
        };
        if caller.user().is_none() && !parted.1.is_empty() {
            let what = "this asks for more than the free scopes; it needs a token with the scope gatepost:admin";
            return Err(Refusal::new(ErrorCode::InsufficientScope, what));
        }
        Ok(parted)
    }

    async fn ask_for(
        &self,
        tx: &mut Transaction,
        caller: &Caller,
        application: &Application,
        (extras, reason): (Extras, &str),
    ) -> Result<Option<Approval>, StoreError> {
        let waiting = tx.approval_of(application.id).await?;
        let Some(user) = caller.user().filter(|_| !extras.is_empty()) else { return Ok(waiting) };
        let mut reason: String = without_invisible(reason).chars().take(LONGEST_REASON).collect();
        let mut extras = extras;
        if let Some(waiting) = waiting {
            extras = extras.in_place_of(&waiting.extras).beyond(&application.settings);
            if reason.is_empty() {
                reason.clone_from(&waiting.reason);
            }
            if (&waiting.extras, &waiting.reason) == (&extras, &reason) {
                return Ok(Some(waiting));
            }
        }
        let now = self.instruments.now();
        let approval = Approval {
            id: ApprovalId::new(self.instruments.row_id(now)),
            application: application.id,
            requested_by: user.id,
            extras,
            reason,
            created_at: now,
        };
        tx.approval_insert(&approval).await?;
        let (client_id, what) = (application.client_id.clone(), requested_extras(&approval.extras));
        let event = AuditEvent::ApprovalAsked { client_id, what };
        tx.audit_append(&self.instruments.audit_entry(&caller.actor(), event, now)).await?;
        Ok(Some(approval))
    }
}

fn chooser(caller: &Caller) -> Chooser {
    if caller.chooses_everything() { Chooser::Operator } else { Chooser::Developer }
}

/// Whether this caller is not shown the groups that operators keep to themselves.
fn hides_groups(caller: &Caller) -> bool {
    matches!(caller.reach(Need::WriteApplications), Ok(Reach::OwnedBy(_)))
}

/// An operator may register for another owner, a developer only for themselves. A machine has to name an owner, because
/// an application without one counts as the operator's own.
fn owner_of(caller: &Caller, named: Option<String>) -> Result<Option<String>, Refusal> {
    let own = caller.user().and_then(|user: &User| user.email.as_ref()).map(EmailAddress::to_string);
    if caller.chooses_everything() {
        return Ok(named.or(own));
    }
    match (caller.user(), named) {
        (None, Some(named)) => Ok(Some(named)),
        (None, None) => Err(Refusal::invalid_request("say whose application it is: the member 'owner' is missing")),
        (Some(_), Some(named)) if Some(&named) != own.as_ref() => Err(if caller.could_choose_everything() {
            sign_in_anew()
        } else {
            Refusal::new(ErrorCode::AccessDenied, "only an operator registers an application for another person")
        }),
        (Some(_), _) => Ok(own),
    }
}
