//! `/api/v1/applications/{client_id}/owners` and `…/invitations`: the owners of an application, and invitations to
//! become one.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{
    ApiCaller, Created, Creation, Id, Named, Object, Once, Owned, ReadApplications, WriteApplications,
};
use super::paging::Page;
use super::problem::email_address;
use crate::domain::ids::InvitationId;
use crate::domain::ownership::{self, InvitationPurpose};
use crate::domain::user::EmailAddress;
use crate::http::reply::Answer;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// An owner of an application.
#[derive(Serialize, ToSchema)]
pub(super) struct Owner {
    /// The account's `sub`; none while the address is not proven.
    sub: Option<String>,
    /// Where mail for them goes.
    email: String,
    /// Their name.
    name: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
}

impl From<ownership::Owner> for Owner {
    fn from(owner: ownership::Owner) -> Self {
        Self { sub: owner.sub, email: owner.email.to_string(), name: owner.name, since: owner.since.to_string() }
    }
}

/// What accepting means for the owner who invites.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Purpose {
    /// They stay an owner.
    #[default]
    Share,
    /// They hand the application over and leave.
    Transfer,
}

/// An invitation by mail to become an owner.
#[derive(Serialize, ToSchema)]
pub(super) struct Invitation {
    /// Its id.
    id: String,
    /// The invited address.
    email: String,
    /// What accepting means for the owner who invites.
    purpose: Purpose,
    /// When it was sent.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it expires.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<InvitationPurpose> for Purpose {
    fn from(purpose: InvitationPurpose) -> Self {
        match purpose {
            InvitationPurpose::Share => Self::Share,
            InvitationPurpose::Transfer => Self::Transfer,
        }
    }
}

impl From<Purpose> for InvitationPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Share => Self::Share,
            Purpose::Transfer => Self::Transfer,
        }
    }
}

impl From<ownership::Invitation> for Invitation {
    fn from(invitation: ownership::Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.to_string(),
            purpose: invitation.purpose.into(),
            created_at: invitation.created_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}

/// An invitation to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    /// Their address.
    #[schema(example = "jane@example.com")]
    email: String,
    /// What accepting means for the owner who invites; `share` by default.
    purpose: Option<Purpose>,
}

/// Lists the owners of an application, the longest serving first.
#[utoipa::path(get, path = "/applications/{client_id}/owners", tag = "Owners",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Owner>)))]
pub(super) async fn list(Owned(application, call): Owned<ReadApplications>) -> Answer<Page<Owner>> {
    Ok(Page::of(call.edge.access().owners_of(&application).await?))
}

/// Removes an owner of an application. The last one has to stay.
#[utoipa::path(delete, path = "/applications/{client_id}/owners/{sub}", tag = "Owners",
    security(("bearer" = ["applications:write"]), ("session" = [])), responses((status = 204, description = "Gone")))]
pub(super) async fn remove(
    Owned(application, call): Owned<WriteApplications>,
    Named((_, named)): Named<(String, String)>,
) -> Answer<StatusCode> {
    let owners = call.edge.access().owners_of(&application).await?;
    let address: Option<EmailAddress> = named.parse().ok();
    let known = owners.into_iter().find(|known| {
        known.sub.as_deref() == Some(&named) || address.as_ref().is_some_and(|sent| sent.key() == known.email.key())
    });
    let known = known.ok_or_else(|| Refusal::new(ErrorCode::NotFound, "the application has no such owner"))?;
    call.edge.ownership().remove_owner(&call.caller, &application, &known.email).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the open invitations to become an owner of an application.
#[utoipa::path(get, path = "/applications/{client_id}/invitations", tag = "Owners",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Invitation>)))]
pub(super) async fn invitations(Owned(application, call): Owned<ReadApplications>) -> Answer<Page<Invitation>> {
    Ok(Page::of(call.edge.ownership().invitations_of(&application).await?))
}

/// Invites a person by mail to become an owner. Only a person can invite.
#[utoipa::path(post, path = "/applications/{client_id}/invitations", tag = "Owners", request_body = NewInvitation,
    params(Once), security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Asked", body = Invitation)))]
pub(super) async fn invite(
    Owned(application, call): Owned<WriteApplications>,
    Creation(Object(new), once): Creation<Object<NewInvitation>>,
) -> Answer<Created> {
    let email = email_address(&new.email)?;
    let purpose = new.purpose.unwrap_or_default().into();
    let making = |call: ApiCaller| async move {
        let invitation = call.edge.ownership().invite_owner(&call.caller, &application, email, purpose).await?;
        Ok(Created::new(&Invitation::from(invitation)))
    };
    once.make(&call, making).await
}

/// Withdraws an invitation.
#[utoipa::path(delete, path = "/applications/{client_id}/invitations/{invitation_id}", tag = "Owners",
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Taken back")))]
pub(super) async fn withdraw(
    Owned(application, call): Owned<WriteApplications>,
    Id(invitation): Id<InvitationId>,
) -> Answer<StatusCode> {
    call.edge.ownership().invitation_withdraw(&call.caller, &application, invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}
