//! `/api/v1/applications/{client_id}/secrets`.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::once::{Created, once};
use super::paging::Page;
use crate::domain::ids::{SecretId, Timestamp};
use crate::domain::secret::StoredSecret;
use crate::flows::access::Need;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// A live secret; only a hash of it is kept.
#[derive(Serialize, ToSchema)]
pub(super) struct Secret {
    /// Its name.
    id: String,
    /// Its last four characters.
    hint: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// The day it was last used on.
    #[schema(format = Date)]
    last_used_on: Option<String>,
}

impl From<&StoredSecret> for Secret {
    fn from(secret: &StoredSecret) -> Self {
        Self {
            id: secret.id.to_string(),
            hint: secret.hint.clone(),
            created_at: secret.created_at.to_string(),
            last_used_on: secret.last_used_on.map(Timestamp::date),
        }
    }
}

/// A secret that was just made.
#[derive(Serialize, ToSchema)]
struct NewSecret {
    /// The secret itself. It is shown here and never again.
    client_secret: String,
    /// What is kept of it.
    #[serde(flatten)]
    secret: Secret,
}

/// Lists the live secrets of an application, oldest first.
#[utoipa::path(get, path = "/applications/{client_id}/secrets", tag = "Secrets",
    params(("client_id" = String, Path, description = "The application")),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<Secret>)))]
pub(super) async fn list(asked: ApiRequest, Named(client_id): Named<String>) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::ReadApplications).await?;
    Ok(json_no_store(&Page::whole(application.secrets.iter().map(Secret::from).collect())))
}

/// Gives an application another secret. The newest of the old ones keeps working; with two there already, the older
/// one ends.
#[utoipa::path(post, path = "/applications/{client_id}/secrets", tag = "Secrets",
    params(("client_id" = String, Path, description = "The application"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, the request makes nothing and gets the same answer")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = NewSecret)))]
pub(super) async fn create(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    let body = asked.bytes(body).await?;
    asked.nothing(&body)?;
    let (server, actor) = (asked.edge.server.clone(), asked.caller.actor());
    let making = async move {
        let made = server.application_rotate_secret(&application.client_id, &actor).await.map_err(Refusal::from)?;
        let (Some(plain), Some(stored)) = (made.secret, made.application.secrets.last()) else {
            return Err(Refusal::server_error("a new secret is missing").into());
        };
        let client_secret = plain.expose().to_owned();
        Ok(Created::new(&NewSecret { client_secret, secret: Secret::from(stored) }))
    };
    once(&asked, &body, Box::pin(making)).await
}

/// Ends a secret, at once.
#[utoipa::path(delete, path = "/applications/{client_id}/secrets/{secret_id}", tag = "Secrets",
    params(("client_id" = String, Path, description = "The application"),
        ("secret_id" = String, Path, description = "The secret's `id`")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Ended")))]
pub(super) async fn revoke(
    asked: ApiRequest,
    Named((client_id, secret)): Named<(String, String)>,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    let unknown = || Refusal::new(ErrorCode::NotFound, "the application has no such secret");
    let secret: SecretId = secret.parse().map_err(|_| unknown())?;
    let (server, actor) = (&asked.edge.server, asked.caller.actor());
    server.application_revoke_secret(&application.client_id, secret, &actor).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
