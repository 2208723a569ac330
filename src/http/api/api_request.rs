//! A request to the management API: who sends it, and what it says.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Named as _;
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::flows::access::{Caller, Need, Reach, unknown_application};
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::pages::cookies;
use crate::http::reply::{Challenge, Refused};
use crate::http::request_body;
use crate::http::strict_json;
use crate::protocol::bearer::{BearerCredentials, credentials};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// How a caller proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// By an access token.
    Token,
    /// By the session of the portal.
    Session,
}

/// A request whose sender is known. Nothing else of it was looked at yet.
pub(in crate::http) struct ApiRequest {
    pub(super) edge: Edge,
    pub(super) caller: Caller,
    pub(super) proof: Proof,
    pub(super) headers: HeaderMap,
    pub(super) method: Method,
    pub(super) path: String,
    query: String,
}

impl FromRequestParts<Edge> for ApiRequest {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Refused> {
        let bearer = |refusal| Refused::with_challenge(refusal, Challenge::Bearer);
        let header = authorization(&parts.headers).map_err(bearer)?;
        let (caller, proof) = match credentials(header).map_err(bearer)? {
            BearerCredentials::Token(token) => {
                (edge.server.check_bearer_caller(token).await.map_err(bearer)?, Proof::Token)
            }
            BearerCredentials::Missing => (signed_in(parts, edge).await?, Proof::Session),
        };
        Ok(Self {
            edge: edge.clone(),
            caller,
            proof,
            headers: parts.headers.clone(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
        })
    }
}

/// Whoever is signed in at the portal. A browser sends its cookies with what other sites make it send, so a change
/// must come from a page of ours.
async fn signed_in(parts: &Parts, edge: &Edge) -> Result<Caller, Refused> {
    let issuer = &edge.server.config.server.issuer;
    let person = match cookies::session(&parts.headers, issuer) {
        Some(token) => edge.server.person_of(&token).await?,
        None => None,
    };
    let Some(person) = person else {
        let what = "send an access token (Authorization: Bearer <token>), or sign in at the portal";
        return Err(Refused::with_challenge(Refusal::new(ErrorCode::InvalidToken, what), Challenge::BearerMissing));
    };
    if !parts.method.is_safe() && !is_same_origin(&parts.headers, &issuer.origin()) {
        let what = "with the portal's session, changes are taken from this server's own pages only";
        return Err(Refusal::new(ErrorCode::AccessDenied, what).into());
    }
    Ok(Caller::person(person))
}

fn is_same_origin(headers: &HeaderMap, own: &str) -> bool {
    let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match value("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => value(ORIGIN.as_str()) == Some(own),
    }
}

impl ApiRequest {
    /// How far this caller's permission goes; asked before anything of the request is judged.
    pub(super) fn reach(&self, need: Need) -> Result<Reach, Refused> {
        Ok(self.caller.reach(need)?)
    }

    /// The application of this client id, if the caller may see or change it.
    pub(super) async fn application(&self, client_id: &str, need: Need) -> Result<Application, Refused> {
        self.reach(need)?;
        let client_id: ClientId = client_id.parse().map_err(|_| unknown_application())?;
        Ok(self.edge.server.application_for(&self.caller, &client_id, need).await?)
    }

    /// What stands behind the `?`. A parameter that is not known, or sent twice, is refused: a filter with a typo
    /// would otherwise list everything.
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        let mut members = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(self.query.as_bytes()) {
            if value.contains('\0') {
                return Err(Refusal::invalid_request("a zero character is never part of a value").of(&name));
            }
            if members.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Refusal::invalid_request(format!("the parameter '{name}' is sent twice")).of(&name));
            }
        }
        members.retain(|_, value| !value.is_empty());
        let members = members.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        read(Value::Object(members))
    }

    /// The body as it was sent.
    pub(super) async fn bytes(&self, body: Body) -> Result<Bytes, Refused> {
        Ok(request_body::bytes(body).await?)
    }

    /// A body as the JSON object expected. A member that is not known is refused, like a parameter.
    pub(super) fn object<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Refused> {
        strict_json::check_content_type(&self.headers, &["application/json", "application/merge-patch+json"])?;
        let object = strict_json::object(body)?;
        if strict_json::has_zero(&object) {
            return Err(Refusal::invalid_request("a zero character is never part of a value").into());
        }
        read(object)
    }

    /// Reads a body that may be left out.
    pub(super) fn object_if_any<T: DeserializeOwned + Default>(&self, body: &[u8]) -> Result<T, Refused> {
        if body.is_empty() { Ok(T::default()) } else { self.object(body) }
    }

    /// Refuses a body that says anything, where there is nothing to say.
    pub(super) fn nothing(&self, body: &[u8]) -> Result<(), Refused> {
        self.object_if_any::<Nothing>(body).map(|_| ())
    }
}

/// What there is to say where there is nothing to say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Refused> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let place = e.path().to_string();
        let what = e.into_inner().to_string();
        match place.as_str() {
            "." => Refusal::invalid_request(what).into(),
            _ => Refusal::invalid_request(format!("'{place}': {what}")).of(&place),
        }
    })
}

/// A segment of the path. One that cannot be read names nothing that is here.
pub(in crate::http) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Edge> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Refused> {
        let nothing = || Refusal::new(ErrorCode::NotFound, "there is nothing at this address");
        if parts.uri.path().contains("%00") {
            return Err(nothing().into());
        }
        let Path(read) = Path::<T>::from_request_parts(parts, edge).await.map_err(|_| nothing())?;
        Ok(Self(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_is_same_origin() {
        let own = "https://id.example";
        let sent = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_same_origin(&headers, own)
        };
        assert!(sent(&[("sec-fetch-site", "same-origin")]));
        assert!(sent(&[("origin", own)]));
        for foreign in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("sec-fetch-site", "same-site"), ("origin", own)],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!sent(foreign), "{foreign:?}");
        }
    }
}
