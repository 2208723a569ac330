//! The refresh token grant (RFC 6749 §6): each refresh token is exchanged for new tokens and its successor (RFC 9700
//! §4.14.2).
//!
//! An application gets refresh tokens if it is registered for this grant. A family ends with the session it
//! was granted in, unless the scope has `offline_access` (OIDC Core §11).

use super::Tokens;
use super::granted::{Granted, Payment, Person, Subject};
use super::possession::{check_key, key_of_refresh_token, use_up};
use crate::domain::application::Application;
use crate::domain::one_time::RefreshToken;
use crate::domain::refresh_token::{RefreshTokenState, StoredRefreshToken};
use crate::domain::token_family::TokenFamily;
use crate::flows::admission::{is_admitted, is_sure_enough, no_grant, not_sure_enough};
use crate::flows::proofs::Proven;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::StoreError;

/// The purpose of the key that successors are derived with.
const SUCCESSOR: &str = "refresh_tokens.successor";

/// Checks a refresh token and returns its grant. Nothing is spent yet. Who has not the key that it is bound to could not
/// use it, so that is no second use either and changes nothing.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
    proof: Option<&Proven>,
) -> Result<Granted, Refusal> {
    let (token, stored, family) = find_token(tokens, application, parameters).await?;
    check_key("refresh token", stored.dpop_jkt.as_ref(), proof)?;
    if !family.is_alive() {
        return Err(invalid("the refresh token was revoked"));
    }
    let user = tokens.active_user(family.user).await?;
    let payment = match stored.state(tokens.settings.refresh_grace, tokens.instruments.now()) {
        RefreshTokenState::Unused => Payment::Rotate(token),
        RefreshTokenState::JustUsed => Payment::Repeat(repeat(tokens, application, &token, &family, proof).await?),
        RefreshTokenState::Used => return Err(end_the_family(tokens, application, &family).await?),
        RefreshTokenState::Expired => return Err(invalid("the refresh token has expired")),
    };
    // Never more than the application may ask for now, and never more than was granted.
    let (resources, open) = tokens.still_granted(&family, application).await?;
    let allowed = application.still_allowed(&family.scope, &open);
    let has_lost_all = allowed.is_empty() && !family.scope.is_empty();
    if has_lost_all || !application.may_speak_for_people() {
        return Err(invalid("the application may not ask for anything of what was granted any more"));
    }
    let sid = tokens.sid_of(&family, application).await?;
    Ok(Granted {
        default_scope: allowed.clone(),
        allowed_scope: allowed,
        resources,
        // OIDC Core §12.2: the nonce belonged to the request and is not repeated.
        subject: Subject::Person(Box::new(Person { user, sid, family, nonce: None })),
        payment,
    })
}

/// The same answer for an unknown token and for one of another application.
async fn find_token(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
) -> Result<(RefreshToken, StoredRefreshToken, TokenFamily), Refusal> {
    find(tokens, application, parameters.required("refresh_token")?).await
}

/// A refresh token of this application, used or not, with its family.
pub(super) async fn find(
    tokens: &Tokens,
    application: &Application,
    presented: &str,
) -> Result<(RefreshToken, StoredRefreshToken, TokenFamily), Refusal> {
    let unknown = || invalid("the refresh token is not known, or was issued to another application");
    let presented: RefreshToken = presented.parse().map_err(|_| unknown())?;
    let stored = tokens.store.refresh_token(presented.hash()).await?.ok_or_else(unknown)?;
    let family = tokens.store.family(stored.family).await?.ok_or_else(unknown)?;
    if family.application == application.id { Ok((presented, stored, family)) } else { Err(unknown()) }
}

/// A token that was used within the grace period gets the same successor again, as long as that is unused. A successor
/// that is bound to another key than the one in hand was got by somebody else.
async fn repeat(
    tokens: &Tokens,
    application: &Application,
    token: &RefreshToken,
    family: &TokenFamily,
    proof: Option<&Proven>,
) -> Result<RefreshToken, Refusal> {
    let dpop_jkt = key_of_refresh_token(application, proof);
    // The master key may have been changed in between.
    for key in tokens.master_keys.derive(SUCCESSOR) {
        let successor = token.successor(&key);
        let stored = tokens.store.refresh_token(successor.hash()).await?;
        if stored.is_some_and(|stored| stored.spent_at.is_none() && stored.dpop_jkt == dpop_jkt) {
            return Ok(successor);
        }
    }
    Err(end_the_family(tokens, application, family).await?)
}

/// RFC 9700 §4.14.2: a refresh token that is used again ends its family, because one of the two users is an attacker.
async fn end_the_family(
    tokens: &Tokens,
    application: &Application,
    family: &TokenFamily,
) -> Result<Refusal, StoreError> {
    tokens.end_after_replay(application, family.id, "refresh token").await?;
    Ok(invalid("the refresh token was used before; every token of its family has been revoked"))
}

/// Spends the token for its successor. The loser of a race is treated as a repetition within the grace period.
pub(super) async fn rotate(
    tokens: &Tokens,
    application: &Application,
    token: &RefreshToken,
    family: &TokenFamily,
    proof: Option<&Proven>,
) -> Result<RefreshToken, Refusal> {
    let keys = tokens.master_keys.derive(SUCCESSOR);
    let key = keys.first().ok_or_else(|| Refusal::server_error("there is no master key"))?;
    let successor = token.successor(key);
    let now = tokens.instruments.now();
    let mut tx = tokens.store.begin().await?;
    use_up(&mut tx, proof).await?;
    if !tx.refresh_token_spend(token.hash(), now).await? {
        drop(tx);
        if tokens.settings.refresh_grace.is_zero() {
            return Err(end_the_family(tokens, application, family).await?);
        }
        tokens.use_up_alone(proof).await?;
        return repeat(tokens, application, token, family, proof).await;
    }
    if !is_admitted(&mut tx, family.user, application).await? {
        return Err(no_grant());
    }
    if !is_sure_enough(&mut tx, (family.user, family.amr), application).await? {
        return Err(not_sure_enough());
    }
    if !tx.family_extend(family.id, now.plus(tokens.family_lifetime(application))).await? {
        return Err(invalid("the refresh token was revoked"));
    }
    let stored = tokens.new_refresh_token(family, key_of_refresh_token(application, proof), now);
    tx.refresh_token_insert(&stored, successor.hash()).await?;
    tx.commit().await?;
    Ok(successor)
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, what)
}
