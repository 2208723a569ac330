//! `/api/v1/applications/{client_id}/secrets`.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{
    ApiCaller, Created, Creation, Id, Nothing, Once, Optional, Owned, ReadApplications, WriteApplications,
};
use super::paging::Page;
use crate::domain::ids::{SecretId, Timestamp};
use crate::domain::secret::StoredSecret;
use crate::http::reply::Answer;
use crate::protocol::refusal::Refusal;

/// A secret; only its hash is stored.
#[derive(Serialize, ToSchema)]
pub(super) struct Secret {
    /// Its id.
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
    /// The stored secret.
    #[serde(flatten)]
    secret: Secret,
}

/// Lists the secrets of an application, oldest first.
#[utoipa::path(get, path = "/applications/{client_id}/secrets", tag = "Secrets",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Secret>)))]
pub(super) async fn list(Owned(application, _): Owned<ReadApplications>) -> Answer<Page<Secret>> {
    Ok(Page::of(&application.secrets))
}

/// Gives an application a new secret. The newest of the old ones stays valid; of two, the older one is revoked.
#[utoipa::path(post, path = "/applications/{client_id}/secrets", tag = "Secrets", params(Once),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = NewSecret)))]
pub(super) async fn create(
    Owned(application, call): Owned<WriteApplications>,
    Creation(_, once): Creation<Optional<Nothing>>,
) -> Answer<Created> {
    let making = |call: ApiCaller| async move {
        let made = call.edge.applications().application_rotate_secret(&application.client_id, &call.actor()).await?;
        let (Some(plain), Some(stored)) = (made.secret, made.application.secrets.last()) else {
            return Err(Refusal::server_error("a new secret is missing").into());
        };
        Ok(Created::new(&NewSecret { client_secret: plain.expose().to_owned(), secret: Secret::from(stored) }))
    };
    once.make(&call, making).await
}

/// Revokes a secret, at once.
#[utoipa::path(delete, path = "/applications/{client_id}/secrets/{secret_id}", tag = "Secrets",
    security(("bearer" = ["applications:write"]), ("session" = [])), responses((status = 204, description = "Ended")))]
pub(super) async fn revoke(
    Owned(application, call): Owned<WriteApplications>,
    Id(secret): Id<SecretId>,
) -> Answer<StatusCode> {
    call.edge.applications().application_revoke_secret(&application.client_id, secret, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
