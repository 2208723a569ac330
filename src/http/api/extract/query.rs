//! What stands behind the `?`.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body::read;
use crate::http::Edge;
use crate::http::api::problem::Named as _;
use crate::http::reply::{Answer, Refused};
use crate::protocol::refusal::Refusal;

/// The parameters. One that is not known, or sent twice, is refused: a filter with a typo would otherwise list
/// everything.
pub(in crate::http::api) struct Query<T>(pub(in crate::http::api) T);

impl<T: DeserializeOwned> FromRequestParts<Edge> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Answer<Self> {
        let mut members = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if value.contains('\0') {
                return Err(Refusal::invalid_request("a zero character is never part of a value").of(&name));
            }
            if members.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Refusal::invalid_request(format!("the parameter '{name}' is sent twice")).of(&name));
            }
        }
        members.retain(|_, value| !value.is_empty());
        let members = members.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        Ok(Self(read(Value::Object(members))?))
    }
}
