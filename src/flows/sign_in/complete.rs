//! Finishing a sign-in in the browser that began it.

use super::SignIns;
use crate::domain::audit::Actor;
use crate::domain::ids::UserId;
use crate::domain::one_time::SessionToken;
use crate::domain::session::{AuthenticationMethod, Device};
use crate::domain::sign_in::{DeliveryEvent, LoginCode, MOST_TRIES, Purpose, SignIn, SignInOver};
use crate::domain::user::User;
use crate::flows::people::{Admin, NewUser};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{StoreError, Transaction};

/// A browser that is signed in now.
#[derive(Debug)]
pub struct SignedIn {
    /// The new value of its session cookie.
    pub token: SessionToken,
    /// What happens next.
    pub purpose: Purpose,
}

/// The result of entering a code.
#[derive(Debug)]
pub enum CodeOutcome {
    /// It was right.
    SignedIn(SignedIn),
    /// It cannot be a code; no try is used up.
    Malformed,
    /// It was wrong; this many tries are left.
    Wrong {
        /// Tries that are left.
        left: i64,
    },
    /// The sign-in can no longer be finished.
    Over(SignInOver),
}

impl SignIns {
    /// Checks a code that was entered in the browser that began the sign-in.
    pub async fn enter_code(&self, sign_in: &SignIn, entered: &str, device: &Device) -> Result<CodeOutcome, Refusal> {
        let outcome = self.try_code(sign_in, entered, device).await;
        let why = match &outcome {
            Ok(CodeOutcome::Malformed) => "what was typed cannot be a code".to_owned(),
            Ok(CodeOutcome::Wrong { left }) => format!("wrong code, try {} of {MOST_TRIES}", MOST_TRIES - left),
            Ok(CodeOutcome::Over(over)) => format!("a code was typed, but {}", over.why()),
            Err(refusal) if refusal.code.status() < 500 => refusal.description.to_string(),
            Ok(CodeOutcome::SignedIn(_)) | Err(_) => return outcome,
        };
        let mut tx = self.store.begin().await?;
        let ends = matches!(outcome, Ok(CodeOutcome::Wrong { left: 0 } | CodeOutcome::Over(SignInOver::TooManyTries)));
        if ends && tx.sign_in_end(sign_in.id, self.instruments.now()).await? {
            self.delivery_traces.record_tried_too_often(&mut tx, sign_in).await?;
        }
        self.delivery_traces.append_delivery(&mut tx, sign_in, DeliveryEvent::Refused, &why).await?;
        tx.commit().await?;
        if ends { Ok(CodeOutcome::Over(SignInOver::TooManyTries)) } else { outcome }
    }

    async fn try_code(&self, sign_in: &SignIn, entered: &str, device: &Device) -> Result<CodeOutcome, Refusal> {
        let now = self.instruments.now();
        if let Err(over) = sign_in.check_code_open(now) {
            return Ok(CodeOutcome::Over(over));
        }
        if self.login_codes.is_code_over(sign_in, now).await? {
            return Ok(CodeOutcome::Over(SignInOver::Expired));
        }
        // A text that cannot be a code uses up no try: it is a typing error.
        let Some(code) = LoginCode::from_input(entered) else {
            return Ok(CodeOutcome::Malformed);
        };
        if !self.store.sign_in_try(sign_in.id, now).await? {
            return Ok(CodeOutcome::Over(SignInOver::TooManyTries));
        }
        if !self.login_codes.is_code_of(sign_in, &code) {
            return Ok(CodeOutcome::Wrong { left: MOST_TRIES - sign_in.tries - 1 });
        }
        let done = self.complete_sign_in(sign_in, device, "code typed").await?;
        Ok(done.map_or_else(CodeOutcome::Over, CodeOutcome::SignedIn))
    }

    /// Spends the sign-in and signs the browser in. A new address gets its account here.
    pub(super) async fn complete_sign_in(
        &self,
        sign_in: &SignIn,
        device: &Device,
        how: &str,
    ) -> Result<Result<SignedIn, SignInOver>, Refusal> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        let known = known_account(&mut tx, sign_in).await?;
        if let Some(user) = &known {
            // Before the sign-in, because whoever ends the person's sign-ins holds the account when they do. Whether it is
            // active is asked below, once the sign-in is known to be open.
            tx.user_hold(user.id).await?;
        }
        self.sign_ups.await_groups(&mut tx, &sign_in.email).await?;
        if !tx.sign_in_redeem(sign_in.id, now).await? {
            return Ok(Err(sign_in.check_open(now).err().unwrap_or(SignInOver::Redeemed)));
        }
        let user = self.account_of(&mut tx, known, sign_in).await?;
        if !tx.user_signed_in(user, now).await? {
            return Err(cannot_sign_in());
        }
        let token = self.sessions.session_begin_in(&mut tx, user, AuthenticationMethod::Email, device).await?;
        self.delivery_traces.append_delivery(&mut tx, sign_in, DeliveryEvent::SignedIn, how).await?;
        tx.commit().await?;
        Ok(Ok(SignedIn { token, purpose: sign_in.purpose.clone() }))
    }

    /// The account whose address was just proven; created if there is none.
    async fn account_of(&self, tx: &mut Transaction, known: Option<User>, sign_in: &SignIn) -> Result<UserId, Refusal> {
        match known {
            Some(user) if user.is_active() => {
                tx.sign_in_belongs_to(sign_in.id, user.id).await?;
                self.sign_ups.take_up(tx, &user).await?;
                Ok(user.id)
            }
            Some(_) => Err(cannot_sign_in()),
            None if sign_in.user.is_some() => Err(cannot_sign_in()),
            // It may have been closed, or the invitation taken back, since the mail was sent.
            None if !self.sign_ups.may_sign_up(tx, &sign_in.email).await? => Err(cannot_sign_in()),
            None => self.sign_up(tx, sign_in).await,
        }
    }

    async fn sign_up(&self, tx: &mut Transaction, sign_in: &SignIn) -> Result<UserId, Refusal> {
        let locale = Some(sign_in.locale.clone());
        let new = NewUser { email: sign_in.email.clone(), name: sign_in.name.clone(), locale, admin: Admin::No };
        let user = self.people.user_create_in(tx, new, &Actor::Visitor).await?;
        tx.sign_in_belongs_to(sign_in.id, user.id).await?;
        self.sign_ups.take_up(tx, &user).await?;
        Ok(user.id)
    }
}

async fn known_account(tx: &mut Transaction, sign_in: &SignIn) -> Result<Option<User>, StoreError> {
    match sign_in.user {
        Some(id) => tx.user(id).await,
        // It may have been created since the mail was sent.
        None => tx.user_by_email(&sign_in.email).await,
    }
}

/// The answer does not say whether the account was disabled or deleted.
pub(in crate::flows) fn cannot_sign_in() -> Refusal {
    Refusal::new(ErrorCode::AccessDenied, "this account cannot be signed in to any more")
}
