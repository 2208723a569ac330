//! Registering a passkey (WebAuthn §7.1).

use super::{Passkeys, unusable};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::PasskeyId;
use crate::domain::one_time::BrowserToken;
use crate::domain::passkey::{MOST_PASSKEYS, Passkey, PasskeyChange, PasskeyName};
use crate::domain::user::User;
use crate::flows::access::{begin_fresh, check_fresh};
use crate::flows::mail::WayInNews;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::Refusal;
use crate::protocol::webauthn::{CreationOptions, Registration, Subject, base64url};
use crate::store::StoreError;

/// A passkey that a browser says was made.
#[derive(Clone, Debug)]
pub struct NewPasskey<'a> {
    /// The browser's answer, as JSON.
    pub answer: &'a str,
    /// What it is to be called.
    pub name: PasskeyName,
}

/// Why a passkey was not registered.
#[derive(Debug, thiserror::Error)]
pub enum AddPasskeyError {
    /// There are as many as there may be.
    #[error("there are {MOST_PASSKEYS} passkeys already; remove one first")]
    TooMany,
    /// It is refused, or could not be stored.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for AddPasskeyError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Passkeys {
    /// What a page asks the browser for, so that a passkey is made for somebody who has signed in a moment ago.
    pub async fn ask_to_register(
        &self,
        person: &SignedInPerson,
        browser: &BrowserToken,
    ) -> Result<CreationOptions, AddPasskeyError> {
        let mut tx = begin_fresh(&self.store, person).await?;
        let handle = tx.passkey_handle(person.user.id, self.instruments.random()).await?;
        let known = tx.passkeys_of(person.user.id).await?;
        if known.len() >= MOST_PASSKEYS {
            return Err(AddPasskeyError::TooMany);
        }
        let challenge = self.challenge(&mut tx, (browser.hash(), Some(person.user.id))).await?;
        tx.commit().await?;
        let known = known.iter().map(|passkey| passkey.credential_id.as_slice());
        Ok(CreationOptions::new(challenge.expose(), self.issuer.host(), subject(&person.user, &handle), known))
    }

    /// Registers it.
    pub async fn register(
        &self,
        person: &SignedInPerson,
        browser: &BrowserToken,
        new: NewPasskey<'_>,
    ) -> Result<(), AddPasskeyError> {
        check_fresh(person)?;
        let registration = Registration::read(new.answer).map_err(unusable)?;
        let client_data = registration.client_data(self.party()).map_err(unusable)?;
        let credential = registration.credential(self.party()).map_err(unusable)?;
        let (user, now) = (&person.user, self.instruments.now());
        // Of two at once the second waits here, and finds the passkey of the first.
        let mut tx = begin_fresh(&self.store, person).await?;
        self.spend_challenge(&mut tx, &client_data, (browser.hash(), Some(user.id))).await?;
        if tx.passkeys_of(user.id).await?.len() >= MOST_PASSKEYS {
            return Err(AddPasskeyError::TooMany);
        }
        let passkey = Passkey {
            id: PasskeyId::new(self.instruments.row_id(now)),
            user: user.id,
            credential_id: credential.id,
            public_key: credential.public_key,
            name: new.name,
            sign_count: credential.sign_count,
            backup_eligible: credential.backup_eligible,
            backed_up: credential.backed_up,
            created_at: now,
            last_used_at: None,
        };
        tx.passkey_insert(&passkey).await.map_err(|e| match e {
            StoreError::Conflict => super::refused("a passkey with its credential id is registered already"),
            other => other.into(),
        })?;
        let event = AuditEvent::PasskeyChanged { sub: user.sub.clone(), what: PasskeyChange::Added };
        tx.audit_append(&self.instruments.audit_entry(&Actor::User(user.id), event, now)).await?;
        self.tell(&mut tx, user, &passkey.name, WayInNews::Opened(&person.session.device)).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }
}

fn subject(user: &User, handle: &[u8]) -> Subject {
    let name = user.email.as_ref().map(ToString::to_string).unwrap_or_default();
    Subject { id: base64url(handle), display_name: user.name.clone().unwrap_or_else(|| name.clone()), name }
}
