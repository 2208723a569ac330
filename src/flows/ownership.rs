//! Who looks after an application: named when it is registered, invited, handed over to, gone.

use std::time::Duration;

use super::Server;
use super::access::{Caller, Need, unknown_application};
use super::queue_mail::{Notice, NoticeLink};
use crate::domain::application::{Application, Origin};
use crate::domain::audit::AuditEvent;
use crate::domain::ids::{ClientId, InvitationId};
use crate::domain::language::Language;
use crate::domain::one_time::InvitationToken;
use crate::domain::ownership::{Invitation, InvitationPath, InvitationPurpose};
use crate::domain::user::{EmailAddress, User};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// How long an invitation can be accepted.
const INVITATION_LIFETIME: Duration = Duration::from_hours(24 * 7);

/// How many open invitations an application may have; each of them is a mail to an address somebody typed.
const MOST_INVITATIONS: usize = 10;

impl Server {
    /// Makes the address that an application was registered with its owner: the account that has it, or whoever
    /// proves it first.
    pub(super) async fn settle_owner(&self, tx: &mut Transaction, application: &Application) -> Result<(), StoreError> {
        let now = self.now();
        let Some(email) = application.settings.owner.as_deref().and_then(|owner| owner.parse::<EmailAddress>().ok())
        else {
            return Ok(());
        };
        match tx.user_by_email(&email).await? {
            Some(user) => tx.owner_add(application.id, user.id, now).await,
            None => tx.owner_add_address(application.id, &email, now).await,
        }
    }

    /// Asks somebody by mail to look after an application. Only who proves the address can accept.
    pub async fn invite_owner(
        &self,
        caller: &Caller,
        application: &Application,
        email: EmailAddress,
        purpose: InvitationPurpose,
    ) -> Result<Invitation, Refusal> {
        self.application_for(caller, &application.client_id, Need::WriteApplications).await?;
        let needs_person = || Refusal::new(ErrorCode::AccessDenied, "only a person can invite somebody");
        let inviter = caller.user().ok_or_else(needs_person)?;
        let now = self.now();
        let token = InvitationToken::from_random(self.random());
        let invitation = Invitation {
            id: InvitationId::new(self.row_id(now)),
            application: application.id,
            email,
            purpose,
            invited_by: inviter.id,
            created_at: now,
            expires_at: now.plus(INVITATION_LIFETIME),
            spent_at: None,
        };
        let mut tx = self.store.begin().await?;
        // Locks the counter's row, so of many invitations at once each counts the ones before.
        tx.generation_raise(Generation::Applications).await?;
        self.check_invitation(&mut tx, application, &invitation).await?;
        tx.invitation_insert(&invitation, token.hash()).await?;
        let locale = tx.user_by_email(&invitation.email).await?.and_then(|user| user.locale);
        self.tell_invited(&mut tx, (application, inviter), (&invitation, &token), locale.as_deref()).await?;
        let event = AuditEvent::OwnerInvited { client_id: application.client_id.clone() };
        tx.audit_append(&self.audit_entry(&caller.actor(), event, now)).await?;
        tx.commit().await?;
        self.wake_outbox();
        Ok(invitation)
    }

    async fn check_invitation(
        &self,
        tx: &mut Transaction,
        application: &Application,
        invitation: &Invitation,
    ) -> Result<(), Refusal> {
        if application.origin == Origin::Declared {
            return Err(declared());
        }
        let key = invitation.email.key();
        if tx.owners_of(application.id).await?.iter().any(|owner| owner.email.key() == key) {
            return Err(Refusal::new(ErrorCode::Conflict, "they look after this application already"));
        }
        let open = tx.invitations_of(application.id, self.now()).await?;
        if open.iter().any(|known| known.email.key() == key) {
            return Err(Refusal::new(ErrorCode::Conflict, "they are invited already"));
        }
        if open.len() >= MOST_INVITATIONS {
            let what = format!("{MOST_INVITATIONS} invitations are open already; withdraw one first");
            return Err(Refusal::new(ErrorCode::Conflict, what));
        }
        Ok(())
    }

    /// The open invitations to an application.
    pub async fn invitations_of(&self, application: &Application) -> Result<Vec<Invitation>, Refusal> {
        Ok(self.store.invitations_of(application.id, self.now()).await?)
    }

