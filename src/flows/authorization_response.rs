//! The authorization response (RFC 6749 §4.1.2), and the code in it.

use std::sync::Arc;
use std::time::Duration;

use super::application_cache::ApplicationCache;
use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::config::Issuer;
use crate::domain::application::Application;
use crate::domain::authorization::{Authorization, CodeGrant, Source};
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::{SessionId, SignInId, Timestamp, UserId};
use crate::domain::logout::Sid;
use crate::domain::one_time::AuthorizationCode;
use crate::domain::session::{AuthenticationMethod, Session};
use crate::protocol::authorize::ResponseMode;
use crate::protocol::redirect_uri::RegisteredRedirect;
use crate::protocol::refusal::Refusal;
use crate::store::{Store, StoreError, Transaction};

/// How the authorization response is sent through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A redirect to this URL.
    Redirect(String),
    /// Post these fields to this address (OAuth 2.0 Form Post Response Mode).
    Post {
        /// Where to.
        address: String,
        /// The fields, in order.
        fields: Vec<(&'static str, String)>,
    },
}

/// The person of a code, and how they authenticated.
pub(in crate::flows) struct Subject {
    user: UserId,
    session: Option<SessionId>,
    sign_in: Option<SignInId>,
    auth_time: Timestamp,
    amr: AuthenticationMethod,
}

impl Subject {
    /// The person whose browser is signed in.
    pub(in crate::flows) const fn of_session(session: &Session) -> Self {
        Self {
            user: session.user,
            session: Some(session.id),
            sign_in: None,
            auth_time: session.auth_time,
            amr: session.amr,
        }
    }

    /// The person who opened the link; the sign-in is spent when the code is.
    pub(in crate::flows) const fn of_link(user: UserId, sign_in: SignInId, now: Timestamp) -> Self {
        Self { user, session: None, sign_in: Some(sign_in), auth_time: now, amr: AuthenticationMethod::Email }
    }
}

/// Answers authorization requests.
pub struct AuthorizationResponses {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    application_cache: Arc<ApplicationCache>,
    code_ttl: Duration,
}

impl AuthorizationResponses {
    /// Codes live as long as the operator set.
    pub fn new(base: &Foundations, application_cache: &Arc<ApplicationCache>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            application_cache: Arc::clone(application_cache),
            code_ttl: base.config.tokens.code_ttl,
        }
    }

    /// The application of a stored request, as it is now.
    pub(in crate::flows) async fn application_of(
        &self,
        authorization: &Authorization,
    ) -> Result<Arc<Application>, StoreError> {
        let gone = || StoreError::Corrupt {
            table: "authorizations",
            row: authorization.id.to_string(),
            what: "its application is not there".to_owned(),
        };
        let client_id = self.store.application_client_id(authorization.application).await?.ok_or_else(gone)?;
        self.application_cache.application(&client_id).await?.ok_or_else(gone)
    }

    /// The resources, as they are now.
    pub(in crate::flows) async fn catalogue(&self) -> Result<Arc<Catalogue>, StoreError> {
        self.application_cache.catalogue().await
    }

    /// Issues a code for a request, with the scope that it has here. The session gets its name for the application, whose
    /// ID tokens need it.
    pub(in crate::flows) async fn issue_code(
        &self,
        tx: &mut Transaction,
        authorization: &Authorization,
        subject: &Subject,
    ) -> Result<AuthorizationCode, StoreError> {
        let now = self.instruments.now();
        let code = AuthorizationCode::from_random(self.instruments.random());
        let grant = CodeGrant {
            authorization: authorization.id,
            application: authorization.application,
            user: subject.user,
            session: subject.session,
            sign_in: subject.sign_in,
            scope: authorization.scope.clone(),
            auth_time: subject.auth_time,
            amr: subject.amr,
            acr: subject.amr.class(&authorization.acr_values),
            created_at: now,
            expires_at: now.plus(self.code_ttl),
            spent_at: None,
            family: None,
        };
        tx.authorization_code_insert(&grant, code.hash()).await?;
        if let Some(session) = subject.session {
            let sid = Sid::from_random(self.instruments.random());
            tx.session_application_add(session, authorization.application, &sid).await?;
        }
        Ok(code)
    }

    /// The answer that carries a code.
    pub(in crate::flows) fn answer_with_code(
        &self,
        authorization: &Authorization,
        application: &Application,
        code: &AuthorizationCode,
    ) -> Result<Answer, Refusal> {
        self.answer(authorization, application, vec![("code", code.expose().to_owned())])
    }

    /// The answer that carries a refusal (RFC 6749 §4.1.2.1).
    pub(in crate::flows) fn answer_with_refusal(
        &self,
        authorization: &Authorization,
        application: &Application,
        refusal: &Refusal,
    ) -> Result<Answer, Refusal> {
        self.answer(authorization, application, refusal_fields(refusal))
    }

    /// The registration is checked again: a redirect URI that was removed meanwhile gets no answer.
    fn answer(
        &self,
        authorization: &Authorization,
        application: &Application,
        mut fields: Vec<(&'static str, String)>,
    ) -> Result<Answer, Refusal> {
        let redirect = authorization.redirect(application)?;
        // The answer to a passwordless request has only `code` unless the request had `state`: an application without
        // `state` does not expect other parameters.
        let plain = authorization.source == Source::Api && authorization.state.is_none();
        if !plain {
            self.add_state_and_issuer(&mut fields, authorization.state.as_deref());
        }
        Ok(in_mode(&redirect, authorization.response_mode, fields))
    }

    /// `state` unchanged, and `iss` against mix-up attacks (RFC 9207).
    fn add_state_and_issuer(&self, fields: &mut Vec<(&'static str, String)>, state: Option<&str>) {
        fields.extend(state.map(|state| ("state", state.to_owned())));
        fields.push(("iss", self.issuer.as_str().to_owned()));
    }

    /// The answer to a request that was refused before it was stored.
    pub(in crate::flows) fn refuse_at(
        &self,
        redirect: &RegisteredRedirect,
        mode: ResponseMode,
        state: Option<&str>,
        refusal: &Refusal,
    ) -> Answer {
        let mut fields = refusal_fields(refusal);
        self.add_state_and_issuer(&mut fields, state);
        in_mode(redirect, mode, fields)
    }
}

fn refusal_fields(refusal: &Refusal) -> Vec<(&'static str, String)> {
    vec![("error", refusal.code.name().to_owned()), ("error_description", refusal.description.clone().into_owned())]
}

fn in_mode(redirect: &RegisteredRedirect, mode: ResponseMode, fields: Vec<(&'static str, String)>) -> Answer {
    let parameters: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    match mode {
        ResponseMode::Query => Answer::Redirect(redirect.with_parameters(&parameters)),
        ResponseMode::Fragment => Answer::Redirect(redirect.with_fragment(&parameters)),
        ResponseMode::FormPost => Answer::Post { address: redirect.as_str().to_owned(), fields },
    }
}
