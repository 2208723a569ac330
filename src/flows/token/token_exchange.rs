//! Token exchange (RFC 8693): an application that was sent a token gets another one for the next API, in the name of
//! whoever sent it, and says that it acts.
//!
//! Only an application that the token was meant for, or issued to, may exchange it (RFC 8693 §5): one that has found it
//! anywhere else could make of it what it was not given for. The new token carries the names of those before it, so that it
//! ends with each of them; nothing is stored for that.

use std::sync::Arc;

use super::Tokens;
use super::granted::{Exchanged, Granted, Payment, Resources, Subject};
use crate::domain::application::{Application, ClientAuthentication};
use crate::domain::audit::{Actor, AuditEvent};
use crate::flows::admission::{is_admitted, is_sure_enough};
use crate::protocol::claims::Audience;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::protocol::token::TokenRequest;
use crate::protocol::token_exchange::{self, ExchangeRequest};

/// Checks the subject token and says what it may be exchanged for.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parsed: &TokenRequest,
    parameters: &Parameters,
) -> Result<Granted, Refusal> {
    let settings = &application.settings;
    if settings.authentication == ClientAuthentication::None {
        return Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "token exchange is for applications that authenticate themselves, with a secret or a key",
        ));
    }
    let request = ExchangeRequest::from_parameters(parameters)?;
    let subject = find_subject(tokens, application, request.subject_token).await?;
    if let Some(actor_token) = request.actor_token {
        check_actor(tokens, application, actor_token).await?;
    }
    let token = &subject.token;
    let catalogue = tokens.application_cache.catalogue().await?;
    let targets = token_exchange::targets(&parsed.resources, &settings.may_exchange_for, &token.aud)?;
    let had: Scope = token.scope.parse().unwrap_or_default();
    let may = application.still_allowed(&had, &catalogue.open_scope_of(&targets));
    let scope = token_exchange::most_scope(&had, &may)?;
    Ok(Granted {
        subject: Subject::Exchanged(Box::new(subject)),
        allowed_scope: scope.clone(),
        default_scope: scope,
        resources: Resources::Granted(targets),
        payment: Payment::Nothing,
    })
}

/// The subject token, which counts now in every way that this server knows of, with whom it speaks for.
async fn find_subject(tokens: &Tokens, application: &Application, token: &str) -> Result<Exchanged, Refusal> {
    if token_exchange::is_bound(token) {
        let what = "the subject_token is bound to a key (cnf), and such a token is not exchanged here";
        return Err(Refusal::invalid_request(what));
    }
    let (bearer, issued_to) = tokens.token_status.check_active_bearer(token).await.map_err(unacceptable)?;
    let may_exchange = tokens.token_status.check_may_exchange(application, &issued_to, &bearer.claims.aud).await;
    may_exchange.map_err(unacceptable)?;
    let act = token_exchange::acting(application.client_id.as_str(), bearer.claims.act.clone())?;
    let applications = std::iter::once(issued_to).chain(bearer.exchanged_by).collect();
    Ok(Exchanged { token: bearer.claims, act, user: bearer.user, family: bearer.family, applications })
}

/// An actor token says no more than the authentication did, so it has to be of the same application.
async fn check_actor(tokens: &Tokens, application: &Application, token: &str) -> Result<(), Refusal> {
    let not_its = || {
        let what =
            "the actor_token has to be an access token that this application got for itself (client_credentials)";
        Refusal::invalid_request(what)
    };
    if token_exchange::is_bound(token) {
        return Err(not_its());
    }
    let (bearer, _) = tokens.token_status.check_active_bearer(token).await.map_err(|refusal| match refusal.code {
        ErrorCode::InvalidToken => not_its().with_detail(refusal.description.into_owned()),
        _ => refusal,
    })?;
    let is_its = bearer.claims.is_clients_own() && bearer.claims.client_id == application.client_id.as_str();
    if is_its { Ok(()) } else { Err(not_its()) }
}

/// RFC 8693 §2.2.2: a token that is invalid or unacceptable makes the request invalid.
fn unacceptable(refusal: Refusal) -> Refusal {
    match refusal.code {
        ErrorCode::InvalidToken => {
            Refusal::invalid_request(format!("the subject_token does not count: {}", refusal.description))
        }
        _ => refusal,
    }
}

impl Tokens {
    /// Asks once more, in a transaction, whether the person and what they granted are still there, and tells the audit log.
    /// What ends afterwards ends the new token too, which is judged with those before it.
    pub(super) async fn hold_subject(
        &self,
        application: &Application,
        exchanged: &Exchanged,
        audience: &Audience,
    ) -> Result<(), Refusal> {
        let mut tx = self.store.begin().await?;
        if let Some(user) = &exchanged.user {
            if !tx.user_hold(user.id).await? {
                return Err(Refusal::invalid_request("the account of the subject_token is disabled or deleted"));
            }
            let others = exchanged.applications.iter().map(Arc::as_ref);
            for one in others.chain([application]) {
                if !is_admitted(&mut tx, user.id, one).await? {
                    let what = "the person may not use this application, or one that the subject_token came from";
                    return Err(Refusal::invalid_request(what));
                }
                if let Some(family) = &exchanged.family
                    && !is_sure_enough(&mut tx, (user.id, family.amr), one).await?
                {
                    let what = "a sign-in with a passkey is required, and the subject_token came from another";
                    return Err(Refusal::invalid_request(what));
                }
            }
        }
        if let Some(family) = &exchanged.family
            && !tx.family_hold(family.id).await?
        {
            return Err(Refusal::invalid_request("what the person granted was ended"));
        }
        let event = AuditEvent::TokenExchanged {
            client_id: application.client_id.clone(),
            sub: exchanged.token.sub.clone(),
            from: exchanged.token.client_id.clone(),
            audience: audience.iter().collect::<Vec<_>>().join(" "),
        };
        let actor = Actor::Application(application.client_id.clone());
        tx.audit_append(&self.instruments.audit_entry(&actor, event, self.instruments.now())).await?;
        Ok(tx.commit().await?)
    }
}
