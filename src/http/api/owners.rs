//! `/api/v1/applications/{client_id}/owners` and `…/invitations`: who looks after an application, and who is asked to.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::once::{Created, once};
use super::paging::Page;
use super::problem::Named as _;
use crate::domain::ids::InvitationId;
use crate::domain::ownership::{self, InvitationPurpose};
use crate::domain::user::EmailAddress;
use crate::flows::access::Need;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Somebody who looks after an application.
#[derive(Serialize, ToSchema)]
struct Owner {
    /// The account; none while nobody has proven the address.
    sub: Option<String>,
    /// Where mail for them goes.
    email: String,
    /// What they are called.
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

/// What becomes of who invites.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Purpose {
    /// They stay an owner.
    #[default]
    Share,
    /// They hand the application over and leave.
    Transfer,
}

/// Somebody asked by mail to look after an application.
#[derive(Serialize, ToSchema)]
struct Invitation {
    /// Its name.
    id: String,
    /// Who is asked.
    email: String,
    /// What becomes of who asks.
    purpose: Purpose,
    /// When they were asked.
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when they can accept.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<ownership::Invitation> for Invitation {
    fn from(invitation: ownership::Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.to_string(),
            purpose: match invitation.purpose {
                InvitationPurpose::Share => Purpose::Share,
                InvitationPurpose::Transfer => Purpose::Transfer,
            },
            created_at: invitation.created_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}

/// Who is to be asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInvitation {
    /// Their address.
    #[schema(example = "jane@example.com")]
    email: String,
    /// What becomes of who asks; `share` if nothing is said.
    purpose: Option<Purpose>,
}

/// Lists who looks after an application, the longest serving first.
#[utoipa::path(get, path = "/applications/{client_id}/owners", tag = "Owners",
    params(("client_id" = String, Path, description = "The application")),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<Owner>)))]
pub(super) async fn list(asked: ApiRequest, Named(client_id): Named<String>) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::ReadApplications).await?;
    let owners = asked.edge.server.owners_of(&application).await?;
    Ok(json_no_store(&Page::whole(owners.into_iter().map(Owner::from).collect())))
}

/// Takes an application away from one of its owners. The last one cannot go.
#[utoipa::path(delete, path = "/applications/{client_id}/owners/{sub}", tag = "Owners",
    params(("client_id" = String, Path, description = "The application"),
        ("sub" = String, Path, description = "The owner's account, or the address where there is none yet")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Gone")))]
pub(super) async fn remove(
    asked: ApiRequest,
    Named((client_id, named)): Named<(String, String)>,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    let owners = asked.edge.server.owners_of(&application).await?;
    let address: Option<EmailAddress> = named.parse().ok();
    let known = owners.into_iter().find(|known| {
        known.sub.as_deref() == Some(&named) || address.as_ref().is_some_and(|sent| sent.key() == known.email.key())
    });
    let known = known.ok_or_else(|| Refusal::new(ErrorCode::NotFound, "the application has no such owner"))?;
    asked.edge.server.remove_owner(&asked.caller, &application, &known.email).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists who has been asked to look after an application and has not answered.
#[utoipa::path(get, path = "/applications/{client_id}/invitations", tag = "Owners",
    params(("client_id" = String, Path, description = "The application")),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<Invitation>)))]
pub(super) async fn invitations(asked: ApiRequest, Named(client_id): Named<String>) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::ReadApplications).await?;
    let open = asked.edge.server.invitations_of(&application).await?;
    Ok(json_no_store(&Page::whole(open.into_iter().map(Invitation::from).collect())))
}

/// Asks somebody by mail to look after an application. Only a person can ask.
#[utoipa::path(post, path = "/applications/{client_id}/invitations", tag = "Owners", request_body = NewInvitation,
    params(("client_id" = String, Path, description = "The application"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, the request makes nothing and gets the same answer")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "ApiRequest", body = Invitation)))]
pub(super) async fn invite(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    let body = asked.bytes(body).await?;
    let new: NewInvitation = asked.object(&body)?;
    let email: EmailAddress =
        new.email.parse().map_err(|e| Refusal::invalid_request(format!("the value of 'email' is {e}")).of("email"))?;
    let purpose = match new.purpose.unwrap_or_default() {
        Purpose::Share => InvitationPurpose::Share,
        Purpose::Transfer => InvitationPurpose::Transfer,
    };
    let (server, caller) = (asked.edge.server.clone(), asked.caller.clone());
    let making = async move {
        let invitation = server.invite_owner(&caller, &application, email, purpose).await?;
        Ok(Created::new(&Invitation::from(invitation)))
    };
    once(&asked, &body, Box::pin(making)).await
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/applications/{client_id}/invitations/{invitation_id}", tag = "Owners",
    params(("client_id" = String, Path, description = "The application"),
        ("invitation_id" = String, Path, description = "The invitation's `id`")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Taken back")))]
pub(super) async fn withdraw(
    asked: ApiRequest,
    Named((client_id, invitation)): Named<(String, String)>,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such invitation");
    let invitation: InvitationId = invitation.parse().map_err(|_| unknown())?;
    asked.edge.server.invitation_withdraw(&asked.caller, &application, invitation).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
