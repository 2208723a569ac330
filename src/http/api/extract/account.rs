//! The account that an operation is about.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{May, Named, Needed};
use crate::domain::user::User;
use crate::http::Edge;
use crate::http::reply::{Answer, Refused};

/// The account of the path, with its caller, who may do `N` with it.
pub(in crate::http::api) struct Account<N>(pub(in crate::http::api) User, pub(in crate::http::api) May<N>);

impl<N: Needed> FromRequestParts<Edge> for Account<N> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let call = May::from_request_parts(parts, edge).await?;
        // Others may follow it.
        let Named(segments) = Named::<HashMap<String, String>>::from_request_parts(parts, edge).await?;
        let sub = segments.get("sub").map_or("", String::as_str);
        let user = call.edge.people().user_for(&call.caller, sub, N::NEED).await?;
        Ok(Self(user, call))
    }
}