    /// The open invitations to somebody who has proven their address, each with its application.
    pub async fn invitations_for(&self, user: &User) -> Result<Vec<(Invitation, Application)>, Refusal> {
        let Some(email) = user.email.as_ref().filter(|_| user.email_verified_at.is_some()) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for invitation in self.store.invitations_for(email, self.now()).await? {
            if let Some(application) = self.living_application(&invitation).await? {
                found.push((invitation, application));
            }
        }
        Ok(found)
    }

    /// An invitation, shown to whom it was sent. For everybody else there is none.
    pub async fn invitation_for(
        &self,
        user: &User,
        path: &InvitationPath,
    ) -> Result<(Invitation, Application), Refusal> {
        let gone = || Refusal::new(ErrorCode::NotFound, "this invitation is not, or no longer, for you");
        let invitation = match path {
            InvitationPath::Link(token) => self.store.invitation_of_token(token.hash()).await?,
            InvitationPath::Listed(id) => self.store.invitation(*id).await?,
        };
        let invitation = invitation.ok_or_else(gone)?;
        let own = user.email.as_ref().filter(|_| user.email_verified_at.is_some()).map(EmailAddress::key);
        if !invitation.is_open(self.now()) || own != Some(invitation.email.key()) {
            return Err(gone());
        }
        let application = self.living_application(&invitation).await?.ok_or_else(gone)?;
        Ok((invitation, application))
    }

    /// Accepts an invitation; where it hands the application over, whoever invited leaves.
    pub async fn invitation_accept(&self, user: &User, path: &InvitationPath) -> Result<ClientId, Refusal> {
        let (invitation, application) = self.invitation_for(user, path).await?;
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let spent = tx.invitation_spend(invitation.id, self.now()).await?;
        // Who was an owner then may have left since, and whoever is none any more hands nothing over.
        let owners = tx.owners_of(application.id).await?;
        let inviter_counts = owners.iter().any(|owner| owner.user == Some(invitation.invited_by));
        let by_operator = tx.user(invitation.invited_by).await?.is_some_and(|inviter| inviter.admin);
        if !spent || !(inviter_counts || by_operator) {
            return Err(Refusal::new(ErrorCode::NotFound, "this invitation is not, or no longer, for you"));
        }
        tx.owner_add(application.id, user.id, self.now()).await?;
        if invitation.purpose == InvitationPurpose::Transfer && invitation.invited_by != user.id {
            tx.owner_remove(application.id, invitation.invited_by).await?;
        }
        self.note_owner(&mut tx, &application, &Caller::Person(user.clone()), "joined").await?;
        tx.commit().await?;
        Ok(application.client_id)
    }

    /// Declines an invitation.
    pub async fn invitation_decline(&self, user: &User, path: &InvitationPath) -> Result<(), Refusal> {
        let (invitation, _) = self.invitation_for(user, path).await?;
        self.end_invitation(invitation.id).await
    }

    /// Takes an invitation back.
    pub async fn invitation_withdraw(
        &self,
        caller: &Caller,
        application: &Application,
        id: InvitationId,
    ) -> Result<(), Refusal> {
        self.application_for(caller, &application.client_id, Need::WriteApplications).await?;
        let open = self.store.invitations_of(application.id, self.now()).await?;
        if !open.iter().any(|invitation| invitation.id == id) {
            return Err(Refusal::new(ErrorCode::NotFound, "there is no such open invitation"));
        }
        self.end_invitation(id).await
    }

    async fn end_invitation(&self, id: InvitationId) -> Result<(), Refusal> {
        let mut tx = self.store.begin().await?;
        let ended = tx.invitation_spend(id, self.now()).await?;
        tx.commit().await?;
        if ended { Ok(()) } else { Err(Refusal::new(ErrorCode::NotFound, "there is no such open invitation")) }
    }

    /// Stops looking after an application. The last owner cannot: somebody has to.
    pub async fn leave_application(&self, user: &User, application: &Application) -> Result<(), Refusal> {
        let email = user.email.as_ref().ok_or_else(unknown_application)?;
        self.drop_owner(&Caller::Person(user.clone()), application, email).await
    }

