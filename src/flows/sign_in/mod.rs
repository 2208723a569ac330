//! Signing in by e-mail: begun here, finished by a link or by a code typed where it began.

mod complete;
mod link;
mod set_up;

use std::sync::Arc;
use std::time::Duration;

use super::authorization_response::AuthorizationResponses;
use super::delivery_traces::DeliveryTraces;
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::login_codes::LoginCodes;
use super::mail::{Mail, SignInMail};
use super::mail_limits::{MailLimits, MailSender};
use super::people::People;
use super::requester::Requester;
use super::sessions::Sessions;
use super::sign_up::SignUps;
use crate::config::{Issuer, Login};
use crate::domain::ids::{SignInId, Timestamp, UserId};
use crate::domain::language::Language;
use crate::domain::one_time::{BrowserToken, LinkToken, ValueHash};
use crate::domain::sign_in::{DeliveryEvent, HARD_STOP, Purpose, SignIn, SignInOver, reference};
use crate::domain::user::{EmailAddress, User};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Store, StoreError, Transaction};

/// The page after a sign-in without an application.
pub const ACCOUNT_PAGE: &str = "/account";

/// How far a sign-in is that began in a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing has happened.
    Waiting,
    /// The link was opened in another browser, which shows the code.
    OpenedElsewhere,
    /// It is completed.
    Completed,
    /// Nothing can come of it any more.
    Over,
}

pub(in crate::flows) use complete::cannot_sign_in;
pub use complete::{CodeOutcome, SignedIn};
pub use link::{Confirmation, LinkFacts, LinkOver, LinkView, Stopped, Visitor};

/// Whether a mail is really sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Yes.
    Mail,
    /// The same work is done and nothing is sent, so that the client cannot tell that there is no account.
    Pretend,
}

/// A sign-in that is about to begin.
pub(super) struct NewSignIn<'a> {
    pub(super) purpose: Purpose,
    pub(super) browser: Option<ValueHash>,
    pub(super) user: Option<UserId>,
    pub(super) email: EmailAddress,
    pub(super) name: Option<String>,
    pub(super) application: Option<&'a str>,
    pub(super) requester: &'a Requester,
    /// The language of its mail.
    pub(super) language: Language,
    pub(super) delivery: Delivery,
}

/// Signs people in.
pub struct SignIns {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    delivery_traces: Arc<DeliveryTraces>,
    mail: Arc<Mail>,
    mail_limits: Arc<MailLimits>,
    login_codes: Arc<LoginCodes>,
    sessions: Arc<Sessions>,
    people: Arc<People>,
    sign_ups: Arc<SignUps>,
    responses: Arc<AuthorizationResponses>,
    login: Login,
}

