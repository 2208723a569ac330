//! The authorization code grant (RFC 6749 §4.1.3): a code of the authorization endpoint is exchanged for tokens.

use super::Tokens;
use super::granted::{Beginning, Granted, Payment};
use super::possession::check_key;
use super::unanswered::again;
use crate::domain::application::Application;
use crate::domain::authorization::{Authorization, CodeGrant};
use crate::domain::ids::TokenFamilyId;
use crate::domain::one_time::{AuthorizationCode, ValueHash};
use crate::domain::recheck::Withdrawn;
use crate::domain::token_family::TokenFamily;
use crate::flows::proofs::Proven;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::parameters::Parameters;
use crate::protocol::pkce;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::StoreError;

/// Checks a code and returns its grant. Nothing is spent yet.
///
/// A second use counts as a replay only if the request could have redeemed the code: by the application it was issued
/// to, with the right redirect URI, verifier and key. Any other request changes nothing.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
    proof: Option<&Proven>,
) -> Result<Granted, Refusal> {
    let (presented, code) = find_code(tokens, parameters).await?;
    let traced_sign_in = match code.sign_in {
        Some(sign_in) => Some(sign_in),
        None => tokens.store.sign_in_of_authorization(code.authorization).await?.map(|sign_in| sign_in.id),
    };
    if code.application != application.id {
        let refusal = invalid("the code was presented by another application than it was issued to");
        tokens.delivery_traces.note_refusal(traced_sign_in, &refusal).await;
        return Err(unknown());
    }
    let beginning = Beginning {
        code: Some(presented.clone()),
        device_code: None,
        session: code.session,
        sign_in: code.sign_in,
        traced_sign_in,
        assertion: None,
    };
    let granted = what_it_grants(tokens, application, (parameters, proof), (&presented, code, beginning)).await;
    if let Err(refusal) = &granted {
        tokens.delivery_traces.note_refusal(traced_sign_in, refusal).await;
    }
    granted
}

async fn what_it_grants(
    tokens: &Tokens,
    application: &Application,
    (parameters, proof): (&Parameters, Option<&Proven>),
    (presented, code, beginning): (&AuthorizationCode, CodeGrant, Beginning),
) -> Result<Granted, Refusal> {
    let authorization = tokens.store.authorization(code.authorization).await?.ok_or_else(|| missing(&code))?;
    check_redirect_uri(parameters.value("redirect_uri"), &authorization)?;
    check_pkce(application, &authorization, parameters.value("code_verifier"))?;
    check_key("code", authorization.dpop_jkt.as_ref(), proof)?;
    if let Some(family) = code.family {
        return again(tokens, application, (presented, &code), family, proof).await;
    }
    let now = tokens.instruments.now();
    if now >= code.expires_at {
        return Err(invalid("the code has expired, or was ended with the tokens of the application"));
    }
    let catalogue = tokens.application_cache.catalogue().await?;
    let scope = authorization.recheck(application, &code.scope, &catalogue).map_err(Withdrawn::of_code)?;
    let user = tokens.active_user(code.user).await?;
    let family = TokenFamily {
        id: TokenFamilyId::new(tokens.instruments.row_id(now)),
        application: application.id,
        user: code.user,
        session: code.session,
        origin: None,
        scope,
        resources: authorization.resources,
        nonce: authorization.nonce,
        claims: authorization.claims,
        auth_time: code.auth_time,
        amr: code.amr,
        acr: code.acr,
        created_at: now,
        expires_at: now.plus(tokens.family_lifetime(application)),
        ended_at: None,
    };
    tokens.granted_anew(user, family, application, Payment::Begin(beginning)).await
}

async fn find_code(tokens: &Tokens, parameters: &Parameters) -> Result<(AuthorizationCode, CodeGrant), Refusal> {
    let presented = parameters.required("code")?;
    let presented: AuthorizationCode = presented.parse().map_err(|_| unknown())?;
    let code = tokens.store.authorization_code(presented.hash()).await?.ok_or_else(unknown)?;
    Ok((presented, code))
}

/// The same answer for an unknown code and for one of another application.
fn unknown() -> Refusal {
    invalid("the code is not known, or was issued to another application")
}

/// RFC 6749 §4.1.3: identical to the one of the authorization request, and there if it was there.
fn check_redirect_uri(sent: Option<&str>, authorization: &Authorization) -> Result<(), Refusal> {
    match sent {
        Some(sent) if sent == authorization.redirect_uri => Ok(()),
        Some(sent) => Err(invalid("the redirect_uri is not the one that the code was requested with")
            .with_mismatch(Mismatch::between(Field::RedirectUri, sent, &authorization.redirect_uri))),
        None if authorization.redirect_uri_sent => Err(Refusal::invalid_request(
            "the parameter 'redirect_uri' is missing; it was in the authorization request",
        )
        .with_mismatch(Mismatch::unshown(Field::RedirectUri))),
        None => Ok(()),
    }
}

/// RFC 7636 §4.6. That the application must use PKCE was checked at the authorization request, and is again, because
/// its registration may have changed.
pub(super) fn check_pkce(
    application: &Application,
    authorization: &Authorization,
    verifier: Option<&str>,
) -> Result<(), Refusal> {
    if application.needs_pkce() && authorization.code_challenge.is_none() {
        return Err(invalid("this application must use PKCE, and its request had no code_challenge")
            .with_mismatch(Mismatch::missing(Field::CodeChallenge, None)));
    }
    pkce::check(authorization.code_challenge.as_ref(), verifier)
}

/// RFC 6749 §4.1.2, RFC 9700 §4.5: a code that is used again ends its token family, because an attacker may have used
/// it first.
pub(super) async fn end_what_grew(
    tokens: &Tokens,
    application: &Application,
    family: TokenFamilyId,
) -> Result<Refusal, StoreError> {
    tokens.end_after_replay(application, family, "authorization code").await?;
    Ok(invalid("the code was used before; every token that was issued for it has been revoked"))
}

/// The refusal when a valid code could not be spent, because a parallel request was faster.
pub(super) async fn not_spent(
    tokens: &Tokens,
    application: &Application,
    hash: ValueHash,
) -> Result<Refusal, StoreError> {
    if let Some(refusal) = tokens.come_again(hash) {
        return Ok(refusal);
    }
    match tokens.store.authorization_code(hash).await?.and_then(|code| code.family) {
        Some(family) => end_what_grew(tokens, application, family).await,
        None => Ok(invalid("the code has expired")),
    }
}

fn missing(code: &CodeGrant) -> StoreError {
    StoreError::Corrupt {
        table: "authorization_codes",
        row: code.authorization.to_string(),
        what: "its authorization is missing".to_owned(),
    }
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, what)
}