    /// Takes an application away from one of its owners, or from an address that was named for one.
    pub async fn remove_owner(
        &self,
        caller: &Caller,
        application: &Application,
        owner: &EmailAddress,
    ) -> Result<(), Refusal> {
        self.application_for(caller, &application.client_id, Need::WriteApplications).await?;
        self.drop_owner(caller, application, owner).await
    }

    async fn drop_owner(&self, caller: &Caller, application: &Application, who: &EmailAddress) -> Result<(), Refusal> {
        if application.origin == Origin::Declared {
            return Err(declared());
        }
        let mut tx = self.store.begin().await?;
        // Locks the counter's row, so of two owners who leave at once the second sees that it is the last.
        tx.generation_raise(Generation::Applications).await?;
        let owners = tx.owners_of(application.id).await?;
        let Some(leaving) = owners.iter().find(|owner| owner.email.key() == who.key()) else {
            return Err(Refusal::new(ErrorCode::NotFound, "they do not look after this application"));
        };
        let stays = owners.iter().any(|owner| owner.user.is_some() && owner.user != leaving.user);
        if leaving.user.is_some() && !stays {
            let what = "the last owner cannot leave; hand the application over or delete it";
            return Err(Refusal::new(ErrorCode::Conflict, what));
        }
        match leaving.user {
            Some(user) => tx.owner_remove(application.id, user).await?,
            None => tx.owner_remove_address(application.id, who).await?,
        };
        self.note_owner(&mut tx, application, caller, "left").await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the address that stands for an application's owner, on the consent page for one, true; and audits.
    async fn note_owner(
        &self,
        tx: &mut Transaction,
        application: &Application,
        caller: &Caller,
        what: &'static str,
    ) -> Result<(), StoreError> {
        let owners = tx.owners_of(application.id).await?;
        let named = application.settings.owner.as_deref().map(str::to_ascii_lowercase);
        if !owners.iter().any(|owner| Some(owner.email.key()) == named) {
            tx.application_set_owner(application.id, owners.first().map(|owner| owner.email.as_str())).await?;
        }
        let event = AuditEvent::OwnersChanged { client_id: application.client_id.clone(), what };
        tx.audit_append(&self.audit_entry(&caller.actor(), event, self.now())).await
    }

    async fn living_application(&self, invitation: &Invitation) -> Result<Option<Application>, StoreError> {
        let Some(client_id) = self.store.application_client_id(invitation.application).await? else { return Ok(None) };
        let application = self.store.application(&client_id).await?;
        Ok(application.filter(|application| application.state.name() != "deleted"))
    }

    async fn tell_invited(
        &self,
        tx: &mut Transaction,
        (application, inviter): (&Application, &User),
        (invitation, token): (&Invitation, &InvitationToken),
        locale: Option<&str>,
    ) -> Result<(), StoreError> {
        let locale = locale.or(inviter.locale.as_deref()).unwrap_or_default();
        let name = &application.settings.name;
        let who = inviter.email.as_ref().map(ToString::to_string).unwrap_or_default();
        let host = self.config.server.issuer.host();
        let (heading, text, label) = match Language::of(locale) {
            Language::English => (
                format!("Look after {name}?"),
                format!("{who} invites you to look after the application {name} at {host}."),
                "See the invitation",
            ),
            Language::German => (
                format!("{name} mit betreuen?"),
                format!("{who} lädt Sie ein, die Anwendung {name} auf {host} zu betreuen."),
                "Einladung ansehen",
            ),
        };
        let until = match Language::of(locale) {
            Language::English => format!("You can accept until {}.", invitation.expires_at.date()),
            Language::German => format!("Sie können bis {} annehmen.", invitation.expires_at.date()),
        };
        let url = self.config.server.issuer.url_of(&format!("/portal/invitations/{}", token.expose()));
        let notice = Notice {
            recipient: &invitation.email,
            locale,
            subject: heading.clone(),
            heading,
            paragraphs: vec![text, until],
            link: Some(NoticeLink { label: label.to_owned(), url }),
            not_after: invitation.expires_at,
        };
        self.queue_notice(tx, &notice).await
    }
}

fn declared() -> Refusal {
    Refusal::new(ErrorCode::Conflict, "the configuration names the owner of this application; change it there")
}