impl SignIns {
    /// Sign-ins are kept in the database.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        delivery_traces: &Arc<DeliveryTraces>,
        mail: &Arc<Mail>,
        mail_limits: &Arc<MailLimits>,
        login_codes: &Arc<LoginCodes>,
        sessions: &Arc<Sessions>,
        people: &Arc<People>,
        sign_ups: &Arc<SignUps>,
        responses: &Arc<AuthorizationResponses>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            delivery_traces: Arc::clone(delivery_traces),
            mail: Arc::clone(mail),
            mail_limits: Arc::clone(mail_limits),
            login_codes: Arc::clone(login_codes),
            sessions: Arc::clone(sessions),
            people: Arc::clone(people),
            sign_ups: Arc::clone(sign_ups),
            responses: Arc::clone(responses),
            login: base.config.login.clone(),
        }
    }

    /// Begins a sign-in in a browser. The answer is the same whether or not the address has an account.
    pub async fn begin_browser_sign_in(
        &self,
        purpose: Purpose,
        (email, name): (EmailAddress, Option<String>),
        application: Option<&str>,
        (browser, requester): (&BrowserToken, &Requester),
    ) -> Result<SignIn, Refusal> {
        let mut tx = self.store.begin().await?;
        let user = tx.user_by_email(&email).await?;
        let may_sign_up = self.sign_ups.may_sign_up(&mut tx, &email).await?;
        let sender = self.mail_limits.mail_sender(browser.hash(), user.as_ref().map(|user| user.id), requester);
        self.mail_limits.take_mail_limits(&mut tx, &email, &sender).await?;
        let delivery = match &user {
            Some(user) if user.is_active() => Delivery::Mail,
            None if may_sign_up => Delivery::Mail,
            Some(_) | None => Delivery::Pretend,
        };
        let user = user.filter(User::is_active);
        // Who has an account changes its name on its own page.
        let makes_account = user.is_none() && may_sign_up;
        let new = NewSignIn {
            purpose,
            browser: Some(browser.hash()),
            name: name.filter(|_| makes_account),
            email: user.as_ref().and_then(|user| user.email.clone()).unwrap_or(email),
            language: requester.mail_language(user.as_ref()),
            user: user.map(|user| user.id),
            application,
            requester,
            delivery,
        };
        let sign_in = self.begin_sign_in(&mut tx, new).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(sign_in)
    }

    /// Sends another mail for the same sign-in; links sent before stay valid.
    pub async fn resend_sign_in(
        &self,
        sign_in: &SignIn,
        application: Option<&str>,
        requester: &Requester,
    ) -> Result<(), Refusal> {
        let now = self.instruments.now();
        if sign_in.check_open(now).is_err() {
            return Err(Refusal::invalid_request("this sign-in is over; start again"));
        }
        let mut tx = self.store.begin().await?;
        let gap = self.mail_limits.resend_gap();
        self.mail_limits.take_limit(&mut tx, &format!("resend:{}", sign_in.id), 1, gap).await?;
        let sender = match sign_in.browser {
            Some(browser) => self.mail_limits.mail_sender(browser, sign_in.user, requester),
            None => MailSender::Network(requester.address),
        };
        self.mail_limits.take_mail_limits(&mut tx, &sign_in.email, &sender).await?;
        let may_sign_up = self.sign_ups.may_sign_up(&mut tx, &sign_in.email).await?;
        let known = sign_in.user.is_some() || may_sign_up;
        let delivery = if known { Delivery::Mail } else { Delivery::Pretend };
        self.add_link(&mut tx, sign_in, application, delivery).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }

    pub(super) async fn begin_sign_in(&self, tx: &mut Transaction, new: NewSignIn<'_>) -> Result<SignIn, StoreError> {
        let (application, delivery) = (new.application, new.delivery);
        let sign_in = self.new_sign_in(new);
        tx.sign_in_insert(&sign_in).await?;
        self.add_link(tx, &sign_in, application, delivery).await?;
        Ok(sign_in)
    }

    fn new_sign_in(&self, new: NewSignIn<'_>) -> SignIn {
        let now = self.instruments.now();
        let id = SignInId::new(self.instruments.row_id(now));
        SignIn {
            id,
            purpose: new.purpose,
            browser: new.browser,
            user: new.user,
            email: new.email,
            name: new.name,
            reference: reference(self.instruments.random()),
            code_hash: self.login_codes.hash_of_code(id, &self.login_codes.code_of(id)),
            tries: 0,
            locale: new.language.tag().to_owned(),
            device: new.requester.device.clone(),
            trace_id: new.requester.trace_id.clone(),
            created_at: now,
            ends_at: now.plus(HARD_STOP),
            redeemed_at: None,
            ended_at: None,
        }
    }

    /// A link that signs its bearer in without mail, for the operator to hand over when mail is broken. It shows a
    /// button first.
    pub async fn login_link(&self, email: &EmailAddress, requester: &Requester) -> Result<String, Refusal> {
        let mut tx = self.store.begin().await?;
        let user = tx.user_by_email(email).await?.filter(User::is_active);
        let unknown = || Refusal::new(ErrorCode::UnknownAccount, "there is no active account with this address");
        let user = user.ok_or_else(unknown)?;
        let sign_in = self.new_sign_in(NewSignIn {
            purpose: Purpose::Page(ACCOUNT_PAGE.to_owned()),
            browser: None,
            email: user.email.clone().ok_or_else(unknown)?,
            name: None,
            language: requester.mail_language(Some(&user)),
            user: Some(user.id),
            application: None,
            requester,
            delivery: Delivery::Pretend,
        });
        tx.sign_in_insert(&sign_in).await?;
        let token = LinkToken::from_random(self.instruments.random());
        tx.sign_in_link_insert(token.hash(), sign_in.id, self.instruments.now()).await?;
        tx.commit().await?;
        Ok(self.link_address(&token))
    }

    /// The host is the issuer's, never that of the Host header.
    fn link_address(&self, token: &LinkToken) -> String {
        self.issuer.url_of(&format!("/l/{}", token.expose()))
    }

    async fn add_link(
        &self,
        tx: &mut Transaction,
        sign_in: &SignIn,
        application: Option<&str>,
        delivery: Delivery,
    ) -> Result<(), StoreError> {
        let token = LinkToken::from_random(self.instruments.random());
        let now = self.instruments.now();
        tx.sign_in_link_insert(token.hash(), sign_in.id, now).await?;
        let mail = SignInMail {
            sign_in: sign_in.id,
            link_hash: token.hash(),
            recipient: &sign_in.email,
            application,
            link: &self.link_address(&token),
            code: &self.login_codes.code_of(sign_in.id),
            reference: &sign_in.reference,
            device: &sign_in.device,
            locale: &sign_in.locale,
            not_after: match delivery {
                Delivery::Mail => sign_in.ends_at,
                Delivery::Pretend => now,
            },
        };
        self.mail.queue_sign_in_mail(tx, &mail).await
    }

    /// A sign-in that this browser began and that can still be finished.
    pub async fn open_sign_in(&self, id: SignInId, browser: Option<&BrowserToken>) -> Result<SignIn, Refusal> {
        let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
        let sign_in = self.store.sign_in(id).await?.ok_or_else(foreign)?;
        let mine = browser.is_some_and(|browser| sign_in.browser == Some(browser.hash()));
        if mine {
            return Ok(sign_in);
        }
        self.delivery_traces.note_refused(&sign_in, "another browser than the one that began asked to go on").await?;
        Err(foreign())
    }

    /// How far a sign-in is, for the page that waits for it.
    pub async fn sign_in_progress(&self, sign_in: &SignIn) -> Result<Progress, Refusal> {
        match sign_in.check_open(self.instruments.now()) {
            Err(SignInOver::Redeemed) => Ok(Progress::Completed),
            Err(_) => Ok(Progress::Over),
            Ok(()) => {
                // In the browser that began, opening the link would have completed it.
                let steps = self.store.delivery_trace_of(sign_in.id).await?;
                let opened = steps.iter().any(|step| step.event == DeliveryEvent::Opened);
                Ok(if opened { Progress::OpenedElsewhere } else { Progress::Waiting })
            }
        }
    }
}

/// How long a sign-in has left.
pub fn time_left(sign_in: &SignIn, now: Timestamp) -> Duration {
    sign_in.ends_at.since(now)
}
