//! Logout by an application (OIDC RP-Initiated Logout).

use std::sync::Arc;

use super::application_cache::ApplicationCache;
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::keys::Keys;
use super::sessions::{Sessions, SignedInPerson};
use crate::config::Issuer;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::ids::{ClientId, SessionId};
use crate::domain::logout::Sid;
use crate::protocol::authorize::check_state;
use crate::protocol::id_token_hint::IdTokenHint;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;
use crate::store::Store;

/// A logout request, as far as it makes sense.
#[derive(Clone, Debug)]
pub struct SignOutRequest {
    /// The application, if the request names one.
    pub application: Option<Arc<Application>>,
    /// The session that is ended without asking: the one that the ID token in the request was issued in, unless this
    /// browser has another.
    pub proven: Option<SessionId>,
    /// Where the browser goes afterwards, with `state` added.
    pub return_to: Option<String>,
    /// What is wrong with it. The person can sign out all the same, but the browser goes nowhere afterwards.
    pub fault: Option<Refusal>,
}

/// Signs people out of this server for applications.
pub struct SignOut {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    application_cache: Arc<ApplicationCache>,
    keys: Arc<Keys>,
    sessions: Arc<Sessions>,
}

impl SignOut {
    /// Sessions are kept in the database.
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        keys: &Arc<Keys>,
        sessions: &Arc<Sessions>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            application_cache: Arc::clone(application_cache),
            keys: Arc::clone(keys),
            sessions: Arc::clone(sessions),
        }
    }

    /// Reads a logout request (OIDC RP-Initiated Logout §2, §3). `post_logout_redirect_uri` must be
    /// registered for the application that `client_id` or the ID token names. An `Err` is a fault of the server; what
    /// is wrong with the request does not keep a person signed in.
    pub async fn read_sign_out(
        &self,
        parameters: &Parameters,
        person: Option<&SignedInPerson>,
    ) -> Result<SignOutRequest, Refusal> {
        match self.read_sound_sign_out(parameters, person).await {
            Err(fault) if fault.code.status() < 500 => {
                Ok(SignOutRequest { application: None, proven: None, return_to: None, fault: Some(fault) })
            }
            read => read,
        }
    }

    async fn read_sound_sign_out(
        &self,
        parameters: &Parameters,
        person: Option<&SignedInPerson>,
    ) -> Result<SignOutRequest, Refusal> {
        let hint = parameters
            .value("id_token_hint")
            .map(|hint| self.keys.read_id_token_hint(hint, &self.issuer))
            .transpose()?;
        let named = parameters.value("client_id");
        if let (Some(hint), Some(named)) = (&hint, named)
            && hint.client_id != named
        {
            return Err(Refusal::invalid_request("id_token_hint was issued to another client_id"));
        }
        let client_id = named.or(hint.as_ref().map(|hint| hint.client_id.as_str()));
        let application = match client_id.map(str::parse::<ClientId>) {
            None => None,
            Some(Ok(client_id)) => self
                .application_cache
                .application(&client_id)
                .await?
                .filter(|known| known.state == ApplicationState::Active),
            Some(Err(_)) => return Err(Refusal::invalid_request("there is no application with this client_id")),
        };
        let named = match (&hint, &application) {
            (Some(hint), Some(application)) => self.session_of(hint, application).await?,
            _ => None,
        };
        // §2: somebody who is signed in by another session than that of the ID token has to be asked.
        let proven = named.filter(|named| person.is_none_or(|person| person.session.id == *named));
        let return_to = return_address(parameters, application.as_deref())?;
        Ok(SignOutRequest { application, proven, return_to, fault: None })
    }

    /// The living session that an ID token was issued in (§2). Whoever has the token can end this session and no other, so
    /// one that was stolen, however old, is good for nothing else.
    async fn session_of(&self, hint: &IdTokenHint, application: &Application) -> Result<Option<SessionId>, Refusal> {
        let Some(sid) = hint.sid.as_deref().and_then(|sid| sid.parse::<Sid>().ok()) else { return Ok(None) };
        let Some(session) = self.store.session_of_sid(application.id, &sid).await? else { return Ok(None) };
        let is_theirs = self.store.user(session.user).await?.is_some_and(|user| user.sub == hint.sub);
        Ok(Some(session)
            .filter(|session| is_theirs && session.is_alive(self.instruments.now()))
            .map(|session| session.id))
    }

    /// The client id that a logout request names, itself or by an ID token.
    pub fn application_signing_out(&self, parameters: &Parameters) -> Option<String> {
        let named = parameters.value("client_id").map(str::to_owned);
        let hint = || self.keys.read_id_token_hint(parameters.value("id_token_hint")?, &self.issuer).ok();
        named.or_else(|| hint().map(|hint| hint.client_id))
    }

    /// Ends a session, with its grants.
    pub async fn sign_out(&self, session: SessionId) -> Result<(), Refusal> {
        self.sessions.end_session_of_anybody(session).await
    }
}

fn return_address(parameters: &Parameters, application: Option<&Application>) -> Result<Option<String>, Refusal> {
    let Some(wanted) = parameters.value("post_logout_redirect_uri") else { return Ok(None) };
    let Some(application) = application else {
        return Err(Refusal::invalid_request("post_logout_redirect_uri needs client_id or id_token_hint"));
    };
    let registered = &application.settings.post_logout_redirect_uris;
    if !registered.iter().any(|known| known == wanted) {
        let registered = registered.iter().map(String::as_str);
        return Err(Refusal::invalid_request(format!(
            "the post_logout_redirect_uri '{wanted}' is not registered for this application"
        ))
        .with_mismatch(Mismatch::nearest(Field::PostLogoutRedirectUri, wanted, registered)));
    }
    check_state(parameters)?;
    let mut address =
        url::Url::parse(wanted).map_err(|_| Refusal::invalid_request("post_logout_redirect_uri is malformed"))?;
    if let Some(state) = parameters.value("state") {
        address.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(address.into()))
}
