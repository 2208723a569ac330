//! Addresses that browsers visit: whatever goes wrong there is told on a page.

use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, ALLOW, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::headers;
use super::locale::negotiate;
use super::messages::Messages;
use super::problem::refused_at;
use super::visit::see;
use crate::http::observe::TraceId;
use crate::http::reply::Refused;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Whose pages an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Place {
    /// The browser flow, which an application begins.
    SignIn,
    /// This server alone: account, portal, operator's pages.
    Own,
}

impl Place {
    /// The pages that a path belongs to, if it does to any.
    pub(in crate::http) fn of(path: &str) -> Option<Self> {
        let below = |area: &str| path.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if ["/portal", "/admin", "/account", "/keep", "/docs"].into_iter().any(below) {
            Some(Self::Own)
        } else if ["/login", "/consent", "/l"].into_iter().any(below) {
            Some(Self::SignIn)
        } else {
            None
        }
    }
}

/// Around every address: where browsers visit, a refusal becomes a page, and an address with a slash too many leads to
/// the one without.
pub(in crate::http) async fn tell_on_pages(request: Request, next: Next) -> Response {
    let Some(place) = Place::of(request.uri().path()) else { return next.run(request).await };
    let fetched = matches!(*request.method(), Method::GET | Method::HEAD);
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().map(str::to_owned));
    let language = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let texts = Messages::of(negotiate(language));
    let trace_id = request.extensions().get::<TraceId>().cloned().unwrap_or_default().0;
    let mut response = next.run(request).await;
    let refusal = match response.extensions_mut().remove::<Refused>() {
        Some(refused) => refused.refusal,
        None => match without_words(&response) {
            Some(refusal) => refusal,
            None => return response,
        },
    };
    if refusal.code == ErrorCode::NotFound && fetched && path.ends_with('/') {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return see(&format!("{}{query}", path.trim_end_matches('/')));
    }
    let mut told = refused_at(place, (texts, &trace_id), &refusal);
    if let Some(allow) = response.headers().get(ALLOW) {
        told.headers_mut().insert(ALLOW, allow.clone());
    }
    match place {
        Place::SignIn => headers::for_sign_in(told).await,
        Place::Own => headers::for_own_pages(told).await,
    }
}

/// What a refusal means that no handler of ours has worded: of the layer that keeps other sites' forms away, or of
/// the router for an address that is not UTF-8.
fn without_words(response: &Response) -> Option<Refusal> {
    let worded = response.headers().get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        _ if worded => None,
        StatusCode::FORBIDDEN => {
            Some(Refusal::new(ErrorCode::AccessDenied, "the form was sent by a page of another site"))
        }
        status if status.is_client_error() => Some(Refusal::invalid_request("the address cannot be read")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_addresses_are_no_pages() {
        for (path, place) in [
            ("/portal", Some(Place::Own)),
            ("/admin/users/", Some(Place::Own)),
            ("/login/code", Some(Place::SignIn)),
            ("/l/gpl_x", Some(Place::SignIn)),
            ("/portals", None),
            ("/token", None),
            ("/api/v1/applications", None),
            ("/oauth/authorize", None),
            ("/.well-known/jwks.json", None),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }
}
