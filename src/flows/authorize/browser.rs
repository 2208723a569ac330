//! The authorization endpoint in a browser: a state machine over a stored request.
//!
//! Every page returns here; [`Authorizations::continue_authorization`] looks at what is true now and says what comes
//! next. No page knows which one follows it.

use std::sync::Arc;

use super::{Authorizations, Channel, Proven};
use crate::domain::application::{Application, ApplicationKind};
use crate::domain::assurance::{Assurance, RequiredSignIn};
use crate::domain::authorization::{Authorization, Person, Source, Step};
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::AuthorizationId;
use crate::domain::one_time::BrowserToken;
use crate::domain::recheck::Withdrawn;
use crate::domain::sign_in::DeliveryEvent;
use crate::domain::token_family::TokenFamily;
use crate::flows::admission::{access_denied, is_admitted, is_sure_enough, unmet};
use crate::flows::authorization_response::{Answer, Subject};
use crate::flows::request_limits::Sender;
use crate::flows::requester::Requester;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::authorize::{ResponseMode, check_state};
use crate::protocol::parameters::Parameters;
use crate::protocol::redirect_uri;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{StoreError, Transaction};

/// The result of receiving a request.
#[derive(Clone, Debug)]
pub enum Begun {
    /// It is stored and can be continued.
    Stored(AuthorizationId),
    /// It was refused, and the refusal is sent to the application.
    Refused(Refused),
}

/// A refusal that is sent to the application.
#[derive(Clone, Debug)]
pub struct Refused {
    /// How it is sent.
    pub answer: Answer,
    /// Why.
    pub refusal: Refusal,
    /// The application.
    pub application: Arc<Application>,
}

/// What comes next in a browser flow.
#[derive(Clone, Debug)]
pub enum Continuation {
    /// Show the sign-in page.
    SignIn(OpenAuthorization),
    /// Have the person add a passkey, without which the application is not for them.
    AddPasskey(OpenAuthorization),
    /// Show the consent page.
    Consent(OpenAuthorization),
    /// Say that the person may not use the application, and whom to ask.
    NoAccess(OpenAuthorization),
    /// Send the browser back to the application with its code.
    Answer(Answer),
    /// Send it back with a refusal.
    Refused(Refused),
    /// It was answered before, or has expired.
    Over,
}

/// A request that is being answered.
#[derive(Clone, Debug)]
pub struct OpenAuthorization {
    /// The request.
    pub authorization: Authorization,
    /// The application.
    pub application: Arc<Application>,
    /// The resources, some of which may be open to it.
    catalogue: Arc<Catalogue>,
}

impl Authorizations {
    /// Takes an authorization request of a browser. An `Err` must be shown on a page, because the redirect URI is not
    /// proven.
    pub async fn begin_authorization(
        &self,
        parameters: &Parameters,
        (browser, person): (&BrowserToken, Option<&SignedInPerson>),
        requester: &Requester,
    ) -> Result<Begun, Refusal> {
        let sender = person.map_or_else(|| Sender::at(requester.address), |person| Sender::Person(person.user.id));
        self.request_limits.admit(sender, self.instruments.now())?;
        let pushed;
        let parameters = match parameters.value("request_uri") {
            Some(request_uri) => {
                let unnamed = || Refusal::invalid_request("a request_uri comes together with its client_id");
                let client_id = parameters.value("client_id").and_then(|id| id.parse().ok()).ok_or_else(unnamed)?;
                pushed = self.take_pushed_request(&client_id, request_uri).await?;
                &pushed
            }
            None => parameters,
        };
        let proven = self.prove_client(parameters, (Channel::Browser, requester.address)).await?;
        check_state(parameters)?;
        match self.store_authorization(parameters, &proven, browser, requester).await {
            Ok(id) => Ok(Begun::Stored(id)),
            // A fault of this server is shown here; the application could do nothing about it.
            Err(refusal) if refusal.code.status() >= 500 => Err(refusal),
            Err(refusal) => {
                let mode = parameters.value("response_mode").and_then(ResponseMode::from_name).unwrap_or_default();
                let state = parameters.value("state");
                let answer = self.responses.refuse_at(&proven.redirect, mode, state, &refusal);
                Ok(Begun::Refused(Refused { answer, refusal, application: proven.application }))
            }
        }
    }

    async fn store_authorization(
        &self,
        parameters: &Parameters,
        proven: &Proven,
        browser: &BrowserToken,
        requester: &Requester,
    ) -> Result<AuthorizationId, Refusal> {
        let settled = self.settle(&proven.application, parameters, &Scope::empty()).await?;
        let source = Source::Browser(browser.hash());
        let authorization = self.new_authorization(proven, source, settled, &requester.device);
        let mut tx = self.store.begin().await?;
        tx.authorization_insert(&authorization).await?;
        tx.commit().await?;
        Ok(authorization.id)
    }

