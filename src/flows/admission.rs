//! Asking whether a person may use an application ([`may_use`]), with what the database has now.

use crate::domain::application::{AccessPolicy, Application};
use crate::domain::ids::UserId;
use crate::domain::may_use::{Relation, may_use};
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
