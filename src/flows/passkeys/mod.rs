//! Passkeys: registered by people who have just signed in, used to sign in without a mail, and removed again.
//!
//! What an answer of an authenticator must be is in `protocol/webauthn`; here its challenge is spent, its passkey found
//! and its counter written, in one transaction with what it pays for.

mod messages;
mod register;
mod remove;
mod sign_in;

use std::sync::Arc;

use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::request_limits::{RequestLimits, Sender};
use super::requester::Requester;
use super::sessions::Sessions;
use crate::config::{Issuer, RateLimits};
use crate::domain::ids::UserId;
use crate::domain::one_time::{BrowserToken, PasskeyChallenge, ValueHash};
use crate::domain::passkey::{CHALLENGE_LIFETIME, Passkey};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::webauthn::{ClientData, RelyingParty, RequestOptions, WebauthnError};
use crate::store::{Store, StoreError, Transaction};

pub use register::{AddPasskeyError, NewPasskey};

/// Passkeys.
pub struct Passkeys {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    /// Pages of these origins may ask for passkeys: the issuer's and those that the operator named.
    origins: Vec<String>,
    mail: Arc<Mail>,
    sessions: Arc<Sessions>,
    request_limits: RequestLimits,
}

impl Passkeys {
    /// Passkeys are kept in the database.
    pub fn new(base: &Foundations, mail: &Arc<Mail>, sessions: &Arc<Sessions>) -> Self {
        let issuer = base.config.server.issuer.clone();
        let related = base.config.login.passkey_origins.iter().cloned();
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            origins: std::iter::once(issuer.origin()).chain(related).collect(),
            issuer,
            mail: Arc::clone(mail),
            sessions: Arc::clone(sessions),
            request_limits: RequestLimits::of_passkeys(&base.config.rate_limits),
        }
    }

    /// Other limits from now on.
    pub fn set_limits(&self, limits: &RateLimits) {
        self.request_limits.set_limits(limits);
    }

    /// Whether there can be passkeys here: their relying party is a domain, never an IP address (WebAuthn §5.1.2).
    pub fn are_possible(&self) -> bool {
        self.issuer.is_domain()
    }

    /// The passkeys of an account, the oldest first.
    pub async fn passkeys_of(&self, user: UserId) -> Result<Vec<Passkey>, Refusal> {
        Ok(self.store.passkeys_of(user).await?)
    }

    /// What a page asks the browser for, so that somebody signs in.
    pub async fn ask_to_sign_in(
        &self,
        browser: &BrowserToken,
        requester: &Requester,
    ) -> Result<RequestOptions, Refusal> {
        self.request_limits.admit(Sender::at(requester.address), self.instruments.now())?;
        let mut tx = self.store.begin().await?;
        let challenge = self.challenge(&mut tx, (browser.hash(), None)).await?;
        tx.commit().await?;
        Ok(RequestOptions::new(challenge.expose(), self.issuer.host()))
    }

    async fn challenge(
        &self,
        tx: &mut Transaction,
        whose: (ValueHash, Option<UserId>),
    ) -> Result<PasskeyChallenge, StoreError> {
        let challenge = PasskeyChallenge::from_random(self.instruments.random());
        let until = self.instruments.now().plus(CHALLENGE_LIFETIME);
        tx.passkey_challenge_insert(challenge.hash(), whose, until).await?;
        Ok(challenge)
    }

    /// Spends the challenge that an answer is for: that of this browser, and to register a passkey of this account if
    /// one is named.
    async fn spend_challenge(
        &self,
        tx: &mut Transaction,
        answer: &ClientData,
        whose: (ValueHash, Option<UserId>),
    ) -> Result<(), Refusal> {
        let over = || refused("its challenge was not given to this browser, was used, or is older than five minutes");
        let challenge: PasskeyChallenge = answer.challenge().map_err(unusable)?.parse().map_err(|_| over())?;
        let spent = tx.passkey_challenge_spend(challenge.hash(), whose, self.instruments.now()).await?;
        if spent { Ok(()) } else { Err(over()) }
    }

    fn party(&self) -> RelyingParty<'_> {
        RelyingParty { id: self.issuer.host(), origins: &self.origins }
    }
}

/// What cannot be used of an answer is for the log. People are told that it did not work, whatever the reason.
fn unusable(error: WebauthnError) -> Refusal {
    refused(error.to_string())
}

fn refused(why: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::PasskeyRefused, "this passkey was not accepted").with_detail(why)
}