    /// A stored request that this browser began.
    pub async fn open_authorization(
        &self,
        id: AuthorizationId,
        browser: Option<&BrowserToken>,
    ) -> Result<OpenAuthorization, Refusal> {
        let foreign = || Refusal::invalid_request("this sign-in was not started in this browser, or is over");
        let authorization = self.store.authorization(id).await?.ok_or_else(foreign)?;
        let mine = browser.is_some_and(|browser| authorization.source == Source::Browser(browser.hash()));
        if !mine {
            return Err(foreign());
        }
        let application = self.responses.application_of(&authorization).await?;
        let application = self.client_documents.up_to_date(application).await?;
        let catalogue = self.application_cache.catalogue().await?;
        let open = OpenAuthorization { authorization, application, catalogue };
        match open.recheck() {
            Ok(scope) => {
                let claims = open.authorization.claims.still_allowed(&open.application);
                Ok(OpenAuthorization { authorization: Authorization { scope, claims, ..open.authorization }, ..open })
            }
            Err(withdrawn) if withdrawn.is_for_a_page() => Err(withdrawn.into()),
            Err(_) => Ok(open),
        }
    }

    /// The next step, without taking it. A request that its application may not make any more is over.
    pub async fn peek_authorization(
        &self,
        open: &OpenAuthorization,
        person: Option<&SignedInPerson>,
    ) -> Result<Step, Refusal> {
        if open.recheck().is_err() {
            return Ok(Step::Over);
        }
        let (consented, admitted) = match person {
            Some(SignedInPerson { user, .. }) => {
                let consented = self.store.consent(user.id, open.application.id).await?;
                (consented, self.groups.admits(user.id, &open.application).await?)
            }
            None => (Scope::empty(), false),
        };
        let assurance = match person {
            Some(person) => self.assurance(open, person).await?,
            None => Assurance::Enough,
        };
        let seen = person.map(|SignedInPerson { session, user, .. }| Person {
            session,
            sub: &user.sub,
            consented: &consented,
            admitted,
            assurance,
        });
        let mut trust = open.application.trust_at(&open.authorization.redirect_uri);
        if let Some(person) = person.filter(|_| !trust.identity_assured) {
            trust.identity_assured = self.is_remembered_on_loopback(open, person).await?;
        }
        Ok(open.authorization.next_step(seen, trust, self.instruments.now()))
    }

    /// Whether a person signed in surely enough for a request. Their passkeys are looked at only where that matters.
    pub async fn assurance(&self, open: &OpenAuthorization, person: &SignedInPerson) -> Result<Assurance, Refusal> {
        let session = &person.session;
        let required = match open.application.settings.require {
            RequiredSignIn::Any if !session.amr.is_passkey() => self.store.groups_require(session.user).await?,
            required => required,
        };
        let judge = |has_passkey| open.authorization.assurance(session, required, has_passkey);
        if judge(true) == Assurance::Enough {
            return Ok(Assurance::Enough);
        }
        Ok(judge(!self.store.passkeys_of(session.user).await?.is_empty()))
    }

    /// Whether this browser's session has let in an application under development before, where the operator has
    /// that remembered.
    async fn is_remembered_on_loopback(
        &self,
        open: &OpenAuthorization,
        person: &SignedInPerson,
    ) -> Result<bool, StoreError> {
        let OpenAuthorization { authorization, application, .. } = open;
        let is_spa = application.settings.kind == ApplicationKind::Spa;
        let is_on_loopback = is_spa && redirect_uri::is_loopback(&authorization.redirect_uri);
        if !self.remember_loopback || !is_on_loopback {
            return Ok(false);
        }
        let families = self.store.families_of_user(person.user.id).await?;
        let before =
            |family: &TokenFamily| family.application == application.id && family.session == Some(person.session.id);
        Ok(families.iter().any(before))
    }

    /// Takes the next step, or says which page to show.
    pub async fn continue_authorization(
        &self,
        open: OpenAuthorization,
        person: Option<&SignedInPerson>,
    ) -> Result<Continuation, Refusal> {
        if let Err(withdrawn) = open.recheck() {
            return self.finish_with(&open, withdrawn.into()).await;
        }
        let step = self.peek_authorization(&open, person).await?;
        let refusal = match (step, person) {
            (Step::SignIn, _) => return Ok(Continuation::SignIn(open)),
            (Step::AddPasskey, _) => return Ok(Continuation::AddPasskey(open)),
            (Step::Consent, _) => return Ok(Continuation::Consent(open)),
            (Step::Over, _) => return Ok(Continuation::Over),
            (Step::NoAccess, _) => return Ok(Continuation::NoAccess(open)),
            (Step::AccessDenied, _) => access_denied(),
            (Step::Answer, Some(person)) => return self.approve(&open, person, Consent::Remembered).await,
            (Step::ConsentRequired, _) => Refusal::new(ErrorCode::ConsentRequired, "the person would have to agree"),
            (Step::OtherAccount, _) => login_required("another account is signed in than the request names"),
            (Step::Unmet, _) => unmet(),
            (Step::LoginRequired | Step::Answer, _) => login_required("the person would have to sign in"),
        };
        self.finish_with(&open, refusal).await
    }

