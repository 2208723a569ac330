//! The device code grant (RFC 8628 §3.4, §3.5): a device polls until a person has answered its request.

use super::Tokens;
use super::granted::{Beginning, Granted, Payment};
use crate::domain::application::Application;
use crate::domain::asked_claims::AskedClaims;
use crate::domain::device_grant::{DeviceApproval, DeviceGrant, DeviceStanding};
use crate::domain::ids::TokenFamilyId;
use crate::domain::one_time::{DeviceCode, ValueHash};
use crate::domain::recheck::Withdrawn;
use crate::domain::token_family::TokenFamily;
use crate::flows::device_grants::Poll;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Finds the request of a device code and says how far it is. Nothing is spent yet; a poll that has to wait costs one
/// read.
pub(super) async fn grant(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
) -> Result<Granted, Refusal> {
    let (hash, device) = find_request(tokens, application, parameters).await?;
    let now = tokens.instruments.now();
    let standing = device.standing(now);
    if standing == DeviceStanding::Waiting {
        return Err(wait(tokens, hash));
    }
    tokens.polls.forget(hash);
    match standing {
        DeviceStanding::Allowed(approval) => what_it_grants(tokens, application, (hash, device), approval).await,
        DeviceStanding::Denied => Err(Refusal::new(ErrorCode::DeviceDenied, "the person denied the request")),
        DeviceStanding::Redeemed => Err(used()),
        DeviceStanding::Expired | DeviceStanding::Waiting => {
            Err(Refusal::new(ErrorCode::ExpiredToken, "the device code has expired; ask for a new one"))
        }
    }
}

/// RFC 8628 §3.5: pending, and slower if this poll came too early. An answer is told however early a poll is.
fn wait(tokens: &Tokens, hash: ValueHash) -> Refusal {
    match tokens.polls.note(hash, tokens.instruments.now()) {
        Poll::InTime => Refusal::new(ErrorCode::AuthorizationPending, "nobody has answered the request yet"),
        Poll::TooEarly => Refusal::new(
            ErrorCode::SlowDown,
            "nobody has answered the request yet; wait 5 seconds longer than before between two polls",
        ),
    }
}

async fn what_it_grants(
    tokens: &Tokens,
    application: &Application,
    (hash, device): (ValueHash, DeviceGrant),
    approval: DeviceApproval,
) -> Result<Granted, Refusal> {
    // As a code of the authorization endpoint: what was taken from the application since is not granted.
    let open = tokens.application_cache.catalogue().await?.open_scope_of(&device.resources);
    let scope = application.still_allowed(&device.scope, &open);
    if scope.is_empty() && !device.scope.is_empty() {
        return Err(Withdrawn::Scope.of_code());
    }
    let user = tokens.active_user(approval.user).await?;
    let now = tokens.instruments.now();
    let family = TokenFamily {
        id: TokenFamilyId::new(tokens.instruments.row_id(now)),
        application: application.id,
        user: user.id,
        // The session is that of the browser; the device stays signed in when the person signs out there.
        session: None,
        origin: None,
        scope,
        resources: device.resources,
        nonce: None,
        claims: AskedClaims::default(),
        auth_time: approval.auth_time,
        amr: approval.amr,
        acr: approval.amr.classes()[0],
        created_at: now,
        expires_at: now.plus(tokens.family_lifetime(application)),
        ended_at: None,
    };
    let beginning = Beginning { device_code: Some(hash), ..Beginning::default() };
    tokens.granted_anew(user, family, application, Payment::Begin(beginning)).await
}

async fn find_request(
    tokens: &Tokens,
    application: &Application,
    parameters: &Parameters,
) -> Result<(ValueHash, DeviceGrant), Refusal> {
    let presented = parameters.required("device_code")?;
    let presented: DeviceCode = presented.parse().map_err(|_| unknown())?;
    let found = tokens.store.device_grant(presented.hash()).await?;
    let found = found.filter(|device| device.application == application.id);
    Ok((presented.hash(), found.ok_or_else(unknown)?))
}

/// The same answer for an unknown code and for one of another application, which changes nothing.
fn unknown() -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, "the device code is not known, or was issued to another application")
}

/// RFC 8628 has no word on a device that polls twice at once; the tokens of the poll that won stay good.
pub(super) fn used() -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, "the device code was used before, or is over")
}
