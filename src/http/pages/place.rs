//! Addresses that browsers visit: every refusal there is shown on a page.

use axum::extract::Request;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, ALLOW, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::headers;
use super::locale::negotiate;
use super::messages::Messages;
use super::problem::refused_at;
use super::visit::see;
use crate::http::observe::TraceId;
use crate::http::reply::{Refused, not_found};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The part of the site that an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Place {
    /// The browser flow, which an application begins.
    SignIn,
    /// This server itself: account, portal, operator pages.
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

/// An unknown address: a page for a browser, JSON for a program. Below the pages [`tell_on_pages`] makes it a page in
/// either case.
pub(in crate::http) async fn nothing_here(request: Request) -> Response {
    let refused = not_found().await;
    if Place::of(request.uri().path()).is_some() || !prefers_page(request.headers()) {
        return refused.into_response();
    }
    let language = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let trace_id = request.extensions().get::<TraceId>().cloned().unwrap_or_default().0;
    let told = refused_at(Place::Own, (Messages::of(negotiate(language)), &trace_id), &refused.refusal);
    headers::for_own_pages(told).await
}

/// Whether a page was asked for by name, and no less than JSON was (RFC 9110 §12.5.1). Browsers do; programs send
/// `*/*`.
fn prefers_page(headers: &HeaderMap) -> bool {
    let accepted = || headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    let weight = |kind: &str| {
        let named = accepted().map(|range| range.split(';').map(str::trim).collect::<Vec<_>>());
        let mut named = named.filter(|parts| parts.first().is_some_and(|name| name.eq_ignore_ascii_case(kind)));
        let parts = named.next()?;
        let q = parts.iter().find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some(q.map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0)))
    };
    weight("text/html").is_some_and(|page| page > 0.0 && page >= weight("application/json").unwrap_or(0.0))
}

/// The refusal of a response that no handler made: of the layer against cross-site forms, or of the router for a path
/// that is not UTF-8.
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
    fn a_browser_asks_for_pages_and_a_program_does_not() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json;q=0.5, Text/HTML;q=0.5", true),
            ("text/html;q=0.1, application/json", false),
            ("text/html;q=0", false),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(prefers_page(&headers), page, "{accept}");
        }
        assert!(!prefers_page(&HeaderMap::new()));
    }

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
