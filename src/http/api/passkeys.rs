//! `/api/v1/users/{sub}/passkeys`: the passkeys of an account.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Account, Id, ReadUsers, WriteUsers};
use super::paging::Page;
use crate::domain::ids::PasskeyId;
use crate::domain::passkey;
use crate::http::reply::Answer;

/// A passkey. What it signs with stays here.
#[derive(Serialize, ToSchema)]
pub(super) struct Passkey {
    /// Its id.
    id: String,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used to sign in.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// Whether it may have copies on other devices.
    backup_eligible: bool,
    /// Whether it had copies when it was last used.
    backed_up: bool,
}

impl From<passkey::Passkey> for Passkey {
    fn from(passkey: passkey::Passkey) -> Self {
        Self {
            id: passkey.id.to_string(),
            name: passkey.name.to_string(),
            created_at: passkey.created_at.to_string(),
            last_used_at: passkey.last_used_at.map(|at| at.to_string()),
            backup_eligible: passkey.backup_eligible,
            backed_up: passkey.backed_up,
        }
    }
}

/// Lists the passkeys of an account, the oldest first.
#[utoipa::path(get, path = "/users/{sub}/passkeys", tag = "Accounts",
    security(("bearer" = ["users:read"]), ("session" = [])), responses((status = 200, body = Page<Passkey>)))]
pub(super) async fn list(Account(user, asked): Account<ReadUsers>) -> Answer<Page<Passkey>> {
    Ok(Page::of(asked.edge.passkeys().passkeys_of(user.id).await?))
}

/// Removes a passkey of an account; the person is told by mail.
#[utoipa::path(delete, path = "/users/{sub}/passkeys/{passkey_id}", tag = "Accounts",
    security(("bearer" = ["users:write"]), ("session" = [])), responses((status = 204, description = "Removed")))]
pub(super) async fn remove(
    Account(user, asked): Account<WriteUsers>,
    Id(passkey): Id<PasskeyId>,
) -> Answer<StatusCode> {
    asked.edge.passkeys().remove(&user, passkey, &asked.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
