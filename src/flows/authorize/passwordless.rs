//! The passwordless request: an application asks that a mail be sent to one of its users.
//!
//! The answer is empty and comes before any mail is sent. The link in the mail leads to the application's
//! redirect URI with a code.

use super::{Authorizations, Channel, Proven, Settled};
use crate::domain::application::Application;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::authorization::Source;
use crate::domain::language::Language;
use crate::domain::session::AuthenticationMethod;
use crate::domain::sign_in::{Purpose, UnknownAccount};
use crate::domain::user::{EmailAddress, User};
use crate::flows::admission::unmet;
use crate::flows::clients::ClientRequest;
use crate::flows::guess_limits::Guess;
use crate::flows::mail_limits::MailSender;
use crate::flows::requester::Requester;
use crate::flows::sign_in::{Delivery, NewSignIn};
use crate::protocol::authorize::ResponseMode;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;

impl Authorizations {
    /// Takes the request and queues the mail.
    ///
    /// Refuses with `access_denied` (401) where the address has no account, unless that is to be concealed.
    pub async fn passwordless_request(&self, request: ClientRequest<'_>, requester: &Requester) -> Result<(), Refusal> {
        let parameters = request.parameters;
        let sender = self.passwordless_sender(&request).await?;
        let proven = self.prove_client(parameters, (Channel::Api, requester.address)).await?;
        check_may_mail(&proven.application)?;
        // Its link would sign in by mail.
        if proven.application.settings.require == RequiredSignIn::Passkey {
            return Err(unmet());
        }
        let settled = self.settle(&proven.application, parameters, &Scope::passwordless()).await?;
        if settled.request.response_mode != ResponseMode::Query {
            return Err(Refusal::invalid_request("a link can only answer with response_mode query"));
        }
        // It is answered by mail, later than now.
        if !settled.claims.is_met_by(AuthenticationMethod::Email, self.instruments.now()) {
            return Err(unmet());
        }
        let email = username(parameters)?;
        let mut tx = self.store.begin().await?;
        self.mail_limits.take_mail_limits(&mut tx, &email, &sender).await?;
        let user = tx.user_by_email(&email).await?.filter(User::is_active);
        let guess = self.guess_at_address(&sender)?;
        let delivery = match self.delivery_to(user.as_ref(), &proven, &settled) {
            Ok(delivery) => {
                guess.into_iter().for_each(Guess::withdraw);
                self.if_agreed(delivery, &proven.application, user.as_ref(), &settled.to_agree_to()).await
            }
            Err(refusal) => Err(refusal),
        };
        let delivery = match delivery {
            Ok(delivery) => delivery,
            // Each such answer tells something about the address, so it counts as a mail does.
            Err(refusal) => {
                drop(tx);
                self.mail_limits.count_refused_mail(&sender).await?;
                return Err(refusal);
            }
        };
        let asked_for = settled.request.ui_locales.as_deref().and_then(Language::first_of);
        // The request comes from the application's server, whose own language is not the person's.
        let requester = Requester { asked_for, ..requester.clone() };
        let authorization = self.new_authorization(&proven, Source::Api, settled, &requester.device);
        tx.authorization_insert(&authorization).await?;
        let new = NewSignIn {
            purpose: Purpose::Authorization(authorization.id),
            browser: None,
            // Mail goes to the address of the account, never to the spelling in the request.
            email: user.as_ref().and_then(|user| user.email.clone()).unwrap_or(email),
            name: None,
            language: requester.mail_language(user.as_ref()),
            user: user.map(|user| user.id),
            application: proven.application.name_in_mails(),
            requester: &requester,
            delivery,
        };
        self.sign_ins.begin_sign_in(&mut tx, new).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }

    /// Limits how many addresses an authenticated application may try; for other senders the limits on mail do that.
    fn guess_at_address(&self, sender: &MailSender) -> Result<Option<Guess>, Refusal> {
        match sender {
            MailSender::Application(client_id) => {
                self.guesses.admit_address(client_id, self.instruments.now()).map(Some)
            }
            MailSender::Network(_) | MailSender::KnownBrowser(_) => Ok(None),
        }
    }

