//! Who calls, and what they may do.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use std::marker::PhantomData;
use std::ops::Deref;

use crate::domain::audit::Actor;
use crate::flows::access::{Caller, Need, Reach};
use crate::http::Edge;
use crate::http::authorization::{bearer, missing_token, presented_token};
use crate::http::pages::cookies;
use crate::http::reply::{Answer, Refused};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// How the caller authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http::api) enum Proof {
    /// By an access token.
    Token,
    /// By the session of the portal.
    Session,
}

/// A caller who is known. What they may do was not looked at yet.
#[derive(Clone)]
pub(in crate::http::api) struct ApiCaller {
    pub(in crate::http::api) edge: Edge,
    pub(in crate::http::api) caller: Caller,
    pub(in crate::http::api) proof: Proof,
}

impl FromRequestParts<Edge> for ApiCaller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let (caller, proof) = match presented_token(parts)? {
            Some(token) => (edge.token_status().check_bearer_caller(&token).await.map_err(bearer)?, Proof::Token),
            None => (signed_in(parts, edge).await?, Proof::Session),
        };
        Ok(Self { edge: edge.clone(), caller, proof })
    }
}

/// The person who is signed in at the portal. A browser sends its cookies with what other sites make it send, so a
/// change must come from a page of ours.
async fn signed_in(parts: &Parts, edge: &Edge) -> Answer<Caller> {
    let issuer = &edge.config().server.issuer;
    let person = match cookies::session(&parts.headers, issuer) {
        Some(token) => edge.sessions().person_of(&token).await?,
        None => None,
    };
    let Some(person) = person else {
        return Err(missing_token("send an access token (Authorization: Bearer <token>), or sign in at the portal"));
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

impl ApiCaller {
    /// How far this caller's permission goes.
    pub(in crate::http::api) fn reach(&self, need: Need) -> Answer<Reach> {
        Ok(self.caller.reach(need)?)
    }

    /// The address of something in this API.
    pub(in crate::http::api) fn url_of(&self, path: &str) -> String {
        self.edge.config().server.issuer.url_of(&format!("/api/v1/{path}"))
    }

    /// Who the audit log says it was.
    pub(in crate::http::api) fn actor(&self) -> Actor {
        self.caller.actor()
    }
}

/// A permission as a type, for the signature of a handler.
pub(in crate::http::api) trait Needed: Send {
    /// The permission.
    const NEED: Need;
}

macro_rules! needed {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Need::", stringify!($name), "`].")]
        pub(in crate::http::api) enum $name {}

        impl Needed for $name {
            const NEED: Need = Need::$name;
        }
    )*};
}

needed!(ReadApplications WriteApplications ReadUsers WriteUsers ReadGroups WriteGroups ReadKeys WriteKeys ReadAudit Oversee Operate);

/// A caller who may do `N`, with everything or with what is their own.
pub(in crate::http::api) struct May<N>(ApiCaller, PhantomData<N>);

impl<N> Deref for May<N> {
    type Target = ApiCaller;

    fn deref(&self) -> &ApiCaller {
        &self.0
    }
}

impl<N: Needed> FromRequestParts<Edge> for May<N> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let caller = ApiCaller::from_request_parts(parts, edge).await?;
        caller.reach(N::NEED)?;
        Ok(Self(caller, PhantomData))
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
