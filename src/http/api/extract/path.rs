//! Segments of the path. One that cannot be parsed is 404.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::domain::ids::{
    ApprovalId, ClientId, InvitationId, MessageId, PasskeyId, RegistrationTokenId, SecretId, WebhookId,
};
use crate::http::Edge;
use crate::http::reply::{Answer, Refused};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The segments as they are.
pub(in crate::http::api) struct Named<T>(pub(in crate::http::api) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Edge> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let nothing = || Refusal::new(ErrorCode::NotFound, "there is nothing at this address");
        if parts.uri.path().contains("%00") {
            return Err(nothing().into());
        }
        let Path(read) = Path::<T>::from_request_parts(parts, edge).await.map_err(|_| nothing())?;
        Ok(Self(read))
    }
}

/// What is named by a segment of its own.
pub(in crate::http::api) trait InPath: FromStr {
    /// The segment, as the route calls it.
    const SEGMENT: &'static str;
    /// What is said where it names nothing.
    const UNKNOWN: &'static str;
}

macro_rules! in_path {
    ($($id:ident: $segment:literal, $unknown:literal;)*) => {$(
        impl InPath for $id {
            const SEGMENT: &'static str = $segment;
            const UNKNOWN: &'static str = $unknown;
        }
    )*};
}

in_path! {
    ClientId: "client_id", "there is no such application";
    SecretId: "secret_id", "the application has no such secret";
    InvitationId: "invitation_id", "there is no such invitation";
    ApprovalId: "approval_id", "nothing waits under this id";
    RegistrationTokenId: "registration_token_id", "there is no such token";
    WebhookId: "webhook_id", "there is no such webhook";
    MessageId: "message_id", "there is no such message";
    PasskeyId: "passkey_id", "there is no such passkey";
}

/// The id in a segment.
pub(in crate::http::api) struct Id<T>(pub(in crate::http::api) T);

impl<T: InPath> FromRequestParts<Edge> for Id<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let segments = RawPathParams::from_request_parts(parts, edge).await.ok();
        let mut segments = segments.iter().flatten();
        let id = segments.find(|(name, _)| *name == T::SEGMENT).and_then(|(_, value)| value.parse().ok());
        id.map(Self).ok_or_else(|| Refusal::new(ErrorCode::NotFound, T::UNKNOWN).into())
    }
}
