//! Signing in with a passkey (WebAuthn §7.2).

use super::{Passkeys, refused, unusable};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::one_time::BrowserToken;
use crate::domain::passkey::{Passkey, PasskeyChange};
use crate::domain::session::Device;
use crate::domain::sign_in::Purpose;
use crate::flows::sign_in::SignedIn;
use crate::protocol::refusal::Refusal;
use crate::protocol::webauthn::{AssertedCredential, Assertion, counts_on};
use crate::store::Transaction;

impl Passkeys {
    /// Signs a browser in by an authenticator's answer. A passkey that is not known, one that was removed and one whose
    /// account is disabled are refused alike, at the same point.
    pub async fn sign_in(
        &self,
        answer: &str,
        purpose: Purpose,
        (browser, device): (&BrowserToken, &Device),
    ) -> Result<SignedIn, Refusal> {
        let assertion = Assertion::read(answer).map_err(unusable)?;
        let client_data = assertion.client_data(self.party()).map_err(unusable)?;
        let handle = assertion.user_handle().ok_or_else(|| refused("it does not say whose it is"))?;
        let known = self.store.passkey_of_credential(assertion.credential_id(), handle).await?;
        let passkey = known.ok_or_else(unknown)?;
        let said = assertion.verify(&passkey.public_key, self.party()).map_err(unusable)?;
        if said.backup_eligible != passkey.backup_eligible {
            return Err(refused("whether it may have copies is not as it was when it was registered"));
        }
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        self.spend_challenge(&mut tx, &client_data, (browser.hash(), None)).await?;
        if !tx.user_let_in(passkey.user, now).await? {
            return Err(unknown());
        }
        if !tx.passkey_use(passkey.id, &said, now).await? {
            return Err(self.refuse_use(tx, &passkey, said).await?);
        }
        let token = self.sessions.session_begin_in(&mut tx, passkey.user, passkey.method(), device).await?;
        tx.commit().await?;
        Ok(SignedIn { token, purpose })
    }

    /// A passkey that was removed meanwhile, or whose counter went back: then there are two of it, and one of them is
    /// not its owner's.
    async fn refuse_use(
        &self,
        mut tx: Transaction,
        passkey: &Passkey,
        said: AssertedCredential,
    ) -> Result<Refusal, Refusal> {
        let Some(current) = tx.passkey(passkey.user, passkey.id).await? else { return Ok(unknown()) };
        let Some(user) = tx.user(passkey.user).await? else { return Ok(unknown()) };
        debug_assert!(!counts_on(current.sign_count, said.sign_count), "the write refused what counts on");
        let event = AuditEvent::PasskeyChanged { sub: user.sub, what: PasskeyChange::Cloned };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Visitor, event, self.instruments.now())).await?;
        tx.commit().await?;
        Ok(refused(format!("its counter went back from {} to {}", current.sign_count, said.sign_count)))
    }
}

fn unknown() -> Refusal {
    refused("it is not registered here, or its account is disabled")
}