    /// The sender for the limits on mail. An application need not authenticate here; one that does has a count of its
    /// own instead of that of its network address. Credentials that are sent have to be valid, as at the token
    /// endpoint.
    async fn passwordless_sender(&self, request: &ClientRequest<'_>) -> Result<MailSender, Refusal> {
        let credentials = ["client_secret", "client_assertion", "client_assertion_type"];
        let authenticates = request.authorization.is_some()
            || credentials.into_iter().any(|name| request.parameters.value(name).is_some());
        if !authenticates {
            return Ok(MailSender::Network(request.address));
        }
        let client = self.clients.authenticate_request(request).await?;
        if client.application.is_public() {
            return Ok(MailSender::Network(request.address));
        }
        Ok(MailSender::Application(client.application.client_id.clone()))
    }

    /// The delivery, if the person has agreed to this. Where accounts are concealed, so is who of them has.
    async fn if_agreed(
        &self,
        delivery: Delivery,
        application: &Application,
        user: Option<&User>,
        scope: &Scope,
    ) -> Result<Delivery, Refusal> {
        match self.check_agreed(application, user, scope).await {
            Ok(()) => Ok(delivery),
            Err(refusal) if refusal.code == ErrorCode::InvalidScope && self.conceals(application) => {
                Ok(Delivery::Pretend)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// There is no consent page here; what needs one, the person has to have agreed to before, in the browser flow.
    async fn check_agreed(&self, application: &Application, user: Option<&User>, scope: &Scope) -> Result<(), Refusal> {
        let consented = self.store.consent(user.map(|user| user.id), application.id).await?;
        match application.first_unagreed(scope, &consented) {
            None => Ok(()),
            Some(unasked) => Err(Refusal::invalid_scope(format!(
                "the person has not agreed to '{unasked}' yet; ask in the browser flow, where they can"
            ))),
        }
    }

    /// OIDC Core §3.1.2.1: a hint names the only person who may answer. An address of another person and one without an
    /// account get the same answer if the latter is concealed.
    fn delivery_to(&self, user: Option<&User>, proven: &Proven, settled: &Settled) -> Result<Delivery, Refusal> {
        let delivery = match user {
            Some(_) => Delivery::Mail,
            None => self.without_account(proven)?,
        };
        let is_expected = |sub: &str| {
            settled.expected_sub.as_deref().is_none_or(|expected| expected == sub) && settled.claims.request.is_for(sub)
        };
        // Of no person, whatever their `sub`, nothing is expected.
        if is_expected(user.map_or("", |user| &user.sub)) {
            return Ok(delivery);
        }
        Err(Refusal::new(ErrorCode::LoginRequired, "the username is not the person whom the request names"))
    }

    /// An address without account is refused, or treated as if it had one.
    fn without_account(&self, proven: &Proven) -> Result<Delivery, Refusal> {
        if self.conceals(&proven.application) {
            return Ok(Delivery::Pretend);
        }
        Err(Refusal::new(ErrorCode::UnknownAccount, "there is no account with this address; POST /users creates one"))
    }

    fn conceals(&self, application: &Application) -> bool {
        let policy = application.settings.unknown_account.unwrap_or(self.unknown_account);
        policy == UnknownAccount::Conceal
    }
}

/// An attacker can register an application under any name, and the mail would have that name in it.
fn check_may_mail(application: &Application) -> Result<(), Refusal> {
    let outside = Scope::passwordless().first_outside(&application.settings.scope).is_some();
    if application.origin.is_document() || application.origin.is_dynamic() && outside {
        let what = "an application that registered itself may not ask for mails; people sign in to it in their browser";
        return Err(Refusal::new(ErrorCode::UnauthorizedClient, what));
    }
    Ok(())
}

fn username(parameters: &Parameters) -> Result<EmailAddress, Refusal> {
    let Some(username) = parameters.value("username") else {
        return Err(Refusal::invalid_request("the parameter 'username' is missing; it is the user's e-mail address"));
    };
    username.parse().map_err(|e| Refusal::invalid_request(format!("the username is {e}")))
}