    /// The person agreed: the application gets its code.
    pub async fn approve_authorization(
        &self,
        open: &OpenAuthorization,
        person: &SignedInPerson,
    ) -> Result<Continuation, Refusal> {
        self.approve(open, person, Consent::Given).await
    }

    /// The person said no (RFC 6749 §4.1.2.1).
    pub async fn deny_authorization(&self, open: &OpenAuthorization) -> Result<Continuation, Refusal> {
        self.finish_with(open, Refusal::new(ErrorCode::AccessDenied, "the person did not agree")).await
    }

    /// The person goes back without access: the application is told (RFC 6749 §4.1.2.1).
    pub async fn turn_away(&self, open: &OpenAuthorization) -> Result<Continuation, Refusal> {
        self.finish_with(open, access_denied()).await
    }

    /// The person goes back without the passkey that the application requires: the application is told.
    pub async fn give_up_passkey(&self, open: &OpenAuthorization) -> Result<Continuation, Refusal> {
        self.finish_with(open, unmet()).await
    }

    /// Issues the code. What may have changed since it was read is judged once more, in the transaction: the account, the
    /// session, the application and the consent.
    async fn approve(
        &self,
        open: &OpenAuthorization,
        person: &SignedInPerson,
        consent: Consent,
    ) -> Result<Continuation, Refusal> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        if !person.hold(&mut tx).await? {
            return Ok(Continuation::SignIn(open.clone()));
        }
        let application = tx.application(&open.application.client_id).await?.ok_or(Withdrawn::Application)?;
        let open = OpenAuthorization { application: Arc::new(application), ..open.clone() };
        let scope = match open.recheck() {
            Ok(scope) => scope,
            Err(withdrawn) if withdrawn.is_for_a_page() => return Err(withdrawn.into()),
            Err(withdrawn) => return self.finish_in(tx, &open, withdrawn.into()).await,
        };
        if !is_admitted(&mut tx, person.user.id, &open.application).await? {
            return Ok(Continuation::NoAccess(open));
        }
        if !is_sure_enough(&mut tx, (person.user.id, person.session.amr), &open.application).await? {
            return Ok(Continuation::SignIn(open));
        }
        let OpenAuthorization { application, .. } = &open;
        let claims = open.authorization.claims.still_allowed(application);
        let authorization = &Authorization { scope, claims, ..open.authorization.clone() };
        if consent == Consent::Remembered && !application.settings.first_party {
            let consented = tx.consent(person.user.id, application.id).await?;
            if authorization.to_agree_to().first_outside(&consented).is_some() {
                return Ok(Continuation::Consent(open));
            }
        }
        if !tx.authorization_complete(authorization.id, now).await? {
            return Ok(Continuation::Over);
        }
        if consent == Consent::Given {
            tx.consent_add(person.user.id, application.id, &authorization.to_agree_to(), now).await?;
        }
        let code = self.responses.issue_code(&mut tx, authorization, &Subject::of_session(&person.session)).await?;
        self.delivery_traces.append_delivery_of(&mut tx, authorization.id, DeliveryEvent::CodeIssued, "").await?;
        tx.commit().await?;
        Ok(Continuation::Answer(self.responses.answer_with_code(authorization, application, &code)?))
    }

    async fn finish_with(&self, open: &OpenAuthorization, refusal: Refusal) -> Result<Continuation, Refusal> {
        self.finish_in(self.store.begin().await?, open, refusal).await
    }

    async fn finish_in(
        &self,
        mut tx: Transaction,
        open: &OpenAuthorization,
        refusal: Refusal,
    ) -> Result<Continuation, Refusal> {
        if !tx.authorization_complete(open.authorization.id, self.instruments.now()).await? {
            return Ok(Continuation::Over);
        }
        self.delivery_traces
            .append_delivery_of(&mut tx, open.authorization.id, DeliveryEvent::Refused, &refusal.description)
            .await?;
        tx.commit().await?;
        let answer = self.responses.answer_with_refusal(&open.authorization, &open.application, &refusal)?;
        Ok(Continuation::Refused(Refused { answer, refusal, application: Arc::clone(&open.application) }))
    }
}

impl OpenAuthorization {
    /// What is left of the scope of the request, as the application is now.
    fn recheck(&self) -> Result<Scope, Withdrawn> {
        self.authorization.recheck(&self.application, &self.authorization.scope, &self.catalogue)
    }
}

/// How consent was given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consent {
    /// Earlier, or it is not needed.
    Remembered,
    /// On the consent page.
    Given,
}

fn login_required(why: &'static str) -> Refusal {
    Refusal::new(ErrorCode::LoginRequired, why)
}
