//! `/api/v1/invitations`: people who may make an account.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{ApiCaller, Created, Creation, May, Named, Object, Once, ReadUsers, WriteUsers};
use super::paging::Page;
use super::problem::{Named as _, email_address};
use crate::domain::account_invitation;
use crate::domain::group::GroupName;
use crate::domain::user::EmailAddress;
use crate::flows::access::Need;
use crate::flows::groups::GroupError;
use crate::flows::sign_up::{InviteError, NewInvitation};
use crate::http::reply::{Answer, Refused};
use crate::protocol::refusal::Refusal;

/// An open invitation to make an account.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountInvitation {
    /// Who is invited.
    email: String,
    /// The language of the mail, and of the account.
    locale: Option<String>,
    /// The groups that they are in from the first sign-in on.
    groups: Vec<String>,
    /// When it was sent.
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when an account can be made with it.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<account_invitation::AccountInvitation> for AccountInvitation {
    fn from(invitation: account_invitation::AccountInvitation) -> Self {
        Self {
            email: invitation.email.to_string(),
            locale: invitation.locale,
            groups: invitation.groups.iter().map(ToString::to_string).collect(),
            created_at: invitation.created_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}

/// A person to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonToInvite {
    /// Their address.
    #[schema(example = "john.smith@example.com")]
    email: String,
    /// The language of the mail, and of the account, such as `de`.
    locale: Option<String>,
    /// The groups that they are in from the first sign-in on; this wants the scope `groups:write` too.
    groups: Option<Vec<String>>,
}

/// Lists the open invitations to make an account, the newest first.
#[utoipa::path(get, path = "/invitations", tag = "Accounts",
    security(("bearer" = ["users:read"]), ("session" = [])), responses((status = 200, body = Page<AccountInvitation>)))]
pub(super) async fn list(call: May<ReadUsers>) -> Answer<Page<AccountInvitation>> {
    Ok(Page::of(call.edge.sign_ups().open_invitations().await.map_err(Refusal::from)?))
}

/// Invites a person by mail to make an account. Who was invited before is invited anew.
#[utoipa::path(post, path = "/invitations", tag = "Accounts", request_body = PersonToInvite, params(Once),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 201, description = "Invited", body = AccountInvitation)))]
pub(super) async fn create(
    call: May<WriteUsers>,
    Creation(Object(new), once): Creation<Object<PersonToInvite>>,
) -> Answer<Created> {
    let names = new.groups.unwrap_or_default();
    if !names.is_empty() {
        call.reach(Need::WriteGroups)?;
    }
    let groups: Result<Vec<GroupName>, _> = names.iter().map(|name| name.parse()).collect();
    let groups = groups.map_err(|_| Refusal::from(GroupError::Unknown).of("groups"))?;
    let new = NewInvitation { email: email_address(&new.email)?, groups, locale: new.locale };
    let making = |call: ApiCaller| async move {
        let invitation = call.edge.sign_ups().invite(new, &call.actor()).await.map_err(refused)?;
        Ok(Created::new(&AccountInvitation::from(invitation)))
    };
    once.make(&call, making).await
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/invitations/{email}", tag = "Accounts",
    security(("bearer" = ["users:write"]), ("session" = [])), responses((status = 204, description = "Taken back")))]
pub(super) async fn withdraw(call: May<WriteUsers>, Named(email): Named<String>) -> Answer<StatusCode> {
    let email: EmailAddress = email.parse().map_err(|_| Refusal::from(InviteError::Unknown))?;
    call.edge.sign_ups().withdraw(&email, &call.actor()).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: InviteError) -> Refused {
    let field = match &error {
        InviteError::Profile(_) => Some("locale"),
        InviteError::Taken => Some("email"),
        InviteError::Group(_) => Some("groups"),
        _ => None,
    };
    Refusal::from(error).about(field)
}
