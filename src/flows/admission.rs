//! Asking whether a person may use an application ([`may_use`]), with what the database has now.

use crate::domain::application::{AccessPolicy, Application};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::ids::UserId;
use crate::domain::may_use::{Relation, may_use};
use crate::domain::session::AuthenticationMethod;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{StoreError, Transaction};

/// Whether a person may use an application, as this transaction sees it. An application for everybody costs no read.
pub(super) async fn is_admitted(
    tx: &mut Transaction,
    user: UserId,
    application: &Application,
) -> Result<bool, StoreError> {
    let relation = match application.settings.access {
        AccessPolicy::Everybody => Relation::default(),
        AccessPolicy::Groups => Relation { groups: tx.groups_of(user).await?, owns: false },
        AccessPolicy::Owners => Relation { groups: Vec::new(), owns: tx.is_owner(application.id, user).await? },
    };
    Ok(may_use(&relation, application))
}

/// What the application is told of a person who may not use it (RFC 6749 §4.1.2.1).
pub(super) fn access_denied() -> Refusal {
    Refusal::new(ErrorCode::AccessDenied, "this person may not use this application")
}

/// The same at the token endpoint (RFC 6749 §5.2).
pub(super) fn no_grant() -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, "the person may not use this application, or not any more")
}

/// How a person has to sign in to an application, as this transaction sees it: as the application says, or as one of
/// their groups does.
pub(super) async fn required_sign_in(
    tx: &mut Transaction,
    user: UserId,
    application: &Application,
) -> Result<RequiredSignIn, StoreError> {
    match application.settings.require {
        RequiredSignIn::Passkey => Ok(RequiredSignIn::Passkey),
        RequiredSignIn::Any => tx.groups_require(user).await,
    }
}

/// Whether somebody who signed in like this did as they have to. A passkey is always enough, and costs no read.
pub(super) async fn is_sure_enough(
    tx: &mut Transaction,
    (user, amr): (UserId, AuthenticationMethod),
    application: &Application,
) -> Result<bool, StoreError> {
    Ok(amr.is_passkey() || required_sign_in(tx, user, application).await?.is_met_by(amr))
}

/// The refusal of a grant that came from a sign-in which is not enough any more (RFC 6749 §5.2).
pub(super) fn not_sure_enough() -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, "a sign-in with a passkey is required; send the person to it again")
}

/// What the application is told where the person did not sign in as surely as it requires, or as its request says is
/// essential (OIDC Core §5.5.1.1, OpenID Connect Core Error Code `unmet_authentication_requirements`).
pub(super) fn unmet() -> Refusal {
    let what = "the person has not signed in in the way that the application or the request requires";
    Refusal::new(ErrorCode::UnmetAuthenticationRequirements, what)
}
