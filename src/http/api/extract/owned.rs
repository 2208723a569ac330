//! The application that an operation is about.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Id, May, Needed};
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::http::Edge;
use crate::http::reply::{Answer, Refused};

/// The application of the path, with its caller, who may do `N` with it. One that is not theirs is not there.
pub(in crate::http::api) struct Owned<N>(pub(in crate::http::api) Application, pub(in crate::http::api) May<N>);

impl<N: Needed> FromRequestParts<Edge> for Owned<N> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let call = May::from_request_parts(parts, edge).await?;
        let Id(client_id) = Id::<ClientId>::from_request_parts(parts, edge).await?;
        let application = call.edge.access().application_for(&call.caller, &client_id, N::NEED).await?;
        Ok(Self(application, call))
    }
}
