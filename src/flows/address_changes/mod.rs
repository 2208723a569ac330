//! An account gets another address.
//!
//! It is asked for with a fresh sign-in. The new address proves itself by a link, in a browser that is signed in to the
//! account: an attacker cannot have the owner of an address give it to the attacker's account. The old address then gets
//! a mail by which the change is undone for seven days, without signing in, and that ends all sessions too.

mod messages;

use std::sync::Arc;

use super::access::{Need, begin_acting, begin_fresh};
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::mail_limits::{MailLimits, MailSender};
use super::requester::Requester;
use super::sessions::{SignedInPerson, end_all_of};
use crate::config::Issuer;
use crate::domain::address_change::{AddressChange, AddressChangeState, PROOF_LIFETIME, UNDO_LIFETIME};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::AddressChangeId;
use crate::domain::one_time::{AddressToken, BrowserToken, UndoToken};
use crate::domain::passkey::PasskeyChange;
use crate::domain::token_family::EndReason;
use crate::domain::upstream::UpstreamChange;
use crate::domain::user::{EmailAddress, UserState};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, Store, StoreError};

/// Changes the addresses of accounts.
pub struct AddressChanges {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    mail: Arc<Mail>,
    mail_limits: Arc<MailLimits>,
}

impl AddressChanges {
    /// Changes are kept in the database as long as they can be made or undone.
    pub fn new(base: &Foundations, mail: &Arc<Mail>, mail_limits: &Arc<MailLimits>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            mail: Arc::clone(mail),
            mail_limits: Arc::clone(mail_limits),
        }
    }

    /// Sends a link to the new address. The answer is the same if it has an account already; its owner is told so.
    pub async fn ask(
        &self,
        person: &SignedInPerson,
        new: EmailAddress,
        (browser, requester): (&BrowserToken, &Requester),
    ) -> Result<(), Refusal> {
        let now = self.instruments.now();
        let mut tx = begin_fresh(&self.store, person).await?;
        let user = tx.user(person.user.id).await?.ok_or_else(over)?;
        let old = user.email.clone().ok_or_else(over)?;
        if old.key() == new.key() {
            return Err(Refusal::invalid_request("this is the address of the account already"));
        }
        // Both get mail by it. The new one need not be the person's, so no browser is known there.
        let (network, browser) = (MailSender::Network(requester.address), browser.hash());
        let sender = self.mail_limits.mail_sender(browser, Some(user.id), requester);
        self.mail_limits.take_limits_of_all(&mut tx, &[(&new, &network), (&old, &sender)]).await?;
        tx.address_changes_drop(user.id, now).await?;
        let locale = user.locale.as_deref().unwrap_or(&requester.locale);
        let other = tx.user_by_email(&new).await?;
        let until = now.plus(PROOF_LIFETIME);
        let id = AddressChangeId::new(self.instruments.row_id(now));
        let state = AddressChangeState::Asked { until };
        let change = AddressChange { id, user: user.id, old, new, created_at: now, state };
        let token = AddressToken::from_random(self.instruments.random());
        // Also where another account has it, so that neither the time nor what is kept tells that. Nobody gets its link.
        tx.address_change_insert(&change, token.hash(), until).await?;
        let notice = match &other {
            Some(other) => {
                let theirs = other.locale.as_deref().unwrap_or(locale);
                self.taken(other.email.as_ref().unwrap_or(&change.new), theirs)
            }
            None => self.proof(&change, &token, locale),
        };
        self.mail.queue_notice(&mut tx, &notice).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }

    /// The change that a link would make for this person; none if there is nothing to make.
    pub async fn to_be_made(
        &self,
        person: &SignedInPerson,
        token: &AddressToken,
    ) -> Result<Option<AddressChange>, Refusal> {
        let found = self.store.address_change_by_link(token.hash()).await?;
        let now = self.instruments.now();
        Ok(found.filter(|change| change.user == person.user.id && change.can_be_made(now)))
    }

    /// The new address is proven: the account has it from now on, and the old one is told.
    pub async fn make(&self, person: &SignedInPerson, token: &AddressToken) -> Result<(), Refusal> {
        let (now, id) = (self.instruments.now(), person.user.id);
        let mut tx = begin_acting(&self.store, &Actor::User(id), Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let undo = UndoToken::from_random(self.instruments.random());
        let undo_until = now.plus(UNDO_LIFETIME);
        let made = tx.address_change_make((token.hash(), id), (undo.hash(), undo_until), now).await?;
        let change = made.ok_or_else(over)?;
        let user = tx.user(id).await?.ok_or_else(over)?;
        if user.email.as_ref().map(EmailAddress::key) != Some(change.old.key()) {
            return Err(over());
        }
        tx.user_change_address(id, &change.new, now).await.map_err(taken_meanwhile)?;
        // A link that is on its way to the old address signs in no more.
        tx.sign_ins_end_of(id, now).await?;
        tx.address_changes_drop(id, now).await?;
        let locale = user.locale.as_deref().unwrap_or("en");
        self.mail.queue_notice(&mut tx, &self.changed(&change, (&undo, undo_until), locale)).await?;
        let event = AuditEvent::UserAddressChanged { sub: user.sub };
        tx.audit_append(&self.instruments.audit_entry(&Actor::User(id), event, now)).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }

    /// The change that a value would undo; none if there is nothing to undo.
    pub async fn to_be_undone(&self, token: &UndoToken) -> Result<Option<AddressChange>, Refusal> {
        let found = self.store.address_change_by_undo(token.hash()).await?;
        let now = self.instruments.now();
        Ok(found.filter(|change| change.can_be_undone(now)))
    }

    /// The account has its old address again, and everything that is signed in to it ends. Whatever changes came after
    /// this one can be undone no more: they may be an attacker's.
    pub async fn undo(&self, token: &UndoToken) -> Result<(), Refusal> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        if let Some(found) = self.to_be_undone(token).await? {
            tx.user_hold(found.user).await?;
        }
        let change = tx.address_change_undo(token.hash(), now).await?.ok_or_else(over)?;
        let user = tx.user(change.user).await?.filter(|user| !matches!(user.state, UserState::Deleted { .. }));
        let user = user.ok_or_else(over)?;
        tx.user_change_address(user.id, &change.old, now).await.map_err(taken_meanwhile)?;
        end_all_of(&mut tx, user.id, EndReason::AccountEnded, now).await?;
        tx.address_changes_end(user.id, now).await?;
        // An attacker may have added one, and mail is enough to add one's own again.
        for _ in tx.passkeys_of(user.id).await? {
            let event = AuditEvent::PasskeyChanged { sub: user.sub.clone(), what: PasskeyChange::Removed };
            tx.audit_append(&self.instruments.audit_entry(&Actor::Visitor, event, now)).await?;
        }
        tx.passkeys_forget(user.id).await?;
        for identity in tx.upstream_identities_of(user.id).await? {
            let event = AuditEvent::UpstreamChanged {
                sub: user.sub.clone(),
                what: UpstreamChange::Unlinked,
                upstream: identity.upstream,
            };
            tx.audit_append(&self.instruments.audit_entry(&Actor::Visitor, event, now)).await?;
        }
        tx.upstream_identities_forget(user.id).await?;
        let event = AuditEvent::UserAddressRestored { sub: user.sub };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Visitor, event, now)).await?;
        Ok(tx.commit().await?)
    }
}

fn over() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "this link was used before, or its time is over")
}

fn taken_meanwhile(error: StoreError) -> Refusal {
    match error {
        StoreError::Conflict => {
            Refusal::new(ErrorCode::Conflict, "another account has this address now; nothing was changed")
        }
        other => other.into(),
    }
}
