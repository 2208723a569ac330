//! Token exchange (RFC 8693): an application that was sent a token gets another one for the next API, in the name of
//! whoever sent it, and says that it acts.
//!
//! Only an application that the token was meant for, or issued to, may exchange it (RFC 8693 §5): one that has found it
//! anywhere else could make of it what it was not given for. The new token carries the names of those before it, so that it
//! ends with each of them; nothing is stored for that.

use std::sync::Arc;

use super::Tokens;
use super::granted::{Exchanged, Granted, Payment, Resources, Subject};
use crate::domain::application::Application;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::own_token::name_own_token;
use crate::flows::admission::{is_admitted, is_sure_enough};
use crate::flows::clients::{SpentToken, used_before};
use crate::flows::proofs::Proven;
use crate::protocol::claims::{AccessTokenClaims, Audience};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::protocol::token::{GrantType, TokenRequest};
use crate::protocol::token_exchange::{self, ExchangeRequest, Origin};

/// Checks the subject token and says what it may be exchanged for.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parsed: &TokenRequest,
    parameters: &Parameters,
    proof: Option<&Proven>,
) -> Result<Granted, Refusal> {
    let settings = &application.settings;
    check_confidential(application)?;
    let request = ExchangeRequest::from_parameters(parameters)?;
    let mut subject = find_subject(tokens, application, request.subject_token, proof).await?;
    if let Some(actor_token) = request.actor_token {
        subject.spent.extend(check_actor(tokens, application, actor_token, proof).await?);
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

/// Whoever sends a token on has to be known: a public client is whoever says so.
pub(super) fn check_confidential(application: &Application) -> Result<(), Refusal> {
    if !application.is_public() {
        return Ok(());
    }
    let what = "this grant is for applications that authenticate themselves, with a secret or a key";
    Err(Refusal::new(ErrorCode::UnauthorizedClient, what))
}

/// The subject token, which counts now in every way that this server knows of, with whom it speaks for.
async fn find_subject(
    tokens: &Tokens,
    application: &Application,
    token: &str,
    proof: Option<&Proven>,
) -> Result<Exchanged, Refusal> {
    if token_exchange::origin(token, tokens.issuer.as_str()) == Origin::Foreign {
        return stands_for_itself(tokens, application, token).await;
    }
    let (bearer, issued_to) = tokens.token_status.check_active_bearer(token).await.map_err(unacceptable)?;
    check_held("subject_token", &bearer.claims, proof)?;
    let may_exchange = tokens.token_status.check_may_exchange(application, &issued_to, &bearer.claims.aud).await;
    may_exchange.map_err(unacceptable)?;
    let act = token_exchange::acting(application.client_id.as_str(), bearer.claims.act.clone())?;
    let applications = std::iter::once(issued_to).chain(bearer.exchanged_by).collect();
    let (user, family, spent) = (bearer.user, bearer.family, Vec::new());
    Ok(Exchanged { token: bearer.claims, act, user, family, applications, spent })
}

/// A token of another issuer that the application is known by (`federated`) counts as the token that it would get for
/// itself by it: for all that it may ask for, so that the exchange can only make less of it.
async fn stands_for_itself(tokens: &Tokens, application: &Application, token: &str) -> Result<Exchanged, Refusal> {
    if !application.settings.grants.contains(&GrantType::ClientCredentials) {
        let what = "a subject_token of another issuer is for applications that get tokens for themselves";
        return Err(Refusal::new(ErrorCode::UnauthorizedClient, format!("{what} (client_credentials)")));
    }
    let stands = tokens.clients.stands_for(application, token).await.map_err(foreign)?;
    let (now, client_id) = (tokens.instruments.now(), application.client_id.as_str());
    let token = AccessTokenClaims {
        iss: tokens.issuer.as_str().to_owned(),
        sub: client_id.to_owned(),
        aud: Audience::of(&application.targets(), client_id),
        client_id: client_id.to_owned(),
        scope: application.settings.scope.to_string(),
        iat: now.as_seconds(),
        exp: stands.expires,
        jti: name_own_token(now, tokens.instruments.random()),
        cnf: None,
        token_use: None,
        auth_time: None,
        acr: None,
        amr: Vec::new(),
        act: None,
        exchanged_from: Vec::new(),
    };
    let act = token_exchange::acting(client_id, None)?;
    let spent = stands.spent.into_iter().collect();
    Ok(Exchanged { token, act, user: None, family: None, applications: Vec::new(), spent })
}

/// RFC 9449 §7: what is bound to a key is exchanged by who holds the key.
fn check_held(what: &str, claims: &AccessTokenClaims, proof: Option<&Proven>) -> Result<(), Refusal> {
    let Some(cnf) = &claims.cnf else { return Ok(()) };
    if proof.is_some_and(|proof| proof.key == cnf.jkt) {
        return Ok(());
    }
    Err(Refusal::invalid_request(format!(
        "the {what} is bound to a key (cnf); it is exchanged by who proves in the header DPoP to hold that key"
    )))
}

/// An actor token says no more than the authentication did, so it has to be of the same application: one that it got
/// here, or one of another issuer that it is known by, which is to be spent.
async fn check_actor(
    tokens: &Tokens,
    application: &Application,
    token: &str,
    proof: Option<&Proven>,
) -> Result<Option<SpentToken>, Refusal> {
    if token_exchange::origin(token, tokens.issuer.as_str()) == Origin::Foreign {
        return Ok(tokens.clients.stands_for(application, token).await.map_err(foreign)?.spent);
    }
    let not_its = || {
        let what = "the actor_token has to be an access token that this application got for itself (client_credentials), \
                    or a token of another issuer that it is known by (federated)";
        Refusal::invalid_request(what)
    };
    let (bearer, _) = tokens.token_status.check_active_bearer(token).await.map_err(|refusal| match refusal.code {
        ErrorCode::InvalidToken => not_its().with_detail(refusal.description.into_owned()),
        _ => refusal,
    })?;
    check_held("actor_token", &bearer.claims, proof)?;
    let is_its = bearer.claims.is_clients_own() && bearer.claims.client_id == application.client_id.as_str();
    if is_its { Ok(None) } else { Err(not_its()) }
}

/// RFC 8693 §2.2.2, of a token that another issuer made. The application's owner is told why, and nobody else.
fn foreign(refusal: Refusal) -> Refusal {
    match refusal.code {
        ErrorCode::InvalidClient => Refusal { code: ErrorCode::InvalidRequest, ..refusal },
        _ => refusal,
    }
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
        for spent in &exchanged.spent {
            if !tx.foreign_token_spend(spent.mark, spent.expires_at).await? {
                return Err(foreign(used_before()));
            }
        }
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
